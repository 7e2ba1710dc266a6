//! A model at work: rows in, codes, rows or scores out.
//!
//! Rows come as a [`Dataset`] or as a matrix, made into features and put through the network some at a
//! time. Pieces of parallel work are whole rows, so that results don't depend on threads.

use crate::scoring::{Judged, means_of_steps};
use crate::{Model, ModelError};
use ae_data::{DataError, Dataset};
use ae_nn::{Leg, Scratch};
use ae_tensor::parallel;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

/// Rows that are scaled and put through the network at a time.
const ROWS_AT_A_TIME: usize = 512;

/// Rows in a piece of parallel work.
const ROWS_PER_PIECE: usize = 16;

/// Rows as they came, wherever they are.
struct Raw<'a> {
    count: usize,
    /// Numbers in a row.
    cells: usize,
    /// Writes the features of a row.
    fill: &'a (dyn Fn(usize, &mut [f32]) + Sync),
    /// Makes NaN of the features of a row's missing cells.
    blank: &'a (dyn Fn(usize, &mut [f32]) + Sync),
    /// Makes a row of features.
    back: &'a (dyn Fn(&[f32], &mut [f32]) + Sync),
}

impl Model {
    /// The code of each row: rows × latent.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn encode(&self, dataset: &Dataset) -> Result<Array2<f32>, ModelError> {
        self.with_dataset(dataset, |raw| self.encode_raw(raw))
    }

    /// Each row through the code and back, in the data's own units: rows × cells. What comes
    /// back of a table is what the model expects in each cell, missing ones too.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare); a number beyond the range of single precision.
    pub fn reconstruct(&self, dataset: &Dataset) -> Result<Array2<f32>, ModelError> {
        self.with_dataset(dataset, |raw| self.reconstruct_raw(raw))
    }

    /// Each row's score, its p-value, and whether it is an anomaly. Of windows, the time steps
    /// are what should be judged: see [`judge_steps`](Self::judge_steps).
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn judge(&self, dataset: &Dataset) -> Result<Vec<Judged>, ModelError> {
        let scores = self.score(dataset)?.into_iter();
        Ok(scores.map(|score| self.scorer.judge(score)).collect())
    }

    /// The same of each time step of a data set that is cut into windows, in the order of the
    /// file: a step's score is the mean of those of the windows that cover it. `None` where no
    /// window does.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare); data that are not cut.
    pub fn judge_steps(&self, dataset: &Dataset) -> Result<Vec<Option<Judged>>, ModelError> {
        let Some(windows) = &dataset.windows else {
            return Err(ModelError::no_steps(&dataset.name));
        };
        let scores = self.score(dataset)?;
        let means = means_of_steps(windows, scores.into_iter().enumerate());
        let judged = means.map(|mean| mean.map(|mean| self.scorer.judge(mean)));
        let judged: Vec<Option<Judged>> = judged.collect();
        Ok(windows.in_file_order(&judged))
    }

    /// How odd each row is, by the model's [`Scoring`](crate::Scoring): higher is odder. A
    /// row's score doesn't depend on the rows beside it.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn score(&self, dataset: &Dataset) -> Result<Vec<f64>, ModelError> {
        self.with_dataset(dataset, |raw| self.score_raw(raw))
    }

    /// As [`encode`](Self::encode), of rows × cells in the units of the training data.
    ///
    /// # Errors
    /// Rows of another width, or a value that is not finite (but for NaN where a table's cell
    /// is missing).
    pub fn encode_rows(&self, rows: ArrayView2<f32>) -> Result<Array2<f32>, ModelError> {
        self.with_rows(rows, |raw| self.encode_raw(raw))
    }

    /// As [`reconstruct`](Self::reconstruct), of rows × cells in the units of the
    /// training data.
    ///
    /// # Errors
    /// As [`encode_rows`](Self::encode_rows), or a result that is not finite.
    pub fn reconstruct_rows(&self, rows: ArrayView2<f32>) -> Result<Array2<f32>, ModelError> {
        self.with_rows(rows, |raw| self.reconstruct_raw(raw))
    }

    /// As [`score`](Self::score), of rows × cells in the units of the training data.
    ///
    /// # Errors
    /// As [`encode_rows`](Self::encode_rows).
    pub fn score_rows(&self, rows: ArrayView2<f32>) -> Result<Vec<f64>, ModelError> {
        self.with_rows(rows, |raw| self.score_raw(raw))
    }

    /// Codes back to rows in the units of the training data: rows × cells.
    ///
    /// # Errors
    /// Codes of another width than the model's; a result beyond the range of single
    /// precision.
    pub fn decode(&self, codes: ArrayView2<f32>) -> Result<Array2<f32>, ModelError> {
        let rows = self.autoencoder.in_pool(codes.nrows(), || {
            let features = self.autoencoder.decode(codes)?;
            let mut rows = Array2::zeros((codes.nrows(), self.preprocessing.cells()));
            for_row_pairs(features.view(), rows.view_mut(), |features, cells| {
                self.preprocessing.inverse_row(features, cells);
            });
            Ok::<_, ModelError>(rows)
        })?;
        self.check_finite(rows)
    }

    fn with_dataset<R>(
        &self,
        dataset: &Dataset,
        work: impl FnOnce(&Raw<'_>) -> Result<R, ModelError>,
    ) -> Result<R, ModelError> {
        let (prepared, _) = self.read(dataset)?;
        work(&Raw {
            count: dataset.rows,
            cells: dataset.width,
            fill: &|row, out| prepared.fill_row(dataset, row, out),
            blank: &|row, features| prepared.blank_holes(dataset, row, features),
            back: &|features, cells| prepared.preprocessing().inverse_row(features, cells),
        })
    }

    fn with_rows<R>(
        &self,
        rows: ArrayView2<f32>,
        work: impl FnOnce(&Raw<'_>) -> Result<R, ModelError>,
    ) -> Result<R, ModelError> {
        let name = "rows".to_owned();
        let (expected, found) = (self.preprocessing.cells(), rows.ncols());
        if found != expected {
            let error = DataError::Width {
                name,
                expected,
                found,
            };
            return Err(error.into());
        }
        let is_hole = |value: f32| value.is_nan() && self.preprocessing.encoding().is_some();
        let is_bad = |value: f32| !value.is_finite() && !is_hole(value);
        if let Some(((row, feature), value)) = find(rows, is_bad) {
            let error = DataError::NotFinite {
                name,
                row,
                feature: self.layout.feature_name(feature),
                value,
            };
            return Err(error.into());
        }
        let (preprocessing, rows) = (&self.preprocessing, rows.as_standard_layout());
        let cells = |row: usize| &rows.as_slice().unwrap_or(&[])[row * expected..][..expected];
        work(&Raw {
            count: rows.nrows(),
            cells: expected,
            fill: &|row, out| preprocessing.transform_row(cells(row), out),
            blank: &|row, features| preprocessing.blank_holes(cells(row), features),
            back: &|features, cells| preprocessing.inverse_row(features, cells),
        })
    }

    fn encode_raw(&self, raw: &Raw<'_>) -> Result<Array2<f32>, ModelError> {
        let mut codes = Array2::zeros((raw.count, self.autoencoder.latent()));
        let mut scratch = Scratch::default();
        self.for_batches(raw, |first, rows| {
            let range = first..first + rows.nrows();
            let out = codes.slice_axis_mut(Axis(0), range.into());
            self.autoencoder
                .run(Leg::Encode, rows.view(), out, &mut scratch)
        })?;
        Ok(codes)
    }

    fn reconstruct_raw(&self, raw: &Raw<'_>) -> Result<Array2<f32>, ModelError> {
        let mut all = Array2::zeros((raw.count, raw.cells));
        let mut scratch = Scratch::default();
        let mut out = self.room(raw);
        self.for_batches(raw, |first, rows| {
            let mut out = out.slice_axis_mut(Axis(0), (..rows.nrows()).into());
            self.autoencoder
                .run(Leg::Reconstruct, rows.view(), out.view_mut(), &mut scratch)?;
            let range = first..first + rows.nrows();
            let all = all.slice_axis_mut(Axis(0), range.into());
            for_row_pairs(out.view(), all, raw.back);
            Ok(())
        })?;
        self.check_finite(all)
    }

    fn score_raw(&self, raw: &Raw<'_>) -> Result<Vec<f64>, ModelError> {
        let mut scores = vec![0.0; raw.count];
        let mut scratch = Scratch::default();
        let mut out = self.room(raw);
        self.for_batches(raw, |first, mut rows| {
            let mut out = out.slice_axis_mut(Axis(0), (..rows.nrows()).into());
            self.autoencoder
                .run(Leg::Reconstruct, rows.view(), out.view_mut(), &mut scratch)?;
            for_rows(rows.view_mut(), |row, features| {
                (raw.blank)(first + row, features)
            });
            let scores = &mut scores[first..first + rows.nrows()];
            let parts = (scores, rows.view(), out.view());
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

    /// Room for a batch's reconstructions.
    fn room(&self, raw: &Raw<'_>) -> Array2<f32> {
        Array2::zeros((ROWS_AT_A_TIME.min(raw.count), self.autoencoder.features()))
    }

    /// Rows of features, a batch at a time, with the number of the first; in the thread pool if
    /// there are enough of them.
    fn for_batches(
        &self,
        raw: &Raw<'_>,
        mut work: impl FnMut(usize, ArrayViewMut2<f32>) -> Result<(), ae_nn::Error> + Send,
    ) -> Result<(), ModelError> {
        let mut batch = self.room(raw);
        self.autoencoder.in_pool(raw.count, || {
            for first in (0..raw.count).step_by(ROWS_AT_A_TIME) {
                let rows = ROWS_AT_A_TIME.min(raw.count - first);
                let mut view = batch.slice_axis_mut(Axis(0), (..rows).into());
                for_rows(view.view_mut(), |row, out| (raw.fill)(first + row, out));
                work(first, view)?;
            }
            Ok(())
        })
    }

    /// The rows, if all of their numbers are finite.
    fn check_finite(&self, rows: Array2<f32>) -> Result<Array2<f32>, ModelError> {
        match find(rows.view(), |value| !value.is_finite()) {
            None => Ok(rows),
            Some(((row, feature), value)) => Err(ModelError::Result {
                row,
                feature: self.layout.feature_name(feature),
                value,
            }),
        }
    }
}

/// The place and the value of the first such number.
fn find(rows: ArrayView2<f32>, is_such: impl Fn(f32) -> bool) -> Option<((usize, usize), f32)> {
    let mut numbers = rows.indexed_iter();
    let found = numbers.find(|(_, value)| is_such(**value));
    found.map(|(place, value)| (place, *value))
}

/// Calls `work` with each row of `from` and of `to`, in parallel.
fn for_row_pairs(
    from: ArrayView2<f32>,
    to: ArrayViewMut2<f32>,
    work: impl Fn(&[f32], &mut [f32]) + Sync,
) {
    for_rows(to, |row, out| {
        if let Some(from) = from.row(row).to_slice() {
            work(from, out);
        }
    });
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
