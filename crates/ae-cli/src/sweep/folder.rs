//! The folder a sweep leaves behind.

use crate::failure::Failure;
use crate::run_folder::write_text;
use ae_model::ModelError;
use ae_sweep::{Record, SweepError, read_records};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Where a sweep writes: ledgers, plan, report.
pub struct Folder {
    path: PathBuf,
}

const LEDGER: &str = "ledger.jsonl";
const PREFIX: &str = "ledger";
const SUFFIX: &str = ".jsonl";

impl Folder {
    /// Of this path; made when something is written.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// `sweeps/NAME`: the same for the same data, so that the same command goes on.
    pub fn of_data(name: &str) -> Self {
        Self::new(Path::new("sweeps").join(name))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The ledger that all processes on this machine share.
    pub fn ledger(&self) -> PathBuf {
        self.path.join(LEDGER)
    }

    /// A file of another name.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a text, whole or not at all.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf, ModelError> {
        let path = self.path.join(name);
        write_text(&path, text)?;
        Ok(path)
    }
}

/// The records of ledgers, and of all ledgers in folders: each trial once.
pub fn collect(paths: &[PathBuf]) -> anyhow::Result<Vec<Record>> {
    let mut records = Vec::new();
    let mut known = HashSet::new();
    for path in paths {
        for ledger in ledgers(path)? {
            let new = read_records(&ledger)?.into_iter();
            records.extend(new.filter(|record| known.insert(record.trial.clone())));
        }
    }
    Ok(records)
}

fn ledgers(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let io = |error| SweepError::Io {
        path: path.to_owned(),
        error,
    };
    let mut ledgers = Vec::new();
    for entry in std::fs::read_dir(path).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) {
            ledgers.push(entry.path());
        }
    }
    if ledgers.is_empty() {
        return Err(Failure::new(
            format!("{}: there is no ledger", path.display()),
            "give the folder or the ledger.jsonl that `ae sweep` wrote",
        )
        .into());
    }
    // The order of a folder is the system's; that of a report must not be.
    ledgers.sort();
    Ok(ledgers)
}
