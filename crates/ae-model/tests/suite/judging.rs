//! What the verdict says about models that were made good or bad on purpose.

use crate::support::{Parted, alone, curve, images, short, table, trained};
use ae_model::evaluation::{Finding, Grade, Severity};
use ae_model::{Evaluation, Model, Part, Rows, Settings, evaluate};
use ae_nn::Samples;
use ndarray::Array2;

fn judged(model: &Model, dataset: &ae_data::Dataset) -> Evaluation {
    let (prepared, _) = model.prepare(dataset).unwrap();
    let all: Vec<u32> = (0..dataset.rows as u32).collect();
    evaluate(model, &Rows::new(dataset, &all, &prepared), "given").unwrap()
}

fn finding<'a>(evaluation: &'a Evaluation, title: &str) -> Option<&'a Finding> {
    let mut findings = evaluation.verdict.findings.iter();
    findings.find(|finding| finding.title == title)
}

fn good_settings() -> Settings {
    Settings {
        hidden: vec![16],
        latent: Some(1),
        activation: "gelu".parse().unwrap(),
        optimizer: "adam:lr=0.01".parse().unwrap(),
        epochs: 80,
        batch: 16,
        ..Settings::default()
    }
}

/// The model with some of its tensors overwritten.
fn with(model: &Model, tensors: &[(&str, &[f32])]) -> Model {
    let mut file = Parted::of(model);
    for (name, values) in tensors {
        file.set_tensor(name, values);
    }
    file.load().unwrap()
}

#[test]
fn a_model_that_beats_the_components_is_good() {
    let rows = curve(300);
    let (_, model) = trained(&alone(rows.clone()), &good_settings());
    let found = judged(&model, &rows);
    assert_eq!(found.verdict.grade, Grade::Good, "{:?}", found.verdict);
    let sentence = &found.verdict.sentence;
    assert!(sentence.starts_with("1 number keeps 99.9"), "{sentence}");
    assert!(
        sentence.contains("times smaller than that of PCA with as many"),
        "{sentence}"
    );
}

#[test]
fn a_line_is_fair_or_poor_beside_the_components() {
    let rows = curve(300);
    let settings = Settings {
        hidden: vec![],
        ..good_settings()
    };
    let (_, model) = trained(&alone(rows.clone()), &settings);
    let found = judged(&model, &rows);
    // A linear autoencoder can't do better than PCA on its training rows.
    assert_eq!(found.verdict.grade, Grade::Poor, "{:?}", found.verdict);
    assert!(finding(&found, "no better than PCA").is_some());
}

#[test]
fn components_that_lose_nothing_are_no_measure() {
    let values = (0..60).flat_map(|row| [1.0, -1.0, 2.0].map(|slope| slope * (row % 17) as f32));
    let rows = table(3, values.collect());
    let (_, model) = trained(&alone(rows.clone()), &short());
    let found = judged(&model, &rows);
    let sentence = &found.verdict.sentence;
    assert!(
        sentence.ends_with("; PCA with as many loses nothing"),
        "{sentence}"
    );
    assert!(finding(&found, "no better than PCA").is_some());
}

#[test]
fn an_answer_that_never_changes_is_broken() {
    let rows = curve(100);
    let (_, model) = trained(&alone(rows.clone()), &short());
    let model = with(&model, &[("decoder.1.weight", &[0.0; 24])]);
    let found = judged(&model, &rows);
    assert_eq!(found.verdict.grade, Grade::Broken);
    let finding = finding(&found, "outputs barely vary").unwrap();
    assert_eq!(finding.severity, Severity::Alarm);
    assert!(
        finding.detail.contains("have 0.00 % of the variance"),
        "{}",
        finding.detail
    );
}

#[test]
fn dead_numbers_of_the_code_are_counted() {
    let rows = curve(100);
    let (_, model) = trained(&alone(rows.clone()), &short());
    let dead = |weight: &[f32; 12]| {
        let model = with(&model, &[("encoder.1.weight", weight)]);
        let found = judged(&model, &rows);
        let units: Vec<bool> = found.latent_units.iter().map(|unit| unit.dead).collect();
        (units, found)
    };
    // 6 hidden × 2 code, the second column 0.
    let mut weight = [0.0; 12];
    for hidden in 0..6 {
        weight[2 * hidden] = 0.5;
    }
    let (units, found) = dead(&weight);
    assert_eq!(units, [false, true]);
    let one = finding(&found, "dead units in the code").unwrap();
    assert!(
        one.detail.starts_with("1 of the 2 numbers"),
        "{}",
        one.detail
    );
    assert_eq!(one.severity, Severity::Warning);
    let (units, found) = dead(&[0.0; 12]);
    assert_eq!(units, [true, true]);
    assert_eq!(
        finding(&found, "collapsed code").unwrap().severity,
        Severity::Alarm
    );
}

#[test]
fn a_number_that_hardly_ever_wakes_is_dead_however_loud_it_is() {
    // The second feature is 1 in a few of 2,000 rows; the code is the row itself.
    let rows = |few: usize| {
        let values = (0..2000).flat_map(|row| {
            let second = if row < few { 1.0 } else { 0.0 };
            [(row % 50) as f32 / 50.0, second]
        });
        table(2, values.collect())
    };
    let settings = Settings {
        scaling: Some("none".parse().unwrap()),
        hidden: vec![],
        latent_activation: "relu".parse().unwrap(),
        epochs: 1,
        ..short()
    };
    let (_, model) = trained(&alone(rows(1000)), &settings);
    let identity: [(&str, &[f32]); 2] = [
        ("encoder.0.weight", &[1.0, 0.0, 0.0, 1.0]),
        ("encoder.0.bias", &[0.0, 0.0]),
    ];
    let model = with(&model, &identity);
    for (few, dead) in [(1, true), (3, false)] {
        let unit = &judged(&model, &rows(few)).latent_units[1];
        assert_eq!(unit.active, few as f64 / 2000.0);
        assert_eq!(unit.dead, dead, "awake in {few} rows");
    }
}

#[test]
fn dead_hidden_units_are_counted_layer_by_layer() {
    let rows = curve(100);
    let settings = Settings {
        hidden: vec![10, 8],
        norm: ae_nn::Norm::Layer,
        ..short()
    };
    let (_, model) = trained(&alone(rows.clone()), &settings);
    let layers: Vec<(String, usize)> = judged(&model, &rows)
        .hidden_layers
        .into_iter()
        .map(|layer| (layer.name, layer.units))
        .collect();
    let named = |number: usize, units| (format!("hidden layer {number}"), units);
    assert_eq!(
        layers,
        [named(1, 10), named(2, 8)],
        "with norm and activation"
    );

    let settings = Settings {
        hidden: vec![10, 8],
        ..short()
    };
    let (_, model) = trained(&alone(rows.clone()), &settings);
    // 6 of 10 and 1 of 8 that nothing wakes: no weight, a bias below 0.
    let silenced = |inputs: usize, units: usize, silent: usize| {
        let weight: Vec<f32> = (0..inputs * units)
            .map(|index| {
                if index % units < silent {
                    0.0
                } else {
                    ((index * 7) % 5) as f32 - 1.8
                }
            })
            .collect();
        let bias: Vec<f32> = (0..units)
            .map(|unit| if unit < silent { -1.0 } else { 0.5 })
            .collect();
        (weight, bias)
    };
    let (first, second) = (silenced(4, 10, 6), silenced(10, 8, 1));
    let model = with(
        &model,
        &[
            ("encoder.0.weight", &first.0),
            ("encoder.0.bias", &first.1),
            ("encoder.1.weight", &second.0),
            ("encoder.1.bias", &second.1),
        ],
    );
    let found = judged(&model, &rows);
    let dead: Vec<usize> = found.hidden_layers.iter().map(|layer| layer.dead).collect();
    assert_eq!(dead[0], 6, "{dead:?}");
    assert!(dead[1] >= 1, "{dead:?}");
    let finding = finding(&found, "dead hidden units").unwrap();
    assert!(
        finding.detail.contains("6 of 10 in hidden layer 1"),
        "{}",
        finding.detail
    );
    assert_eq!(finding.severity, Severity::Warning, "more than half");
}

#[test]
fn the_noisy_input_is_a_baseline_with_its_own_error() {
    let parts = alone(curve(100));
    let settings = Settings {
        noise: "gaussian:0.5".parse().unwrap(),
        ..short()
    };
    let (plan, model) = trained(&parts, &settings);
    let rows = plan.noisy_rows(&parts, Part::Validation).unwrap();
    let found = evaluate(&model, &rows, "validation").unwrap();
    let numbers: Vec<u32> = (0..rows.row_count() as u32).collect();
    let mut clean = Array2::zeros((numbers.len(), 4));
    rows.fill(&numbers, clean.view_mut());
    let mut noisy = clean.clone();
    rows.corrupt(&numbers, 0, noisy.view_mut());
    let expected = (&noisy - &clean)
        .mapv(|d| f64::from(d).powi(2))
        .mean()
        .unwrap();
    assert!((expected - 0.25).abs() < 0.1, "{expected}");
    let mut baselines = found.baselines.iter();
    let noisy = baselines
        .find(|baseline| baseline.name == "noisy input")
        .unwrap();
    assert!((noisy.mse - expected).abs() < 1e-6 * expected);
    assert!(found.examples.iter().all(|example| example.noisy.is_some()));
}

/// Simpler methods get what the model gets, and are held to the clean rows as it is.
#[test]
fn baselines_of_noisy_rows_see_the_noise_and_answer_for_the_clean_rows() {
    let parts = alone(curve(100));
    let settings = Settings {
        noise: "gaussian:0.5".parse().unwrap(),
        ..short()
    };
    let (plan, model) = trained(&parts, &settings);
    let rows = plan.noisy_rows(&parts, Part::Validation).unwrap();
    let numbers: Vec<u32> = (0..rows.row_count() as u32).collect();
    let mut clean = Array2::zeros((numbers.len(), 4));
    rows.fill(&numbers, clean.view_mut());
    let mut noisy = clean.clone();
    rows.corrupt(&numbers, 0, noisy.view_mut());

    let mean = ndarray::Array1::from(model.reference().mean.clone());
    let components = model.reference().components.as_ref().unwrap().view();
    let projected = (&noisy - &mean).dot(&components).dot(&components.t()) + &mean;
    let error = |answer: &Array2<f32>| {
        let squares = (answer - &clean).mapv(|d| f64::from(d).powi(2));
        squares.mean().unwrap()
    };
    let found = evaluate(&model, &rows, "validation").unwrap();
    for (name, expected) in [
        ("mean predictor", error(&(&clean * 0.0 + &mean))),
        ("PCA, 2", error(&projected)),
    ] {
        let mut baselines = found.baselines.iter();
        let baseline = baselines.find(|baseline| baseline.name == name).unwrap();
        let off = (baseline.mse - expected).abs();
        assert!(off < 1e-5 * expected, "{name}: {} {expected}", baseline.mse);
    }
}

#[test]
fn filters_are_the_strongest_units_first() {
    let rows = curve(100);
    let (_, model) = trained(&alone(rows.clone()), &short());
    // 4 features × 6 units: unit 3 weighs most, then 0; the rest little.
    let weight: Vec<f32> = (0..24)
        .map(|index| match index % 6 {
            3 => 2.0 + (index / 6) as f32,
            0 => 1.0,
            unit => 0.01 * unit as f32,
        })
        .collect();
    let found = judged(&with(&model, &[("encoder.0.weight", &weight)]), &rows);
    assert_eq!(found.filters.len(), 6);
    assert_eq!(found.filters[0], [2.0, 3.0, 4.0, 5.0]);
    assert_eq!(found.filters[1], [1.0; 4]);
}

#[test]
fn what_is_left_out_is_said() {
    let rows = curve(60);
    let settings = Settings {
        latent: Some(4),
        ..short()
    };
    let (_, model) = trained(&alone(rows.clone()), &settings);
    let found = judged(&model, &rows);
    assert_eq!(
        found.left_out,
        ["PCA not computed: 4 components of 4 lose nothing"]
    );
    assert!(finding(&found, "the code is as wide as the row").is_some());

    let wide = table(
        5000,
        (0..5000 * 12).map(|i| (i * 31 % 1009) as f32).collect(),
    );
    let settings = Settings {
        hidden: vec![],
        epochs: 1,
        ..short()
    };
    let (_, model) = trained(&alone(wide.clone()), &settings);
    let found = judged(&model, &wide);
    assert_eq!(
        found.left_out,
        ["PCA not computed: rows of 5000 numbers are too wide for it (at most 4096)"]
    );
    assert_eq!(found.per_feature.len(), 5000);
}

/// Many components are found in a moment, and their error is what is left of the variance.
#[test]
fn many_components_take_no_time() {
    // 20 × 20 images of which each pixel stands alone: independent, with falling variance.
    let mut state = 1u32;
    let bytes = (0..900 * 400).map(|index| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let size = 255 - (index % 400) / 2;
        ((state >> 16) % size as u32) as u8
    });
    let rows = images(20, 20, 1, bytes.collect());
    let settings = Settings {
        hidden: vec![],
        latent: Some(300),
        epochs: 1,
        validation: 0.0,
        ..Settings::default()
    };
    let (_, model) = trained(&alone(rows.clone()), &settings);
    let found = judged(&model, &rows);
    let mut baselines = found.baselines.iter();
    let components = baselines
        .find(|baseline| baseline.name == "PCA, 300")
        .unwrap();
    // As found by numpy.linalg.eigh on the same rows: see many_components.py.
    let expected = 0.001_103_725;
    let off = components.mse / expected - 1.0;
    assert!(
        (-1e-4..1e-2).contains(&off),
        "{} for {expected}",
        components.mse
    );
}
