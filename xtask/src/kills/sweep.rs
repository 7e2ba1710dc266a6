//! Sweeps of 60 short trials, each killed five times.

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Place, Survived};

const GRID: &str = "--grid latent=2,8,32 --grid hidden=none;64 --grid activation=relu,gelu --seeds 5 \
                    --epochs 2 --limit 3000 --quiet";

/// Trials of a sweep.
const TRIALS: usize = 60;

/// Kills of one.
const KILLS: u32 = 5;

pub fn run(place: &Place, kills: u32) -> Result<Survived> {
    let datasets = crate::workspace_root().join("datasets");
    let data = match datasets.join("mnist").is_dir() {
        true => format!("mnist --data-dir {}", datasets.display()),
        false => "strokes".to_owned(),
    };
    let sweep = format!("sweep {data} {GRID}");
    let started = Instant::now();
    place.run(&format!("{sweep} --out whole"))?;
    let whole = started.elapsed();
    let expected = trials(place, "whole")?;
    ensure!(expected.len() == TRIALS, "{} trials", expected.len());
    let words = place.path("words");
    let mut moments = place.moments();
    let (mut killed, mut sweeps) = (0, 0);
    while killed < kills {
        sweeps += 1;
        let folder = format!("sweep{sweeps}");
        let command = format!("{sweep} --out {folder}");
        let mut of_this = 0;
        while of_this < KILLS {
            // Five kills should find something left to do.
            let share = moments.next().unwrap_or(0.5) / f64::from(KILLS);
            if !place.kill(&command, whole.mul_f64(share), &words)? {
                break;
            }
            of_this += 1;
        }
        killed += of_this;
        place.run(&command)?;
        ensure!(
            trials(place, &folder)? == expected,
            "{folder}: other trials than those of a sweep that was never killed"
        );
    }
    Ok(Survived {
        what: "sweeps",
        command: format!(
            "sweep {} {GRID}",
            data.split(' ').next().unwrap_or_default()
        ),
        kills: killed,
        found: format!(
            "{sweeps} ledgers of {TRIALS} trials, all equal to one of a sweep that was never killed, \
             trial for trial and figure for figure"
        ),
    })
}

/// What a ledger says of each trial, but for times and places.
fn trials(place: &Place, folder: &str) -> Result<BTreeMap<String, Value>> {
    let text = fs::read_to_string(place.path(&format!("{folder}/ledger.jsonl")))?;
    let mut trials = BTreeMap::new();
    for line in text.lines() {
        let mut record: Value = serde_json::from_str(line)?;
        let fields = record
            .as_object_mut()
            .context("a record that is no object")?;
        fields.retain(|name, _| !["seconds", "finished", "host"].contains(&name.as_str()));
        let trial = fields.get("trial").and_then(Value::as_str);
        let trial = trial.context("a record without a trial")?.to_owned();
        let twice = trials.insert(trial.clone(), record);
        ensure!(twice.is_none(), "{folder}: trial {trial} twice");
    }
    Ok(trials)
}
