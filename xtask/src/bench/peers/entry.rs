use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;

/// What a peer yielded.
#[derive(Debug, Serialize)]
pub struct Entry<T> {
    pub name: &'static str,
    #[serde(flatten)]
    pub outcome: Outcome<T>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome<T> {
    Measured(T),
    /// Why not.
    Failed(String),
}

impl<T> From<Result<T>> for Outcome<T> {
    fn from(result: Result<T>) -> Self {
        match result {
            Ok(measured) => Self::Measured(measured),
            Err(error) => Self::Failed(format!("{error:#}")),
        }
    }
}

/// A table under `header` with a line for each peer that was measured, then the others'
/// reasons.
pub fn entries_table<T>(header: &str, entries: &[Entry<T>], row: fn(&str, &T) -> String) -> String {
    let (mut rows, mut missing) = (String::new(), String::new());
    for Entry { name, outcome } in entries {
        let _ = match outcome {
            Outcome::Measured(measured) => writeln!(rows, "{}", row(name, measured)),
            Outcome::Failed(reason) => writeln!(missing, "- not measured: {name}: {reason}"),
        };
    }
    let columns = header.matches('|').count() - 1;
    let line = "|---".repeat(columns);
    match (rows.is_empty(), missing.is_empty()) {
        (true, _) => missing,
        (false, true) => format!("{header}\n{line}|\n{rows}"),
        (false, false) => format!("{header}\n{line}|\n{rows}\n{missing}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_peers_have_a_line_and_others_a_reason() {
        let entry = |name, outcome: Result<u32>| Entry {
            name,
            outcome: outcome.into(),
        };
        let entries = [
            entry("jax", Ok(12)),
            entry("keras", Err(anyhow::anyhow!("no file").context("no Keras"))),
        ];
        let table = |entries| {
            entries_table("| | speed |", entries, |name, speed| {
                format!("| {name} | {speed} |")
            })
        };
        let measured = "| | speed |\n|---|---|\n| jax | 12 |\n";
        let missing = "- not measured: keras: no Keras: no file\n";
        assert_eq!(table(&entries[..1]), measured);
        assert_eq!(table(&entries[1..]), missing);
        assert_eq!(table(&entries), format!("{measured}\n{missing}"));
    }
}
