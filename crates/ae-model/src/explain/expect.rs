//! What the network expects in cells that it isn't told.

use super::{Column, Desk};
use ae_nn::{Error, Leg, Scratch};
use ae_tensor::Matrix;
use ndarray::{Array2, ArrayViewMut2, Axis};

/// An expectation stands still when no feature of it moves by more than this, in scaled units:
/// far less than any spread that is worth knowing.
const STILL: f32 = 1e-3;

/// Rounds, at most: an expectation that creeps on after so many is where it will be, to the
/// accuracy of a network that was never told to fill holes.
const MOST_ROUNDS: usize = 100;

/// Rows that go through the network at a time.
const ROWS_AT_A_TIME: usize = 512;

impl Desk<'_> {
    /// Writes, in rows of features, what the network expects in each row's unknown columns,
    /// given the others: beginning at the mean of the training rows, the unknown features are
    /// replaced by their reconstruction until they stand still.
    pub(super) fn expect(&self, rows: &mut Matrix, unknown: &[Vec<usize>]) -> Result<(), Error> {
        let mut scratch = Scratch::default();
        let mut rows = rows.view_mut();
        let pieces = rows.axis_chunks_iter_mut(Axis(0), ROWS_AT_A_TIME);
        for (rows, unknown) in pieces.zip(unknown.chunks(ROWS_AT_A_TIME)) {
            self.expect_piece(rows, unknown, &mut scratch)?;
        }
        Ok(())
    }

    fn expect_piece(
        &self,
        mut rows: ArrayViewMut2<f32>,
        unknown: &[Vec<usize>],
        scratch: &mut Scratch,
    ) -> Result<(), Error> {
        let mean = &self.model.reference().mean;
        for (mut row, unknown) in rows.rows_mut().into_iter().zip(unknown) {
            for column in self.these(unknown) {
                for feature in column.features.clone() {
                    row[feature] = mean[feature];
                }
                if let Some(indicator) = column.indicator {
                    row[indicator] = 0.0;
                }
            }
        }
        let mut moving: Vec<bool> = unknown.iter().map(|columns| !columns.is_empty()).collect();
        let mut out = Array2::zeros(rows.dim());
        for _ in 0..MOST_ROUNDS {
            // A row's rounds end by itself alone, whatever rows it is among.
            if !moving.contains(&true) {
                break;
            }
            let autoencoder = self.model.autoencoder();
            autoencoder.run(Leg::Reconstruct, rows.view(), out.view_mut(), scratch)?;
            let all = rows.rows_mut().into_iter().zip(out.rows());
            for ((mut row, out), (moving, unknown)) in all.zip(moving.iter_mut().zip(unknown)) {
                if *moving {
                    let features = self
                        .these(unknown)
                        .flat_map(|column| column.features.clone());
                    let mut most = 0.0_f32;
                    for feature in features {
                        most = most.max((row[feature] - out[feature]).abs());
                        row[feature] = out[feature];
                    }
                    // What is not a number won't become one.
                    *moving = most > STILL;
                }
            }
        }
        Ok(())
    }

    fn these(&self, places: &[usize]) -> impl Iterator<Item = &Column> {
        places.iter().map(|place| &self.columns[*place])
    }
}
