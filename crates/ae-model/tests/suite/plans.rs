//! What is decided before training.

use crate::support::{alone, curve, images, short, table};
use ae_data::{Dataset, Parts};
use ae_model::{Part, Plan, Settings};
use ae_nn::Samples;

fn plan(dataset: Dataset, settings: &Settings) -> Plan {
    Plan::new(&alone(dataset), settings).unwrap()
}

#[track_caller]
fn refused(parts: &Parts, settings: &Settings, said: &[&str]) {
    let error = Plan::new(parts, settings).unwrap_err();
    let text = format!("{error} / {}", error.hint().unwrap_or_default());
    for part in said {
        assert!(text.contains(part), "`{part}` not in: {text}");
    }
}

/// Bytes from 0 to 250, so that nothing is constant.
fn pictures(rows: usize) -> Dataset {
    images(
        2,
        4,
        1,
        (0..rows * 8).map(|i| (i * 37 % 251) as u8).collect(),
    )
}

#[test]
fn choices_follow_from_the_data() {
    for (dataset, scaling, loss, output, latent) in [
        (pictures(50), "unit", "bce", "sigmoid", 2),
        (curve(50), "standard", "mse", "linear", 1),
    ] {
        let settings = plan(dataset, &Settings::default()).settings;
        assert_eq!(settings.scaling.unwrap().to_string(), scaling);
        assert_eq!(settings.loss.unwrap().to_string(), loss);
        assert_eq!(settings.output.unwrap().to_string(), output);
        assert_eq!(settings.latent, Some(latent), "a quarter of the row");
    }
    let wide = images(20, 20, 1, (0..4000).map(|i| (i % 256) as u8).collect());
    assert_eq!(plan(wide, &Settings::default()).settings.latent, Some(32));
}

#[test]
fn one_choice_leads_to_another() {
    let asked = |scaling: &str, loss: Option<&str>, output: Option<&str>| Settings {
        scaling: Some(scaling.parse().unwrap()),
        loss: loss.map(|loss| loss.parse().unwrap()),
        output: output.map(|output| output.parse().unwrap()),
        ..Settings::default()
    };
    for (settings, loss, output) in [
        (asked("min-max", None, None), "bce", "sigmoid"),
        (asked("min-max", Some("mse"), None), "mse", "sigmoid"),
        (asked("min-max", None, Some("linear")), "mse", "linear"),
        (asked("robust", None, None), "mse", "linear"),
        (asked("standard", Some("mae"), None), "mae", "linear"),
    ] {
        let made = plan(curve(50), &settings).settings;
        assert_eq!(made.loss.unwrap().to_string(), loss, "{settings:?}");
        assert_eq!(made.output.unwrap().to_string(), output, "{settings:?}");
    }
}

#[test]
fn the_last_hidden_layer_is_the_code_where_none_is_named() {
    let hidden = Settings {
        hidden: vec![8, 2],
        ..Settings::default()
    };
    let plan = plan(curve(50), &hidden);
    assert_eq!(plan.settings.hidden, [8]);
    assert_eq!(plan.settings.latent, Some(2));
}

#[test]
fn rows_are_dealt_out_once_and_the_same_for_a_seed() {
    let settings = Settings {
        validation: 0.2,
        test: 0.1,
        ..short()
    };
    let split = plan(curve(100), &settings).split;
    assert_eq!(
        [split.train.len(), split.validation.len(), split.test.len()],
        [70, 20, 10]
    );
    let mut all = [&split.train[..], &split.validation, &split.test].concat();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..100));
    assert_eq!(plan(curve(100), &settings).split, split);
    let other = Settings {
        seed: 2,
        ..settings
    };
    assert_ne!(plan(curve(100), &other).split, split);
}

#[test]
fn scaling_is_fitted_on_training_rows_only() {
    // The one row that is held out is far away.
    let settings = Settings {
        scaling: Some("min-max".parse().unwrap()),
        validation: 0.1,
        ..Settings::default()
    };
    let held_out = plan(curve(10), &settings).split.validation[0] as usize;
    let mut values: Vec<f32> = (0..10).map(|row| row as f32).collect();
    values[held_out] = 1000.0;
    let plan = plan(table(1, values), &settings);
    let scaling = plan.preprocessing.scaling();
    assert!(scaling.scale()[0] <= 9.0, "{scaling:?}");
}

#[test]
fn a_source_with_test_rows_keeps_them_for_the_report() {
    let parts = Parts {
        train: curve(50),
        test: Some(curve(20)),
    };
    let plan = Plan::new(&parts, &short()).unwrap();
    assert_eq!(plan.reported_part(), Part::Test);
    assert_eq!(plan.rows(&parts, Part::Test).unwrap().row_count(), 20);
    assert_eq!(plan.rows(&parts, Part::Validation).unwrap().row_count(), 5);
    let share = Settings {
        test: 0.1,
        ..short()
    };
    refused(
        &parts,
        &share,
        &["20 test rows of its own", "0.1", "`--test`"],
    );
}

#[test]
fn validation_on_test_rows_watches_those_and_holds_nothing_out() {
    let parts = Parts {
        train: curve(50),
        test: Some(curve(20)),
    };
    let settings = Settings {
        validate_on_test: true,
        ..short()
    };
    let plan = Plan::new(&parts, &settings).unwrap();
    let learnt = plan.rows(&parts, Part::Train).unwrap();
    assert_eq!(learnt.row_count(), 50);
    assert!(std::ptr::eq(learnt.dataset(), &parts.train));
    let watched = plan.rows(&parts, Part::Validation).unwrap();
    assert_eq!(watched.row_count(), 20);
    assert!(std::ptr::eq(
        watched.dataset(),
        parts.test.as_ref().unwrap()
    ));
    refused(
        &alone(curve(50)),
        &settings,
        &["no test rows", "--validation"],
    );
}

#[test]
fn the_report_speaks_of_the_best_part_there_is() {
    let settings = |validation: f64, test: f64| Settings {
        validation,
        test,
        ..short()
    };
    let part = |settings| plan(curve(50), &settings).reported_part();
    assert_eq!(part(settings(0.2, 0.2)), Part::Test);
    assert_eq!(part(settings(0.2, 0.0)), Part::Validation);
    assert_eq!(part(settings(0.0, 0.0)), Part::Train);
    let plan = plan(curve(50), &settings(0.0, 0.0));
    assert!(plan.rows(&alone(curve(50)), Part::Validation).is_none());
}

#[test]
fn what_cannot_work_is_refused_with_the_numbers() {
    let settings = |scaling: &str, loss: &str, output: Option<&str>| Settings {
        scaling: Some(scaling.parse().unwrap()),
        loss: Some(loss.parse().unwrap()),
        output: output.map(|output| output.parse().unwrap()),
        ..Settings::default()
    };
    let high = || alone(table(2, (0..20).map(|i| i as f32 * 3.0 / 19.0).collect()));
    let cases = [
        (
            high(),
            settings("none", "bce", None),
            vec!["loss bce", "[0, 1]", "3", "min-max"],
        ),
        (
            high(),
            settings("none", "mse", Some("sigmoid")),
            vec!["sigmoid", "[0, 1]", "3"],
        ),
        (
            alone(curve(50)),
            settings("standard", "mse", Some("relu")),
            vec!["relu", "--output linear"],
        ),
    ];
    for (parts, settings, said) in cases {
        refused(&parts, &settings, &said);
    }
    let one_row = Settings {
        validation: 0.5,
        ..Settings::default()
    };
    refused(&alone(table(2, vec![1.0, 2.0])), &one_row, &["1"]);
    let constant = alone(table(2, vec![1.0; 40]));
    refused(&constant, &Settings::default(), &["2", "vari"]);
}

#[test]
fn few_rows_are_warned_of() {
    let plan = plan(curve(20), &short());
    let said = plan.warnings.join("\n");
    for part in ["only 18 training rows", "only 2 validation rows"] {
        assert!(said.contains(part), "{said}");
    }
    let batch = Settings {
        batch: 64,
        ..short()
    };
    let plan = Plan::new(&alone(curve(40)), &batch).unwrap();
    assert!(
        plan.warnings
            .join("\n")
            .contains("36 training rows fill less than one batch of 64")
    );
}
