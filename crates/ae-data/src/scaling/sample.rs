use super::Affine;
use crate::{DataError, Dataset};

/// How many columns are sorted at a time: a few cache lines of each row, so that reading the
/// columns of a wide data set does not go over memory once for each.
const COLUMNS_AT_A_TIME: usize = 16;

/// The rows a scaling is fitted on, and the statistics it may ask of them.
pub struct Sample<'a> {
    dataset: &'a Dataset,
    rows: &'a [u32],
}

impl<'a> Sample<'a> {
    /// The given rows of a data set.
    pub fn new(dataset: &'a Dataset, rows: &'a [u32]) -> Self {
        Self { dataset, rows }
    }

    /// The data set the rows belong to.
    pub fn dataset(&self) -> &Dataset {
        self.dataset
    }

    /// Smallest and largest value of each feature; infinite where every cell is missing.
    pub fn extremes(&self) -> Vec<(f32, f32)> {
        let mut extremes = vec![(f32::INFINITY, f32::NEG_INFINITY); self.dataset.width];
        self.for_each_row(|row| {
            for ((low, high), &value) in extremes.iter_mut().zip(row) {
                *low = low.min(value);
                *high = high.max(value);
            }
        });
        extremes
    }

    /// Mean and population standard deviation of each feature: two passes in `f64`, so that
    /// a small spread far from zero is not lost. Missing cells don't count.
    pub fn mean_and_deviation(&self) -> (Vec<f64>, Vec<f64>) {
        let width = self.dataset.width;
        let (mut mean, mut counts) = (vec![0.0; width], vec![0.0; width]);
        self.for_each_row(|row| {
            for ((sum, count), &value) in mean.iter_mut().zip(&mut counts).zip(row) {
                let is_there = !value.is_nan();
                *sum += if is_there { f64::from(value) } else { 0.0 };
                *count += f64::from(u8::from(is_there));
            }
        });
        let count_of = |count: &f64| count.max(1.0);
        for (sum, count) in mean.iter_mut().zip(&counts) {
            *sum /= count_of(count);
        }
        let mut deviation = vec![0.0; width];
        self.for_each_row(|row| {
            for ((sum, mean), &value) in deviation.iter_mut().zip(&mean).zip(row) {
                let distance = if value.is_nan() {
                    0.0
                } else {
                    f64::from(value) - mean
                };
                *sum += distance * distance;
            }
        });
        for (sum, count) in deviation.iter_mut().zip(&counts) {
            *sum = (*sum / count_of(count)).sqrt();
        }
        (mean, deviation)
    }

    /// The three quartiles of each feature, interpolated between neighbours (NumPy's
    /// default rule); 0 for a feature without a value.
    pub fn quartiles(&self) -> Vec<[f64; 3]> {
        self.map_sorted_columns(|column| [0.25, 0.5, 0.75].map(|share| quantile(column, share)))
    }

    /// What `work` makes of the sorted values of each feature, without the missing ones.
    pub fn map_sorted_columns<T>(&self, work: impl Fn(&[f32]) -> T) -> Vec<T> {
        let (width, count) = (self.dataset.width, self.rows.len());
        let mut results = Vec::with_capacity(width);
        let mut column = Vec::with_capacity(count);
        for first in (0..width).step_by(COLUMNS_AT_A_TIME) {
            let columns = first..width.min(first + COLUMNS_AT_A_TIME);
            let block: Vec<f32> = self
                .rows
                .iter()
                .flat_map(|&row| columns.clone().map(move |at| (row as usize, at)))
                .map(|(row, feature)| self.dataset.value(row, feature))
                .collect();
            for offset in 0..columns.len() {
                column.clear();
                let values = block.iter().skip(offset).step_by(columns.len());
                column.extend(values.filter(|value| !value.is_nan()));
                column.sort_unstable_by(f32::total_cmp);
                results.push(work(&column));
            }
        }
        results
    }

    /// `shift` and `scale` with a scale of 1 for every feature that does not vary.
    ///
    /// # Errors
    /// [`DataError::NothingVaries`] if that is all of them.
    pub fn keep_constants(
        &self,
        mut shift: Vec<f64>,
        mut scale: Vec<f64>,
    ) -> Result<Affine, DataError> {
        let mut varying = 0;
        for (feature, &(low, high)) in self.extremes().iter().enumerate() {
            if is_constant(low, high) {
                shift[feature] = if low.is_finite() { f64::from(low) } else { 0.0 };
                scale[feature] = 1.0;
            } else {
                varying += 1;
            }
        }
        if varying == 0 {
            return Err(DataError::NothingVaries {
                name: self.dataset.name.clone(),
                width: self.dataset.width,
                rows: self.rows.len(),
            });
        }
        Ok(Affine { shift, scale })
    }

    fn for_each_row(&self, mut visit: impl FnMut(&[f32])) {
        let mut buffer = vec![0.0; self.dataset.width];
        for &row in self.rows {
            self.dataset.fill_row(row as usize, &mut buffer);
            visit(&buffer);
        }
    }
}

/// Whether a feature's extremes differ by no more than the rounding of `f32`: dividing by
/// such a spread would blow rounding up to the size of the other features.
fn is_constant(low: f32, high: f32) -> bool {
    high - low <= f32::EPSILON * low.abs().max(high.abs())
}

/// The place, among `count` sorted values, nearest to a share of them.
pub(super) fn quantile_place(count: usize, share: f64) -> usize {
    (share * (count - 1) as f64).round() as usize
}

fn quantile(sorted: &[f32], share: f64) -> f64 {
    if sorted.is_empty() {
        return 0.0;
    }
    let position = share * (sorted.len() - 1) as f64;
    let below = position.floor();
    let low = f64::from(sorted[below as usize]);
    let high = f64::from(sorted[position.ceil() as usize]);
    low + (high - low) * (position - below)
}
