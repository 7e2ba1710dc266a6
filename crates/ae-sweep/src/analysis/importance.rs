//! How much each setting decides.

use super::table::{Table, number};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The share of the variance of the errors' logarithms that the mean of each value of a
/// setting accounts for (its main effect: η² of a one-way analysis of variance). Shares of a
/// full grid add up to 1 less what only combinations of settings decide.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Importance {
    /// The setting; "seed" for chance.
    pub setting: String,
    /// From 0 to 1.
    pub share: f64,
}

/// A setting with more values than this is cut into as many groups of equal size as below.
const MOST_LEVELS: usize = 8;
const GROUPS: usize = 4;

pub(super) fn importance(table: &Table<'_>) -> Vec<Importance> {
    let rows = table.rows.iter();
    let done: Vec<(usize, f64)> = rows
        .enumerate()
        .filter_map(|(index, row)| Some((index, row.error.filter(|e| *e > 0.0)?.ln())))
        .collect();
    let errors: Vec<f64> = done.iter().map(|(_, error)| *error).collect();
    let share = |groups: &[usize]| explained(groups, &errors);
    let of_column = |(index, column): (usize, &super::table::Column)| {
        let levels: Vec<usize> = done
            .iter()
            .map(|(row, _)| table.rows[*row].levels[index])
            .collect();
        let groups = match column.levels.len() > MOST_LEVELS {
            true if column.levels.iter().all(Value::is_number) => {
                let values: Vec<f64> = levels
                    .iter()
                    .map(|level| number(&column.levels[*level]))
                    .collect();
                quantile_groups(&values)
            }
            _ => levels,
        };
        Some(Importance {
            setting: column.name.clone(),
            share: share(&groups)?,
        })
    };
    let mut all: Vec<Importance> = table
        .columns
        .iter()
        .enumerate()
        .filter_map(of_column)
        .collect();
    let seeds: Vec<usize> = done
        .iter()
        .map(|(row, _)| table.rows[*row].record.settings.seed as usize)
        .collect();
    all.sort_by(|a, b| b.share.total_cmp(&a.share));
    if seeds.windows(2).any(|pair| pair[0] != pair[1]) && !all.is_empty() {
        all.extend(share(&seeds).map(|share| Importance {
            setting: "seed".to_owned(),
            share,
        }));
    }
    all
}

/// η²: variance between groups as a share of all; `None` where nothing varies.
fn explained(groups: &[usize], errors: &[f64]) -> Option<f64> {
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    let total: f64 = errors.iter().map(|error| (error - mean).powi(2)).sum();
    let mut sums: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for (group, error) in groups.iter().zip(errors) {
        let (sum, count) = sums.entry(*group).or_default();
        *sum += error - mean;
        *count += 1.0;
    }
    let between: f64 = sums.values().map(|(sum, count)| sum * sum / count).sum();
    (total > 0.0).then(|| (between / total).min(1.0))
}

fn quantile_groups(values: &[f64]) -> Vec<usize> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let below = |value: f64| sorted.partition_point(|other| *other < value);
    let groups = values.iter();
    groups
        .map(|value| below(*value) * GROUPS / values.len())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_decides_everything_has_a_share_of_one() {
        let errors = [1.0, 1.0, 3.0, 3.0];
        assert_eq!(explained(&[0, 0, 1, 1], &errors), Some(1.0));
        assert_eq!(explained(&[0, 1, 0, 1], &errors), Some(0.0));
        assert_eq!(explained(&[0, 1], &[2.0, 2.0]), None);
    }

    #[test]
    fn drawn_values_are_grouped_by_rank() {
        let values = [0.1, 8.0, 3.0, 2.0, 0.2, 5.0, 7.0, 1.0];
        assert_eq!(quantile_groups(&values), [0, 3, 2, 1, 0, 2, 3, 1]);
    }
}
