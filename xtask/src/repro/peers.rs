//! What other detectors reached: a line of JSON a set, as
//! `{"set": "6_cardio", "KNN": [AUROC, average precision, seconds], …}`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

/// AUROC, average precision, seconds of one fit and score.
pub type Figures = [f64; 3];

/// The detectors, in the order of the file, and the figures of each set.
#[derive(Default)]
pub struct Peers {
    pub detectors: Vec<String>,
    pub sets: BTreeMap<String, BTreeMap<String, Figures>>,
}

impl Peers {
    /// From a file; none where there is no file.
    pub fn read(path: &Path) -> Result<Self> {
        let mut peers = Self::default();
        if !path.exists() {
            return Ok(peers);
        }
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        for (number, line) in (1..).zip(text.lines()) {
            let place = || format!("{}: line {number}", path.display());
            let fields: Map<String, Value> = serde_json::from_str(line).with_context(place)?;
            let set = fields.get("set").and_then(Value::as_str);
            let set = set.with_context(|| format!("{}: no `set`", place()))?;
            let figures: BTreeMap<String, Figures> = fields
                .iter()
                .filter_map(|(name, value)| {
                    Some((name.clone(), serde_json::from_value(value.clone()).ok()?))
                })
                .collect();
            if peers.detectors.is_empty() {
                peers.detectors = figures.keys().cloned().collect();
            }
            peers.sets.insert(set.to_owned(), figures);
        }
        Ok(peers)
    }
}
