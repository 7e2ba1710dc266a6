//! The look back at the training: both parts measured in the same way.

use crate::support::{alone, curve, short, table, trained};
use ae_data::Dataset;
use ae_model::{Evaluation, Part, Settings, evaluate_run};
use ae_tensor::random::{Purpose, Stream};

fn noise(rows: usize, width: usize) -> Dataset {
    let mut values = vec![0.0; rows * width];
    Stream::new(1, Purpose::Generator, 0).fill_normal(&mut values);
    table(width, values)
}

fn has(found: &Evaluation, title: &str) -> bool {
    let mut findings = found.verdict.findings.iter();
    findings.any(|finding| finding.title == title)
}

fn run(dataset: Dataset, settings: &Settings) -> Evaluation {
    let parts = alone(dataset);
    let (plan, model) = trained(&parts, settings);
    evaluate_run(&model, &parts, &plan).unwrap()
}

#[test]
fn the_validation_loss_is_that_of_the_epoch_whose_weights_were_kept() {
    for noise in ["none", "masking:0.3"] {
        let settings = Settings {
            noise: noise.parse().unwrap(),
            dropout: 0.2,
            epochs: 6,
            ..short()
        };
        let parts = alone(curve(200));
        let (plan, model) = trained(&parts, &settings);
        let found = evaluate_run(&model, &parts, &plan).unwrap();
        let kept = &model.history()[model.provenance().epoch - 1];
        let training = found.training.unwrap();
        let validation = training.validation.as_ref().unwrap();
        let expected = kept.validation_loss.unwrap();
        assert!((validation.loss - expected).abs() < 1e-6 * expected);
        assert_eq!((training.train.rows, validation.rows), (180, 20));
        // With dropout and moving weights the history says more than the weights deserve.
        assert!(training.train.loss < kept.train_loss);
        assert_eq!(training.watched(), validation);
    }
}

#[test]
fn the_reported_validation_part_says_the_same() {
    let found = run(curve(200), &short());
    assert_eq!(found.part, Part::Validation.name());
    let training = found.training.unwrap();
    let validation = training.validation.unwrap();
    assert!((validation.loss - found.loss.value).abs() < 1e-9);
    assert_eq!(validation.floor, 0.0);
}

#[test]
fn floors_are_those_of_the_rows_they_belong_to() {
    let settings = Settings {
        scaling: Some("min-max".parse().unwrap()),
        validation: 0.2,
        ..short()
    };
    let parts = alone(curve(200));
    let (plan, model) = trained(&parts, &settings);
    let found = evaluate_run(&model, &parts, &plan).unwrap();
    let training = found.training.unwrap();
    let entropy = |part: Part| {
        let rows = plan.rows(&parts, part).unwrap();
        let count = ae_nn::Samples::row_count(&rows);
        let numbers: Vec<u32> = (0..count as u32).collect();
        let mut values = ndarray::Array2::zeros((count, 4));
        ae_nn::Samples::fill(&rows, &numbers, values.view_mut());
        let term = |t: f64| {
            if t <= 0.0 || t >= 1.0 {
                0.0
            } else {
                -t * t.ln()
            }
        };
        let entropy = values.mapv(|t| term(f64::from(t)) + term(1.0 - f64::from(t)));
        entropy.mean().unwrap()
    };
    for (part, found) in [
        (Part::Train, &training.train),
        (Part::Validation, training.validation.as_ref().unwrap()),
    ] {
        let expected = entropy(part);
        assert!(
            (found.floor - expected).abs() < 1e-5,
            "{} {expected}",
            found.floor
        );
        assert!(found.above_floor() > 0.0);
    }
}

#[test]
fn at_most_2000_training_rows_are_measured_beside_validation_rows() {
    let settings = Settings {
        epochs: 1,
        batch: 500,
        ..short()
    };
    let training = run(curve(3000), &settings).training.unwrap();
    assert_eq!(training.train.rows, 2000);
    assert_eq!(training.validation.unwrap().rows, 300);
    let without = Settings {
        validation: 0.0,
        ..settings
    };
    let training = run(curve(3000), &without).training.unwrap();
    assert_eq!(training.train.rows, 3000);
    assert_eq!(training.watched(), &training.train);
}

#[test]
fn learning_by_heart_is_noticed() {
    // Noise has no structure: what is learnt of 30 rows is those rows.
    let settings = Settings {
        hidden: vec![64],
        latent: Some(6),
        activation: "gelu".parse().unwrap(),
        epochs: 400,
        optimizer: "adam:lr=0.005".parse().unwrap(),
        batch: 15,
        keep: ae_nn::Keep::Last,
        validation: 0.5,
        ..Settings::default()
    };
    let found = run(noise(60, 10), &settings);
    assert!(has(&found, "over-fitting"), "{:?}", found.training);
    let training = found.training.unwrap();
    assert!(training.validation.unwrap().loss > 2.0 * training.train.loss);
}

#[test]
fn a_few_odd_validation_rows_are_no_over_fitting() {
    // Two rows that happen to be harder than the rest by a half prove nothing.
    let settings = Settings {
        validation: 0.02,
        epochs: 3,
        ..short()
    };
    for seed in 1..6 {
        let settings = Settings {
            seed,
            ..settings.clone()
        };
        assert!(
            !has(&run(noise(100, 6), &settings), "over-fitting"),
            "{seed}"
        );
    }
}

#[test]
fn noise_and_dropout_are_no_over_fitting_and_hide_none() {
    let settings = Settings {
        noise: "gaussian:0.5".parse().unwrap(),
        dropout: 0.3,
        hidden: vec![16],
        latent: Some(2),
        epochs: 20,
        batch: 16,
        ..Settings::default()
    };
    assert!(!has(&run(curve(400), &settings), "over-fitting"));
}

#[test]
fn training_that_could_go_on_is_noticed() {
    let settings = Settings {
        epochs: 8,
        ..short()
    };
    assert!(has(&run(curve(200), &settings), "still learning"));
    let done = Settings {
        epochs: 300,
        optimizer: "adam:lr=0.01".parse().unwrap(),
        schedule: "cosine".parse().unwrap(),
        ..short()
    };
    assert!(!has(&run(curve(200), &done), "still learning"));
    // Too short to tell.
    assert!(!has(&run(curve(200), &short()), "still learning"));
}
