//! Codes that are drawn: gradients against a twin in double precision, divergences against
//! numbers from elsewhere, and bounds against integrals that can be worked out.

use crate::gradients::{ROUNDING, dense, one_step};
use crate::oracle::{Oracle, term};
use crate::support::{StopAfter, rows, settings};
use ae_nn::layer::GaussianCode;
use ae_nn::variational::{bound, log_likelihood, prior};
use ae_nn::{
    Architecture, Autoencoder, Divergence, EarlyStopping, Layer, Network, TrainSettings, Trainer,
};
use ae_tensor::random::{Purpose, Stream};
use ndarray::{Array2, Axis};

const LATENT: usize = 3;

fn layers() -> Vec<Layer> {
    vec![
        dense(5, 4, "tanh"),
        dense(4, 2 * LATENT, "linear"),
        GaussianCode { latent: LATENT }.into(),
        dense(LATENT, 5, "linear"),
    ]
}

fn autoencoder(seed: u64, loss: &TrainSettings) -> Autoencoder {
    let network = Network::new(layers(), seed).unwrap();
    Autoencoder::from_network(network, 3, loss.loss.output_activation()).unwrap()
}

/// ½ Σ (μ² + σ² − 1 − ln σ²) of each number of the code, as sums over rows.
fn divergences(posterior: &Array2<f64>) -> Vec<f64> {
    let (means, log_variances) = posterior.view().split_at(Axis(1), LATENT);
    let pairs = means.into_iter().zip(&log_variances);
    let mut sums = vec![0.0; LATENT];
    for (index, (mean, x)) in pairs.enumerate() {
        sums[index % LATENT] += 0.5 * (mean * mean + x.exp() - 1.0 - x);
    }
    sums
}

#[test]
fn gradients_are_those_of_the_bound() {
    // More rows than a lane has; a bound on free nats makes them go together.
    for (batch, free_nats) in [(5, 0.0), (150, 0.0), (150, 0.08), (150, 10.0)] {
        for loss in ["mse", "bce", "mae"] {
            let divergence = Divergence {
                beta: 0.7,
                free_nats,
                ..Divergence::default()
            };
            let settings = TrainSettings {
                batch,
                divergence,
                ..one_step(loss)
            };
            let rows = rows(batch, 5, 2);
            let before = autoencoder(3, &settings);
            let mut trained = before.clone();
            let mut trainer = Trainer::new(&mut trained, settings.clone()).unwrap();
            trainer.fit(&rows, None, &mut StopAfter(1)).unwrap();
            let progress = trainer.progress().clone();

            let wide = rows.mapv(f64::from);
            let nats = if loss == "mse" { 0.5 } else { 1.0 };
            let factor = 0.7 / (nats * 5.0);
            let parts = |oracle: &Oracle| {
                let forward = |from: Array2<f64>, layers: std::ops::Range<usize>| {
                    layers.fold(from, |x, layer| oracle.forward(layer, &x))
                };
                let posterior = forward(wide.clone(), 0..2);
                let output = forward(posterior.clone(), 2..4);
                let losses = output.iter().zip(&wide);
                let loss = losses
                    .map(|(y, t)| term(&settings.loss, *y, *t))
                    .sum::<f64>();
                let of_rows = divergences(&posterior).into_iter();
                let means = of_rows.map(|sum| sum / batch as f64);
                let kept: Vec<f64> = means.collect();
                let penalty: f64 = kept.iter().map(|mean| mean.max(free_nats.into())).sum();
                (
                    loss / wide.len() as f64,
                    factor * penalty,
                    kept.iter().sum::<f64>(),
                )
            };
            let mut oracle = Oracle::of(before.network(), settings.seed);
            if free_nats > 0.0 {
                oracle.lane_rows = batch;
            }
            let (expected, penalty, divergence) = parts(&oracle);
            let about = format!("{loss}, batch {batch}, free {free_nats}");
            let found = progress.loss_sum / batch as f64;
            assert!(
                (found - expected).abs() < 1e-6,
                "{found}, {expected}: {about}"
            );
            assert!((progress.penalty - penalty).abs() < 1e-6, "{about}");
            let found = progress.divergence_sum / batch as f64;
            assert!((found - divergence).abs() < 1e-6, "{about}");
            for position in oracle.positions() {
                let expected = oracle.slope(position, |oracle| {
                    let (loss, penalty, _) = parts(oracle);
                    loss + penalty
                });
                let (before, after) = (
                    before.network().parameters(),
                    trained.network().parameters(),
                );
                let found = f64::from(before[position]) - f64::from(after[position]);
                assert!(
                    (found - expected).abs() < ROUNDING * (1.0 + expected.abs()),
                    "{found} for {expected} at {position} of {about}"
                );
            }
        }
    }
}

#[test]
fn a_warm_up_lets_the_divergence_in_little_by_little() {
    let divergence = Divergence {
        warm_up: 2.0,
        ..Divergence::default()
    };
    let rows = rows(40, 5, 2);
    let penalty = |steps: usize, divergence: Divergence| {
        let settings = TrainSettings {
            batch: 10,
            optimizer: "sgd:lr=0".parse().unwrap(),
            divergence,
            epochs: 9,
            shuffle: false,
            ..settings("mse")
        };
        let mut autoencoder = autoencoder(3, &settings);
        let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
        trainer.fit(&rows, None, &mut StopAfter(steps)).unwrap();
        trainer.progress().penalty
    };
    assert_eq!(penalty(1, divergence), 0.0);
    for (steps, risen) in [(2, 0.125), (5, 0.5), (9, 1.0), (13, 1.0)] {
        let (found, whole) = (
            penalty(steps, divergence),
            penalty(steps, Divergence::default()),
        );
        assert!(
            whole > 0.0 && (found - risen * whole).abs() < 1e-9,
            "{steps}"
        );
    }
}

/// One number a row, a code of one number, and a decoder that gives the code back. The encoder's
/// weights and biases are those of mean and ln σ².
fn linear(weights: [f32; 2], biases: [f32; 2]) -> Autoencoder {
    let layers = vec![
        dense(1, 2, "linear"),
        GaussianCode { latent: 1 }.into(),
        dense(1, 1, "linear"),
    ];
    let mut network = Network::new(layers, 1).unwrap();
    let blocks = network.blocks();
    let values = [&weights[..], &biases, &[1.0], &[0.0]];
    for (block, values) in blocks.iter().zip(values) {
        network.parameters_mut()[block.range.clone()].copy_from_slice(values);
    }
    Autoencoder::from_network(network, 2, "linear".parse().unwrap()).unwrap()
}

/// One whose encoder says the same of every row.
fn constant(mean: f32, log_variance: f32) -> Autoencoder {
    linear([0.0, 0.0], [mean, log_variance])
}

#[test]
fn divergences_are_those_known() {
    // ½ (μ² + σ² − 1 − ln σ²) at (0, 1), (1, 1), (0, 4).
    let loss = "mse".parse().unwrap();
    for (mean, log_variance, expected) in [
        (0.0, 0.0, 0.0),
        (1.0, 0.0, 0.5),
        (0.0, 4.0f32.ln(), 0.806_852_8),
    ] {
        let bound = bound(&constant(mean, log_variance), &rows(20, 1, 1), &loss);
        let found = bound.unwrap().unwrap().divergence();
        assert!((found - expected).abs() < 1e-6, "{found} for {expected}");
    }
    // σ² of e²⁰⁰ is no number any more: training says so instead of going on.
    let mut autoencoder = constant(0.0, 200.0);
    let mut trainer = Trainer::new(&mut autoencoder, settings("mse")).unwrap();
    let error = trainer.fit(&rows(20, 1, 1), None, &mut ()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("loss not finite at epoch 1, batch 1"),
        "{error}"
    );
}

#[test]
fn the_likelihood_is_that_of_the_integral() {
    // x = z + e with z and e standard normal: x is normal with variance 2, and z given x is normal
    // with mean x / 2 and variance ½. An encoder that says so makes the bound exact.
    let loss = "mse".parse().unwrap();
    let exact = linear([0.5, 0.0], [0.0, 0.5f32.ln()]);
    let data = rows(50, 1, 7);
    let density = |x: f32| -0.25 * f64::from(x).powi(2) - 0.5 * (4.0 * std::f64::consts::PI).ln();
    let expected = data.iter().map(|x| density(*x)).sum::<f64>() / 50.0;
    let found =
        |model: &Autoencoder, draws| log_likelihood(model, &data, &loss, draws).unwrap().unwrap();
    // With the true posterior, every draw has the same weight: one is as good as many.
    for draws in [1, 50] {
        assert!((found(&exact, draws) - expected).abs() < 1e-5, "{draws}");
    }
    // From a wrong one it takes many: below the truth with one, near it with thousands.
    let wrong = constant(0.0, 0.0);
    let (few, many) = (found(&wrong, 1), found(&wrong, 4000));
    assert!(
        few < many && (many - expected).abs() < 0.01,
        "{few}, {many}, {expected}"
    );
    assert_eq!(
        log_likelihood(&exact, &data, &"huber".parse().unwrap(), 2).unwrap(),
        None
    );
}

#[test]
fn the_bound_is_tight_where_the_encoder_is_right() {
    // As above; with the true posterior, the bound is the likelihood itself, but for the draws.
    let (exact, data) = (linear([0.5, 0.0], [0.0, 0.5f32.ln()]), rows(5000, 1, 7));
    let loss = "mse".parse().unwrap();
    let bound = bound(&exact, &data, &loss)
        .unwrap()
        .unwrap()
        .negative_elbo();
    let likelihood = log_likelihood(&exact, &data, &loss, 1).unwrap().unwrap();
    assert!((bound + likelihood).abs() < 0.02, "{bound}, {likelihood}");
    let none = log_likelihood(&exact, &data, &loss, 0);
    assert!(none.is_err_and(|error| error.to_string().contains("the number of draws")));
}

#[test]
fn a_draw_far_from_zero_keeps_its_gradient() {
    // z is 1e4 + σ ε with σ = e⁻⁴: as a difference of z and μ, σ ε would have one digit left. The
    // loss is (z − t)², its derivative by ln σ² is (z − t) σ ε.
    let settings = TrainSettings {
        batch: 1,
        divergence: Divergence {
            beta: 0.0,
            ..Divergence::default()
        },
        ..one_step("mse")
    };
    let before = constant(1e4, -8.0);
    let mut trained = before.clone();
    let mut trainer = Trainer::new(&mut trained, settings).unwrap();
    trainer
        .fit(&rows(1, 1, 1), None, &mut StopAfter(1))
        .unwrap();
    let blocks = before.network().blocks();
    let bias = blocks[1].range.start;
    let [by_mean, by_log_variance] = [bias, bias + 1].map(|place| {
        f64::from(before.network().parameters()[place])
            - f64::from(trained.network().parameters()[place])
    });
    let mut noise = [0.0f32];
    Stream::new(5, Purpose::Code, 1 << 56).fill_normal(&mut noise);
    let expected = 0.5 * by_mean * f64::from((-4.0f32).exp()) * f64::from(noise[0]);
    assert!(
        (by_log_variance / expected - 1.0).abs() < 1e-3,
        "{by_log_variance} for {expected}"
    );
}

#[test]
fn patience_waits_for_the_divergence_to_be_let_in() {
    // Nothing ever improves; while β rises, nothing runs out.
    let epochs = |warm_up: f32| {
        let settings = TrainSettings {
            optimizer: "sgd:lr=0".parse().unwrap(),
            divergence: Divergence {
                warm_up,
                ..Divergence::default()
            },
            epochs: 20,
            early_stopping: Some(EarlyStopping {
                patience: 2,
                least_improvement: 1e-3,
            }),
            ..settings("mse")
        };
        let mut autoencoder = constant(1.0, 0.5);
        let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
        let data = rows(20, 1, 1);
        trainer.fit(&data, Some(&data), &mut ()).unwrap();
        let history = trainer.progress().history;
        // ½ (1 + e^½ − 1 − ½) = 0.574 nats, each worth 2 of squared errors.
        for epoch in &history {
            let added = epoch.judged() - epoch.validation_loss.unwrap();
            assert!((added - 2.0 * 0.574_36).abs() < 1e-4, "{added}");
        }
        history.len()
    };
    assert_eq!((epochs(0.0), epochs(6.0)), (3, 7));
}

#[test]
fn a_code_is_drawn_at_the_end_of_an_encoder_only() {
    let drawn = |inputs: usize| Layer::from(GaussianCode { latent: inputs / 2 });
    for (layers, encoder_layers, text) in [
        (vec![drawn(4), dense(2, 4, "linear")], 1, "layer 0 draws"),
        (
            vec![dense(2, 4, "linear"), drawn(4), dense(2, 2, "linear")],
            1,
            "layer 1 draws a code, where the encoder has 1 layers",
        ),
    ] {
        let network = Network::new(layers, 1).unwrap();
        let output = "linear".parse().unwrap();
        let error = Autoencoder::from_network(network, encoder_layers, output).unwrap_err();
        assert!(error.to_string().starts_with(text), "{error}");
    }
    let huge = GaussianCode {
        latent: usize::MAX / 2 + 1,
    };
    assert!(Network::zeros(vec![huge.into()]).is_err());
}

#[test]
fn codes_are_means_in_use_and_draws_repeat() {
    let architecture = Architecture {
        hidden: vec![8],
        latent: LATENT,
        variational: true,
        ..Architecture::new(6)
    };
    let loss = "bce".parse().unwrap();
    let model = architecture.build(&loss, 1).unwrap();
    assert_eq!(
        (model.shape().as_str(), model.latent()),
        ("6-8-3-8-6", LATENT)
    );
    let data = rows(30, 6, 1);
    let codes = model.encode(data.view()).unwrap();
    assert_eq!(codes, model.encode(data.view()).unwrap());
    let bounds = [(); 2].map(|()| bound(&model, &data, &loss).unwrap().unwrap());
    assert_eq!(bounds[0], bounds[1]);
    let variance = codes.var_axis(Axis(0), 0.0);
    for (found, expected) in bounds[0].variances.iter().zip(variance) {
        assert!(
            (found - f64::from(expected)).abs() < 1e-5,
            "{found}, {expected}"
        );
    }
    assert_eq!(prior(3, 4, 5), prior(9, 4, 5).slice(ndarray::s![..3, ..]));
    assert_ne!(prior(3, 4, 5), prior(3, 4, 6));
    let refused = Architecture {
        top_k: Some(2),
        ..architecture
    };
    assert!(refused.build(&loss, 1).is_err());
}
