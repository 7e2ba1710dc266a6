use super::FittedScaling;
use crate::preprocess::{Encoding, Group, Oddities};
use crate::{Dataset, Values};

/// How to read the rows of one data set with a fitted scaling, and to write results back in
/// that data set's units. Made by [`FittedScaling::prepare`].
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    scaling: FittedScaling,
    /// What each byte becomes, where that is the same in all features: looking it up takes a
    /// third of the time of computing it.
    bytes: Option<Box<[f32; 256]>>,
    encoding: Option<Encoding>,
}

impl Prepared {
    pub(super) fn new(scaling: FittedScaling) -> Self {
        let one_line = scaling.shift().len() == 1 && !scaling.is_curved();
        let bytes = one_line.then(|| {
            Box::new(std::array::from_fn(|byte| {
                scaling.transform_value(0, byte as f32)
            }))
        });
        Self {
            scaling,
            bytes,
            encoding: None,
        }
    }

    pub(crate) fn with_encoding(self, encoding: Option<Encoding>) -> Self {
        Self { encoding, ..self }
    }

    /// Features in a row.
    pub fn width(&self) -> usize {
        match &self.encoding {
            Some(encoding) => encoding.width(),
            None => self.scaling.width(),
        }
    }

    /// The columns with their features, where there is a table.
    pub fn groups(&self) -> Option<&[Group]> {
        self.encoding.as_ref().map(Encoding::groups)
    }

    /// The scaling as it applies to this data set.
    pub fn scaling(&self) -> &FittedScaling {
        &self.scaling
    }

    /// Writes the features of one row into `out`.
    ///
    /// # Panics
    /// If there is no such row, or `out` is not as long as a row.
    pub fn fill_row(&self, dataset: &Dataset, row: usize, out: &mut [f32]) {
        match (&self.encoding, &self.bytes, &dataset.values) {
            (Some(encoding), _, _) => encoding.encode(&self.scaling, dataset.floats(row), out),
            (None, Some(scaled), Values::Bytes(bytes)) => {
                let bytes = &bytes[row * dataset.width..][..dataset.width];
                assert_eq!(out.len(), bytes.len(), "fill_row: length of `out`");
                for (out, &byte) in out.iter_mut().zip(bytes) {
                    *out = scaled[usize::from(byte)];
                }
            }
            _ => {
                dataset.fill_row(row, out);
                self.transform_row(out);
            }
        }
    }

    /// Makes NaN of the features of missing cells, in a row of features that
    /// [`fill_row`](Self::fill_row) wrote.
    ///
    /// # Panics
    /// As there.
    pub fn blank_holes(&self, dataset: &Dataset, row: usize, features: &mut [f32]) {
        if let Some(encoding) = &self.encoding {
            encoding.blank_holes(dataset.floats(row), features);
        }
    }

    /// Writes the features of one group of a row into `out`: of one column of a table, or the
    /// feature of that number where there is no table.
    ///
    /// # Panics
    /// If there is no such row or group, or `out` is not as long.
    pub fn fill_group(&self, dataset: &Dataset, row: usize, group: usize, out: &mut [f32]) {
        if let Some(encoding) = &self.encoding {
            encoding.encode_group(&self.scaling, group, dataset.floats(row), out);
        } else {
            out[0] = self
                .scaling
                .transform_value(group, dataset.value(row, group));
        }
    }

    /// Scales a raw row in place; see [`FittedScaling::transform_row`].
    ///
    /// # Panics
    /// If the row is not as wide as the scaling.
    pub fn transform_row(&self, raw: &mut [f32]) {
        self.scaling.transform_row(raw);
    }

    /// Takes a scaled row back to the units of the data set this was prepared for.
    ///
    /// # Panics
    /// If the row is not as wide as the scaling.
    pub fn inverse_row(&self, scaled: &mut [f32]) {
        self.scaling.inverse_row(scaled);
    }

    /// Takes a row of features back to cells, in the units of the data set this was prepared
    /// for.
    ///
    /// # Panics
    /// If one of the rows is not as long as it should be.
    pub fn decode_row(&self, features: &[f32], cells: &mut [f32]) {
        if let Some(encoding) = &self.encoding {
            encoding.decode(&self.scaling, features, cells);
        } else {
            cells.copy_from_slice(features);
            self.inverse_row(cells);
        }
    }

    /// Counts what a data set holds that the training rows did not.
    pub fn oddities(&self, dataset: &Dataset) -> Oddities {
        match &self.encoding {
            Some(encoding) => encoding.oddities(&self.scaling, dataset),
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
        let Some((low, high)) = self.scaling.range() else {
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
