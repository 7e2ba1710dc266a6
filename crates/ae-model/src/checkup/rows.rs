//! Findings in whole rows.

use super::{Facts, finding};
use crate::evaluation::{Finding, Severity};
use ae_data::{Dataset, Layout};
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// A share of repeated rows from which chance figures of held-out rows are too good.
const MANY: f64 = 0.01;

/// Rows a column, below which a network learns its rows by heart.
const ROWS_A_COLUMN: usize = 10;

/// The first row that each row is equal to, by what it holds.
fn firsts(dataset: &Dataset) -> HashMap<u64, Vec<usize>> {
    let mut rows: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut values = vec![0.0; dataset.width];
    for row in 0..dataset.rows {
        dataset.fill_row(row, &mut values);
        rows.entry(hash(&values)).or_default().push(row);
    }
    rows
}

fn hash(values: &[f32]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for value in values {
        // Both zeros are one value.
        (value + 0.0).to_bits().hash(&mut hasher);
    }
    hasher.finish()
}

pub fn repeated(facts: &Facts<'_>) -> Option<Finding> {
    let train = facts.train;
    if train.windows.is_some() {
        return None;
    }
    let rows = firsts(train);
    let again: usize = rows.values().map(|equal| equal.len() - 1).sum();
    let share = again as f64 / train.rows as f64;
    let most = rows
        .values()
        .max_by_key(|equal| (equal.len(), usize::MAX - equal[0]))?;
    if again == 0 {
        return None;
    }
    let severity = if share > MANY {
        Severity::Warning
    } else {
        Severity::Note
    };
    Some(finding(
        severity,
        "repeated rows",
        format!(
            "{again} of {} rows ({:.1} %) repeat an earlier one; row {} stands {} times",
            train.rows,
            100.0 * share,
            most[0] + 1,
            most.len()
        ),
        "rows that stand on both sides of a split make a model look better than it is: remove \
         them if they are mistakes"
            .to_owned(),
    ))
}

pub fn tested_on_what_was_learnt(facts: &Facts<'_>) -> Option<Finding> {
    let (train, test) = (facts.train, facts.test?);
    if train.width != test.width || train.windows.is_some() {
        return None;
    }
    let known = firsts(train);
    let mut values = vec![0.0; test.width];
    let seen = (0..test.rows).filter(|row| {
        test.fill_row(*row, &mut values);
        known.contains_key(&hash(&values))
    });
    let seen = seen.count();
    (seen > 0).then(|| {
        finding(
            Severity::Warning,
            "test rows among the training rows",
            format!("{seen} of {} test rows are also training rows", test.rows),
            "take them out of one of the two: they are no test".to_owned(),
        )
    })
}

pub fn few(facts: &Facts<'_>) -> Option<Finding> {
    let (rows, columns) = (facts.train.rows, facts.columns.len());
    let is_table = !matches!(facts.train.layout, Layout::Image { .. });
    (is_table && columns > 0 && rows < ROWS_A_COLUMN * columns).then(|| {
        finding(
            Severity::Note,
            "few rows",
            format!("{rows} rows of {columns} columns"),
            "keep the network small, add noise in training, and trust figures of held-out rows \
             by their spread over seeds (`ae sweep --seeds 5`)"
                .to_owned(),
        )
    })
}

pub fn rare_class(facts: &Facts<'_>) -> Option<Finding> {
    let labels = facts.train.labels.as_ref()?;
    let mut counts = vec![0; labels.names.len()];
    labels.ids.iter().for_each(|id| counts[*id as usize] += 1);
    let (place, rows) = counts.iter().enumerate().min_by_key(|(_, rows)| **rows)?;
    if labels.names.len() < 2 {
        return Some(finding(
            Severity::Note,
            "one class",
            format!("every row is labelled `{}`", labels.names[0]),
            "nothing can be said about how well anomalies are found without some".to_owned(),
        ));
    }
    (*rows < 10).then(|| {
        finding(
            Severity::Note,
            "a class of few rows",
            format!(
                "`{}` stands in {rows} of {} rows",
                labels.names[place],
                labels.ids.len()
            ),
            "figures of it hang on a handful of rows".to_owned(),
        )
    })
}
