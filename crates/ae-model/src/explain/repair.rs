use super::Desk;
use crate::{Judged, Model, ModelError};
use ae_data::Dataset;
use ae_tensor::Matrix;

/// Columns that are tried for the next edit of a row, those with the largest shares first:
/// what adds little to a score can take little away from it.
const TRIED: usize = 12;

/// Edits of a row, at most: a row that needs more is another row.
const MOST_EDITS: usize = 8;

/// What would make a row ordinary.
#[derive(Debug, Clone, PartialEq)]
pub struct Repair {
    /// Number of the row in its data set, from 0.
    pub row: usize,
    /// What is said of it as it is.
    pub before: Judged,
    /// What would be said of it with the edits. It is still an anomaly if no few edits help.
    pub after: Judged,
    /// Fewest first found: leaving out any of them makes the row an anomaly again.
    pub edits: Vec<Edit>,
}

/// Another value for a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// Place among [`Model::columns`].
    pub column: usize,
    /// What it holds.
    pub from: Vec<f32>,
    /// What the network expects, given the cells that aren't edited.
    pub to: Vec<f32>,
}

/// A row with some of its columns set to what is expected there.
struct Edited {
    columns: Vec<usize>,
    cells: Vec<f32>,
    score: f64,
    shares: Vec<f64>,
}

impl Model {
    /// The fewest edits found that make each of these rows ordinary: columns are set to what the
    /// network expects, one after the other, each time the one that lowers the score most,
    /// until the score is within the threshold; then those that turn out not to be needed are
    /// taken back. Rows that are ordinary already need none.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    ///
    /// # Panics
    /// If there is no such row.
    pub fn repair(&self, dataset: &Dataset, rows: &[usize]) -> Result<Vec<Repair>, ModelError> {
        let desk = Desk::new(self, dataset)?;
        rows.iter().map(|row| desk.repair(*row)).collect()
    }
}

impl Desk<'_> {
    fn repair(&self, row: usize) -> Result<Repair, ModelError> {
        let mut cells = vec![0.0; self.dataset.width];
        self.dataset.fill_row(row, &mut cells);
        let scorer = self.model.scorer();
        let is_ordinary = |edited: &Edited| !scorer.judge(edited.score).anomaly;
        let mut best = self.edit(&cells, vec![Vec::new()])?.remove(0);
        let before = best.score;
        while !is_ordinary(&best) && best.columns.len() < MOST_EDITS {
            let mut edits = Vec::new();
            for column in self.worth_trying(&best, &cells) {
                edits.push([&best.columns[..], &[column]].concat());
            }
            let tried = self.edit(&cells, edits)?.into_iter();
            let Some(next) = tried.min_by(|a, b| a.score.total_cmp(&b.score)) else {
                break;
            };
            // A step that doesn't help may be needed for the next: only the number of edits ends this.
            best = next;
        }
        if is_ordinary(&best) {
            best = self.without_needless(&cells, best)?;
        }
        let edit = |column: &usize| {
            let at = self.columns[*column].cells.clone();
            Edit {
                column: *column,
                from: cells[at.clone()].to_vec(),
                to: best.cells[at].to_vec(),
            }
        };
        Ok(Repair {
            row,
            before: scorer.judge(before),
            after: scorer.judge(best.score),
            edits: best.columns.iter().map(edit).collect(),
        })
    }

    /// The columns that have a cell here, aren't edited yet, and add most to the score.
    fn worth_trying(&self, edited: &Edited, cells: &[f32]) -> Vec<usize> {
        let is_open = |place: &usize| {
            !edited.columns.contains(place) && !cells[self.columns[*place].cells.start].is_nan()
        };
        let mut open: Vec<usize> = (0..self.columns.len()).filter(is_open).collect();
        open.sort_by(|a, b| edited.shares[*b].total_cmp(&edited.shares[*a]));
        open.truncate(TRIED);
        open
    }

    /// Takes edits back that aren't needed, the first ones first.
    fn without_needless(&self, cells: &[f32], mut best: Edited) -> Result<Edited, ModelError> {
        for column in best.columns.clone() {
            let mut fewer = best.columns.clone();
            fewer.retain(|other| *other != column);
            let edited = self.edit(cells, vec![fewer])?.remove(0);
            if !self.model.scorer().judge(edited.score).anomaly {
                best = edited;
            }
        }
        Ok(best)
    }

    /// The row with each of these sets of columns edited.
    fn edit(&self, cells: &[f32], edits: Vec<Vec<usize>>) -> Result<Vec<Edited>, ModelError> {
        let preprocessing = self.prepared.preprocessing();
        let mut features = Matrix::zeros(edits.len(), preprocessing.width());
        for place in 0..edits.len() {
            preprocessing.transform_row(cells, features.row_mut(place));
        }
        self.expect(&mut features, &edits)?;
        let mut rows = Vec::with_capacity(edits.len());
        let mut expected = vec![0.0; cells.len()];
        for (place, edit) in edits.iter().enumerate() {
            let features = features.row_mut(place);
            self.cells(features, &mut expected);
            let mut edited = cells.to_vec();
            let columns = edit.iter().map(|column| &self.columns[*column]);
            for cell in columns.flat_map(|column| column.cells.clone()) {
                edited[cell] = expected[cell];
            }
            // An edit is a value that can stand in the cell, not what the network hovers at.
            preprocessing.transform_row(&edited, features);
            rows.push(edited);
        }
        let back = self.model.autoencoder().reconstruct(features.view())?;
        let back = Matrix::from_view(back.view());
        let scorer = self.model.scorer();
        let edited = |(place, (columns, cells)): (usize, (Vec<usize>, Vec<f32>))| {
            let (known, back) = (features.row_mut(place), back.row(place));
            preprocessing.blank_holes(&cells, known);
            Edited {
                score: scorer.score(known, back),
                shares: scorer.shares(known, back),
                columns,
                cells,
            }
        };
        Ok(edits
            .into_iter()
            .zip(rows)
            .enumerate()
            .map(edited)
            .collect())
    }
}
