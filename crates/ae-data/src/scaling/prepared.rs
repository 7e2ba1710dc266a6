use super::FittedScaling;
use crate::{Dataset, Values};

/// How to read the rows of one data set with a fitted scaling, and to write results back in
/// that data set's units. Made by [`FittedScaling::prepare`].
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    scaling: FittedScaling,
    /// What each byte becomes, where that is the same in all features: looking it up takes a
    /// third of the time of computing it.
    bytes: Option<Box<[f32; 256]>>,
}

impl Prepared {
    pub(super) fn new(scaling: FittedScaling) -> Self {
        let one_line = scaling.shift().len() == 1;
        let bytes = one_line.then(|| {
            Box::new(std::array::from_fn(|byte| {
                scaling.transform_value(0, byte as f32)
            }))
        });
        Self { scaling, bytes }
    }

    /// The scaling as it applies to this data set.
    pub fn scaling(&self) -> &FittedScaling {
        &self.scaling
    }

    /// Writes one row, scaled, into `out`.
    ///
    /// # Panics
    /// If there is no such row, or `out` is not as long as a row.
    pub fn fill_row(&self, dataset: &Dataset, row: usize, out: &mut [f32]) {
        if let (Some(scaled), Values::Bytes(bytes)) = (&self.bytes, &dataset.values) {
            let bytes = &bytes[row * dataset.width..][..dataset.width];
            assert_eq!(out.len(), bytes.len(), "fill_row: length of `out`");
            for (out, &byte) in out.iter_mut().zip(bytes) {
                *out = scaled[usize::from(byte)];
            }
            return;
        }
        dataset.fill_row(row, out);
        self.transform_row(out);
    }

    /// The scaled value at a row and a feature.
    ///
    /// # Panics
    /// If there is no such row or feature.
    pub fn value(&self, dataset: &Dataset, row: usize, feature: usize) -> f32 {
        self.scaling
            .transform_value(feature, dataset.value(row, feature))
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
