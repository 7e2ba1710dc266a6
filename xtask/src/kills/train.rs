//! Training: killed, resumed, killed again, until it ends.

use std::fs;
use std::time::Instant;

use anyhow::{Result, ensure};

use super::{Place, Survived, check_whole};

const TRAIN: &str =
    "train strokes:rows=10000,test=100 --hidden 64 --latent 8 --epochs 15 --batch 64 --no-report";

pub fn run(place: &Place, kills: u32) -> Result<Survived> {
    let started = Instant::now();
    place.run(&format!("{TRAIN} --out whole"))?;
    let whole = started.elapsed();
    let expected = fs::read(place.path("whole/model.safetensors"))?;
    let words = place.path("words");
    let mut moments = place.moments();
    let (mut killed, mut runs, mut before_any, mut epochs) = (0, 0, 0, 0);
    while killed < kills {
        runs += 1;
        let folder = format!("run{runs}");
        let model = place.path(&format!("{folder}/model.safetensors"));
        let checkpoint = place.path(&format!("{folder}/checkpoint.safetensors"));
        let mut last_said = 0;
        loop {
            let is_resumed = checkpoint.exists();
            let command = match is_resumed {
                true => format!("train --resume {folder} --no-report"),
                false => format!("{TRAIN} --out {folder} --overwrite"),
            };
            let after = whole.mul_f64(moments.next().unwrap_or(0.5));
            let was_killed = place.kill(&command, after, &words)?;
            let said = epochs_said(&fs::read_to_string(&words)?);
            if let (true, Some(first)) = (is_resumed, said.first()) {
                ensure!(
                    *first > last_said,
                    "{folder}: epoch {first} was trained again, {last_said} was finished"
                );
            }
            last_said = said.last().copied().unwrap_or(last_said);
            let is_whole = check_whole(&model, &[&expected])?;
            if !was_killed {
                ensure!(is_whole, "{folder}: no model at the end");
                break;
            }
            killed += 1;
            epochs += said.len();
            before_any += u32::from(!checkpoint.exists());
        }
        fs::remove_dir_all(place.path(&folder))?;
    }
    Ok(Survived {
        what: "training",
        command: TRAIN.to_owned(),
        kills: killed,
        found: format!(
            "{runs} runs went on to the end, all with the same model; of {epochs} epochs that were \
             said to be finished, none was trained again; {before_any} kills came before the first \
             checkpoint"
        ),
    })
}

/// The epochs that a run said it had finished.
fn epochs_said(words: &str) -> Vec<usize> {
    let lines = words.lines().filter_map(|line| line.strip_prefix("epoch "));
    let numbers = lines.filter_map(|line| line.trim_start().split('/').next()?.parse().ok());
    numbers.collect()
}
