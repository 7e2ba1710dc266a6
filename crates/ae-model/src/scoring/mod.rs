//! How odd a row is: a score, a p-value, and whether that is odd enough.
//!
//! What a row's score is ([`Scoring`]) and from where on it counts ([`Threshold`]) are
//! settings. Everything they need is fitted once, when a model is trained, and kept in its
//! file: a row has the same score, p-value and flag alone and among millions, today and in
//! a year.
//!
//! To add a way of scoring: its file after the model of its neighbours, a variant of
//! [`Scoring`] and of [`Method`]. To add a rule for the threshold: a `choice!` in
//! `threshold.rs` and a variant of [`Threshold`].

mod groups;
mod metrics;
mod mse;
mod ranked;
mod robust;
mod scorer;
mod surprise;
mod threshold;

pub use groups::Groups;
pub use metrics::{OneClass, Ranking};
pub use mse::Mse;
pub(crate) use mse::mean_square;
pub use scorer::{Judged, Scorer};
pub use surprise::{Surprise, Surprising};
pub use threshold::{Auto, Calibration, Choose, Fpr, Quantile, Threshold};

pub(crate) use ranked::{Ranked, kept_places};
pub(crate) use scorer::{Calibrated, means_of_steps, put_through};
pub(crate) use surprise::{Spread, Standard, TINY, WEIGHTS};

use ndarray::ArrayView2;

/// Training rows and what the network makes of them, both scaled: rows × features. In the
/// rows, the features of a missing cell are NaN.
pub struct Sample<'a> {
    /// The rows.
    pub rows: ArrayView2<'a, f32>,
    /// Their reconstructions.
    pub reconstructed: ArrayView2<'a, f32>,
    /// Which features make up a column.
    pub groups: &'a Groups,
}

/// A way of scoring, before it has seen any row.
pub trait Fit {
    /// Whether it has anything to learn from rows. Else the sample it is fitted on is empty: one
    /// of images would be larger than all else in memory.
    fn learns(&self) -> bool {
        true
    }

    /// Learns what ordinary rows look like.
    fn fit(&self, sample: &Sample<'_>) -> Method;
}

ae_choice::choices! {
    /// What a row's score is. Higher is odder.
    pub enum Scoring = "scoring", dyn Fit {
        Mse(Mse),
        Surprise(Surprise),
    }
}

/// A way of scoring, fitted.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    /// See [`Mse`].
    Mse,
    /// See [`Surprise`].
    Surprise(Box<Surprising>),
}

impl Method {
    /// The score of one scaled row, NaN where a cell is missing, with this reconstruction.
    pub fn score(&self, groups: &Groups, row: &[f32], reconstructed: &[f32]) -> f64 {
        match self {
            Self::Mse => mse::score(groups, row, reconstructed),
            Self::Surprise(fitted) => fitted.score(groups, row, reconstructed),
        }
    }

    /// The share of each column in that score: at least 0, together 1; 0 for missing cells.
    pub(crate) fn shares(&self, groups: &Groups, row: &[f32], reconstructed: &[f32]) -> Vec<f64> {
        let mut shares = match self {
            Self::Mse => mse::errors(groups, row, reconstructed),
            Self::Surprise(fitted) => fitted.shares(groups, row, reconstructed),
        };
        let total: f64 = shares.iter().sum();
        if total > 0.0 {
            shares.iter_mut().for_each(|share| *share /= total);
        }
        shares
    }

    /// How far a feature of the training rows is from its reconstruction, as a robust standard
    /// deviation, if that was fitted and the feature varies.
    pub(crate) fn spread(&self, feature: usize) -> Option<f32> {
        match self {
            Self::Mse => None,
            Self::Surprise(fitted) => fitted.spread(feature),
        }
    }

    /// How a feature's values are spread over the training rows, if that was fitted.
    pub(crate) fn distribution(&self, feature: usize) -> Option<Ranked<'_>> {
        match self {
            Self::Mse => None,
            Self::Surprise(fitted) => Some(fitted.distribution(feature)),
        }
    }
}
