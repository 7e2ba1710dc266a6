//! Data in, a trained autoencoder and a report out.

use crate::harness::{Place, curve_csv};

const SHORT: &str = "train strokes:rows=600 --hidden 32 --latent 8 --epochs 2 --batch 64";

#[test]
fn train_alone_uses_the_built_in_digits_and_leaves_everything() {
    let place = Place::new();
    let run = place.run("train --epochs 1").ok();
    for file in [
        "model.safetensors",
        "checkpoint.safetensors",
        "history.csv",
        "metrics.json",
        "settings.toml",
        "report.html",
    ] {
        assert!(place.path("runs/strokes").join(file).is_file(), "{file}");
    }
    assert!(run.stdout.contains("report: runs/strokes/report.html"));
    assert!(run.stdout.contains("mean predictor"), "{}", run.stdout);
    assert_eq!(run.stdout.matches('\x1b').count(), 0, "no colour in a pipe");
    let lines = run.stdout.lines().count();
    assert!((8..=18).contains(&lines), "{lines} lines:\n{}", run.stdout);
    // A second run goes beside the first.
    place.run("train --epochs 1").ok();
    assert!(place.path("runs/strokes-2/model.safetensors").is_file());
}

#[test]
fn a_run_says_a_line_an_epoch_and_nothing_when_quiet() {
    let place = Place::new();
    let run = place.run(&format!("{SHORT} --out a")).ok();
    assert_eq!(run.stderr.matches("epoch ").count(), 2, "{}", run.stderr);
    let run = place.run(&format!("{SHORT} --out b --quiet")).ok();
    assert_eq!(run.stderr, "");
    let run = place
        .run(&format!("{SHORT} --out c --quiet --no-report"))
        .ok();
    assert_eq!(run.stdout.trim(), "model: c/model.safetensors");
    assert!(!place.path("c/report.html").exists());
}

#[test]
fn history_and_metrics_hold_what_the_program_said() {
    let place = Place::new();
    let run = place.run(&format!("{SHORT} --out a --json")).ok();
    let metrics = run.json();
    assert_eq!(metrics["features"], 784);
    assert_eq!(metrics["latent"], 8);
    assert_eq!(metrics["part"], "test");
    let stored: serde_json::Value = serde_json::from_str(&place.read("a/metrics.json")).unwrap();
    assert_eq!(stored, metrics);
    let history = place.read("a/history.csv");
    let lines: Vec<&str> = history.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("epoch,train_loss,validation_loss"));
    let losses: Vec<f64> = lines[1..]
        .iter()
        .map(|line| line.split(',').nth(1).unwrap().parse().unwrap())
        .collect();
    assert!(losses[1] < losses[0], "{losses:?}");
}

#[test]
fn a_table_of_numbers_trains_encodes_decodes_and_scores_in_its_own_units() {
    let place = Place::new();
    place.write("curve.csv", curve_csv(1000));
    place
        .run("train curve.csv --hidden 32,16 --latent 1 --activation gelu --epochs 200 --batch 32 --schedule cosine --optimizer adam:lr=3e-3 --test 0.1 --out a --quiet")
        .ok();
    let metrics: serde_json::Value = serde_json::from_str(&place.read("a/metrics.json")).unwrap();
    // One number describes the curve; a line through it, as PCA draws, does not.
    let explained = metrics["error"]["explained_variance"].as_f64().unwrap();
    assert!(explained > 0.97, "{explained}");
    assert_eq!(
        metrics["verdict"]["grade"], "good",
        "{}",
        metrics["verdict"]
    );

    place
        .run("encode a/model.safetensors curve.csv -o codes.csv")
        .ok();
    let codes = place.read("codes.csv");
    assert_eq!(codes.lines().next(), Some("latent 0"));
    assert_eq!(codes.lines().count(), 1001);
    place
        .run("decode a/model.safetensors codes.csv -o back.csv")
        .ok();
    let direct = place.run("reconstruct a/model.safetensors curve.csv").ok();
    let back = place.read("back.csv");
    assert_eq!(back.lines().next(), Some("x,square,sine,mixture"));
    assert_eq!(back, direct.stdout, "through a file of codes, or at once");
    // In the table's own units.
    let first = |text: &str| -> Vec<f64> {
        let line = text.lines().nth(5).unwrap();
        line.split(',').map(|cell| cell.parse().unwrap()).collect()
    };
    let (was, is) = (first(&place.read("curve.csv")), first(&back));
    for (was, is) in was.iter().zip(&is) {
        assert!((was - is).abs() < 0.5, "{was} {is}");
    }
    let scores = place.run("score a/model.safetensors curve.csv").ok().stdout;
    assert_eq!(scores.lines().count(), 1001);

    place
        .run("encode a/model.safetensors curve.csv -o codes.npy")
        .ok();
    let npy = place
        .run("decode a/model.safetensors codes.npy")
        .ok()
        .stdout;
    assert_eq!(npy, back);
}

#[test]
fn evaluate_and_info_say_what_training_said() {
    let place = Place::new();
    let trained = place.run(&format!("{SHORT} --out a --json")).ok().json();
    let again = place
        .run("evaluate a/model.safetensors strokes:rows=600 --json --report again.html")
        .ok()
        .json();
    assert_eq!(again["error"], trained["error"]);
    assert_eq!(again["baselines"], trained["baselines"]);
    assert!(place.read("again.html").starts_with("<!DOCTYPE html>"));
    let info = place.run("info a/model.safetensors --json").ok().json();
    assert_eq!(info["shape"], "784-32-8-32-784");
    assert_eq!(info["epochs"], 2);
    assert_eq!(info["settings"]["hidden"][0], 32);
    let text = place.run("info a/model.safetensors").ok().stdout;
    assert!(text.contains("784-32-8-32-784"), "{text}");
}

#[test]
fn hidden_8_2_over_4_features_is_exactly_4_8_2_8_4() {
    let place = Place::new();
    place.write("curve.csv", curve_csv(100));
    place
        .run("train curve.csv --hidden 8,2 --epochs 1 --out a")
        .ok();
    let info = place.run("info a/model.safetensors --json").ok().json();
    assert_eq!(info["shape"], "4-8-2-8-4");
    place
        .run("train curve.csv --hidden 8 --latent 6 --decoder-hidden 5,7 --epochs 1 --out b")
        .ok();
    let info = place.run("info b/model.safetensors --json").ok().json();
    assert_eq!(info["shape"], "4-8-6-5-7-4");
}
