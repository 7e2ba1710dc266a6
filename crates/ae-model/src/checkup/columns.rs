//! Findings in single columns of a table.

use super::{Facts, finding};
use crate::Ranking;
use crate::evaluation::{Finding, Severity};
use std::collections::HashMap;

/// AUROC of a column by itself, or share of rows whose class a value names, that is too good to be
/// a measurement.
const TOO_GOOD: f64 = 0.995;

/// Rows from which that is no chance, and rows of each class.
const ENOUGH: usize = 50;
const ENOUGH_OF_A_CLASS: usize = 10;

pub fn gives_the_label_away(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(labels) = facts.train.labels.as_ref() else {
        return Vec::new();
    };
    if labels.names.len() < 2 || labels.ids.len() < ENOUGH {
        return Vec::new();
    }
    let told = facts.columns.iter().filter_map(|column| {
        let holes: Vec<f64> = column
            .values
            .iter()
            .map(|value| f64::from(u8::from(value.is_nan())))
            .collect();
        let rows = labels.ids.len();
        let name = &column.name;
        let says =
            |values: &[f64]| named(values, &labels.ids).filter(|(share, _)| *share >= TOO_GOOD);
        let told = if let Some((_, right)) = says(&holes) {
            format!("whether `{name}` is missing tells the class of {right} of {rows} rows")
        } else if let Some((_, right)) = says(&column.values) {
            format!("`{name}` alone tells the class of {right} of {rows} rows")
        } else if labels.names.len() == 2 && column.is_number() {
            let auroc = ranked(&column.values, &labels.ids)?;
            if auroc < TOO_GOOD {
                return None;
            }
            format!("`{name}` alone ranks the two classes with an AUROC of {auroc:.3}")
        } else {
            return None;
        };
        Some(finding(
            Severity::Alarm,
            "a column that gives the label away",
            told,
            format!(
                "if it is known only afterwards, leave it out: `--exclude {}`",
                column.name
            ),
        ))
    });
    told.collect()
}

/// In how many rows the commonest class of their value is right, where few values name many rows;
/// and the share of these among the rows that always answering the commonest class gets wrong.
fn named(values: &[f64], classes: &[u32]) -> Option<(f64, usize)> {
    let mut counts: HashMap<u64, HashMap<u32, usize>> = HashMap::new();
    for (value, class) in values.iter().zip(classes) {
        let of_value = counts.entry(value.to_bits()).or_default();
        *of_value.entry(*class).or_default() += 1;
        // Numbers that are all different end here, long before their last.
        if counts.len() * 10 > classes.len() {
            return None;
        }
    }
    let commonest = counts.values().filter_map(|classes| classes.values().max());
    let right: usize = commonest.sum();
    // Always answering the commonest class is no merit of the column.
    let mut all: HashMap<u32, usize> = HashMap::new();
    classes
        .iter()
        .for_each(|class| *all.entry(*class).or_default() += 1);
    let chance = *all.values().max()?;
    let (better, wrong) = (right - chance.min(right), classes.len() - chance);
    (wrong >= ENOUGH_OF_A_CLASS).then(|| (better as f64 / wrong as f64, right))
}

/// How well the column alone ranks the second class, from above or from below.
fn ranked(values: &[f64], classes: &[u32]) -> Option<f64> {
    let known = values
        .iter()
        .zip(classes)
        .filter(|(value, _)| !value.is_nan());
    let (scores, answers): (Vec<f64>, Vec<bool>) =
        known.map(|(value, class)| (*value, *class == 1)).unzip();
    let ones = answers.iter().filter(|answer| **answer).count();
    let fewer = ones.min(answers.len() - ones);
    if answers.len() < ENOUGH || fewer < ENOUGH_OF_A_CLASS {
        return None;
    }
    let auroc = Ranking::judge(&scores, &answers).ok()?.auroc;
    Some(auroc.max(1.0 - auroc))
}

/// Of the span of the middle 90 % of the others, how far a value must be away from them.
const FAR: f64 = 3.0;

/// −999 and its like: the smallest or largest number of a column, far from all others, more than once.
pub fn stands_for_nothing(facts: &Facts<'_>) -> Vec<Finding> {
    let numbers = facts.columns.iter().filter(|column| column.is_number());
    let found = numbers.filter_map(|column| {
        let counts = column.counts();
        let [first, inner @ .., last] = &counts[..] else {
            return None;
        };
        let least = (column.filled() / 1000).max(3);
        for (value, count, others) in [
            (first.0, first.1, &counts[1..]),
            (last.0, last.1, &counts[..counts.len() - 1]),
        ] {
            let nearest = if value == first.0 {
                others.first()
            } else {
                others.last()
            };
            let gap = (nearest?.0 - value).abs();
            let span = span(others);
            if count >= least && inner.len() >= 10 && span > 0.0 && gap > FAR * span {
                let (name, text) = (&column.name, column.text(value));
                return Some(finding(
                    Severity::Warning,
                    "a number that may stand for nothing",
                    format!("{text} stands {count} times in `{name}`, far from all other numbers"),
                    format!("if it means that nothing is known: `--missing +{text}`"),
                ));
            }
        }
        None
    });
    found.collect()
}

/// From the 5 % to the 95 % quantile.
fn span(counts: &[(f64, usize)]) -> f64 {
    let all: usize = counts.iter().map(|(_, count)| count).sum();
    let quantile = |share: f64| {
        let mut left = (share * all as f64) as usize;
        let at = counts.iter().find(|(_, count)| {
            let is_here = left < *count;
            left = left.saturating_sub(*count);
            is_here
        });
        at.or(counts.last()).map_or(0.0, |(value, _)| *value)
    };
    quantile(0.95) - quantile(0.05)
}

pub fn repeats_another(facts: &Facts<'_>) -> Vec<Finding> {
    let mut first: HashMap<(&str, &[String], Vec<u64>), &str> = HashMap::new();
    let mut found = Vec::new();
    for column in &facts.columns {
        let bits = column.values.iter().map(|value| value.to_bits()).collect();
        let cells = (column.kind.name(), column.words(), bits);
        match first.get(&cells) {
            Some(other) => found.push(finding(
                Severity::Warning,
                "a column that repeats another",
                format!("`{}` holds what `{other}` holds, in every row", column.name),
                format!(
                    "it counts twice in losses and scores: `--exclude {}`",
                    column.name
                ),
            )),
            None => {
                first.insert(cells, &column.name);
            }
        }
    }
    found
}

/// Share of the rows that one value stands in.
const NEARLY: f64 = 0.995;

pub fn nearly_constant(facts: &Facts<'_>) -> Vec<Finding> {
    let found = facts.columns.iter().filter_map(|column| {
        let counts = column.counts();
        let (value, count) = counts.iter().max_by_key(|(_, count)| *count)?;
        let filled = column.filled();
        (counts.len() > 1 && filled >= ENOUGH && *count as f64 >= NEARLY * filled as f64).then(
            || {
                finding(
                    Severity::Note,
                    "a column that hardly varies",
                    format!(
                        "`{}` is {} in {count} of {filled} rows",
                        column.name,
                        column.text(*value)
                    ),
                    "its exceptions will score high: leave it out if they mean nothing".to_owned(),
                )
            },
        )
    });
    found.collect()
}

pub fn mostly_holes(facts: &Facts<'_>) -> Vec<Finding> {
    let found = facts.columns.iter().filter_map(|column| {
        let (filled, rows) = (column.filled(), column.values.len());
        (2 * filled < rows).then(|| {
            finding(
                Severity::Note,
                "a column of holes",
                format!(
                    "`{}` is missing in {} of {rows} rows",
                    column.name,
                    rows - filled
                ),
                "what little it says may not be worth a column: `--exclude` leaves it out"
                    .to_owned(),
            )
        })
    });
    found.collect()
}
