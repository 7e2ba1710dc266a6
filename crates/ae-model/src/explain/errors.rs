//! How far off expectations are where the truth is known.

use super::Desk;
use crate::ModelError;
use crate::rows::spread;
use ae_data::preprocess::Nature;

/// Rows on which that is tried, at most, and at least: of fewer, the ends of an interval are
/// anyone's guess.
const MOST_ROWS: usize = 200;
const LEAST_ROWS: usize = 40;

/// The share of cells beyond each end of an interval.
const BEYOND: f64 = 0.025;

impl Desk<'_> {
    /// Hides each of these columns in turn in ordinary rows, evenly spread ones, and keeps the
    /// interval that holds 95 % of the differences between what is there and what is expected.
    /// Nothing is kept of categories, of which the network gives probabilities.
    pub(super) fn try_out(
        &mut self,
        columns: impl Iterator<Item = usize>,
        ordinary: &[usize],
    ) -> Result<(), ModelError> {
        let places = spread(ordinary.len(), MOST_ROWS);
        let rows: Vec<usize> = places.map(|place| ordinary[place]).collect();
        let features = self.features(&rows);
        let known = self.known(&rows, &features);
        for place in columns {
            let column = &self.columns[place];
            let is_number = column.nature == Nature::Number && column.cells.len() == 1;
            if self.errors[place].is_some() || !is_number {
                continue;
            }
            let at = column.features.start;
            let mut expected = features.clone();
            self.expect(&mut expected, &vec![vec![place]; rows.len()])?;
            let errors = (0..rows.len()).map(|row| known.row(row)[at] - expected.row(row)[at]);
            let mut errors: Vec<f32> = errors.filter(|error| error.is_finite()).collect();
            if errors.len() >= LEAST_ROWS {
                errors.sort_unstable_by(f32::total_cmp);
                let beyond = (BEYOND * errors.len() as f64) as usize;
                self.errors[place] = Some([errors[beyond], errors[errors.len() - 1 - beyond]]);
            }
        }
        Ok(())
    }
}
