//! A model at work: rows in, codes, rows or scores out.
//!
//! Rows come as a [`Dataset`] or as a matrix, scaled and put through the network some at a
//! time. Pieces of parallel work are whole rows, so that results don't depend on threads.

use crate::scoring::Judged;
use crate::{Model, ModelError};
use ae_data::{DataError, Dataset, FittedScaling};
use ae_nn::{Leg, Scratch};
use ae_tensor::{elementwise, parallel};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

/// Rows that are scaled and put through the network at a time.
const ROWS_AT_A_TIME: usize = 512;

/// Rows in a piece of parallel work.
const ROWS_PER_PIECE: usize = 16;

/// Unscaled rows, wherever they are.
struct Raw<'a> {
    count: usize,
    /// Writes a row.
    fill: &'a (dyn Fn(usize, &mut [f32]) + Sync),
    /// How to read them.
    scaling: &'a FittedScaling,
}

impl Model {
    /// The code of each row: rows × latent.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn encode(&self, dataset: &Dataset) -> Result<Array2<f32>, ModelError> {
        self.with_dataset(dataset, |raw| self.encode_raw(raw))
    }

    /// Each row through the code and back, in the data's own units: rows × features.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare); a number beyond the range of single precision.
    pub fn reconstruct(&self, dataset: &Dataset) -> Result<Array2<f32>, ModelError> {
        self.with_dataset(dataset, |raw| self.reconstruct_raw(raw))
    }

    /// Each row's score, its p-value, and whether it is an anomaly.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn judge(&self, dataset: &Dataset) -> Result<Vec<Judged>, ModelError> {
        let scores = self.score(dataset)?.into_iter();
        Ok(scores.map(|score| self.scorer.judge(score)).collect())
    }

    /// How odd each row is, by the model's [`Scoring`](crate::Scoring): higher is odder. A
    /// row's score doesn't depend on the rows beside it.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn score(&self, dataset: &Dataset) -> Result<Vec<f64>, ModelError> {
        self.with_dataset(dataset, |raw| self.score_raw(raw))
    }

    /// As [`encode`](Self::encode), of rows × features in the units of the training data.
    ///
    /// # Errors
    /// Rows of another width, or a value that is not finite.
    pub fn encode_rows(&self, rows: ArrayView2<f32>) -> Result<Array2<f32>, ModelError> {
        self.with_rows(rows, |raw| self.encode_raw(raw))
    }

    /// As [`reconstruct`](Self::reconstruct), of rows × features in the units of the
    /// training data.
    ///
    /// # Errors
    /// Rows of another width, a value that is not finite, or a result that isn't.
    pub fn reconstruct_rows(&self, rows: ArrayView2<f32>) -> Result<Array2<f32>, ModelError> {
        self.with_rows(rows, |raw| self.reconstruct_raw(raw))
    }

    /// As [`score`](Self::score), of rows × features in the units of the training data.
    ///
    /// # Errors
    /// Rows of another width, or a value that is not finite.
    pub fn score_rows(&self, rows: ArrayView2<f32>) -> Result<Vec<f64>, ModelError> {
        self.with_rows(rows, |raw| self.score_raw(raw))
    }

    /// Codes back to rows in the units of the training data: rows × features.
    ///
    /// # Errors
    /// Codes of another width than the model's; a result beyond the range of single
    /// precision.
    pub fn decode(&self, codes: ArrayView2<f32>) -> Result<Array2<f32>, ModelError> {
        let rows = self.autoencoder.in_pool(codes.nrows(), || {
            let mut rows = self.autoencoder.decode(codes)?;
            unscale(&self.scaling, rows.view_mut());
            Ok::<_, ModelError>(rows)
        })?;
        self.check_finite(rows)
    }

    fn with_dataset<R>(
        &self,
        dataset: &Dataset,
        work: impl FnOnce(&Raw<'_>) -> Result<R, ModelError>,
    ) -> Result<R, ModelError> {
        let (prepared, _) = self.scaling.prepare(dataset)?;
        work(&Raw {
            count: dataset.rows,
            fill: &|row, out| dataset.fill_row(row, out),
            scaling: prepared.scaling(),
        })
    }

    fn with_rows<R>(
        &self,
        rows: ArrayView2<f32>,
        work: impl FnOnce(&Raw<'_>) -> Result<R, ModelError>,
    ) -> Result<R, ModelError> {
        let name = "rows".to_owned();
        let (expected, found) = (self.scaling.width(), rows.ncols());
        if found != expected {
            let error = DataError::Width {
                name,
                expected,
                found,
            };
            return Err(error.into());
        }
        if let Some(((row, feature), value)) = not_finite(rows) {
            let error = DataError::NotFinite {
                name,
                row,
                feature: self.layout.feature_name(feature),
                value,
            };
            return Err(error.into());
        }
        work(&Raw {
            count: rows.nrows(),
            fill: &|row, out| {
                for (out, value) in out.iter_mut().zip(rows.row(row)) {
                    *out = *value;
                }
            },
            scaling: &self.scaling,
        })
    }

    fn encode_raw(&self, raw: &Raw<'_>) -> Result<Array2<f32>, ModelError> {
        let mut codes = Array2::zeros((raw.count, self.autoencoder.latent()));
        let mut scratch = Scratch::default();
        self.for_batches(raw, |first, rows| {
            let range = first..first + rows.nrows();
            let out = codes.slice_axis_mut(Axis(0), range.into());
            self.autoencoder.run(Leg::Encode, rows, out, &mut scratch)
        })?;
        Ok(codes)
    }

    fn reconstruct_raw(&self, raw: &Raw<'_>) -> Result<Array2<f32>, ModelError> {
        let mut all = Array2::zeros((raw.count, self.autoencoder.features()));
        let mut scratch = Scratch::default();
        self.for_batches(raw, |first, rows| {
            let range = first..first + rows.nrows();
            let mut out = all.slice_axis_mut(Axis(0), range.into());
            self.autoencoder
                .run(Leg::Reconstruct, rows, out.view_mut(), &mut scratch)?;
            unscale(raw.scaling, out);
            Ok(())
        })?;
        self.check_finite(all)
    }

    fn score_raw(&self, raw: &Raw<'_>) -> Result<Vec<f64>, ModelError> {
        let mut scores = vec![0.0; raw.count];
        let mut scratch = Scratch::default();
        let most = ROWS_AT_A_TIME.min(raw.count);
        let mut out = Array2::zeros((most, self.autoencoder.features()));
        self.for_batches(raw, |first, rows| {
            let mut out = out.slice_axis_mut(Axis(0), (..rows.nrows()).into());
            self.autoencoder
                .run(Leg::Reconstruct, rows, out.view_mut(), &mut scratch)?;
            let parts = (&mut scores[first..first + rows.nrows()], rows, out.view());
            parallel::for_each(parts, ROWS_PER_PIECE, |_, (scores, rows, out)| {
                for ((score, row), out) in scores.iter_mut().zip(rows.rows()).zip(out.rows()) {
                    let (row, out) = (row.to_slice(), out.to_slice());
                    let pair = row.zip(out);
                    *score = pair.map_or(f64::NAN, |(row, out)| self.scorer.score(row, out));
                }
            });
            Ok(())
        })?;
        Ok(scores)
    }

    /// Scaled rows, a batch at a time, with the number of the first; in the thread pool if
    /// there are enough of them.
    fn for_batches(
        &self,
        raw: &Raw<'_>,
        mut work: impl FnMut(usize, ArrayView2<f32>) -> Result<(), ae_nn::Error> + Send,
    ) -> Result<(), ModelError> {
        let most = ROWS_AT_A_TIME.min(raw.count);
        let mut batch = Array2::zeros((most, self.autoencoder.features()));
        self.autoencoder.in_pool(raw.count, || {
            for first in (0..raw.count).step_by(ROWS_AT_A_TIME) {
                let rows = ROWS_AT_A_TIME.min(raw.count - first);
                let mut view = batch.slice_axis_mut(Axis(0), (..rows).into());
                for_rows(view.view_mut(), |row, out| {
                    (raw.fill)(first + row, out);
                    raw.scaling.transform_row(out);
                });
                work(first, view.view())?;
            }
            Ok(())
        })
    }

    /// The rows, if all of their numbers are finite.
    fn check_finite(&self, rows: Array2<f32>) -> Result<Array2<f32>, ModelError> {
        match not_finite(rows.view()) {
            None => Ok(rows),
            Some(((row, feature), value)) => Err(ModelError::Result {
                row,
                feature: self.layout.feature_name(feature),
                value,
            }),
        }
    }
}

/// The place and the value of the first number that is not finite.
fn not_finite(rows: ArrayView2<f32>) -> Option<((usize, usize), f32)> {
    let mut numbers = rows.indexed_iter();
    let found = numbers.find(|(_, value)| !value.is_finite());
    found.map(|(place, value)| (place, *value))
}

/// Back to the data's own units.
fn unscale(scaling: &FittedScaling, rows: ArrayViewMut2<f32>) {
    for_rows(rows, |_, row| scaling.inverse_row(row));
}

/// Calls `work` with each row and its number, in parallel.
fn for_rows(rows: ArrayViewMut2<f32>, work: impl Fn(usize, &mut [f32]) + Sync) {
    parallel::for_each_row_chunk(rows, ROWS_PER_PIECE, |first, mut piece| {
        for (row, mut values) in piece.rows_mut().into_iter().enumerate() {
            if let Some(values) = values.as_slice_mut() {
                work(first + row, values);
            }
        }
    });
}

/// Mean squared difference of two rows.
pub(crate) fn mse(a: &[f32], b: &[f32]) -> f64 {
    let sum = elementwise::sum_map2(a, b, |a, b| (a - b) * (a - b));
    f64::from(sum) / a.len() as f64
}
