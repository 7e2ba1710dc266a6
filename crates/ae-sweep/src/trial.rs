//! One run of a sweep: what is asked, and what came of it.

use crate::SweepError;
use ae_model::Settings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// One run to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Hash of settings and data: the same run has the same one in every plan.
    pub id: String,
    /// What the plan varies, by name.
    pub point: Map<String, Value>,
    /// The settings asked for.
    pub settings: Settings,
}

/// Digits of an id: 2^64 values, so that a million trials share none.
const DIGITS: usize = 16;

impl Trial {
    /// A trial on the data of a fingerprint.
    pub fn new(settings: Settings, point: Map<String, Value>, fingerprint: &str) -> Self {
        let mut hash = Sha256::new();
        // Keys come in the order in which `Settings` declares them.
        hash.update(serde_json::to_string(&settings).unwrap_or_default());
        hash.update("\n");
        hash.update(fingerprint);
        let digits: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        Self {
            id: digits[..DIGITS].to_owned(),
            point,
            settings,
        }
    }
}

/// What came of a trial: a line of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Record {
    /// [`Trial::id`].
    pub trial: String,
    /// Name of the data.
    pub data: String,
    /// SHA-256 of the data.
    pub fingerprint: String,
    /// What the plan varied, by name.
    pub point: Map<String, Value>,
    /// Done, with figures, or failed, with a reason.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The settings asked for: with the fingerprint, what the id is made of.
    pub settings: Settings,
    /// Wall-clock time, all told.
    pub seconds: f64,
    /// When it ended, in seconds since 1970.
    pub finished: u64,
    /// The machine.
    pub host: String,
    /// "ae 0.1.0".
    pub program: String,
}

impl Record {
    /// The figures of a trial that is done.
    pub fn metrics(&self) -> Option<&Metrics> {
        match &self.outcome {
            Outcome::Done { metrics } => Some(metrics),
            Outcome::Failed { .. } => None,
        }
    }

    /// As a line of a ledger, its end included.
    pub(crate) fn line(&self) -> Result<String, SweepError> {
        let problem = |error: serde_json::Error| SweepError::Ledger {
            path: self.trial.clone().into(),
            line: 0,
            problem: error.to_string(),
        };
        Ok(serde_json::to_string(self).map_err(problem)? + "\n")
    }
}

/// How a trial ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "status")]
pub enum Outcome {
    /// With a model.
    Done {
        /// How good it is.
        metrics: Metrics,
    },
    /// Without one: it diverged, or its settings don't fit the data.
    Failed {
        /// Why.
        reason: String,
    },
}

/// How good a model is. The rows are those that training watched (validation rows, or else
/// the training rows), never the test rows: what chooses among models must not touch what
/// judges the chosen one. The same settings give the same figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Metrics {
    /// "validation" or "train".
    pub part: String,
    /// Mean squared error over features and rows, in scaled units.
    pub error: f64,
    /// The loss that was trained on.
    pub loss: f64,
    /// Share of the variance explained, where rows vary.
    pub explained_variance: Option<f64>,
    /// Error of always answering the mean of the training rows.
    pub mean_error: f64,
    /// Error of principal components, as many as the code has numbers, where computed.
    pub pca_error: Option<f64>,
    /// Negative evidence lower bound of a row, of a variational model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negative_elbo: Option<f64>,
    /// Numbers in the code; of a top-k code, those that are kept.
    pub latent: usize,
    /// Trained numbers.
    pub parameters: usize,
    /// Epochs trained.
    pub epochs: usize,
    /// The epoch whose weights were kept, from 1.
    pub best_epoch: usize,
}
