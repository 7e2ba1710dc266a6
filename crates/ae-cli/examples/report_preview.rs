//! Writes the reports of a few made-up runs, to look at while changing how they look:
//! `cargo run -p ae-cli --example report_preview -- folder`.
#![forbid(unsafe_code)]

#[path = "../src/report/fixtures/mod.rs"]
mod fixtures;
// Reports of sweeps are looked at with `ae sweep report`: a ledger is quickly made.
#[allow(dead_code, unused_imports)]
#[path = "../src/report/mod.rs"]
mod report;

use std::path::PathBuf;

use report::{EpochLine, LayerLine, ReportInput, render, summary};

fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    std::fs::create_dir_all(&folder)?;
    for fixture in fixtures::all() {
        let input = fixture.input();
        let file = folder.join(format!("{}.html", fixture.name));
        std::fs::write(&file, render(&input)?)?;
        println!("{}\n{}", file.display(), summary(&input));
    }
    Ok(())
}
