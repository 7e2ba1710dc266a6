use ae_data::Preprocessing;
use ae_data::preprocess::Nature;
use std::ops::Range;

/// Which features of an encoded row belong to one column of the data: each column is a
/// stretch of one or several features. A number is one feature, a one-hot category one
/// feature for each of its values. A column counts once in a score, however wide it is, and
/// not at all in a row in which its features are NaN: its cell is missing there. Features
/// between two columns, which say whether a cell is missing, count nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    columns: Vec<Range<usize>>,
    /// Of each, whether it is a choice between values, each as far from the others.
    choices: Vec<bool>,
}

impl Groups {
    /// The columns behind the features of these rows.
    pub fn of(preprocessing: &Preprocessing) -> Self {
        let values = preprocessing.values();
        let choices = values.iter().map(|part| part.nature != Nature::Number);
        Self {
            choices: choices.collect(),
            columns: values.into_iter().map(|part| part.features).collect(),
        }
    }

    /// Columns with these features, in order, each of at least one: numbers, as far as they are
    /// one feature.
    pub fn new(columns: Vec<Range<usize>>) -> Self {
        Self {
            choices: vec![false; columns.len()],
            columns,
        }
    }

    /// The features of those columns that are not one number each: indicators, or parts of a
    /// date-time.
    pub(super) fn indicators(&self) -> impl Iterator<Item = usize> {
        let columns = self.columns.iter().zip(&self.choices);
        let several = columns.filter(|(range, is_choice)| **is_choice || range.len() > 1);
        several.flat_map(|(range, _)| range.clone())
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
