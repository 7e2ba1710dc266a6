//! What the network expects in cells that it isn't told.

use super::{Column, Desk};
use ae_nn::{Error, Leg, Scratch};
use ae_tensor::Matrix;
use ndarray::{Array2, ArrayView1, ArrayViewMut1, ArrayViewMut2, Axis};

/// An expectation stands still when no feature of it moves by more than this, in scaled units:
/// far less than any spread that is worth knowing.
const STILL: f32 = 1e-3;

/// Rounds without a smaller step after which an expectation is given up: the network moves away
/// from every answer, as it may far from the rows that it was trained on.
const PATIENCE: usize = 5;

/// Rounds, at most: an expectation that creeps on after so many is where it will be, to the
/// accuracy of a network that was never told to fill holes.
const MOST_ROUNDS: usize = 100;

/// Rows that go through the network at a time.
const ROWS_AT_A_TIME: usize = 512;

impl Desk<'_> {
    /// Writes, in rows of features, what the network expects in each row's unknown columns,
    /// given the others: beginning at the mean of the training rows, the unknown features are
    /// replaced by their reconstruction until they stand still. Where they never do, they are
    /// left where the network would have moved them least.
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
        let mut searches: Vec<Search> = unknown
            .iter()
            .map(|unknown| Search::of(self.these(unknown)))
            .collect();
        let mut out = Array2::zeros(rows.dim());
        for _ in 0..MOST_ROUNDS {
            // A row's rounds end by itself alone, whatever rows it is among.
            if searches.iter().all(|search| search.ended) {
                break;
            }
            let autoencoder = self.model.autoencoder();
            autoencoder.run(Leg::Reconstruct, rows.view(), out.view_mut(), scratch)?;
            let all = rows.rows_mut().into_iter().zip(out.rows());
            for ((row, out), search) in all.zip(&mut searches) {
                search.round(row, out);
            }
        }
        Ok(())
    }

    fn these(&self, places: &[usize]) -> impl Iterator<Item = &Column> {
        places.iter().map(|place| &self.columns[*place])
    }
}

/// The search for a row's features that the network leaves as they are.
struct Search {
    /// The unknown features.
    features: Vec<usize>,
    ended: bool,
    /// The smallest step so far, and the features it began at.
    least: f32,
    best: Vec<f32>,
    /// Rounds since then.
    wandering: usize,
}

impl Search {
    fn of<'a>(unknown: impl Iterator<Item = &'a Column>) -> Self {
        let features: Vec<usize> = unknown.flat_map(|column| column.features.clone()).collect();
        Self {
            ended: features.is_empty(),
            least: f32::INFINITY,
            best: vec![0.0; features.len()],
            wandering: 0,
            features,
        }
    }

    /// Replaces the unknown features of a row by what the network made of them, or, when the
    /// search is given up, by the best it has seen.
    fn round(&mut self, mut row: ArrayViewMut1<f32>, out: ArrayView1<f32>) {
        if self.ended {
            return;
        }
        let steps = self.features.iter().map(|at| (row[*at] - out[*at]).abs());
        // What is not a number is no step towards anything.
        let step = steps.fold(0.0, |most, step| match step.is_nan() {
            true => f32::INFINITY,
            false => step.max(most),
        });
        if step < self.least {
            self.least = step;
            self.wandering = 0;
            for (best, at) in self.best.iter_mut().zip(&self.features) {
                *best = row[*at];
            }
        } else {
            self.wandering += 1;
        }
        let is_lost = step.is_infinite() || self.wandering == PATIENCE;
        for (best, at) in self.best.iter().zip(&self.features) {
            row[*at] = if is_lost { *best } else { out[*at] };
        }
        self.ended = is_lost || step <= STILL;
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_ROUNDS, STILL, Search};
    use ndarray::{ArrayView1, ArrayViewMut1};

    /// Where a search of one feature ends that begins at 0, with a network that answers so.
    fn ends(network: impl Fn(f32) -> f32) -> f32 {
        let mut search = Search {
            features: vec![0],
            ended: false,
            least: f32::INFINITY,
            best: vec![0.0],
            wandering: 0,
        };
        let mut row = [0.0];
        for _ in 0..MOST_ROUNDS {
            let out = [network(row[0])];
            search.round(ArrayViewMut1::from(&mut row), ArrayView1::from(&out));
        }
        assert!(search.ended);
        row[0]
    }

    #[test]
    fn a_search_ends_where_the_network_changes_nothing() {
        assert!((ends(|x| 0.5 * x + 1.0) - 2.0).abs() <= STILL);
        assert!((ends(|x| -0.9 * x + 1.9) - 1.0).abs() <= STILL);
    }

    #[test]
    fn a_search_that_moves_away_ends_where_it_moved_least() {
        assert_eq!(ends(|x| 3.0 * x + 1.0), 0.0);
        assert_eq!(ends(|x| -1.5 * x + 1.0), 0.0);
        // Near at first, then away: the step from 0 is 3, from 3 it is 1, from 4 it is 12.
        let network = |x: f32| match x {
            0.0 => 3.0,
            3.0 => 4.0,
            _ => 4.0 * x,
        };
        assert_eq!(ends(network), 3.0);
    }

    #[test]
    fn no_number_is_no_expectation() {
        assert_eq!(ends(|_| f32::NAN), 0.0);
        assert_eq!(ends(|x| if x == 0.0 { 1.0 } else { f32::INFINITY }), 0.0);
    }
}
