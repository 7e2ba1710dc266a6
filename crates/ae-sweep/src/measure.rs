//! What trials are ranked by.

use crate::{Metrics, Record};
use serde::Serialize;

/// What an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// The mean squared error, in scaled units.
    MeanSquaredError,
    /// The mean squared error as a share of the mean predictor's: where scalings differ, units
    /// do too.
    VarianceLeft,
    /// The negative evidence lower bound of a row, where every model is variational: by its
    /// reconstructions alone, the one whose codes tell most would win.
    NegativeElbo,
}

impl Measure {
    /// The one in which trials can be compared.
    pub(crate) fn suited<'a>(records: impl Iterator<Item = &'a Record> + Clone) -> Self {
        let settings = || records.clone().map(|record| &record.settings);
        let first = settings().next();
        let differ = |same: &dyn Fn(&ae_model::Settings, &ae_model::Settings) -> bool| {
            settings().any(|other| first.is_some_and(|first| !same(first, other)))
        };
        let mut done = records.clone().filter_map(Record::metrics).peekable();
        if differ(&|a, b| a.scaling == b.scaling) {
            Self::VarianceLeft
        } else if done.peek().is_some()
            && done.all(|metrics| metrics.negative_elbo.is_some())
            && !differ(&|a, b| a.loss == b.loss)
        {
            Self::NegativeElbo
        } else {
            Self::MeanSquaredError
        }
    }

    /// A trial's error.
    pub(crate) fn of(self, metrics: &Metrics) -> f64 {
        match self {
            Self::MeanSquaredError => metrics.error,
            Self::VarianceLeft => metrics.error / metrics.mean_error,
            Self::NegativeElbo => metrics.negative_elbo.unwrap_or(f64::INFINITY),
        }
    }

    /// That of principal components in its place, where they have one.
    pub(crate) fn of_pca(self, metrics: &Metrics) -> Option<f64> {
        let error = metrics.pca_error?;
        match self {
            Self::MeanSquaredError => Some(error),
            Self::VarianceLeft => Some(error / metrics.mean_error),
            Self::NegativeElbo => None,
        }
    }
}
