//! What is added to the loss: each term and its gradient against a twin in double precision,
//! and at any batch size.

use crate::gradients::{ROUNDING, dense, one_step};
use crate::oracle::{LANE_ROWS, Oracle};
use crate::support::{StopAfter, rows};
use ae_nn::{Activation, Architecture, Autoencoder, Error, Layer, Network, TrainSettings, Trainer};
use ae_tensor::random::{Purpose, Stream};
use ndarray::{Array2, concatenate};

/// One step with a learning rate of 1: what the terms came to, and what the step took off the
/// parameters, which is their gradient.
fn step(
    network: &Network,
    encoder: usize,
    settings: &TrainSettings,
    rows: &Array2<f32>,
) -> (f64, Vec<f64>) {
    let output = settings.loss.output_activation();
    let mut autoencoder = Autoencoder::from_network(network.clone(), encoder, output).unwrap();
    let mut trainer = Trainer::new(&mut autoencoder, settings.clone()).unwrap();
    trainer.fit(rows, None, &mut StopAfter(1)).unwrap();
    let value = trainer.progress().penalty;
    let after = autoencoder.network().parameters();
    let pairs = network.parameters().iter().zip(after);
    let gradient = pairs.map(|(before, after)| f64::from(*before) - f64::from(*after));
    (value, gradient.collect())
}

fn network(layers: &[Layer]) -> Network {
    let mut network = Network::new(layers.to_vec(), 3).unwrap();
    let offsets = rows(1, network.parameters().len(), 9);
    for block in network.blocks() {
        for position in block.range {
            network.parameters_mut()[position] += 0.5 * (offsets[(0, position)] - 0.5);
        }
    }
    network
}

/// Value and gradient against those of `term`, given the codes' twin.
fn check(
    layers: &[Layer],
    encoder: usize,
    settings: &TrainSettings,
    (rows, tolerance): (&Array2<f32>, f64),
    term: impl Fn(&dyn Fn(&Array2<f64>) -> Array2<f64>, &Array2<f64>) -> f64,
) {
    let network = network(layers);
    let (value, gradient) = step(&network, encoder, settings, rows);
    let wide = rows.mapv(f64::from);
    let term = |oracle: &Oracle| {
        let encode = |rows: &Array2<f64>| {
            (0..encoder).fold(rows.clone(), |x, layer| oracle.forward(layer, &x))
        };
        term(&encode, &wide)
    };
    let mut oracle = Oracle::of(&network, settings.seed);
    let about = format!("{layers:?}");
    let expected = term(&oracle);
    assert!(expected != 0.0, "{about}");
    assert!(
        (value - expected).abs() < tolerance * (1.0 + expected),
        "{value} for {expected} of {about}"
    );
    let whole =
        |oracle: &Oracle| oracle.loss(&wide, &settings.loss, settings.penalty) + term(oracle);
    for position in oracle.positions() {
        let (found, expected) = (gradient[position], oracle.slope(position, whole));
        assert!(
            (found - expected).abs() < tolerance * (1.0 + expected.abs()),
            "{found} for {expected} at {position} of {about}"
        );
    }
}

fn with_sparsity(sparsity: &str, batch: usize) -> TrainSettings {
    TrainSettings {
        sparsity: sparsity.parse().unwrap(),
        batch,
        ..one_step("mse")
    }
}

#[test]
fn l1_is_the_mean_over_rows_of_the_sum_over_the_code() {
    for batch in [5, 2 * LANE_ROWS + 3] {
        let layers = [dense(4, 3, "tanh"), dense(3, 4, "linear")];
        let settings = with_sparsity("l1:0.3", batch);
        check(
            &layers,
            1,
            &settings,
            (&rows(batch, 4, 2), ROUNDING),
            |encode, rows| 0.3 * encode(rows).mapv(f64::abs).sum() / batch as f64,
        );
    }
}

#[test]
fn kl_is_that_of_the_means_over_the_batch() {
    for batch in [5, 2 * LANE_ROWS + 3] {
        let layers = [dense(4, 3, "sigmoid"), dense(3, 4, "linear")];
        let settings = with_sparsity("kl:target=0.1,weight=0.5", batch);
        check(
            &layers,
            1,
            &settings,
            (&rows(batch, 4, 2), ROUNDING),
            |encode, rows| {
                let mean = encode(rows).mean_axis(ndarray::Axis(0)).unwrap();
                let p = f64::from(0.1f32);
                let kl = mean.mapv(|q| p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln());
                0.5 * kl.sum()
            },
        );
    }
}

#[test]
fn kl_wants_a_code_between_0_and_1() {
    let refused = |activation: &str| {
        let architecture = Architecture {
            latent: 2,
            latent_activation: activation.parse().unwrap(),
            ..Architecture::new(4)
        };
        let settings = with_sparsity("kl", 5);
        let mut autoencoder = architecture.build(&settings.loss, 1).unwrap();
        Trainer::new(&mut autoencoder, settings).err()
    };
    assert_eq!(refused("sigmoid"), None);
    let error = refused("relu").unwrap();
    assert!(matches!(error, Error::CodeRange { .. }));
    assert_eq!(
        error.to_string(),
        "sparsity kl is for codes in [0, 1], the code's activation is relu"
    );
}

#[test]
fn terms_are_the_same_at_any_batch_size() {
    let layers = [dense(4, 3, "sigmoid"), dense(3, 4, "linear")];
    let network = network(&layers);
    let once = rows(40, 4, 7);
    let twice = concatenate![ndarray::Axis(0), once, once];
    for sparsity in ["l1:0.3", "kl:weight=0.5", "none"] {
        let settings = |batch| TrainSettings {
            contractive: if sparsity == "none" { 0.3 } else { 0.0 },
            ..with_sparsity(sparsity, batch)
        };
        let (value, gradient) = step(&network, 1, &settings(40), &once);
        let (again, same) = step(&network, 1, &settings(80), &twice);
        assert!(
            (value - again).abs() < 1e-6 * value,
            "{sparsity}: {value}, {again}"
        );
        for (a, b) in gradient.iter().zip(&same) {
            assert!((a - b).abs() < ROUNDING, "{sparsity}: {a}, {b}");
        }
        // And row by row: with the parameters held still, the mean of batches of one is that of
        // one batch, but for a term that is of a batch's means.
        if sparsity == "kl:weight=0.5" {
            continue;
        }
        let single = |row: usize| {
            let row = once.slice(ndarray::s![row..row + 1, ..]).to_owned();
            step(&network, 1, &settings(1), &row).0
        };
        let mean = (0..40).map(single).sum::<f64>() / 40.0;
        assert!(
            (value - mean).abs() < 1e-6 * value,
            "{sparsity}: {value}, {mean}"
        );
    }
}

/// Σ f′(zⱼ)² Wᵢⱼ² by central differences of the code: a step of 1e-4 leaves 1e-9.
fn jacobian_squares(encode: &dyn Fn(&Array2<f64>) -> Array2<f64>, rows: &Array2<f64>) -> f64 {
    let h = 1e-4;
    let column = |column: usize| {
        let at = |offset: f64| {
            let mut moved = rows.clone();
            moved.column_mut(column).mapv_inplace(|x| x + offset);
            encode(&moved)
        };
        ((at(h) - at(-h)) / (2.0 * h))
            .mapv(|slope| slope * slope)
            .sum()
    };
    (0..rows.ncols()).map(column).sum()
}

#[test]
fn contraction_of_a_dense_layer_is_exact_for_every_activation() {
    for entry in Activation::CATALOGUE {
        for batch in [5, LANE_ROWS + 3] {
            let layers = [dense(4, 8, entry.name), dense(8, 4, "linear")];
            let settings = TrainSettings {
                contractive: 0.2,
                batch,
                ..one_step("mse")
            };
            check(
                &layers,
                1,
                &settings,
                (&rows(batch, 4, 2), 2e-6),
                |encode, rows| f64::from(0.2f32) * jacobian_squares(encode, rows) / batch as f64,
            );
        }
    }
}

#[test]
fn contraction_of_deeper_encoders_is_what_the_estimator_says() {
    let layers = [
        dense(4, 5, "gelu"),
        dense(5, 3, "tanh"),
        dense(3, 4, "linear"),
    ];
    for batch in [5, LANE_ROWS + 3] {
        let settings = TrainSettings {
            contractive: 0.2,
            batch,
            ..one_step("mse")
        };
        // The difference of two codes has lost two digits of seven.
        let tolerance = 1e-4;
        check(
            &layers,
            2,
            &settings,
            (&rows(batch, 4, 2), tolerance),
            |encode, rows| {
                let mut beside = rows.clone();
                for (index, mut row) in beside.rows_mut().into_iter().enumerate() {
                    let mut normal = vec![0.0; row.len()];
                    Stream::new(settings.seed, Purpose::Contraction, index as u64)
                        .fill_normal(&mut normal);
                    for (x, normal) in row.iter_mut().zip(normal) {
                        *x = f64::from(*x as f32 + 0.01 * normal);
                    }
                }
                let moved = encode(&beside) - encode(rows);
                f64::from(0.2f32) * moved.mapv(|d| d * d).sum() / 1e-4 / batch as f64
            },
        );
    }
}

#[test]
fn the_estimate_is_the_exact_penalty_on_average() {
    let rows = rows(20_000, 4, 2);
    let value = |layers: &[Layer], encoder| {
        let settings = TrainSettings {
            contractive: 0.2,
            batch: rows.nrows(),
            ..one_step("mse")
        };
        step(&network(layers), encoder, &settings, &rows).0
    };
    let exact = value(&[dense(4, 6, "tanh"), dense(6, 4, "linear")], 1);
    let activation = "tanh".parse().unwrap();
    let taken_apart = [
        dense(4, 6, "linear"),
        Layer::Activate(ae_nn::layer::Activate {
            width: 6,
            activation,
        }),
        dense(6, 4, "linear"),
    ];
    let estimate = value(&taken_apart, 2);
    // One probe a row of a sum of squares with up to one degree of freedom: its deviation is at
    // most √2 of itself, of the mean over 20,000 rows 1 %.
    assert!((estimate / exact - 1.0).abs() < 0.03, "{estimate}, {exact}");
}
