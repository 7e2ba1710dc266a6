use ae_data::Preprocessing;
use std::ops::Range;

/// Which features of an encoded row belong to one column of the data: each column is a
/// stretch of one or several features. A number is one feature, a one-hot category one
/// feature for each of its values. A column counts once in a score, however wide it is, and
/// not at all in a row in which its features are NaN: its cell is missing there. Features
/// between two columns, which say whether a cell is missing, count nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    columns: Vec<Range<usize>>,
}

impl Groups {
    /// The columns behind the features of these rows.
    pub fn of(preprocessing: &Preprocessing) -> Self {
        Self::new(preprocessing.columns())
    }

    /// Columns with these features, in order, each of at least one.
    pub fn new(columns: Vec<Range<usize>>) -> Self {
        Self { columns }
    }

    /// The features of each column, in order.
    pub fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        self.columns.iter().cloned()
    }

    /// The same of the columns that are not missing in a row.
    pub(super) fn present(&self, row: &[f32]) -> impl Iterator<Item = Range<usize>> {
        self.ranges().filter(|range| !row[range.start].is_nan())
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }
}
