//! A trained autoencoder, ready for use.

use crate::evaluation::Reference;
use crate::file::{read_model, write_model};
use crate::{ModelError, Settings};
use ae_data::{Dataset, FittedScaling, Layout, Prepared};
use ae_nn::{Autoencoder, Epoch, Leg, Loss, Scratch};
use ae_tensor::{elementwise, parallel, reduce};
use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A trained autoencoder with all that its use needs: how rows are laid out and scaled, and
/// where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(crate) autoencoder: Autoencoder,
    pub(crate) loss: Loss,
    pub(crate) layout: Layout,
    pub(crate) scaling: FittedScaling,
    pub(crate) reference: Reference,
    pub(crate) settings: Settings,
    pub(crate) provenance: Provenance,
    pub(crate) history: Vec<Epoch>,
}

/// Where a model comes from. Nothing here changes from run to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// "ae 0.1.0".
    pub program: String,
    /// Name of the data set.
    pub data: String,
    /// SHA-256 of the training data.
    pub fingerprint: String,
    /// Rows that were learnt from.
    pub train_rows: usize,
    /// Rows that were watched.
    pub validation_rows: usize,
    /// The epoch whose weights these are, from 1.
    pub epoch: usize,
}

/// Rows that are scaled and put through the network at a time.
const ROWS_AT_A_TIME: usize = 512;

impl Model {
    /// Reads a model file. Nothing in it is executed, and no size in it is believed before
    /// it is checked against the file.
    ///
    /// # Errors
    /// A file that can't be read, isn't a model, or doesn't hold together.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        read_model(path)
    }

    /// Writes a model file, beside its place first, then renamed. The same model gives the
    /// same bytes.
    ///
    /// # Errors
    /// What the system says.
    pub fn save(&self, path: &Path) -> Result<(), ModelError> {
        write_model(self, path)
    }

    /// The network.
    pub fn autoencoder(&self) -> &Autoencoder {
        &self.autoencoder
    }

    /// The loss it was trained on.
    pub fn loss(&self) -> &Loss {
        &self.loss
    }

    /// How a row is laid out.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The scaling fitted on the training rows.
    pub fn scaling(&self) -> &FittedScaling {
        &self.scaling
    }

    /// The simplest models of the same rows, to compare it with.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The settings it was trained with, every choice made.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where it comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// How its training went.
    pub fn history(&self) -> &[Epoch] {
        &self.history
    }

    /// How this model reads a data set, and what should be said about that.
    ///
    /// # Errors
    /// Rows of another width, or values its scaling has no rule for.
    pub fn prepare(&self, dataset: &Dataset) -> Result<(Prepared, Vec<String>), ModelError> {
        let (prepared, mut warnings) = self.scaling.prepare(dataset)?;
        let outside = prepared.rows_outside(dataset);
        if outside > 0 {
            warnings.push(format!(
                "{outside} of {} rows hold values outside the range of the training rows",
                dataset.rows
            ));
        }
        warnings.extend(self.strange_brightness(dataset, &prepared));
        Ok((prepared, warnings))
    }

    /// Images on average much brighter or darker than the training images: dark strokes on
    /// white paper, given to a model of white strokes on black.
    fn strange_brightness(&self, dataset: &Dataset, prepared: &Prepared) -> Option<String> {
        let (low, high) = self.scaling.range()?;
        if !matches!(self.layout, Layout::Image { .. }) {
            return None;
        }
        let trained = reduce::sum(&self.reference.mean) / self.reference.mean.len() as f64;
        let found = mean_of_sample(dataset, prepared);
        let is_far = |mean: f64| (mean - trained).abs() > FAR_FROM_TRAINING * f64::from(high - low);
        if !is_far(found) {
            return None;
        }
        let hint = if !is_far(f64::from(low + high) - found) {
            ": is it dark on white? `--invert` turns it round"
        } else {
            ""
        };
        Some(format!(
            "{}: the pixel mean is {found:.2}, far from the {trained:.2} of the training rows{hint}",
            dataset.name
        ))
    }

    /// The code of each row: rows × latent.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn encode(&self, dataset: &Dataset) -> Result<Array2<f32>, ModelError> {
        let (prepared, _) = self.scaling.prepare(dataset)?;
        let mut codes = Array2::zeros((dataset.rows, self.autoencoder.latent()));
        let mut scratch = Scratch::default();
        for_batches(dataset, &prepared, |first, rows| {
            let range = first..first + rows.nrows();
            let out = codes.slice_axis_mut(Axis(0), range.into());
            self.autoencoder.run(Leg::Encode, rows, out, &mut scratch)
        })?;
        Ok(codes)
    }

    /// Codes back to rows in the data's own units: rows × features.
    ///
    /// # Errors
    /// Codes of another width than the model's.
    pub fn decode(&self, codes: ArrayView2<f32>) -> Result<Array2<f32>, ModelError> {
        let mut rows = self.autoencoder.decode(codes)?;
        for mut row in rows.rows_mut() {
            if let Some(row) = row.as_slice_mut() {
                self.scaling.inverse_row(row);
            }
        }
        Ok(rows)
    }

    /// Each row through the code and back, in the data's own units: rows × features.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn reconstruct(&self, dataset: &Dataset) -> Result<Array2<f32>, ModelError> {
        let (prepared, _) = self.scaling.prepare(dataset)?;
        let mut all = Array2::zeros((dataset.rows, dataset.width));
        let mut scratch = Scratch::default();
        for_batches(dataset, &prepared, |first, rows| {
            let range = first..first + rows.nrows();
            let mut out = all.slice_axis_mut(Axis(0), range.into());
            self.autoencoder
                .run(Leg::Reconstruct, rows, out.view_mut(), &mut scratch)?;
            for mut row in out.rows_mut() {
                if let Some(row) = row.as_slice_mut() {
                    prepared.inverse_row(row);
                }
            }
            Ok(())
        })?;
        Ok(all)
    }

    /// How badly each row is reconstructed: its mean squared error over scaled features.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn score(&self, dataset: &Dataset) -> Result<Vec<f64>, ModelError> {
        let (prepared, _) = self.scaling.prepare(dataset)?;
        let mut scores = Vec::with_capacity(dataset.rows);
        let mut scratch = Scratch::default();
        let mut out = Array2::zeros((ROWS_AT_A_TIME.min(dataset.rows), dataset.width));
        for_batches(dataset, &prepared, |_, rows| {
            let mut out = out.slice_axis_mut(Axis(0), (..rows.nrows()).into());
            self.autoencoder
                .run(Leg::Reconstruct, rows, out.view_mut(), &mut scratch)?;
            let pairs = rows.rows().into_iter().zip(out.rows());
            scores.extend(pairs.map(|(row, out)| {
                let (row, out) = (row.to_slice(), out.to_slice());
                row.zip(out).map_or(f64::NAN, |(row, out)| mse(row, out))
            }));
            Ok(())
        })?;
        Ok(scores)
    }
}

/// A difference of the pixel means, as a share of the pixels' range, that deserves a word:
/// beyond that between MNIST and Fashion-MNIST (0.16), far below that between MNIST and its
/// negative (0.74).
const FAR_FROM_TRAINING: f64 = 0.25;

/// Rows that a mean is taken over, at most.
const MEAN_ROWS: usize = 1000;

/// The mean of all numbers of evenly spread rows, scaled.
fn mean_of_sample(dataset: &Dataset, prepared: &Prepared) -> f64 {
    let stride = dataset.rows.div_ceil(MEAN_ROWS).max(1);
    let mut buffer = vec![0.0; dataset.width];
    let (mut sum, mut rows) = (0.0, 0);
    for row in (0..dataset.rows).step_by(stride) {
        prepared.fill_row(dataset, row, &mut buffer);
        sum += reduce::sum(&buffer);
        rows += 1;
    }
    sum / (rows * dataset.width) as f64
}

/// Mean squared difference of two rows.
pub(crate) fn mse(a: &[f32], b: &[f32]) -> f64 {
    let sum = elementwise::sum_map2(a, b, |a, b| (a - b) * (a - b));
    f64::from(sum) / a.len() as f64
}

/// Scaled rows, a batch at a time, with the number of the first.
fn for_batches(
    dataset: &Dataset,
    prepared: &Prepared,
    mut work: impl FnMut(usize, ArrayView2<f32>) -> Result<(), ae_nn::Error>,
) -> Result<(), ModelError> {
    let mut batch = Array2::zeros((ROWS_AT_A_TIME.min(dataset.rows), dataset.width));
    for first in (0..dataset.rows).step_by(ROWS_AT_A_TIME) {
        let rows = ROWS_AT_A_TIME.min(dataset.rows - first);
        let mut view = batch.slice_axis_mut(Axis(0), (..rows).into());
        parallel::for_each_row_chunk(view.view_mut(), 16, |offset, mut chunk| {
            for (row, mut out) in chunk.rows_mut().into_iter().enumerate() {
                if let Some(out) = out.as_slice_mut() {
                    prepared.fill_row(dataset, first + offset + row, out);
                }
            }
        });
        work(first, view.view())?;
    }
    Ok(())
}
