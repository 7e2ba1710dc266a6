use super::Desk;
use crate::{Model, ModelError};
use ae_data::Dataset;
use ndarray::Array2;

impl Model {
    /// The rows with their missing cells filled: what the network expects there, given the
    /// row's other cells; in the data's units: rows × cells. Cells that are there stay as they
    /// are, and so do whole rows of holes, in which the mean of the training rows is expected.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn impute(&self, dataset: &Dataset) -> Result<Array2<f32>, ModelError> {
        let desk = Desk::new(self, dataset)?;
        let mut rows = Array2::zeros((dataset.rows, dataset.width));
        let (mut holed, mut unknown) = (Vec::new(), Vec::new());
        for (number, mut row) in rows.rows_mut().into_iter().enumerate() {
            let cells = row.as_slice_mut().unwrap_or_default();
            dataset.fill_row(number, cells);
            let holes = desk.holes(cells);
            if !holes.is_empty() {
                holed.push(number);
                unknown.push(holes);
            }
        }
        let mut features = desk.features(&holed);
        desk.expect(&mut features, &unknown)?;
        let mut expected = vec![0.0; dataset.width];
        for (place, (number, unknown)) in holed.iter().zip(&unknown).enumerate() {
            desk.cells(features.row(place), &mut expected);
            for place in unknown {
                for cell in desk.columns[*place].cells.clone() {
                    rows[(*number, cell)] = expected[cell];
                }
            }
        }
        Ok(rows)
    }
}

impl Desk<'_> {
    /// The columns whose cell is missing in a row.
    fn holes(&self, cells: &[f32]) -> Vec<usize> {
        let places = 0..self.columns.len();
        let is_hole = |place: &usize| cells[self.columns[*place].cells.start].is_nan();
        places.filter(is_hole).collect()
    }
}
