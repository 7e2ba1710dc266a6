use crate::preprocess::{Oddities, Preprocessing};
use crate::{Dataset, Values};

/// How to read the rows of one data set with a fitted preprocessing, and to write results back
/// in that data set's units. Made by [`Preprocessing::prepare`] or
/// [`FittedScaling::prepare`](super::FittedScaling::prepare).
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// As it applies to this data set.
    preprocessing: Preprocessing,
    /// What each byte becomes, where that is the same in all features: looking it up takes a
    /// third of the time of computing it.
    bytes: Option<Box<[f32; 256]>>,
}

impl Prepared {
    pub(crate) fn new(preprocessing: Preprocessing) -> Self {
        let scaling = preprocessing.scaling();
        let one_line = scaling.shift().len() == 1 && !scaling.is_curved();
        let bytes = one_line.then(|| {
            Box::new(std::array::from_fn(|byte| {
                scaling.transform_value(0, byte as f32)
            }))
        });
        Self {
            preprocessing,
            bytes,
        }
    }

    /// Features in a row.
    pub fn width(&self) -> usize {
        self.preprocessing.width()
    }

    /// The preprocessing as it applies to this data set: its units are those of this data.
    pub fn preprocessing(&self) -> &Preprocessing {
        &self.preprocessing
    }

    /// Writes the features of one row into `out`.
    ///
    /// # Panics
    /// If there is no such row, or `out` is not as long as a row.
    pub fn fill_row(&self, dataset: &Dataset, row: usize, out: &mut [f32]) {
        let preprocessing = &self.preprocessing;
        match (preprocessing.encoding(), &self.bytes, &dataset.values) {
            (Some(_), _, _) => preprocessing.transform_row(dataset.floats(row), out),
            (None, Some(scaled), Values::Bytes(bytes)) => {
                let bytes = &bytes[row * dataset.width..][..dataset.width];
                assert_eq!(out.len(), bytes.len(), "fill_row: length of `out`");
                for (out, &byte) in out.iter_mut().zip(bytes) {
                    *out = scaled[usize::from(byte)];
                }
            }
            _ => {
                dataset.fill_row(row, out);
                preprocessing.scaling().transform_row(out);
            }
        }
    }

    /// Makes NaN of the features of missing cells, in a row of features that
    /// [`fill_row`](Self::fill_row) wrote.
    ///
    /// # Panics
    /// As there.
    pub fn blank_holes(&self, dataset: &Dataset, row: usize, features: &mut [f32]) {
        if self.preprocessing.encoding().is_some() {
            self.preprocessing
                .blank_holes(dataset.floats(row), features);
        }
    }

    /// Writes the features of one group of a row into `out`: of one column of a table, or the
    /// feature of that number where there is no table.
    ///
    /// # Panics
    /// If there is no such row or group, or `out` is not as long.
    pub fn fill_group(&self, dataset: &Dataset, row: usize, group: usize, out: &mut [f32]) {
        let scaling = self.preprocessing.scaling();
        if let Some(encoding) = self.preprocessing.encoding() {
            encoding.encode_group(scaling, group, dataset.floats(row), out);
        } else {
            out[0] = scaling.transform_value(group, dataset.value(row, group));
        }
    }

    /// Counts what a data set holds that the training rows did not.
    pub fn oddities(&self, dataset: &Dataset) -> Oddities {
        let scaling = self.preprocessing.scaling();
        match self.preprocessing.encoding() {
            Some(encoding) => encoding.oddities(scaling, dataset),
            None => Oddities {
                rows: dataset.rows,
                outside: self.rows_outside(dataset),
                ..Oddities::default()
            },
        }
    }

    /// How many rows hold a value outside the interval of the training rows (more than a
    /// rounding away), for scalings that have one; 0 for the others.
    pub fn rows_outside(&self, dataset: &Dataset) -> usize {
        let Some((low, high)) = self.preprocessing.scaling().range() else {
            return 0;
        };
        let mut buffer = vec![0.0; dataset.width];
        let outside = |row: &usize| {
            self.fill_row(dataset, *row, &mut buffer);
            buffer.iter().any(|&value| value < low || value > high)
        };
        (0..dataset.rows).filter(outside).count()
    }
}
