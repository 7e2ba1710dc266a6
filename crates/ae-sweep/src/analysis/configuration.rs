//! Trials that differ in the seed alone.

use super::statistics::MeanSd;
use super::table::{Row, Table};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What several seeds have in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Configuration {
    /// "latent 8, activation relu".
    pub label: String,
    /// Values of what differs between configurations, by name.
    pub values: Map<String, Value>,
    /// Runs with a model.
    pub runs: Vec<Run>,
    /// Runs without one.
    pub failed: usize,
    /// Reconstruction error over seeds.
    pub error: MeanSd,
    /// The loss that was trained on, over seeds.
    pub loss: MeanSd,
    /// Error of as many principal components, over seeds, where computed.
    pub pca_error: Option<MeanSd>,
    /// Share of the variance explained, over seeds.
    pub explained_variance: Option<MeanSd>,
    /// Seconds a run.
    pub seconds: MeanSd,
    /// Epochs a run.
    pub epochs: MeanSd,
    /// Numbers in the code.
    pub latent: usize,
    /// Trained numbers.
    pub parameters: usize,
}

/// One of its runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// The trial's id.
    pub trial: String,
    /// Its seed.
    pub seed: u64,
    /// Its error.
    pub error: f64,
}

pub(super) fn configurations(table: &Table<'_>) -> Vec<Configuration> {
    let mut groups: BTreeMap<&[usize], Vec<&Row<'_>>> = BTreeMap::new();
    for row in &table.rows {
        groups.entry(&row.levels).or_default().push(row);
    }
    let mut configurations: Vec<Configuration> = groups
        .values()
        .map(|rows| configuration(table, rows))
        .collect();
    let rank = |configuration: &Configuration| {
        let mean = configuration.error.mean;
        (
            configuration.runs.is_empty(),
            configuration.failed > 0,
            mean,
        )
    };
    configurations.sort_by(|a, b| {
        let ((no_a, bad_a, a), (no_b, bad_b, b)) = (rank(a), rank(b));
        no_a.cmp(&no_b)
            .then(bad_a.cmp(&bad_b))
            .then(a.total_cmp(&b))
    });
    configurations
}

fn configuration(table: &Table<'_>, rows: &[&Row<'_>]) -> Configuration {
    let done: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((*row, row.record.metrics()?, row.error?)))
        .collect();
    let over = |value: &dyn Fn(&(&Row<'_>, &crate::Metrics, f64)) -> f64| {
        MeanSd::of(&done.iter().map(value).collect::<Vec<_>>())
    };
    let some = |values: Vec<f64>| (!values.is_empty()).then(|| MeanSd::of(&values));
    let pca = done
        .iter()
        .filter_map(|(_, metrics, _)| table.measure.of_pca(metrics));
    let explained = done.iter().filter_map(|(_, m, _)| m.explained_variance);
    let first = rows[0];
    let columns = table.columns.iter().zip(&first.levels);
    let values =
        columns.map(|(column, level)| (column.name.clone(), column.levels[*level].clone()));
    let first_metrics = done.first().map(|(_, metrics, _)| *metrics);
    let mut runs: Vec<Run> = done
        .iter()
        .map(|(row, _, error)| Run {
            trial: row.record.trial.clone(),
            seed: row.record.settings.seed,
            error: *error,
        })
        .collect();
    runs.sort_by_key(|run| run.seed);
    Configuration {
        label: table.label(first),
        values: values.collect(),
        runs,
        failed: rows.len() - done.len(),
        error: over(&|(_, _, error)| *error),
        loss: over(&|(_, metrics, _)| metrics.loss),
        pca_error: some(pca.collect()),
        explained_variance: some(explained.collect()),
        seconds: over(&|(row, _, _)| row.record.seconds),
        epochs: over(&|(_, metrics, _)| metrics.epochs as f64),
        latent: first_metrics.map_or(0, |metrics| metrics.latent),
        parameters: first_metrics.map_or(0, |metrics| metrics.parameters),
    }
}
