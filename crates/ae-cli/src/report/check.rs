//! What the sections rely on, checked once so that none of them can fail.

use anyhow::{Result, ensure};

use super::ReportInput;

/// Checks that the parts of `input` fit together.
pub fn check(input: &ReportInput) -> Result<()> {
    let evaluation = input.evaluation;
    let width = input.layout.width();
    let full = |name: &str, length: usize| -> Result<()> {
        ensure!(
            length == width,
            "{name}: expected {width} numbers, found {length}"
        );
        Ok(())
    };
    ensure!(width > 0, "a row holds no numbers");
    full("scaling", input.scaling.width())?;
    for example in &evaluation.examples {
        let name = format!("example row {}", example.row);
        full(&name, example.input.len())?;
        full(&name, example.reconstruction.len())?;
        if let Some(noisy) = &example.noisy {
            full(&name, noisy.len())?;
        }
    }
    for traversal in &evaluation.traversals {
        let name = format!("traversal of unit {}", traversal.unit);
        let (values, rows) = (traversal.values.len(), traversal.rows.len());
        ensure!(values == rows, "{name}: {values} values but {rows} rows");
        for row in &traversal.rows {
            full(&name, row.len())?;
        }
    }
    for (index, filter) in evaluation.filters.iter().enumerate() {
        full(&format!("filter {index}"), filter.len())?;
    }
    if !evaluation.per_feature.is_empty() {
        full("error of each feature", evaluation.per_feature.len())?;
    }
    let map = &evaluation.latent_map;
    if let Some(labels) = &map.labels {
        let (points, labels) = (map.points.len(), labels.len());
        ensure!(
            points == labels,
            "latent map: {points} points but {labels} labels"
        );
    }
    Ok(())
}
