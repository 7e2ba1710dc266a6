//! Records on their way to the reader: report, table, summary.

use super::Folder;
use super::pictures::shown;
use crate::failure::Failure;
use crate::report::sweep::{SweepInput, csv, render, summary};
use ae_sweep::{Analysis, Record};
use std::collections::HashSet;

/// What a sweep says.
pub struct Told {
    /// In about ten lines, with the report's place in the last.
    pub text: String,
    /// All of it, as JSON.
    pub json: String,
    /// All of it.
    pub analysis: Analysis,
}

/// Writes report.html, trials.csv and summary.json. `command` repeats the sweep; empty where
/// it isn't known.
///
/// Records of several data sets, or of none, are refused; so are those of which every one
/// failed, once the report that says why is written.
pub fn tell(folder: &Folder, records: &[Record], command: &str) -> anyhow::Result<Told> {
    let data: HashSet<&str> = records.iter().map(|r| r.fingerprint.as_str()).collect();
    if data.len() > 1 {
        return Err(Failure::new(
            format!("there are trials on {} data sets", data.len()),
            "errors on different rows can't be compared: keep a ledger a data set",
        )
        .into());
    }
    if records.is_empty() {
        return Err(Failure::new("no trial is in the ledger", "give it more time").into());
    }
    let analysis = Analysis::new(records);
    let json = serde_json::to_string_pretty(&analysis)?;
    std::fs::create_dir_all(folder.path())?;
    folder.write("trials.csv", &csv(records)?)?;
    folder.write("summary.json", &format!("{json}\n"))?;
    let page = render(&SweepInput {
        analysis: &analysis,
        records,
        pictures: &shown(folder, &analysis),
        command,
        version: env!("CARGO_PKG_VERSION"),
    });
    let report = folder.write("report.html", &page)?;
    if analysis.best().is_none() {
        let reason = analysis
            .failed
            .first()
            .map_or("", |failure| &failure.reason);
        return Err(Failure::new(
            format!("all {} trials failed; the first: {reason}", records.len()),
            format!("every reason is in {}", report.display()),
        )
        .into());
    }
    let text = format!("{}report: {}\n", summary(&analysis), report.display());
    Ok(Told {
        text,
        json,
        analysis,
    })
}
