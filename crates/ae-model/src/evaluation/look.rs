//! What there is to look at: examples, the latent map, traversals, filters.

use super::measure::Measured;
use super::{Example, LatentMap, LatentUnit, Rank, Traversal};
use crate::{Model, ModelError, Rows};
use ae_nn::{Layer, Samples};
use ae_tensor::{linalg, matmul, reduce};
use ndarray::{Array2, ArrayView2, Axis};

/// Examples of each rank.
const EXAMPLES: usize = 6;

/// Traversed numbers of the code, and steps of each.
const TRAVERSALS: usize = 8;
const STEPS: usize = 9;

/// Filters shown.
const FILTERS: usize = 36;

/// The best, the median and the worst rows beside what came back.
pub(super) fn examples(
    model: &Model,
    rows: &Rows<'_>,
    measured: &Measured,
) -> Result<Vec<Example>, ModelError> {
    let mut order: Vec<u32> = (0..measured.rows as u32).collect();
    order.sort_by(|a, b| {
        let error = |row: &u32| measured.row_errors[*row as usize];
        error(a).total_cmp(&error(b)).then(a.cmp(b))
    });
    // No row is shown twice, however few there are.
    let rows_in_all = order.len();
    let each = EXAMPLES.min(rows_in_all / 3).max(1);
    let worst = rows_in_all.saturating_sub(each).max(each);
    let middle = (rows_in_all.saturating_sub(each) / 2).max(each);
    // The very worst comes first: not all of a rank are seen at a glance.
    if let Some(last) = order.get_mut(worst..) {
        last.reverse();
    }
    let ranks = [
        (Rank::Best, 0..each),
        (Rank::Median, middle..(middle + each).min(worst)),
        (Rank::Worst, worst..rows_in_all),
    ];
    let mut examples = Vec::new();
    for (rank, places) in ranks {
        let Some(chosen) = order.get(places).filter(|chosen| !chosen.is_empty()) else {
            continue;
        };
        let shape = (chosen.len(), rows.width());
        let mut clean = Array2::zeros(shape);
        rows.fill(chosen, clean.view_mut());
        let mut seen = clean.clone();
        rows.corrupt(chosen, 0, seen.view_mut());
        let back = model.autoencoder().reconstruct(seen.view())?;
        for (index, row) in chosen.iter().enumerate() {
            examples.push(Example {
                row: rows.number(*row as usize),
                label: label(rows, *row).map(|(_, name)| name.to_owned()),
                rank,
                input: clean.row(index).to_vec(),
                noisy: rows.is_noisy().then(|| seen.row(index).to_vec()),
                reconstruction: back.row(index).to_vec(),
                mse: measured.row_errors[*row as usize],
            });
        }
    }
    Ok(examples)
}

fn label<'a>(rows: &Rows<'a>, row: u32) -> Option<(u32, &'a str)> {
    let labels = rows.dataset().labels.as_ref()?;
    let id = labels.ids[rows.number(row as usize)];
    Some((id, labels.names.get(id as usize)?.as_str()))
}

/// Numbers of a code that principal components are computed of, at most: their covariance
/// holds the square of it.
const MOST_NUMBERS: usize = 2048;

/// The sampled codes in two dimensions.
pub(super) fn latent_map(rows: &Rows<'_>, measured: &Measured) -> LatentMap {
    let codes = measured.codes.view();
    let number = |index: usize| format!("number {index} of the code");
    let (method, axes, points) = match codes.ncols() {
        1 => {
            let errors = &measured.row_errors;
            let points = measured
                .sampled
                .iter()
                .zip(codes.rows())
                .map(|(row, code)| [code[0], errors[*row as usize] as f32])
                .collect();
            let axes = [number(0), "mean squared error of the row".to_owned()];
            let method = "the number of the code, and the row's error";
            (method.to_owned(), axes, points)
        }
        2 => {
            let points = codes.rows().into_iter().map(|c| [c[0], c[1]]).collect();
            let method = "the two numbers of the code".to_owned();
            (method, [number(0), number(1)], points)
        }
        wide if wide > MOST_NUMBERS => {
            let points = codes.rows().into_iter().map(|c| [c[0], c[1]]).collect();
            let method = format!("the first two of the code's {wide} numbers: too many for PCA");
            (method, [number(0), number(1)], points)
        }
        _ => {
            let (method, points) = principal(codes);
            let axes = ["first", "second"].map(|which| format!("{which} principal component"));
            (method, axes, points)
        }
    };
    let labels = measured
        .sampled
        .iter()
        .map(|row| label(rows, *row).map(|l| l.0));
    let names = rows.dataset().labels.as_ref().map(|labels| &labels.names);
    LatentMap {
        method,
        axes,
        points,
        labels: labels.collect(),
        label_names: names.cloned().unwrap_or_default(),
    }
}

fn principal(codes: ArrayView2<f32>) -> (String, Vec<[f32; 2]>) {
    let width = codes.ncols();
    let (mut mean, mut variance) = (vec![0.0; width], vec![0.0; width]);
    reduce::column_mean_variance(codes, &mut mean, &mut variance);
    let mut centred = codes.to_owned();
    for mut row in centred.rows_mut() {
        for (value, mean) in row.iter_mut().zip(&mean) {
            *value -= mean;
        }
    }
    let mut covariance = Array2::zeros((width, width));
    matmul(centred.t(), centred.view(), covariance.view_mut());
    let eigen = linalg::top_eigen(covariance.view(), 2, 0);
    let mut points = Array2::zeros((codes.nrows(), 2));
    matmul(centred.view(), eigen.vectors.view(), points.view_mut());
    let total: f64 = variance.iter().map(|v| f64::from(*v)).sum::<f64>() * codes.nrows() as f64;
    let mut method = "first two principal components of the code".to_owned();
    if total > 0.0 {
        let share = 100.0 * eigen.values.iter().sum::<f64>() / total;
        method += &format!(" ({share:.0} % of its variance)");
    }
    let points = points.rows().into_iter().map(|p| [p[0], p[1]]).collect();
    (method, points)
}

/// The numbers of the code that vary most, each moved from its 5 % to its 95 % quantile
/// while the others stay at their median.
pub(super) fn traversals(
    model: &Model,
    measured: &Measured,
    units: &[LatentUnit],
) -> Result<Vec<Traversal>, ModelError> {
    let columns: Vec<Vec<f32>> = measured
        .codes
        .columns()
        .into_iter()
        .map(|column| {
            let mut values = column.to_vec();
            values.sort_by(f32::total_cmp);
            values
        })
        .collect();
    let median: Vec<f32> = columns.iter().map(|sorted| quantile(sorted, 0.5)).collect();
    let mut order: Vec<usize> = (0..columns.len()).collect();
    let std = |unit: &usize| units[*unit].std;
    order.sort_by(|a, b| std(b).total_cmp(&std(a)).then(a.cmp(b)));
    order.truncate(TRAVERSALS);
    let traverse = |unit: usize| {
        let (low, high) = (
            quantile(&columns[unit], 0.05),
            quantile(&columns[unit], 0.95),
        );
        let step = |index: usize| low + (high - low) * index as f32 / (STEPS - 1) as f32;
        let values: Vec<f32> = (0..STEPS).map(step).collect();
        let codes = Array2::from_shape_fn((STEPS, median.len()), |(index, column)| {
            if column == unit {
                values[index]
            } else {
                median[column]
            }
        });
        let rows = model.autoencoder().decode(codes.view())?;
        let rows = rows.axis_iter(Axis(0)).map(|row| row.to_vec()).collect();
        Ok(Traversal { unit, values, rows })
    };
    order.into_iter().map(traverse).collect()
}

fn quantile(sorted: &[f32], share: f64) -> f32 {
    let place = (share * (sorted.len() - 1) as f64).round() as usize;
    sorted[place]
}

/// First-layer weights of the units with the largest norm, as long as a row each.
pub(super) fn filters(model: &Model) -> Vec<Vec<f32>> {
    let network = model.autoencoder().network();
    if !matches!(network.layers()[0], Layer::Dense(_)) {
        return Vec::new();
    }
    let blocks = network.blocks();
    let Some((block, [inputs, units])) = blocks.iter().find_map(|block| match block.shape[..] {
        [inputs, units] => Some((block, [inputs, units])),
        _ => None,
    }) else {
        return Vec::new();
    };
    let weight = &network.parameters()[block.range.clone()];
    let column = |unit: usize| -> Vec<f32> {
        (0..inputs)
            .map(|input| weight[input * units + unit])
            .collect()
    };
    let mut filters: Vec<Vec<f32>> = (0..units).map(column).collect();
    filters.sort_by(|a, b| reduce::sum_squares(b).total_cmp(&reduce::sum_squares(a)));
    filters.truncate(FILTERS);
    filters
}
