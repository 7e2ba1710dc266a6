//! Whether one value of a setting is really better than another.
//!
//! Runs are compared in pairs that differ in nothing else: same seed (and so the same rows and
//! the same order), same other settings. A seed's difference is the mean over its pairs, of
//! the logarithm of the ratio of errors; the seeds are what repeats, so the interval is
//! Student's over them. Where a setting has several pairs of values, their intervals hold
//! together (Bonferroni's correction).

use super::statistics::MeanSd;
use super::table::{Column, Row, Table};
use crate::setting::text;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Two values of a setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// The setting.
    pub setting: String,
    /// The value with the lower error.
    pub better: String,
    /// The other.
    pub worse: String,
    /// How much lower the error of `better` is, as a share of that of `worse`.
    pub difference: f64,
    /// Where the true share lies; `None` of one seed.
    pub interval: Option<(f64, f64)>,
    /// Seeds compared.
    pub seeds: usize,
    /// Pairs of runs compared.
    pub pairs: usize,
    /// Whether it is real.
    pub verdict: Verdict,
}

/// Whether a difference is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The interval lies on one side.
    Real,
    /// It holds 0: chance does as much.
    Undecided,
    /// One seed says nothing about chance.
    OneSeed,
}

/// Intervals hold with a probability of 1 less this.
const ALPHA: f64 = 0.05;

/// Settings with more values than this are drawn, and have no pairs.
const MOST_LEVELS: usize = 12;

/// Up to this many values that aren't numbers, all pairs are compared; else the best with each.
const ALL_PAIRS: usize = 4;

/// Mean logarithm of the error by (level, seed, everything else).
type Cells = HashMap<(usize, u64, Vec<usize>), f64>;

pub(super) fn comparisons(table: &Table<'_>) -> Vec<Comparison> {
    let columns = table.columns.iter().enumerate();
    columns
        .filter(|(_, column)| column.levels.len() <= MOST_LEVELS)
        .flat_map(|(index, column)| of_column(table, index, column))
        .collect()
}

fn of_column(table: &Table<'_>, index: usize, column: &Column) -> Vec<Comparison> {
    let mut cells = Cells::new();
    for row in &table.rows {
        if let Some(error) = row.error.filter(|error| *error > 0.0) {
            let seed = row.record.settings.seed;
            cells.insert((row.levels[index], seed, others(row, index)), error.ln());
        }
    }
    let pairs = pairs(column, &cells);
    let alpha = ALPHA / pairs.len().max(1) as f64;
    let compare = |(a, b)| compare(column, &cells, a, b, alpha);
    pairs.into_iter().filter_map(compare).collect()
}

/// The levels of everything but one column.
fn others(row: &Row<'_>, index: usize) -> Vec<usize> {
    let mut levels = row.levels.clone();
    levels.remove(index);
    levels
}

/// Numbers with their neighbours; names all with all, or the best with the others.
fn pairs(column: &Column, cells: &Cells) -> Vec<(usize, usize)> {
    let count = column.levels.len();
    if column.levels.iter().all(Value::is_number) {
        return (1..count).map(|level| (level - 1, level)).collect();
    }
    if count <= ALL_PAIRS {
        let with_later = |a| (a + 1..count).map(move |b| (a, b));
        return (0..count).flat_map(with_later).collect();
    }
    let mean = |level: usize| {
        // In the order of the keys: a sum of floats depends on it.
        let mut own: Vec<_> = cells.iter().filter(|(key, _)| key.0 == level).collect();
        own.sort_by(|a, b| a.0.cmp(b.0));
        MeanSd::of(&own.iter().map(|(_, error)| **error).collect::<Vec<_>>()).mean
    };
    let best = (0..count)
        .min_by(|a, b| mean(*a).total_cmp(&mean(*b)))
        .unwrap_or(0);
    let others = (0..count).filter(|level| *level != best);
    others.map(|level| (best, level)).collect()
}

fn compare(column: &Column, cells: &Cells, a: usize, b: usize, alpha: f64) -> Option<Comparison> {
    let mut keys: Vec<_> = cells.keys().filter(|key| key.0 == a).collect();
    keys.sort();
    let mut by_seed: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for key in keys {
        let (_, seed, others) = key;
        if let Some(other) = cells.get(&(b, *seed, others.clone())) {
            by_seed.entry(*seed).or_default().push(other - cells[key]);
        }
    }
    let pairs = by_seed.values().map(Vec::len).sum();
    let of_seeds: Vec<f64> = by_seed.values().map(|d| MeanSd::of(d).mean).collect();
    if of_seeds.is_empty() {
        return None;
    }
    let difference = MeanSd::of(&of_seeds);
    // Positive: `a` has the lower error.
    let swapped = difference.mean < 0.0;
    let (better, worse) = if swapped { (b, a) } else { (a, b) };
    let share = |log_ratio: f64| 1.0 - (-log_ratio).exp();
    let mean = difference.mean.abs();
    let half = difference.half_width(alpha);
    let verdict = match half {
        None => Verdict::OneSeed,
        Some(half) if half < mean => Verdict::Real,
        Some(_) => Verdict::Undecided,
    };
    Some(Comparison {
        setting: column.name.clone(),
        better: text(&column.levels[better]),
        worse: text(&column.levels[worse]),
        difference: share(mean),
        interval: half.map(|half| (share(mean - half), share(mean + half))),
        seeds: of_seeds.len(),
        pairs,
        verdict,
    })
}
