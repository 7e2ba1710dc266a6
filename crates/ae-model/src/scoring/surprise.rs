use super::ranked::{OutwardTable, Ranked, kept_places};
use super::robust::median_and_scale;
use super::{Fit, Groups, Method, Sample};
use ae_tensor::parallel;
use ndarray::Axis;
use std::ops::Range;

ae_choice::choice! {
    /// Two questions, half of the score each: how far out are the row's values, each in its
    /// own column, and how far is the row from what the network makes of it?
    ///
    /// The first knows nothing of how columns belong together, and is the mean of two
    /// answers. One is the sum over the columns of −ln of the share of training rows with a
    /// value as far out, as in ECOD (Li et al. 2022, "ECOD: Unsupervised Outlier Detection
    /// Using Empirical Cumulative Distribution Functions"): it fits any distribution, but
    /// beyond the training rows all values are the same to it. The other is the sum of
    /// squared distances from the median, in robust standard deviations. The second question
    /// is the same sum over the residuals, so that columns that are hard to reconstruct don't
    /// drown those that are easy, and the anomalies among the training rows don't hide
    /// themselves. A missing cell adds nothing to any of the three.
    ///
    /// All three sums are made comparable by the median and median absolute deviation of
    /// their logarithms over the training rows: 0 is an ordinary row, and some 3.5 above is
    /// odd.
    pub struct Surprise = "surprise", "rarity of the values and distance from their reconstruction, for tables" {}
}

/// A scale is at least this share of the standard deviation: numbers that are mostly the
/// same don't make the rest infinitely odd. Of an indicator, which is mostly the same by
/// nature, it is the standard deviation.
const LEAST_OF_DEVIATION: f64 = 0.1;

/// A residual's scale is at least this share of the feature's own standard deviation:
/// smaller errors are the network's, not the row's.
const LEAST_OF_FEATURE: f64 = 0.01;

/// What rarity, distance and residual count for in the score: half of it for the values alone,
/// half for the reconstruction.
pub(crate) const WEIGHTS: [f64; 3] = [0.25, 0.25, 0.5];

/// Keeps logarithms of sums that may be 0 finite.
pub(crate) const TINY: f64 = 1e-9;

/// [`Surprise`], fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Surprising {
    /// Rows it was fitted on.
    pub(crate) rows: usize,
    /// Places of the sorted rows that are kept.
    pub(crate) places: Vec<usize>,
    /// Values at those places: features × places.
    pub(crate) knots: Vec<f32>,
    /// Of each feature's values.
    pub(crate) values: Spread,
    /// Of each feature's residuals.
    pub(crate) residuals: Spread,
    /// What the three sums are standardised by: rarity, distance, residual.
    pub(crate) parts: [Standard; 3],
    /// How rare each feature's values are, in nats: found from `knots`.
    pub(crate) rarities: Vec<OutwardTable>,
}

/// The middle and the robust scale of some numbers a feature.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spread {
    /// Their median.
    pub(crate) centre: Vec<f32>,
    /// 1 / scale; 0 for a feature that never changes.
    pub(crate) weight: Vec<f32>,
}

impl Spread {
    /// The mean square of a column's numbers, in robust standard deviations.
    fn mean_square(&self, column: Range<usize>, numbers: impl Iterator<Item = f32>) -> f64 {
        let width = column.len() as f64;
        let lines = self.centre[column.clone()].iter().zip(&self.weight[column]);
        let squares = numbers
            .zip(lines)
            .map(|(number, (centre, weight))| f64::from((number - centre) * weight).powi(2));
        squares.sum::<f64>() / width
    }
}

/// Turns a sum into a number that is 0 for an ordinary row.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Standard {
    pub(crate) median: f64,
    pub(crate) scale: f64,
}

impl Standard {
    fn fit(sums: &[f64]) -> Self {
        let mut logs: Vec<f64> = sums.iter().map(|sum| (sum + TINY).ln()).collect();
        let (median, scale) = median_and_scale(&mut logs);
        // Where half of the rows are the same, there is nothing to measure by.
        let scale = if scale > TINY { scale } else { 1.0 };
        Self { median, scale }
    }

    /// Whether both numbers can be used.
    pub(crate) fn is_sound(&self) -> bool {
        self.median.is_finite() && self.scale.is_finite() && self.scale > 0.0
    }

    fn of(&self, sum: f64) -> f64 {
        // What is not a number comes from values beyond single precision: very odd indeed.
        let sum = sum.min(f64::from(f32::MAX));
        ((sum + TINY).ln() - self.median) / self.scale
    }
}

/// Rows that are summed up at a time.
const ROWS_AT_A_TIME: usize = 64;

impl Fit for Surprise {
    fn fit(&self, sample: &Sample<'_>) -> Method {
        let (rows, features) = sample.rows.dim();
        let places = kept_places(rows);
        let mut columns = vec![Column::default(); features];
        for feature in sample.groups.indicators() {
            columns[feature].is_indicator = true;
        }
        parallel::for_each(&mut columns[..], 1, |first, columns| {
            for (feature, column) in (first..).zip(columns) {
                column.fit(sample, feature, &places);
            }
        });
        let spread = |of: fn(&Column) -> (f32, f32)| {
            let (centre, weight) = columns.iter().map(of).unzip();
            Spread { centre, weight }
        };
        let knots = columns.iter().flat_map(|column| &column.knots).copied();
        let mut fitted = Surprising::new(
            (rows, knots.collect()),
            spread(|column| column.value),
            spread(|column| column.residual),
            [Standard {
                median: 0.0,
                scale: 1.0,
            }; 3],
        );
        let mut sums = vec![[0.0; 3]; rows];
        parallel::for_each(&mut sums[..], ROWS_AT_A_TIME, |first, sums| {
            for (offset, sums) in sums.iter_mut().enumerate() {
                let row = sample.rows.row(first + offset).to_vec();
                let reconstructed = sample.reconstructed.row(first + offset).to_vec();
                *sums = fitted.sums(sample.groups, &row, &reconstructed);
            }
        });
        fitted.parts = [0, 1, 2].map(|part| {
            let sums: Vec<f64> = sums.iter().map(|sums| sums[part]).collect();
            Standard::fit(&sums)
        });
        Method::Surprise(Box::new(fitted))
    }
}

/// What is fitted of one feature.
#[derive(Debug, Clone, Default)]
struct Column {
    /// Whether it isn't a number by itself.
    is_indicator: bool,
    knots: Vec<f32>,
    /// Centre and weight of the values and of the residuals.
    value: (f32, f32),
    residual: (f32, f32),
}

impl Column {
    /// Learns from the rows in which the feature is not missing.
    fn fit(&mut self, sample: &Sample<'_>, feature: usize, places: &[usize]) {
        let values = sample.rows.index_axis(Axis(1), feature);
        let reconstructed = sample.reconstructed.index_axis(Axis(1), feature);
        let pairs = values.iter().zip(reconstructed);
        let (values, back): (Vec<f32>, Vec<f32>) = pairs.filter(|(x, _)| !x.is_nan()).unzip();
        self.knots = knots_over(&values, sample.rows.nrows(), places);
        let residuals = values.iter().zip(&back);
        let residuals: Vec<f64> = residuals.map(|(x, y)| f64::from(x - y)).collect();
        let values: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
        if values.is_empty() {
            return;
        }
        let deviation = deviation(&values);
        let (share, least) = match (self.is_indicator, deviation > 0.0) {
            (true, true) => (1.0, LEAST_OF_FEATURE * deviation),
            (true, false) => (1.0, deviation_of_half_a_row(values.len())),
            (false, true) => (LEAST_OF_DEVIATION, LEAST_OF_FEATURE * deviation),
            (false, false) => return,
        };
        self.value = centre_and_weight(values, share, least);
        self.residual = centre_and_weight(residuals, share, least);
    }
}

/// The knots of these values, stretched over so many rows: where some rows have none, the share
/// of rows beyond a value is that of the others. Of none, zeros.
fn knots_over(values: &[f32], rows: usize, places: &[usize]) -> Vec<f32> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let at = |place: &usize| sorted.get(place * sorted.len() / rows).copied();
    places
        .iter()
        .map(|place| at(place).unwrap_or(0.0))
        .collect()
}

/// The median, and 1 / scale, with a scale of at least `share` of the standard deviation and
/// at least `least`.
fn centre_and_weight(mut numbers: Vec<f64>, share: f64, least: f64) -> (f32, f32) {
    let deviation = deviation(&numbers);
    let (centre, scale) = median_and_scale(&mut numbers);
    let scale = scale.max(share * deviation).max(least);
    (centre as f32, (1.0 / scale).min(f64::from(f32::MAX)) as f32)
}

/// The deviation that an indicator would have if half a row of so many were unlike the others:
/// what no training row has, such as a word nobody used, is rarer than what a single one has, but
/// not infinitely so.
fn deviation_of_half_a_row(rows: usize) -> f64 {
    let share = 0.5 / (rows as f64 + 1.0);
    (share * (1.0 - share)).sqrt()
}

/// Standard deviation.
fn deviation(numbers: &[f64]) -> f64 {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares = numbers.iter().map(|number| (number - mean).powi(2));
    (squares.sum::<f64>() / count).sqrt()
}

/// A feature's own among the knots of all.
fn ranked<'a>(
    (rows, places, knots): (usize, &'a [usize], &'a [f32]),
    feature: usize,
) -> Ranked<'a> {
    let kept = places.len();
    Ranked {
        rows,
        places,
        knots: &knots[feature * kept..(feature + 1) * kept],
    }
}

impl Surprising {
    /// From the rows it was fitted on and the knots of each feature, features × places.
    pub(crate) fn new(
        (rows, knots): (usize, Vec<f32>),
        values: Spread,
        residuals: Spread,
        parts: [Standard; 3],
    ) -> Self {
        let places = kept_places(rows);
        // Half a row more than there are, so that no value is infinitely rare.
        let nats = |as_far_out: usize| {
            let share = (as_far_out as f64 + 0.5) / (rows as f64 + 1.0);
            -share.min(0.5).ln()
        };
        let features = 0..values.centre.len();
        let of = |feature| OutwardTable::new(ranked((rows, &places, &knots), feature), nats);
        let rarities = features.map(of);
        Self {
            rarities: rarities.collect(),
            rows,
            places,
            knots,
            values,
            residuals,
            parts,
        }
    }

    pub(super) fn score(&self, groups: &Groups, row: &[f32], reconstructed: &[f32]) -> f64 {
        let sums = self.sums(groups, row, reconstructed);
        [0, 1, 2]
            .map(|part| self.weighted(part, sums[part]))
            .iter()
            .sum()
    }

    /// What one of the three sums adds to the score.
    fn weighted(&self, part: usize, sum: f64) -> f64 {
        WEIGHTS[part] * self.parts[part].of(sum)
    }

    /// How much each column adds: of each of the three answers that finds the row odd, the
    /// column's share of the sum; of all three, where none does.
    pub(super) fn shares(&self, groups: &Groups, row: &[f32], reconstructed: &[f32]) -> Vec<f64> {
        let sums = self.sums(groups, row, reconstructed);
        let mut odd = [0, 1, 2].map(|part| self.weighted(part, sums[part]).max(0.0));
        if odd == [0.0; 3] {
            odd = WEIGHTS;
        }
        let share = |column: Range<usize>| {
            if row[column.start].is_nan() {
                return 0.0;
            }
            let parts = self.parts_of(column, row, reconstructed);
            let shares = [0, 1, 2].map(|part| odd[part] * parts[part] / sums[part].max(TINY));
            shares.iter().sum::<f64>()
        };
        groups.ranges().map(share).collect()
    }

    /// The robust standard deviation of a feature's residuals.
    pub(super) fn spread(&self, feature: usize) -> Option<f32> {
        let weight = self.residuals.weight[feature];
        (weight > 0.0).then(|| 1.0 / weight)
    }

    /// How the training rows' values of a feature are spread.
    pub(super) fn distribution(&self, feature: usize) -> Ranked<'_> {
        ranked((self.rows, &self.places, &self.knots), feature)
    }

    /// Rarity, distance from the middle, and distance from the reconstruction.
    fn sums(&self, groups: &Groups, row: &[f32], reconstructed: &[f32]) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for column in groups.present(row) {
            let parts = self.parts_of(column, row, reconstructed);
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum += part;
            }
        }
        sums
    }

    /// What one column adds to each of them.
    fn parts_of(&self, column: Range<usize>, row: &[f32], reconstructed: &[f32]) -> [f64; 3] {
        let (own, back) = (&row[column.clone()], &reconstructed[column.clone()]);
        let errors = own.iter().zip(back).map(|(value, back)| value - back);
        [
            self.rarity(column.clone(), row),
            self.values.mean_square(column.clone(), own.iter().copied()),
            self.residuals.mean_square(column, errors),
        ]
    }

    /// How rare a column's value is, in nats; of several features, the rarest.
    fn rarity(&self, column: Range<usize>, row: &[f32]) -> f64 {
        let tables = self.rarities[column.clone()].iter();
        let nats = tables
            .zip(&row[column])
            .map(|(table, value)| table.of(*value));
        nats.fold(0.0, f64::max)
    }
}
