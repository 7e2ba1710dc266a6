//! What the records of a sweep say: which configuration is best, whether differences are real,
//! how large a code has to be, and which settings matter.

mod comparison;
mod configuration;
mod importance;
mod sizes;
mod statistics;
mod table;

pub use comparison::{Comparison, Verdict};
pub use configuration::{Configuration, Run};
pub use importance::Importance;
pub use sizes::{Size, Sizes};
pub use statistics::{MeanSd, t_quantile};

use crate::{Measure, Outcome, Record};
use serde::Serialize;
use table::Table;

/// Everything the records say. All errors are those of rows that training watched, never of
/// test rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Analysis {
    /// Name of the data.
    pub data: String,
    /// The rows measured: "validation" or "train".
    pub part: String,
    /// What errors are.
    pub measure: Measure,
    /// Trials with a model.
    pub done: usize,
    /// Trials without one.
    pub failed: Vec<Failure>,
    /// Different seeds.
    pub seeds: usize,
    /// Time of all trials together, in seconds.
    pub seconds: f64,
    /// Names of what differs between configurations, but for the seed.
    pub varied: Vec<String>,
    /// Best first; those of which a run failed, last.
    pub configurations: Vec<Configuration>,
    /// Pairs of values of one setting.
    pub comparisons: Vec<Comparison>,
    /// How much each setting decides, most first.
    pub importance: Vec<Importance>,
    /// The error by the size of the code, where there are several.
    pub sizes: Option<Sizes>,
}

/// A trial without a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Failure {
    /// Its id.
    pub trial: String,
    /// What it was: "latent 8, activation relu".
    pub configuration: String,
    /// Its seed.
    pub seed: u64,
    /// Why there is none.
    pub reason: String,
}

impl Analysis {
    /// Of records of one data set.
    pub fn new(records: &[Record]) -> Self {
        let table = Table::new(records);
        let configurations = configuration::configurations(&table);
        let failed = table
            .rows
            .iter()
            .filter_map(|row| match &row.record.outcome {
                Outcome::Done { .. } => None,
                Outcome::Failed { reason } => Some(Failure {
                    trial: row.record.trial.clone(),
                    configuration: table.label(row),
                    seed: row.record.settings.seed,
                    reason: reason.clone(),
                }),
            });
        let first = records.iter().find_map(Record::metrics);
        let mut seeds: Vec<u64> = records.iter().map(|record| record.settings.seed).collect();
        seeds.sort_unstable();
        seeds.dedup();
        Self {
            data: records.first().map_or_else(String::new, |r| r.data.clone()),
            part: first.map_or_else(String::new, |metrics| metrics.part.clone()),
            measure: table.measure,
            done: table.rows.iter().filter(|row| row.error.is_some()).count(),
            failed: failed.collect(),
            seeds: seeds.len(),
            seconds: records.iter().map(|record| record.seconds).sum(),
            varied: table.columns.iter().map(|c| c.name.clone()).collect(),
            comparisons: comparison::comparisons(&table),
            importance: importance::importance(&table),
            sizes: sizes::sizes(&configurations),
            configurations,
        }
    }

    /// The best configuration, if any trial is done.
    pub fn best(&self) -> Option<&Configuration> {
        self.configurations
            .first()
            .filter(|best| !best.runs.is_empty())
    }
}
