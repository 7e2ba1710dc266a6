//! Bringing features to comparable sizes: what is asked for ([`Scaling`]), what was fitted
//! on the training rows ([`FittedScaling`]), and how to read one data set with it
//! ([`Prepared`]).
//!
//! Every scaling is the same line per feature, `(x − shift) / scale`; they differ in how they
//! choose the two numbers. (`rank-gauss` bends each feature first, by a [`Curve`].) Of a table's
//! row, numbers alone are scaled, and holes are left out of what is fitted. A new one is a file with a [`Fit`] and a line in [`Scaling`].

mod curve;
mod fitted;
mod min_max;
mod none;
mod prepared;
mod rank_gauss;
mod robust;
mod sample;
mod standard;
mod unit;

pub use curve::{Curve, Piece};
pub use fitted::FittedScaling;
pub use min_max::MinMax;
pub use none::NoScaling;
pub use prepared::Prepared;
pub use rank_gauss::RankGauss;
pub use robust::Robust;
pub use sample::Sample;
pub use standard::Standard;
pub use unit::Unit;

use crate::table::{Kind, Schema};
use crate::{DataError, Dataset, Layout};

/// The two numbers of each feature's line, `(x − shift) / scale`: one pair a feature, or one
/// pair for all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Affine {
    /// What becomes 0.
    pub shift: Vec<f64>,
    /// What becomes 1 away from it; not 0.
    pub scale: Vec<f64>,
}

/// How a scaling chooses its numbers.
pub trait Fit {
    /// The numbers for these training rows. Features that do not vary get a scale of 1.
    ///
    /// # Errors
    /// Data for which the scaling has no rule.
    fn fit(&self, sample: &Sample) -> Result<Affine, DataError>;

    /// What bends each feature before its line, if anything: one curve a feature, or none.
    fn curves(&self, _sample: &Sample) -> Vec<Curve> {
        Vec::new()
    }

    /// The interval in which scaled training rows lie, where the scaling guarantees one.
    fn range(&self) -> Option<(f32, f32)> {
        None
    }

    /// The numbers for reading `dataset` where it keeps its numbers in another way than the
    /// training rows did, as floats and not as bytes, if the scaling goes by that and not by
    /// how they are spread.
    ///
    /// # Errors
    /// Data for which the scaling has no rule.
    fn declared(&self, _dataset: &Dataset) -> Result<Option<Affine>, DataError> {
        Ok(None)
    }

    /// What reading `dataset` with these numbers assumes, where that leaves room for doubt.
    fn assumption(&self, _dataset: &Dataset, _affine: &Affine) -> Option<String> {
        None
    }
}

ae_choice::choices! {
    /// How features are brought to comparable sizes.
    pub enum Scaling = "scaling", dyn Fit {
        Unit(Unit),
        MinMax(MinMax),
        Standard(Standard),
        Robust(Robust),
        RankGauss(RankGauss),
        None(NoScaling),
    }
}

impl Scaling {
    /// Fits the scaling on the given rows: the training part, and no other.
    ///
    /// # Errors
    /// No rows; rows in which nothing varies (`min-max`, `standard`, `robust`); values that
    /// are no pixels (`unit`).
    ///
    /// # Panics
    /// If the data set has no such row.
    pub fn fit(&self, dataset: &Dataset, rows: &[u32]) -> Result<FittedScaling, DataError> {
        if rows.is_empty() {
            let name = dataset.name.clone();
            return Err(DataError::NoRows { name });
        }
        let sample = Sample::new(dataset, rows);
        let (mut affine, mut curves) = ((**self).fit(&sample)?, (**self).curves(&sample));
        if let Layout::Table(schema) = &dataset.layout {
            leave_alone(schema, &mut affine, &mut curves);
        }
        let (width, kind) = (dataset.width, self.declared(dataset)?);
        let kind = kind.map(|_| dataset.values.kind());
        Ok(FittedScaling::new(*self, width, kind, affine, curves))
    }
}

/// Takes back what was fitted on cells that are no numbers.
fn leave_alone(schema: &Schema, affine: &mut Affine, curves: &mut [Curve]) {
    if let ([shift], [scale]) = (&affine.shift[..], &affine.scale[..]) {
        let (shift, scale) = (*shift, *scale);
        *affine = Affine {
            shift: vec![shift; schema.cells()],
            scale: vec![scale; schema.cells()],
        };
    }
    for (first, column) in schema.placed() {
        if matches!(column.kind, Kind::Number(_)) {
            continue;
        }
        for cell in first..first + column.kind.cells() {
            (affine.shift[cell], affine.scale[cell]) = (0.0, 1.0);
            if let Some(curve) = curves.get_mut(cell) {
                *curve = Curve::default();
            }
        }
    }
}
