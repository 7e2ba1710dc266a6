//! Scoring into a file that is there already.

use std::fs;
use std::time::Instant;

use anyhow::{Result, ensure};

use super::{Place, Survived, check_whole};

const SCORE: &str =
    "score model/model.safetensors strokes:rows=1,test=60000 --quiet --out scores.csv";

pub fn run(place: &Place, kills: u32) -> Result<Survived> {
    place.run("train strokes:rows=1000 --latent 8 --epochs 2 --no-report --quiet --out model")?;
    let started = Instant::now();
    place.run(SCORE)?;
    let whole = started.elapsed();
    let (scores, words) = (place.path("scores.csv"), place.path("words"));
    let new = fs::read(&scores)?;
    let old = b"row,score\n1,what was there before\n";
    let mut moments = place.moments();
    let (mut killed, mut kept) = (0, 0);
    while killed < kills {
        fs::write(&scores, old)?;
        let after = whole.mul_f64(moments.next().unwrap_or(0.5));
        let was_killed = place.kill(SCORE, after, &words)?;
        ensure!(check_whole(&scores, &[old, &new])?, "scores.csv is gone");
        killed += u32::from(was_killed);
        kept += u32::from(was_killed && fs::read(&scores)? == old);
    }
    Ok(Survived {
        what: "scoring",
        command: SCORE.to_owned(),
        kills: killed,
        found: format!(
            "{kept} times the file held what it held before, {} times all of the scores; never a part",
            killed - kept
        ),
    })
}
