//! Variational autoencoders, from training to rows that never were, through the program.

use crate::harness::Place;

const QUICK: &str = "--batch 32 --latent 3 --hidden 16 --quiet";

/// Two numbers on a curve, a third that depends on them, and a kind.
fn table(rows: usize) -> String {
    let mut text = String::from("x,y,z,kind\n");
    for row in 0..rows {
        let x = (row as f32 * 0.731).rem_euclid(4.0) - 2.0;
        let kind = if x > 0.0 { "right" } else { "left" };
        text += &format!("{x},{},{},{kind}\n", x * x, 100.0 + 3.0 * x);
    }
    text
}

#[test]
fn a_run_goes_on_from_a_checkpoint_and_threads_change_nothing() {
    let place = Place::new();
    let options = "--variational --beta 2 --kl-warm-up 3 --free-nats 0.05 --no-report";
    let train = |out: &str, more: &str| {
        place
            .run(&format!(
                "train strokes:rows=300 --out {out} {options} {QUICK} {more}"
            ))
            .ok();
    };
    train("a", "--epochs 2");
    let settings = place.read("a/settings.toml");
    for kept in [
        "variational = true",
        "beta = 2",
        "kl-warm-up = 3",
        "free-nats = 0.05",
    ] {
        assert!(settings.contains(kept), "{settings}");
    }
    place
        .run("train --resume a --epochs 5 --no-report --quiet")
        .ok();
    train("b", "--epochs 5 --threads 1");
    train("c", "--epochs 5 --threads 3");
    let bytes = |name: &str| place.bytes(&format!("{name}/model.safetensors"));
    assert!(bytes("a") == bytes("b"), "resumed, other bytes");
    assert!(bytes("b") == bytes("c"), "other threads, other bytes");
    let history = place.read("b/history.csv");
    let header = history.lines().next().unwrap();
    assert!(
        header.ends_with(",divergence,validation_divergence"),
        "{history}"
    );
    for line in history.lines().skip(1) {
        let nats = line
            .rsplit(',')
            .take(2)
            .map(|nats| nats.parse::<f64>().unwrap());
        assert!(nats.into_iter().all(|nats| nats > 0.0), "{line}");
    }
}

#[test]
fn rows_are_drawn_and_walked_between_in_their_own_units() {
    let place = Place::new();
    place.write("t.csv", table(400));
    place
        .run(&format!(
            "train t.csv --variational --epochs 60 --seed 3 --out a {QUICK}"
        ))
        .ok();
    let model = "a/model.safetensors";
    let sample = |more: &str| place.run(&format!("sample {model} {more}")).ok().stdout;
    let drawn = sample("--count 200");
    assert_eq!(drawn.lines().next(), Some("x,y,z,kind"));
    assert_eq!(drawn.lines().count(), 201);
    assert_eq!(drawn, sample("--count 200 --threads 1"));
    assert_ne!(drawn, sample("--count 200 --seed 2"));
    assert!(
        drawn.starts_with(sample("--count 5").trim_end()),
        "fewer are the first of more"
    );
    let mut kinds = [0, 0];
    for line in drawn.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let z: f64 = cells[2].parse().unwrap();
        assert!((90.0..110.0).contains(&z), "{line}");
        kinds[usize::from(cells[3] == "right")] += 1;
    }
    assert!(kinds.iter().all(|kind| *kind > 20), "{kinds:?}");

    // Both ends are what comes back of the rows themselves.
    let back = place.run(&format!("reconstruct {model} t.csv")).ok().stdout;
    let back: Vec<&str> = back.lines().collect();
    let walk = place
        .run(&format!(
            "interpolate {model} t.csv --from 2 --to 7 --steps 5"
        ))
        .ok()
        .stdout;
    let walk: Vec<&str> = walk.lines().collect();
    assert_eq!((walk.len(), walk[1], walk[5]), (6, back[2], back[7]));
    assert_ne!(walk[3], walk[1]);
    place
        .run(&format!("interpolate {model} t.csv --from 401"))
        .fails(1, &["no row 401, there are 400"]);
    place
        .run(&format!("interpolate {model} t.csv --along 3"))
        .fails(2, &["no number 3 in a code of 3"]);
    place
        .run(&format!("sample {model} -o a.png"))
        .fails(1, &["these rows are no images"]);
    assert!(!place.path("a.png").exists());
}

#[test]
fn images_are_drawn_in_a_picture_and_the_report_says_what_codes_tell() {
    let place = Place::new();
    place
        .run(&format!(
            "train strokes:rows=600 --variational --epochs 8 --out a {QUICK}"
        ))
        .ok();
    let model = "a/model.safetensors";
    place
        .run(&format!("sample {model} --count 20 -o s.png"))
        .ok();
    place
        .run(&format!(
            "interpolate {model} strokes:rows=600 --along 1 --steps 7 -o w.png"
        ))
        .ok();
    let size = |name: &str| {
        let bytes = place.bytes(name);
        assert!(bytes.starts_with(b"\x89PNG"), "{name}");
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        (number(16), number(20))
    };
    // Seven images in one line; twenty in lines of five; a row above what came back.
    let side = size("w.png").1;
    let gap = side.div_ceil(20);
    assert_eq!(size("w.png").0, 7 * (side + gap) - gap);
    assert_eq!(
        size("s.png"),
        (5 * (side + gap) - gap, 4 * (side + gap) - gap)
    );
    place
        .run(&format!(
            "reconstruct {model} strokes:rows=600 --limit 3 -o r.png"
        ))
        .ok();
    let pair = 2 * side + gap;
    assert_eq!(size("r.png"), (3 * side + 2 * pair.div_ceil(20), pair));
    let report = place.read("a/report.html");
    assert!(
        report.contains("Rows that never were"),
        "no section on draws"
    );
    let metrics: serde_json::Value = serde_json::from_str(&place.read("a/metrics.json")).unwrap();
    let drawn = &metrics["drawn"];
    let number = |name: &str| drawn[name].as_f64().unwrap();
    let parts = number("reconstruction") + number("divergence");
    assert!((number("negative_elbo") - parts).abs() < 1e-9);
    let each = drawn["divergences"].as_array().unwrap().iter();
    let sum: f64 = each.map(|nats| nats.as_f64().unwrap()).sum();
    assert!(sum > 0.1 && (sum - number("divergence")).abs() < 1e-9);
    let likelihood = |draws: u32| {
        let run = place
            .run(&format!(
                "evaluate {model} strokes:rows=600 --likelihood {draws} --json"
            ))
            .ok();
        run.json()["drawn"]["log_likelihood"]["nats"]
            .as_f64()
            .unwrap()
    };
    // More draws come nearer to the truth, from below.
    assert!(likelihood(64) > likelihood(1));
}

#[test]
fn a_code_that_tells_nothing_is_an_alarm() {
    let place = Place::new();
    let run = place
        .run(&format!(
            "train strokes:rows=300 --variational --beta 1000 --epochs 20 --out a {QUICK}"
        ))
        .ok();
    assert!(
        run.stdout.contains("alarm: collapsed code"),
        "{}",
        run.stdout
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let place = Place::new();
    let train = |options: &str| {
        place.run(&format!(
            "train strokes:rows=100 --epochs 1 --no-report --out a {options}"
        ))
    };
    train("--beta 2").fails(1, &["about codes that are drawn", "--variational"]);
    train("--variational --latent-activation relu").fails(1, &["has no activation", "relu"]);
    train("--variational --top-k 2").fails(1, &["top-k"]);
    train("--variational --conv 4").fails(1, &["dense", "width of the code"]);
    train("--variational --beta -1").fails(2, &["--beta"]);
    assert!(!place.path("a").exists());
    train("--latent 3").ok();
    place
        .run("sample a/model.safetensors")
        .fails(1, &["isn't variational", "--variational"]);
    place
        .run("evaluate a/model.safetensors strokes:rows=100 --likelihood 5")
        .fails(1, &["variational models only"]);
}

#[test]
fn sweeps_rank_by_the_bound_not_by_reconstructions_alone() {
    let place = Place::new();
    let sweep = "sweep strokes:rows=3000 --variational --grid beta=0.01,1 --epochs 20 --batch 32 --latent 4 --hidden 32 --quiet --json";
    let run = place.run(&format!("{sweep} --out a")).ok();
    let summary: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(summary["measure"], "negative-elbo", "{}", run.stdout);
    let configurations = summary["configurations"].as_array().unwrap();
    assert_eq!(configurations[0]["values"]["beta"], 1);
    assert!(configurations[0]["pca-error"].is_null());
    // The one with the weaker divergence does reconstruct more closely.
    let ledger = place.read("a/ledger.jsonl");
    let error = |beta: &serde_json::Value| {
        let records = ledger
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let mut records =
            records.filter(|record: &serde_json::Value| record["point"]["beta"] == *beta);
        records.next().unwrap()["metrics"]["error"]
            .as_f64()
            .unwrap()
    };
    let [weak, full] = [1, 0].map(|place| error(&configurations[place]["values"]["beta"]));
    assert!(weak < full, "{weak}, {full}");
}
