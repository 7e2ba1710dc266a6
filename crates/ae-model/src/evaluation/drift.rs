//! Whether the columns of some rows look like those that were trained on.

use super::{Change, Drift};
use crate::explain::Column;
use crate::{Model, Rows};
use ae_data::Layout;
use ae_data::preprocess::Nature;
use ae_nn::Samples;
use ndarray::{Array2, Axis};

/// Rows that are looked at, at most, evenly spread: distributions are then known to a
/// hundredth.
const MOST_ROWS: usize = 20_000;

/// Numbers of a sample, at most: 64 MB.
const MOST_NUMBERS: usize = 1 << 24;

/// How often chance alone may call any column of a table drifted.
const CHANCE: f64 = 1e-3;

/// Distances below this are too small to matter, however sure they are.
const LEAST: f64 = 0.1;

/// How far the distribution of each column is from that of the training rows, the farthest
/// first. Nothing is said of images, nor of numbers where the score knows no distribution of
/// them.
pub(super) fn drift(model: &Model, rows: &Rows<'_>) -> Vec<Drift> {
    if matches!(model.layout(), Layout::Image { .. }) {
        return Vec::new();
    }
    let [filled, known] = sample(rows);
    // Of windows, the first step stands for all: the others are the same series a little later.
    let columns = model.columns_of_a_step();
    let look = Look {
        model,
        filled,
        known,
        // One chance for all columns together.
        odds: CHANCE / (2 * columns.len()) as f64,
        trained: model.provenance().train_rows as f64,
    };
    let mut drift: Vec<Drift> = Vec::new();
    for column in columns {
        drift.extend(look.holes(&column));
        drift.extend(look.values(column));
    }
    drift.sort_by(|a, b| b.distance.total_cmp(&a.distance));
    drift
}

/// Features of the rows: as the network sees them, and NaN where a cell is missing.
fn sample(rows: &Rows<'_>) -> [Array2<f32>; 2] {
    let most = (MOST_NUMBERS / rows.width()).clamp(1, MOST_ROWS);
    let numbers = rows.spread(most);
    let mut filled = Array2::zeros((numbers.len(), rows.width()));
    rows.fill(&numbers, filled.view_mut());
    let mut known = filled.clone();
    rows.blank_holes(&numbers, known.view_mut());
    [filled, known]
}

struct Look<'a> {
    model: &'a Model,
    filled: Array2<f32>,
    known: Array2<f32>,
    odds: f64,
    trained: f64,
}

impl Look<'_> {
    /// A column's share of missing cells.
    fn holes(&self, column: &Column) -> Option<Drift> {
        let before = f64::from(self.model.reference().mean[column.indicator?]);
        let present = self.present(column.features.start).len();
        let rows = self.known.nrows();
        let now = 1.0 - present as f64 / rows as f64;
        let distance = (now - before).abs();
        Some(Drift {
            column: column.name.clone(),
            distance,
            is_drift: distance > LEAST.max(self.chance(2, rows)),
            change: Change::Holes([before, now]),
        })
    }

    /// What stands in a column where something does.
    fn values(&self, column: Column) -> Option<Drift> {
        let all = self.filled.nrows();
        let (kinds, rows, (distance, change)) = match column.nature {
            Nature::Number => match self.present(column.features.start).len() {
                0 => return None,
                present => (1, present, self.numbers(&column)?),
            },
            Nature::Binary => (2, all, self.choice(&column)),
            Nature::Choice => (column.features.len(), all, self.choice(&column)),
        };
        Some(Drift {
            column: column.name,
            distance,
            is_drift: distance > LEAST.max(self.chance(kinds, rows)),
            change,
        })
    }

    /// The distance between two samples of one distribution that chance rarely passes, by the
    /// inequalities of Dvoretzky, Kiefer and Wolfowitz (for numbers, 1 kind) and of Weissman
    /// et al. 2003 (for `kinds` values), each taken for one sample as large as both are worth
    /// together.
    fn chance(&self, kinds: usize, rows: usize) -> f64 {
        let spread = 1.0 / rows as f64 + 1.0 / self.trained;
        let nats = kinds as f64 * 2.0_f64.ln() - self.odds.ln();
        (nats / 2.0 * spread).sqrt()
    }

    fn present(&self, feature: usize) -> Vec<f32> {
        let values = self.known.index_axis(Axis(1), feature).into_iter();
        values.copied().filter(|value| !value.is_nan()).collect()
    }

    /// Kolmogorov and Smirnov's distance, of several features the largest.
    fn numbers(&self, column: &Column) -> Option<(f64, Change)> {
        let mut farthest = 0.0_f64;
        let mut medians = None;
        for feature in column.features.clone() {
            let trained = self.model.scorer().distribution(feature)?;
            let mut now = self.present(feature);
            now.sort_unstable_by(f32::total_cmp);
            farthest = farthest.max(trained.distance(&now));
            medians.get_or_insert([trained.median(), now[now.len() / 2]]);
        }
        let [before, now] = medians?;
        let change = match (column.features.len(), column.cells.len()) {
            (1, 1) => Change::Median([self.unscaled(column, before), self.unscaled(column, now)]),
            _ => Change::Parts,
        };
        Some((farthest, change))
    }

    fn unscaled(&self, column: &Column, value: f32) -> f64 {
        let scaling = self.model.preprocessing().scaling();
        column.number(scaling.inverse_value(column.cells.start, value))
    }

    /// Half of the sum of the differences between the values' shares; that the cell is missing is
    /// a value too, or counts as what the hole is filled with.
    fn choice(&self, column: &Column) -> (f64, Change) {
        let mean = &self.model.reference().mean;
        let features = column.features.clone();
        let shares = features.map(|at| (at, [f64::from(mean[at]), self.share(at)]));
        let shares: Vec<(usize, [f64; 2])> = shares.collect();
        let difference = |[before, now]: [f64; 2]| (now - before).abs();
        let sum: f64 = shares.iter().map(|(_, pair)| difference(*pair)).sum();
        // Of a boolean, one of the two values is a feature.
        let distance = if shares.len() == 1 { sum } else { sum / 2.0 };
        let most = shares
            .into_iter()
            .max_by(|a, b| difference(a.1).total_cmp(&difference(b.1)));
        let change = most.map_or(Change::Parts, |(feature, shares)| Change::Share {
            value: self.model.feature_layout().feature_name(feature),
            shares,
        });
        (distance, change)
    }

    /// The mean of a feature that is 0 or 1.
    fn share(&self, feature: usize) -> f64 {
        let values = self.filled.index_axis(Axis(1), feature).into_iter();
        values.map(|value| f64::from(*value)).sum::<f64>() / self.filled.nrows() as f64
    }
}
