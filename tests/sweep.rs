//! Sweeps: each trial once, whatever happens, and what the records say.

use crate::harness::{Place, curve_csv};
use crate::report::browser::Browser;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// 24 trials of a tenth of a second.
const SWEEP: &str = "sweep curve.csv --grid latent=1,2,3 --grid hidden=none;16 --grid activation=relu,tanh --seeds 2 --epochs 40 --batch 16 --quiet";
const TRIALS: usize = 24;

fn place() -> Place {
    let place = Place::new();
    place.write("curve.csv", curve_csv(400));
    place
}

fn lines(place: &Place, ledger: &str) -> usize {
    std::fs::read(place.path(ledger))
        .map_or(0, |bytes| bytes.iter().filter(|b| **b == b'\n').count())
}

/// What must not depend on when and how trials were run; every line is a trial of its own.
#[track_caller]
fn results(place: &Place, ledger: &str) -> BTreeMap<String, Value> {
    let text = place.read(ledger);
    let mut results = BTreeMap::new();
    for line in text.lines() {
        let mut record: Value = serde_json::from_str(line).unwrap();
        let fields = record.as_object_mut().unwrap();
        for differs in ["seconds", "finished", "host"] {
            assert!(fields.remove(differs).is_some(), "{differs}");
        }
        let trial = fields["trial"].as_str().unwrap().to_owned();
        assert_eq!(results.insert(trial, record), None, "twice in {ledger}");
    }
    results
}

#[test]
fn a_sweep_that_is_killed_five_times_ends_like_one_that_is_not() {
    let place = place();
    place.run(&format!("{SWEEP} --out whole --at-once 1")).ok();
    let whole = results(&place, "whole/ledger.jsonl");
    assert_eq!(whole.len(), TRIALS);
    let killed = "killed/ledger.jsonl";
    for kill in 1..=5 {
        let mut child = place
            .command(&format!("{SWEEP} --out killed"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let since = Instant::now();
        while lines(&place, killed) < 4 * kill && since.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let done = lines(&place, killed);
        assert!(
            (4 * kill..TRIALS).contains(&done),
            "{done} trials at kill {kill}"
        );
        if kill == 3 {
            // A line that was being written.
            let mut ledger = OpenOptions::new()
                .append(true)
                .open(place.path(killed))
                .unwrap();
            ledger
                .write_all(b"{\"trial\":\"0123456789abcdef\",\"da")
                .unwrap();
        }
    }
    place.run(&format!("{SWEEP} --out killed")).ok();
    assert_eq!(results(&place, killed), whole);
    // There is nothing left to do.
    let again = place.run(&format!(
        "{} --out killed",
        SWEEP.trim_end_matches(" --quiet")
    ));
    again
        .ok()
        .says(&["24 trials, 24 of them in the ledger already"]);
    assert_eq!(lines(&place, killed), TRIALS);
    assert_eq!(
        std::fs::read_dir(place.path("killed/ledger.claims"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn processes_on_one_ledger_share_the_trials() {
    let place = place();
    let start = || {
        let mut command = place.command(&format!("{SWEEP} --out shared --at-once 1"));
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children = [start(), start(), start()];
    for child in children {
        place.look_at(SWEEP, child.wait_with_output().unwrap()).ok();
    }
    assert_eq!(results(&place, "shared/ledger.jsonl").len(), TRIALS);
}

#[test]
fn shards_are_the_whole_and_their_ledgers_one_report() {
    let place = place();
    place.run(&format!("{SWEEP} --out whole")).ok();
    for shard in 0..3 {
        place
            .run(&format!("{SWEEP} --out parts --shard {shard}/3"))
            .ok();
    }
    let mut parts = BTreeMap::new();
    for shard in 0..3 {
        let own = results(&place, &format!("parts/ledger-{shard}-of-3.jsonl"));
        assert_eq!(own.len(), TRIALS / 3);
        parts.extend(own);
    }
    assert_eq!(parts, results(&place, "whole/ledger.jsonl"));
    let told = place.run("sweep report parts --json").ok().json();
    assert_eq!(told["done"], TRIALS);
    assert!(
        place
            .read("parts/report.html")
            .contains("Which size of the code do I need?")
    );
}

#[test]
fn what_diverges_is_told_and_never_best() {
    let place = place();
    let sweep = "sweep curve.csv --latent 2 --epochs 2 --seeds 2 --json --out a --grid optimizer=";
    let told = place.run(&format!("{sweep}sgd:lr=1e30,adam")).ok().json();
    assert_eq!(
        (&told["done"], told["failed"].as_array().unwrap().len()),
        (&2.into(), 2)
    );
    assert_eq!(told["configurations"][0]["values"]["optimizer"], "adam");
    let reason = told["failed"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("not finite at epoch 1"), "{reason}");
    let page = place.read("a/report.html");
    assert!(page.contains("What failed") && page.contains("not finite"));
    assert!(place.read("a/trials.csv").contains("failed"));

    place
        .run(&format!(
            "{}sgd:lr=1e30",
            sweep.replace("--out a", "--out b")
        ))
        .fails(1, &["all 2 trials failed", "not finite", "b/report.html"]);
    // It is known now: nothing is tried again, and the answer is the same.
    place
        .run(&format!(
            "{}sgd:lr=1e30",
            sweep.replace("--out a", "--out b")
        ))
        .fails(
            1,
            &["2 of them in the ledger already", "all 2 trials failed"],
        );
}

#[test]
fn budgets_end_a_sweep_and_plans_go_on_with_it() {
    let place = place();
    place
        .run("sweep curve.csv --grid latent=1,2 --random lr=log:1e-4..1e-2 --random norm=none,batch --trials 4 --sampler sobol --epochs 2 --out a --max-trials 3")
        .ok()
        .says(&["5 trials are left"]);
    assert_eq!(lines(&place, "a/ledger.jsonl"), 3);
    place
        .run("sweep --plan a/plan.toml --max-trials 100 --out a")
        .ok();
    let results = results(&place, "a/ledger.jsonl");
    assert_eq!(results.len(), 8);
    // The draws are the same in both cells of the grid.
    let rates = |latent: i64| {
        let own = results.values().filter(|r| r["point"]["latent"] == latent);
        let mut rates: Vec<String> = own
            .map(|r| r["point"]["optimizer.lr"].to_string())
            .collect();
        rates.sort();
        rates
    };
    assert_eq!(rates(1), rates(2));
    let out = place
        .run("sweep --plan a/plan.toml --max-trials 100 --out a --budget 1s")
        .ok();
    assert!(out.stdout.contains("BEST"), "{}", out.stdout);
}

#[test]
fn halving_trains_the_better_ones_longer() {
    let place = place();
    let halving = "sweep curve.csv --grid latent=1,2,3 --grid hidden=none;16;32 --epochs 18 --halving 3 --json --out a";
    let told = place.run(halving).ok().json();
    let mut by_epochs: BTreeMap<u64, usize> = BTreeMap::new();
    for record in results(&place, "a/ledger.jsonl").values() {
        *by_epochs
            .entry(record["settings"]["epochs"].as_u64().unwrap())
            .or_default() += 1;
    }
    assert_eq!(by_epochs, BTreeMap::from([(2, 9), (6, 3), (18, 1)]));
    assert_eq!(told["configurations"][0]["values"]["epochs"], 18);
    place
        .run(&format!("{halving} --shard 0/2"))
        .fails(2, &["--shard"]);
}

#[test]
fn the_report_opens_without_complaint_on_a_phone() {
    let place = place();
    place.run(&format!("{SWEEP} --out a")).ok();
    let one = "sweep curve.csv --latent 2 --epochs 2 --out one";
    place.run(one).ok();
    place
        .run("sweep curve.csv --grid latent=1,2 --grid optimizer=sgd:lr=1e30;adam --epochs 2 --seeds 2 --out failed")
        .ok();
    place
        .run("sweep strokes:rows=300 --grid latent=2,8 --epochs 1 --out images")
        .ok();
    let pages = ["a", "one", "failed", "images"]
        .map(|name| (name, place.read(&format!("{name}/report.html"))));
    for section in [
        "answer",
        "sizes",
        "comparisons",
        "importance",
        "cost",
        "trials",
    ] {
        assert!(
            pages[0].1.contains(&format!("<section id=\"{section}\"")),
            "{section}"
        );
    }
    assert_eq!(
        pages[3]
            .1
            .matches("rows above their reconstructions, ")
            .count(),
        2
    );
    let told: Value = serde_json::from_str(&place.read("a/summary.json")).unwrap();
    assert_eq!(told["comparisons"].as_array().unwrap().len(), 4);
    assert_eq!(place.read("a/trials.csv").lines().count(), TRIALS + 1);
    let Some(browser) = Browser::find() else {
        return;
    };
    browser.assert_fine(pages.iter().map(|(name, page)| (*name, page.as_str())));
}

#[test]
fn two_hundred_tiny_trials_cost_little_beside_their_training() {
    let place = place();
    let start = Instant::now();
    place
        .run("sweep curve.csv --random lr=1e-4..1e-2 --random dropout=0..0.5 --trials 200 --latent 2 --epochs 1 --at-once 1 --quiet --out a")
        .ok();
    let all = start.elapsed().as_secs_f64();
    let own: f64 = place
        .read("a/ledger.jsonl")
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["seconds"]
                .as_f64()
                .unwrap()
        })
        .sum();
    assert_eq!(lines(&place, "a/ledger.jsonl"), 200);
    let each = (all - own) / 200.0;
    assert!(each < 0.020, "{each} s a trial");
}

#[test]
fn plans_that_make_no_sense_are_refused_before_any_work() {
    let place = place();
    for (arguments, said) in [
        ("--grid latnet=2", "did you mean `latent`"),
        ("--grid activation=rleu", "did you mean `relu`"),
        (
            "--grid latent=2 --grid optimizer.speed=3",
            "unknown parameter `speed`",
        ),
        ("--random lr=1e-2..1e-4", "must be the smaller one"),
        ("--grid seed=1,2", "--seeds 5"),
        ("--trials 5 --grid latent=2", "nothing to draw"),
        ("--grid latent", "SETTING=VALUES"),
        ("--budget soon --grid latent=2", "10min"),
        ("--shard 2/2 --grid latent=2", "I/N"),
    ] {
        place
            .run(&format!("sweep curve.csv --out a {arguments}"))
            .fails(2, &[said]);
    }
    assert!(!place.path("a").exists());
    place.run("sweep report nowhere").fails(1, &["nowhere"]);
    place.write("bad.jsonl", "{}\n");
    place
        .run("sweep report bad.jsonl")
        .fails(1, &["bad.jsonl, line 1", "missing field"]);
}

#[test]
fn tuning_leaves_a_model_and_says_why() {
    let place = place();
    let out = place.run("tune curve.csv --budget 4s --out t").ok();
    for said in ["why these settings", "seeds", "model:"] {
        assert!(out.stdout.contains(said), "{said}: {}", out.stdout);
    }
    for file in [
        "run/model.safetensors",
        "run/report.html",
        "report.html",
        "settings.toml",
    ] {
        assert!(place.path(&format!("t/{file}")).exists(), "{file}");
    }
    // The chosen settings are those of a trial, and test rows were held out from all of them.
    let settings = place.read("t/settings.toml");
    assert!(settings.contains("test = 0.15"), "{settings}");
}
