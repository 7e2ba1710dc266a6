//! How well holes are filled, by cells that are known and hidden for a moment.

use super::Desk;
use crate::rows::spread;
use crate::{Model, ModelError};
use ae_data::{Dataset, Kind};

/// Rows in which cells are hidden, at most.
const MOST_ROWS: usize = 400;

/// Known cells of a column from which an error is more than chance.
const LEAST_CELLS: usize = 20;

/// What came of hiding a column's known cells.
#[derive(Debug, Clone, PartialEq)]
pub struct HiddenCells {
    /// Place among [`Model::columns`].
    pub column: usize,
    /// How many cells were hidden, one at a time in its row.
    pub tried: usize,
    /// The mean absolute error of what was expected there, in the data's units; of words, the
    /// share that was wrong.
    pub error: f64,
    /// The same of always answering the usual value: the median of those cells, or their
    /// commonest word.
    pub usual: f64,
}

impl Model {
    /// Hides the known cells of these columns in some rows, evenly spread ones, and compares what
    /// is expected there with what they hold. Nothing is said of dates and times, nor of columns
    /// with few known cells.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    ///
    /// # Panics
    /// If there is no such column.
    pub fn hide(
        &self,
        dataset: &Dataset,
        columns: &[usize],
    ) -> Result<Vec<HiddenCells>, ModelError> {
        let desk = Desk::new(self, dataset)?;
        let mut outcomes = Vec::new();
        for place in columns {
            outcomes.extend(desk.hide(*place)?);
        }
        Ok(outcomes)
    }
}

impl Desk<'_> {
    fn hide(&self, place: usize) -> Result<Option<HiddenCells>, ModelError> {
        let column = &self.columns[place];
        let cell = column.cells.start;
        let are_numbers = match column.kind {
            Kind::Number(_) => true,
            Kind::Category { .. } | Kind::Boolean { .. } => false,
            _ => return Ok(None),
        };
        let is_known = |row: &usize| !self.dataset.value(*row, cell).is_nan();
        let known: Vec<usize> = (0..self.dataset.rows).filter(is_known).collect();
        if known.len() < LEAST_CELLS {
            return Ok(None);
        }
        let rows: Vec<usize> = spread(known.len(), MOST_ROWS).map(|at| known[at]).collect();
        let mut features = self.features(&rows);
        self.expect(&mut features, &vec![vec![place]; rows.len()])?;
        let mut cells = vec![0.0; self.dataset.width];
        let mut expected = Vec::with_capacity(rows.len());
        for row in 0..rows.len() {
            self.cells(features.row(row), &mut cells);
            expected.push(cells[cell]);
        }
        let truth: Vec<f32> = rows
            .iter()
            .map(|row| self.dataset.value(*row, cell))
            .collect();
        let off = |answer: f32, truth: f32| match are_numbers {
            true => f64::from((answer - truth).abs()),
            false => f64::from(u8::from(answer != truth)),
        };
        let mean = |answer: &dyn Fn(usize) -> f32| {
            let errors = truth
                .iter()
                .enumerate()
                .map(|(at, truth)| off(answer(at), *truth));
            errors.sum::<f64>() / truth.len() as f64
        };
        let usual = usual(&truth, are_numbers);
        Ok(Some(HiddenCells {
            column: place,
            tried: rows.len(),
            error: mean(&|at| expected[at]),
            usual: mean(&|_| usual),
        }))
    }
}

/// The median of numbers; the commonest of words' places, the first of several.
fn usual(cells: &[f32], are_numbers: bool) -> f32 {
    let mut sorted = cells.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    if are_numbers {
        return sorted[sorted.len() / 2];
    }
    let runs = sorted.chunk_by(|a, b| a == b).rev();
    runs.max_by_key(|run| run.len())
        .map_or(f32::NAN, |run| run[0])
}
