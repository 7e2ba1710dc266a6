//! Why a row is odd, what would make it ordinary, and what belongs into its holes: in the
//! columns and the units of the data.
//!
//! All three ask the network the same question: what does it expect in some cells, given the
//! others? ([`Model::explain`], [`Model::repair`], [`Model::impute`].)

mod column;
mod errors;
mod expect;
mod expected;
mod hidden;
mod impute;
mod nearest;
mod repair;
mod steps;

pub use column::Column;
pub use expected::Confidence;
pub use hidden::HiddenCells;
pub use repair::{Edit, Repair};
pub use steps::OddRun;

use crate::{Judged, Model, ModelError};
use ae_data::{Dataset, Prepared};
use ae_tensor::Matrix;

/// A cell with a smaller share of its row's score isn't listed among the suspicious ones.
const LEAST_SHARE: f64 = 0.05;

/// A cell with at least this share of another's share is about as suspicious.
const AS_SUSPICIOUS: f64 = 0.5;

/// Why a row has its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Number of the row in its data set, from 0.
    pub row: usize,
    /// What was said of it.
    pub judged: Judged,
    /// The cells that make it so, the largest share first.
    pub cells: Vec<Suspicion>,
    /// The ordinary row of the same data that is most like this one in all other columns.
    pub nearest: Option<usize>,
}

/// A cell that doesn't go with the others of its row.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspicion {
    /// Place among [`Model::columns`].
    pub column: usize,
    /// Its share of the row's score: those of all columns add up to 1.
    pub share: f64,
    /// What it holds.
    pub value: Vec<f32>,
    /// The word there, if the column doesn't know it.
    pub word: Option<String>,
    /// What the network expects there, given the row's cells that are less suspicious.
    pub expected: Vec<f32>,
    /// How sure that is.
    pub confidence: Confidence,
}

impl Suspicion {
    /// What the cell of this column says.
    pub fn text(&self, column: &Column) -> String {
        let word = self.word.clone();
        word.unwrap_or_else(|| column.text(&self.value))
    }
}

impl Model {
    /// The columns that are scored and explained, in the order of a row.
    pub fn columns(&self) -> Vec<Column> {
        Column::all(self)
    }

    /// The columns of the data, under their own names; of windows, where their first step has
    /// them.
    pub fn columns_of_a_step(&self) -> Vec<Column> {
        let mut columns = self.columns();
        if let Some(steps) = &self.steps {
            columns.truncate(columns.len() / steps.windowing.length());
            let names = steps.preprocessing.values().into_iter();
            let groups = steps.preprocessing.groups().unwrap_or_default();
            for (column, part) in columns.iter_mut().zip(names) {
                column.name.clone_from(&groups[part.group].column);
            }
        }
        columns
    }

    /// Why these rows of a data set score as they do. `judged` is what [`judge`](Self::judge)
    /// said of all its rows; at most `most` cells are named of a row.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    ///
    /// # Panics
    /// If there is no such row, or `judged` isn't as long as the data set.
    pub fn explain(
        &self,
        dataset: &Dataset,
        judged: &[Judged],
        rows: &[usize],
        most: usize,
    ) -> Result<Vec<Explanation>, ModelError> {
        assert_eq!(judged.len(), dataset.rows, "what was said of each row");
        let mut desk = Desk::new(self, dataset)?;
        let is_ordinary = |row: &usize| !judged[*row].anomaly && !rows.contains(row);
        let candidates: Vec<usize> = (0..dataset.rows).filter(is_ordinary).collect();
        let found = desk.examine(rows, &candidates, most, |_, _| {})?;
        let nearest = desk.nearest(&found.known, &found.suspicious, &candidates);
        let explained = rows.iter().zip(found.cells).zip(nearest);
        let explanation = |((row, cells), nearest): ((&usize, _), _)| Explanation {
            row: *row,
            judged: judged[*row],
            cells,
            nearest,
        };
        Ok(explained.map(explanation).collect())
    }
}

/// What is suspicious in some rows.
struct Examined {
    /// Their features, NaN where a cell is missing.
    known: Matrix,
    /// Of each, the places of its suspicious columns.
    suspicious: Vec<Vec<usize>>,
    /// Of each, what is said of these.
    cells: Vec<Vec<Suspicion>>,
}

/// A model, the data set it works on, and how it reads it.
struct Desk<'a> {
    model: &'a Model,
    dataset: &'a Dataset,
    prepared: Prepared,
    columns: Vec<Column>,
    /// Of each column, the differences between which 95 % of those lie that were tried out.
    errors: Vec<Option<[f32; 2]>>,
}

impl<'a> Desk<'a> {
    fn new(model: &'a Model, dataset: &'a Dataset) -> Result<Self, ModelError> {
        let (prepared, _) = model.read(dataset)?;
        let columns = model.columns();
        Ok(Self {
            model,
            dataset,
            prepared,
            errors: vec![None; columns.len()],
            columns,
        })
    }

    fn fill(&self, row: usize, features: &mut [f32]) {
        self.prepared.fill_row(self.dataset, row, features);
    }

    /// The features of these rows.
    fn features(&self, rows: &[usize]) -> Matrix {
        let mut features = Matrix::zeros(rows.len(), self.prepared.width());
        for (place, row) in rows.iter().enumerate() {
            self.fill(*row, features.row_mut(place));
        }
        features
    }

    /// The same, NaN where a cell is missing.
    fn known(&self, rows: &[usize], features: &Matrix) -> Matrix {
        let mut known = features.clone();
        for (place, row) in rows.iter().enumerate() {
            let known = known.row_mut(place);
            self.prepared.blank_holes(self.dataset, *row, known);
        }
        known
    }

    /// Looks for the cells that make these rows odd: at most `most` of each, by the shares that
    /// `narrow` leaves of them, which is called with a row's place among the rows. How sure an
    /// expectation is is tried out on the `ordinary` rows.
    fn examine(
        &mut self,
        rows: &[usize],
        ordinary: &[usize],
        most: usize,
        narrow: impl Fn(usize, &mut [f64]),
    ) -> Result<Examined, ModelError> {
        let features = self.features(rows);
        let known = self.known(rows, &features);
        let mut shares = self.shares(&features, &known)?;
        for (place, shares) in shares.iter_mut().enumerate() {
            narrow(place, shares);
        }
        let suspicious: Vec<_> = shares.iter().map(|shares| largest(shares, most)).collect();
        let (expected, firsts) = self.expected(&features, &shares, &suspicious)?;
        self.try_out(suspicious.iter().flatten().copied(), ordinary)?;
        let cells = |place: usize| {
            let columns = suspicious[place].iter().zip(firsts[place]..);
            let suspicion = |(column, expected_row): (&usize, usize)| {
                let pair = (known.row(place), expected.row(expected_row));
                self.suspicion(rows[place], *column, shares[place][*column], pair)
            };
            columns.map(suspicion).collect()
        };
        let cells = (0..rows.len()).map(cells).collect();
        Ok(Examined {
            known,
            suspicious,
            cells,
        })
    }

    /// The share of each column in the score of each row of features; in `known` those of
    /// missing cells are NaN.
    fn shares(&self, features: &Matrix, known: &Matrix) -> Result<Vec<Vec<f64>>, ModelError> {
        let back = self.model.autoencoder().reconstruct(features.view())?;
        let back = Matrix::from_view(back.view());
        let of = |row| self.model.scorer().shares(known.row(row), back.row(row));
        Ok((0..known.rows()).map(of).collect())
    }

    /// What is expected in each suspicious cell: a row of features for each, those of a row
    /// from `firsts` on. Cells that are about as suspicious as it, or more so, are not believed.
    fn expected(
        &self,
        features: &Matrix,
        shares: &[Vec<f64>],
        suspicious: &[Vec<usize>],
    ) -> Result<(Matrix, Vec<usize>), ModelError> {
        let (mut unknown, mut firsts, mut sources) = (Vec::new(), Vec::new(), Vec::new());
        for (row, (shares, columns)) in shares.iter().zip(suspicious).enumerate() {
            firsts.push(unknown.len());
            for column in columns {
                let least = shares[*column] * AS_SUSPICIOUS;
                let others = columns.iter().filter(|other| shares[**other] >= least);
                unknown.push(others.copied().collect());
                sources.push(row);
            }
        }
        let mut expected = Matrix::zeros(sources.len(), features.cols());
        for (place, row) in sources.into_iter().enumerate() {
            expected.row_mut(place).copy_from_slice(features.row(row));
        }
        self.expect(&mut expected, &unknown)?;
        Ok((expected, firsts))
    }

    /// What is said of one cell of a row, by its features as they are and as they are expected.
    fn suspicion(
        &self,
        row: usize,
        place: usize,
        share: f64,
        (known, expected): (&[f32], &[f32]),
    ) -> Suspicion {
        let column = &self.columns[place];
        let mut cells = vec![0.0; self.dataset.width];
        self.cells(expected, &mut cells);
        let value = column.cells.clone();
        let word = self.dataset.strange.get(row, column.cells.start);
        Suspicion {
            column: place,
            share,
            value: value.map(|cell| self.dataset.value(row, cell)).collect(),
            word: word.map(str::to_owned),
            expected: cells[column.cells.clone()].to_vec(),
            confidence: self.confidence(place, known, expected),
        }
    }
}

/// The places of the largest shares, largest first: at least one, at most so many.
fn largest(shares: &[f64], most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]));
    order.truncate(most.max(1));
    let listed = order.iter().filter(|place| shares[**place] >= LEAST_SHARE);
    order.truncate(listed.count().max(1));
    order
}
