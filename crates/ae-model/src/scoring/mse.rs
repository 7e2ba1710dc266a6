use super::{Fit, Groups, Method, Sample};
use ae_tensor::elementwise;
use std::ops::Range;

ae_choice::choice! {
    /// The mean squared error of the row over its scaled features. For rows whose features
    /// are alike, such as pixels. A column of several features counts as one, with their mean;
    /// a missing cell doesn't count.
    pub struct Mse = "mse", "mean squared error over scaled features" {}
}

impl Fit for Mse {
    fn learns(&self) -> bool {
        false
    }

    fn fit(&self, _sample: &Sample<'_>) -> Method {
        Method::Mse
    }
}

pub(super) fn score(groups: &Groups, row: &[f32], reconstructed: &[f32]) -> f64 {
    // As many columns as features: each is a column of its own.
    if groups.len() == row.len() {
        let error = mean_square(row, reconstructed);
        if !error.is_nan() {
            return error;
        }
    }
    let (mut sum, mut columns) = (0.0, 0);
    for range in groups.present(row) {
        sum += mean_square(&row[range.clone()], &reconstructed[range]);
        columns += 1;
    }
    sum / f64::from(columns.max(1))
}

/// The error of each column; 0 where its cell is missing.
pub(super) fn errors(groups: &Groups, row: &[f32], reconstructed: &[f32]) -> Vec<f64> {
    let error = |range: Range<usize>| match row[range.start].is_nan() {
        true => 0.0,
        false => mean_square(&row[range.clone()], &reconstructed[range]),
    };
    groups.ranges().map(error).collect()
}

/// Mean squared difference of two rows.
pub(crate) fn mean_square(row: &[f32], reconstructed: &[f32]) -> f64 {
    // Most columns of a table are one feature: calling the vectorised loop costs more than that.
    if let ([a], [b]) = (row, reconstructed) {
        return f64::from((a - b) * (a - b));
    }
    let sum = elementwise::sum_map2(row, reconstructed, |a, b| (a - b) * (a - b));
    f64::from(sum) / row.len() as f64
}
