//! The records as a table: a row a trial, a column a setting that differs.

use crate::setting::{SEED, text, to_map};
use crate::{Measure, Record};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

pub(super) struct Table<'a> {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row<'a>>,
    pub(super) measure: Measure,
}

/// A setting that differs between records.
pub(super) struct Column {
    pub(super) name: String,
    /// Its values: numbers from small to large, others in the order in which they came up.
    pub(super) levels: Vec<Value>,
}

/// A trial.
pub(super) struct Row<'a> {
    pub(super) record: &'a Record,
    /// Index among the levels of each column.
    pub(super) levels: Vec<usize>,
    /// `None` of a failed one.
    pub(super) error: Option<f64>,
}

impl<'a> Table<'a> {
    pub(super) fn new(records: &'a [Record]) -> Self {
        let settings: Vec<Map<String, Value>> =
            records.iter().map(|r| to_map(&r.settings)).collect();
        let cells = |name: &str| -> Vec<Value> {
            let cell = |(record, settings): (&Record, &Map<String, Value>)| {
                let asked = record.point.get(name).or_else(|| settings.get(name));
                asked.cloned().unwrap_or_else(|| "default".into())
            };
            records.iter().zip(&settings).map(cell).collect()
        };
        let mut columns = Vec::new();
        let mut levels = vec![Vec::new(); records.len()];
        for name in names(records, &settings) {
            let cells = cells(&name);
            let distinct = levels_of(&cells);
            if distinct.len() < 2 {
                continue;
            }
            for (levels, cell) in levels.iter_mut().zip(&cells) {
                levels.push(distinct.iter().position(|level| level == cell).unwrap_or(0));
            }
            columns.push(Column {
                name,
                levels: distinct,
            });
        }
        let measure = Measure::suited(records.iter());
        let error = |record: &Record| Some(measure.of(record.metrics()?));
        let rows = records.iter().zip(levels).map(|(record, levels)| Row {
            record,
            levels,
            error: error(record),
        });
        Self {
            columns,
            rows: rows.collect(),
            measure,
        }
    }

    /// "latent 8, activation relu".
    pub(super) fn label(&self, row: &Row<'_>) -> String {
        let columns = self.columns.iter().zip(&row.levels);
        let parts: Vec<String> = columns
            .map(|(column, level)| format!("{} {}", column.name, text(&column.levels[*level])))
            .collect();
        match parts.is_empty() {
            true => "the only one".to_owned(),
            false => parts.join(", "),
        }
    }
}

/// What plans vary, and settings besides in which they differ.
fn names(records: &[Record], settings: &[Map<String, Value>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in records.iter().flat_map(|record| record.point.keys()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let covered: BTreeSet<String> = names
        .iter()
        .map(|name| name.split('.').next().unwrap_or(name).to_owned())
        .collect();
    let others = settings.first().into_iter().flat_map(Map::keys);
    let others = others.filter(|key| *key != SEED && !covered.contains(*key));
    names.extend(others.cloned());
    names
}

fn levels_of(cells: &[Value]) -> Vec<Value> {
    let mut levels: Vec<Value> = Vec::new();
    for cell in cells {
        if !levels.contains(cell) {
            levels.push(cell.clone());
        }
    }
    if levels.iter().all(Value::is_number) {
        levels.sort_by(|a, b| number(a).total_cmp(&number(b)));
    }
    levels
}

pub(super) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}
