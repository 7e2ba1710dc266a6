//! The trials as a table for other programs.

use ae_sweep::{Outcome, Record, text};
use std::collections::BTreeSet;

/// A line a trial: what was varied, the seed, how it ended, the figures.
pub fn csv(records: &[Record]) -> anyhow::Result<String> {
    let names: BTreeSet<&String> = records.iter().flat_map(|r| r.point.keys()).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let figures = [
        "error",
        "loss",
        "explained_variance",
        "pca_error",
        "mean_error",
        "latent",
        "parameters",
        "epochs",
        "best_epoch",
    ];
    let first = ["trial", "status", "seed"].into_iter();
    let head = first
        .chain(names.iter().map(|name| name.as_str()))
        .chain(figures);
    writer.write_record(head.chain(["seconds", "finished", "host", "reason"]))?;
    for record in records {
        let (status, reason) = match &record.outcome {
            Outcome::Done { .. } => ("done", ""),
            Outcome::Failed { reason } => ("failed", reason.as_str()),
        };
        let mut line = vec![record.trial.clone(), status.to_owned()];
        line.push(record.settings.seed.to_string());
        line.extend(
            names
                .iter()
                .map(|name| record.point.get(*name).map(text).unwrap_or_default()),
        );
        match record.metrics() {
            None => line.extend(figures.map(|_| String::new())),
            Some(metrics) => {
                let or_empty =
                    |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
                line.extend([
                    metrics.error.to_string(),
                    metrics.loss.to_string(),
                    or_empty(metrics.explained_variance),
                    or_empty(metrics.pca_error),
                    metrics.mean_error.to_string(),
                    metrics.latent.to_string(),
                    metrics.parameters.to_string(),
                    metrics.epochs.to_string(),
                    metrics.best_epoch.to_string(),
                ]);
            }
        }
        line.push(format!("{:.3}", record.seconds));
        line.extend([
            record.finished.to_string(),
            record.host.clone(),
            reason.to_owned(),
        ]);
        writer.write_record(line)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}
