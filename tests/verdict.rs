//! The report's word on models that are no good.

use crate::harness::{Place, curve_csv};

fn findings(metrics: &serde_json::Value) -> Vec<String> {
    let findings = metrics["verdict"]["findings"].as_array().unwrap();
    let titles = findings
        .iter()
        .map(|finding| finding["title"].as_str().unwrap());
    titles.map(str::to_owned).collect()
}

#[test]
fn a_learning_rate_of_0_gives_a_broken_model_and_the_mean_predictors_error() {
    let place = Place::new();
    let metrics = place
        .run("train strokes:rows=300 --hidden 16 --latent 4 --epochs 1 --optimizer adam:lr=0 --initialiser glorot-uniform --json --out a")
        .ok()
        .json();
    assert_eq!(metrics["verdict"]["grade"], "broken");
    let titles = findings(&metrics);
    assert!(
        titles.contains(&"outputs barely vary".to_owned()),
        "{titles:?}"
    );
    let baselines = metrics["baselines"].as_array().unwrap();
    assert!(
        baselines
            .iter()
            .any(|b| b["name"] == "mean predictor" && b["mse"].as_f64().unwrap() > 0.01)
    );
}

#[test]
fn values_that_are_all_one_half_show_the_floor_of_bce() {
    let place = Place::new();
    // One feature varies a little, so that there is something to train on.
    let mut text = String::from("a,b,c\n");
    for row in 0..200 {
        text += &format!("0.5,0.5,{}\n", if row % 2 == 0 { "0.5" } else { "0.5001" });
    }
    place.write("half.csv", text);
    let metrics = place
        .run("train half.csv --scaling none --loss bce --latent 1 --epochs 200 --batch 20 --json --out a")
        .ok()
        .json();
    let loss = metrics["loss"]["value"].as_f64().unwrap();
    let floor = metrics["loss"]["floor"].as_f64().unwrap();
    assert!((floor - std::f64::consts::LN_2).abs() < 1e-5, "{floor}");
    assert!(loss >= floor - 1e-6 && loss < floor + 1e-3, "{loss}");
    let summary = place.run("evaluate a/model.safetensors half.csv").ok();
    assert!(summary.stdout.contains("no model gets below 0.693"));
}

#[test]
fn a_denoiser_is_held_against_the_noisy_input() {
    let place = Place::new();
    place.write("curve.csv", curve_csv(400));
    let metrics = place
        .run("train curve.csv --hidden 16 --latent 2 --noise gaussian:0.001 --epochs 2 --json --out a")
        .ok()
        .json();
    let names: Vec<&str> = metrics["baselines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|baseline| baseline["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"noisy input"), "{names:?}");
    assert!(findings(&metrics).contains(&"no better than the noisy input".to_owned()));
    assert_ne!(metrics["verdict"]["grade"], "good");
}

#[test]
fn few_rows_train_with_a_warning() {
    let place = Place::new();
    place.write("five.csv", curve_csv(5));
    place
        .run("train five.csv --batch 64 --validation 0.1 --epochs 2 --out a")
        .ok()
        .says(&["warning:", "4 training rows", "batch of 64"]);
}

#[test]
fn over_complete_codes_are_allowed_and_said() {
    let place = Place::new();
    place.write("curve.csv", curve_csv(200));
    let metrics = place
        .run("train curve.csv --latent 9 --epochs 2 --json --out a")
        .ok()
        .json();
    assert_eq!(metrics["latent"], 9);
    let titles = findings(&metrics);
    assert!(
        titles.contains(&"the code is as wide as the row".to_owned()),
        "{titles:?}"
    );
}

#[test]
fn a_small_table_that_was_hardly_trained_says_how_many_steps_it_took() {
    let place = Place::new();
    place.write("curve.csv", curve_csv(300));
    let metrics = place
        .run("train curve.csv --latent 2 --epochs 2 --json --out a")
        .ok()
        .json();
    let findings = metrics["verdict"]["findings"].as_array().unwrap();
    let found = findings
        .iter()
        .find(|finding| finding["title"] == "hardly trained")
        .unwrap_or_else(|| panic!("{findings:?}"));
    assert_eq!(found["detail"], "it took 18 steps: 2 epochs of 9");
    // The same network with enough steps has no such finding.
    let metrics = place
        .run("train curve.csv --latent 2 --hidden 32 --epochs 150 --batch 16 --optimizer adam:lr=3e-3 --json --out b")
        .ok()
        .json();
    assert!(!self::findings(&metrics).contains(&"hardly trained".to_owned()));
}
