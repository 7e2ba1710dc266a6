use ndarray::Array2;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::source::Pictures;
use crate::table::{Guess, Schema, StrangeWords};
use crate::{DataError, Labels, Layout, Series, Windows};

/// Rows of numbers as a source gave them: unscaled, with what is known about them.
///
/// Made by [`Dataset::new`], which checks that the parts fit together.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// The numbers, row after row.
    pub values: Values,
    /// Number of rows, at least 1.
    pub rows: usize,
    /// Numbers in a row, at least 1.
    pub width: usize,
    /// How a row is laid out.
    pub layout: Layout,
    /// The class of each row, where the source knows it.
    pub labels: Option<Labels>,
    /// What each row is called, where it is a file of its own: its path below the folder; else
    /// nothing.
    pub row_names: Vec<String>,
    /// How pictures became these rows, if they did.
    pub pictures: Option<Pictures>,
    /// What to call it: `mnist`, or the file's name.
    pub name: String,
    /// Assumptions made and oddities seen while reading, for the user to see.
    pub warnings: Vec<String>,
    /// What was found out about the columns of a table, where nobody said.
    pub guesses: Vec<Guess>,
    /// What a table's categories hold beside their known values.
    pub strange: StrangeWords,
    /// The order of rows in time, where the source was asked for it.
    pub series: Option<Series>,
    /// Of a table that was cut into windows: then each of these rows is one.
    pub windows: Option<Windows>,
}

/// The numbers of a [`Dataset`]. Images stay bytes: a quarter of the memory of `f32`.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Whole numbers from 0 to 255.
    Bytes(Vec<u8>),
    /// Finite numbers; in a table, NaN for a missing cell.
    Floats(Vec<f32>),
}

/// What a source gives: rows to train on and, where it has them, rows set aside for the test.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// Rows for training and validation.
    pub train: Dataset,
    /// The source's own test rows.
    pub test: Option<Dataset>,
}

/// How numbers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberKind {
    /// As [`Values::Bytes`].
    Bytes,
    /// As [`Values::Floats`].
    Floats,
}

/// How far beyond white or black, as a share of the way between them, a float may lie and
/// still be taken for a pixel: the rounding and ringing of an image that was resized, far
/// below a grey level of 1/255.
const PIXEL_TOLERANCE: f32 = 1e-3;

impl Values {
    /// How they are kept.
    pub fn kind(&self) -> NumberKind {
        match self {
            Self::Bytes(_) => NumberKind::Bytes,
            Self::Floats(_) => NumberKind::Floats,
        }
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Floats(floats) => floats.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Dataset {
    /// A data set of which every part fits the others.
    ///
    /// # Errors
    /// No row, no feature, a number of values that does not fill rows of the layout's width,
    /// labels for another number of rows, or a value that is not finite.
    pub fn new(
        name: impl Into<String>,
        layout: Layout,
        values: Values,
        labels: Option<Labels>,
    ) -> Result<Self, DataError> {
        let dataset = Self::unchecked(name.into(), layout, values, labels)?;
        dataset.check_finite()?;
        Ok(dataset)
    }

    /// Rows of a table; a missing cell is NaN.
    ///
    /// # Errors
    /// As [`new`](Self::new), but for missing cells.
    pub fn table(
        name: impl Into<String>,
        schema: Schema,
        values: Vec<f32>,
        labels: Option<Labels>,
    ) -> Result<Self, DataError> {
        let layout = Layout::Table(schema);
        Self::unchecked(name.into(), layout, Values::Floats(values), labels)
    }

    fn unchecked(
        name: String,
        layout: Layout,
        values: Values,
        labels: Option<Labels>,
    ) -> Result<Self, DataError> {
        let (width, found) = (layout.width(), values.len());
        if width == 0 {
            return Err(DataError::NoFeatures { name });
        }
        if found == 0 {
            return Err(DataError::NoRows { name });
        }
        if found % width != 0 {
            return Err(DataError::Shape { name, width, found });
        }
        let rows = found / width;
        if let Some(count) = labels.as_ref().map(|labels| labels.ids.len())
            && count != rows
        {
            return Err(DataError::LabelCount {
                name,
                rows,
                labels: count,
            });
        }
        Ok(Self {
            values,
            rows,
            width,
            layout,
            labels,
            row_names: Vec::new(),
            pictures: None,
            name,
            warnings: Vec::new(),
            guesses: Vec::new(),
            strange: StrangeWords::default(),
            series: None,
            windows: None,
        })
    }

    pub(crate) fn check_finite(&self) -> Result<(), DataError> {
        let Values::Floats(floats) = &self.values else {
            return Ok(());
        };
        match floats.iter().position(|value| !value.is_finite()) {
            None => Ok(()),
            Some(position) => Err(DataError::NotFinite {
                name: self.name.clone(),
                row: position / self.width,
                feature: self.feature_name(position % self.width),
                value: floats[position],
            }),
        }
    }

    /// What rows are: "windows" if they were cut from a series, else "rows".
    pub fn rows_noun(&self) -> &'static str {
        match self.windows {
            Some(_) => "windows",
            None => "rows",
        }
    }

    /// Columns that are learnt from: those of a table, which may be several numbers each, or
    /// else the numbers of a row.
    pub fn columns(&self) -> usize {
        match self.layout.schema() {
            Some(schema) => {
                let columns = schema.columns.iter();
                columns.filter(|column| column.kind.cells() > 0).count()
            }
            None => self.width,
        }
    }

    /// All rows as they came: rows × width.
    pub fn matrix(&self) -> Array2<f32> {
        let mut rows = Array2::zeros((self.rows, self.width));
        for (row, mut out) in rows.rows_mut().into_iter().enumerate() {
            if let Some(out) = out.as_slice_mut() {
                self.fill_row(row, out);
            }
        }
        rows
    }

    /// Writes one row, widened to `f32` and otherwise as it is, into `out` (`width` long).
    ///
    /// # Panics
    /// If there is no such row or `out` has another length than the row.
    pub fn fill_row(&self, row: usize, out: &mut [f32]) {
        let range = self.offset(row)..self.offset(row) + self.width;
        match &self.values {
            Values::Bytes(bytes) => {
                let source = &bytes[range];
                assert_eq!(out.len(), source.len(), "fill_row: length of `out`");
                for (out, &byte) in out.iter_mut().zip(source) {
                    *out = f32::from(byte);
                }
            }
            Values::Floats(floats) => out.copy_from_slice(&floats[range]),
        }
    }

    /// One row of floats as it is; empty for rows of bytes.
    ///
    /// # Panics
    /// If there is no such row.
    pub(crate) fn floats(&self, row: usize) -> &[f32] {
        match &self.values {
            Values::Bytes(_) => &[],
            Values::Floats(floats) => &floats[self.offset(row)..][..self.width],
        }
    }

    /// The place of a row's first number. Windows may share numbers.
    fn offset(&self, row: usize) -> usize {
        match &self.windows {
            Some(windows) => windows.offset(row, self.width),
            None => row * self.width,
        }
    }

    /// The value at a row and a feature.
    ///
    /// # Panics
    /// If there is no such row or feature.
    pub fn value(&self, row: usize, feature: usize) -> f32 {
        assert!(feature < self.width, "feature {feature} of {}", self.width);
        let index = self.offset(row) + feature;
        match &self.values {
            Values::Bytes(bytes) => f32::from(bytes[index]),
            Values::Floats(floats) => floats[index],
        }
    }

    /// The smallest and the largest value.
    pub fn range(&self) -> (f32, f32) {
        match &self.values {
            Values::Bytes(bytes) => {
                let low = bytes.iter().fold(u8::MAX, |low, &byte| low.min(byte));
                let high = bytes.iter().fold(u8::MIN, |high, &byte| high.max(byte));
                (f32::from(low), f32::from(high))
            }
            Values::Floats(floats) => floats
                .iter()
                .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &value| {
                    (low.min(value), high.max(value))
                }),
        }
    }

    /// What a white pixel is, black being 0, by a declared rule that looks at how the numbers
    /// are written: 255 for bytes; 1 for floats from 0 to 1, 255 for floats from 0 to 255. A
    /// float a thousandth of that beyond either end is taken for rounding.
    ///
    /// # Errors
    /// [`DataError::NotPixels`] for other floats.
    pub fn white(&self) -> Result<f32, DataError> {
        let Values::Floats(_) = self.values else {
            return Ok(255.0);
        };
        let (low, high) = self.range();
        let fits = |white: &f32| {
            let slack = white * PIXEL_TOLERANCE;
            low >= -slack && high <= white + slack
        };
        [1.0, 255.0]
            .into_iter()
            .find(fits)
            .ok_or_else(|| DataError::NotPixels {
                name: self.name.clone(),
                low,
                high,
            })
    }

    /// What to call feature `index`; see [`Layout::feature_name`].
    ///
    /// # Panics
    /// If there is no such feature.
    pub fn feature_name(&self, index: usize) -> String {
        self.layout.feature_name(index)
    }

    /// SHA-256, in hexadecimal, of the kind of numbers, the shape and the numbers: the same
    /// for the same data wherever it was read from. Names, labels and warnings do not count.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let (kind, shape) = match self.layout {
            Layout::Image {
                height,
                width,
                channels,
            } => ("image", [height, width, channels]),
            Layout::Columns(_) | Layout::Table(_) => ("columns", [self.width, 1, 1]),
        };
        hash.update(kind);
        for size in [self.rows].into_iter().chain(shape) {
            hash.update((size as u64).to_le_bytes());
        }
        for start in self.windows.iter().flat_map(Windows::starts) {
            hash.update(start.to_le_bytes());
        }
        match &self.values {
            Values::Bytes(bytes) => {
                hash.update("u8");
                hash.update(bytes);
            }
            Values::Floats(floats) => {
                hash.update("f32");
                let mut buffer = [0; 4 * 4096];
                for chunk in floats.chunks(buffer.len() / 4) {
                    for (bytes, value) in buffer.chunks_exact_mut(4).zip(chunk) {
                        bytes.copy_from_slice(&value.to_le_bytes());
                    }
                    hash.update(&buffer[..4 * chunk.len()]);
                }
            }
        }
        hash.finalize()
            .iter()
            .fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })
    }

    /// A copy of the given rows, in the given order; a row may come more than once.
    ///
    /// # Panics
    /// If there is no such row, or none is given.
    pub fn select(&self, rows: &[u32]) -> Self {
        assert!(!rows.is_empty(), "select: no rows");
        let values = match &self.values {
            shared if self.windows.is_some() => shared.clone(),
            Values::Bytes(bytes) => Values::Bytes(gather(bytes, self.width, rows)),
            Values::Floats(floats) => Values::Floats(gather(floats, self.width, rows)),
        };
        let labels = self.labels.as_ref().map(|labels| Labels {
            ids: gather(&labels.ids, 1, rows),
            names: labels.names.clone(),
        });
        Self {
            values,
            rows: rows.len(),
            width: self.width,
            layout: self.layout.clone(),
            labels,
            row_names: match self.row_names.is_empty() {
                true => Vec::new(),
                false => rows
                    .iter()
                    .map(|row| self.row_names[*row as usize].clone())
                    .collect(),
            },
            pictures: self.pictures,
            name: self.name.clone(),
            warnings: self.warnings.clone(),
            guesses: self.guesses.clone(),
            strange: self.strange.select(rows),
            series: self.series.clone(),
            windows: self.windows.as_ref().map(|windows| windows.select(rows)),
        }
    }

    /// Drops all rows after the first `rows`; fewer stay as they are.
    ///
    /// # Panics
    /// If `rows` is 0.
    pub fn truncate(&mut self, rows: usize) {
        assert!(rows > 0, "truncate: to no rows");
        if rows >= self.rows {
            return;
        }
        self.rows = rows;
        match &mut self.values {
            Values::Bytes(bytes) => bytes.truncate(rows * self.width),
            Values::Floats(floats) => floats.truncate(rows * self.width),
        }
        if let Some(labels) = &mut self.labels {
            labels.ids.truncate(rows);
        }
        self.row_names.truncate(rows);
        if let Some(series) = &mut self.series {
            series.truncate(rows);
        }
    }

    /// Whether rows are as wide as a model expects.
    ///
    /// # Errors
    /// [`DataError::Width`] with both numbers.
    pub fn check_width(&self, expected: usize) -> Result<(), DataError> {
        if self.width == expected {
            return Ok(());
        }
        Err(DataError::Width {
            name: self.name.clone(),
            expected,
            found: self.width,
        })
    }
}

fn gather<T: Copy>(values: &[T], width: usize, rows: &[u32]) -> Vec<T> {
    let mut gathered = Vec::with_capacity(rows.len() * width);
    for &row in rows {
        let start = row as usize * width;
        gathered.extend_from_slice(&values[start..start + width]);
    }
    gathered
}
