//! The columns of a table, as operators want to know them.

use super::graph::Type;
use crate::{Model, ModelError};
use ae_data::preprocess::{Coder, OneHot};
use ae_data::table::OTHER;
use ae_data::{FittedScaling, Kind};

/// The columns of a table that are learnt from; of windows, those of each step.
pub(super) struct Columns<'a> {
    pub(super) all: Vec<Column<'a>>,
    pub(super) scaling: &'a FittedScaling,
    /// The bound of scaled numbers.
    pub(super) clip: Option<f32>,
    /// Of a window.
    steps: Option<usize>,
}

pub(super) struct Column<'a> {
    pub(super) name: &'a str,
    /// Its first cell and its first feature.
    pub(super) cell: usize,
    pub(super) feature: usize,
    /// Whether a last feature says that the cell is missing.
    pub(super) indicator: bool,
    /// What stands in place of a missing number.
    pub(super) fill: f32,
    /// What is taken off a number before it is kept in single precision.
    pub(super) origin: f64,
    /// Of a column of words.
    pub(super) word: Option<Word>,
}

/// What the words of a column become.
pub(super) struct Word {
    /// Words and their places.
    pub(super) places: Vec<(String, i64)>,
    /// The place of all others.
    pub(super) otherwise: i64,
    /// The place of a missing cell.
    pub(super) missing: i64,
    /// The features of each place.
    pub(super) rows: Vec<Vec<f32>>,
    /// What the network may answer, in the order of the features or, of one feature, below and
    /// above a half.
    pub(super) answers: Vec<String>,
    one_hot: bool,
}

impl Word {
    /// Whether there is a feature for each answer.
    pub(super) fn is_one_hot(&self) -> bool {
        self.one_hot
    }

    fn boolean([no, yes]: [&str; 2], fill: f32, missing: &[String]) -> Self {
        let words = [(no, 0), (yes, 1)];
        let words = words
            .into_iter()
            .flat_map(|(word, place)| cases(word, place));
        Self {
            places: with_missing(words, missing, 2),
            otherwise: 2,
            missing: 2,
            rows: vec![vec![0.0], vec![1.0], vec![fill]],
            answers: vec![no.to_owned(), yes.to_owned()],
            one_hot: false,
        }
    }

    fn category(values: &[String], one_hot: &OneHot, missing: &[String]) -> Self {
        let word = |value: &u32| values.get(*value as usize).cloned().unwrap_or_default();
        let kept = one_hot.kept().iter().map(word);
        let kept: Vec<String> = kept.collect();
        let (others, hole) = (kept.len(), kept.len() + 1);
        let row = |place: usize| {
            let mut row = vec![0.0; one_hot.width()];
            row[place.min(one_hot.width() - 1)] = 1.0;
            row
        };
        let places = (0..).zip(&kept).map(|(place, word)| (word.clone(), place));
        Self {
            places: with_missing(places, missing, hole as i64),
            otherwise: others as i64,
            missing: hole as i64,
            rows: (0..=hole).map(row).collect(),
            answers: [kept, vec![OTHER.to_owned()]].concat(),
            one_hot: true,
        }
    }
}

/// A word in the cases of letters that it is usually written in.
fn cases(word: &str, place: i64) -> impl Iterator<Item = (String, i64)> {
    let lower = word.to_ascii_lowercase();
    let mut capital = lower.clone();
    if let Some(first) = capital.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let upper = word.to_ascii_uppercase();
    [word.to_owned(), lower, capital, upper]
        .into_iter()
        .map(move |word| (word, place))
}

/// Words and those for a missing cell, each once: a missing cell is one before it is a word.
fn with_missing(
    words: impl Iterator<Item = (String, i64)>,
    missing: &[String],
    place: i64,
) -> Vec<(String, i64)> {
    let mut all: Vec<(String, i64)> = Vec::new();
    let missing = missing.iter().flat_map(|word| cases(word, place));
    for (word, place) in missing.chain(words) {
        if all.iter().all(|(known, _)| *known != word) {
            all.push((word, place));
        }
    }
    all
}

impl<'a> Columns<'a> {
    /// Those of a model of a table.
    ///
    /// # Errors
    /// Columns that can't come in as a number or a word.
    pub(super) fn of(model: &'a Model) -> Result<Self, ModelError> {
        let preprocessing = model.preprocessing();
        let schema = model.table().schema();
        let (Some(encoding), Some(schema)) = (preprocessing.encoding(), schema) else {
            return Err(refused("rows that are no table".to_owned()));
        };
        let known = schema
            .columns
            .iter()
            .filter(|column| column.kind.cells() > 0);
        let known: Vec<_> = known.collect();
        let mut all = Vec::new();
        for (place, (group, encoded)) in
            encoding.groups().iter().zip(encoding.columns()).enumerate()
        {
            let column = known[place % known.len()];
            let (mut fill, mut origin, mut word) = (0.0, 0.0, None);
            match (&encoded.coder, &column.kind) {
                (Coder::Number { fill: filled }, Kind::Number(format)) => {
                    (fill, origin) = (*filled, format.origin);
                }
                (Coder::Boolean { fill }, Kind::Boolean { no, yes }) => {
                    word = Some(Word::boolean([no, yes], *fill, &schema.missing));
                }
                (Coder::Category { one_hot, .. }, Kind::Category { values }) => {
                    word = Some(Word::category(values, one_hot, &schema.missing));
                }
                _ => {
                    let what = format!("column `{}` is a {}", column.name, column.kind.name());
                    return Err(refused(what));
                }
            }
            all.push(Column {
                name: &column.name,
                cell: group.cells.start,
                feature: group.features.start,
                indicator: encoded.indicator,
                fill,
                origin,
                word,
            });
        }
        let steps = model.windowing().map(|windowing| windowing.length());
        let columns = Self {
            all,
            scaling: preprocessing.scaling(),
            clip: encoding.clip(),
            steps,
        };
        if columns.steps.is_some() && !columns.is_matrix() {
            return Err(refused("windows of a table with words".to_owned()));
        }
        Ok(columns)
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = &Column<'a>> {
        self.all.iter().filter(|column| column.word.is_none())
    }

    /// Whether rows come in as one matrix: where all columns are numbers.
    pub(super) fn is_matrix(&self) -> bool {
        self.all.iter().all(|column| column.word.is_none())
    }

    /// That of a row of such a matrix.
    pub(super) fn shape(&self) -> Vec<usize> {
        match self.steps {
            Some(steps) => vec![steps, self.all.len() / steps],
            None => vec![self.all.len()],
        }
    }

    /// Double precision where a column is kept as a distance from a number far from 0.
    pub(super) fn number_type(&self) -> Type {
        match self.numbers().any(|column| column.origin != 0.0) {
            true => Type::Double,
            false => Type::Float,
        }
    }
}

fn refused(what: String) -> ModelError {
    ModelError::Settings {
        what: format!("{what}, which no ONNX operator reads"),
        hint: "export the network alone with `--features`, or train without that column \
               (`--exclude`)"
            .to_owned(),
    }
}
