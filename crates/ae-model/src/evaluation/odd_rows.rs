//! The oddest rows of a table, and why.

use super::OddRows;
use crate::{Model, ModelError, Rows};
use ae_data::{Dataset, Layout};
use ae_nn::Samples;
use std::borrow::Cow;

/// Rows that are explained.
const SHOWN: usize = 5;

/// Cells that are named of each, at most.
const CELLS: usize = 5;

/// The oddest of these rows, without the noise they come with; `None` of images, where a look
/// says more, and of windows, where the series does.
pub(super) fn odd_rows(model: &Model, rows: &Rows<'_>) -> Result<Option<OddRows>, ModelError> {
    // Of a series, stretches are odd, not windows.
    if matches!(model.layout(), Layout::Image { .. }) || model.windowing().is_some() {
        return Ok(None);
    }
    let dataset = measured_rows(rows);
    let judged = model.judge(&dataset)?;
    let mut odd: Vec<usize> = (0..judged.len())
        .filter(|row| judged[*row].anomaly)
        .collect();
    let anomalies = odd.len();
    odd.sort_by(|a, b| judged[*b].score.total_cmp(&judged[*a].score));
    odd.truncate(SHOWN);
    let mut explanations = model.explain(&dataset, &judged, &odd, CELLS)?;
    let mut repairs = model.repair(&dataset, &odd)?;
    for explanation in &mut explanations {
        explanation.row = rows.number(explanation.row);
        explanation.nearest = explanation.nearest.map(|row| rows.number(row));
    }
    for repair in &mut repairs {
        repair.row = rows.number(repair.row);
    }
    Ok(Some(OddRows {
        anomalies,
        columns: model.columns(),
        explanations,
        repairs,
    }))
}

/// The chosen rows as a data set; the whole one isn't copied.
fn measured_rows<'a>(rows: &Rows<'a>) -> Cow<'a, Dataset> {
    let (dataset, count) = (rows.dataset(), rows.row_count());
    let is_whole = count == dataset.rows && (0..count).all(|row| rows.number(row) == row);
    if is_whole {
        return Cow::Borrowed(dataset);
    }
    let numbers: Vec<u32> = (0..count).map(|row| rows.number(row) as u32).collect();
    Cow::Owned(dataset.select(&numbers))
}
