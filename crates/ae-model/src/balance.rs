//! One loss for the features of a table, in which no column drowns the others.

use crate::{ModelError, Rows};
use ae_data::Preprocessing;
use ae_data::preprocess::Nature;
use ae_nn::Samples;
use ae_nn::loss::{Bce, Block, BlockKind, Blocks, Loss, Measure};
use ndarray::Array2;

/// Training rows that the weights go by, at most: the split is shuffled, so the first ones are
/// a fair sample, and a weight needs no more than two or three digits.
const MOST_ROWS: usize = 20_000;

/// Rows read at a time.
const BATCH: usize = 512;

/// What a column's constant prediction is taken to cost, at least. A column that is nearly
/// constant costs its constant prediction nearly nothing; weighted by the inverse, its few
/// exceptions would be all that is learnt. 0.2 is the entropy of one row in twenty.
const LEAST_COST: f64 = 0.2;

/// The loss of a table's features: `numbers` for numbers, cross-entropy for booleans, holes and
/// categories; `None` where there is nothing but numbers without holes.
///
/// A column's loss is the sum over its parts (value and hole, the angles of a date) over
/// max(c, 0.2), where c is what always answering the means of the training rows costs. The
/// row's loss is the mean over its columns, so that 1 is about what the mean predictor reaches.
/// As a loss here is a sum that the trainer divides by the number of features W, the weight of
/// each block of a table of G columns is W / G / max(c, 0.2).
pub(crate) fn balance(
    preprocessing: &Preprocessing,
    numbers: Loss,
    train: &Rows<'_>,
) -> Result<Option<Blocks>, ModelError> {
    let Some(encoding) = preprocessing
        .encoding()
        .filter(|_| preprocessing.is_mixed())
    else {
        return Ok(None);
    };
    let parts = encoding.parts();
    let block = |part: &ae_data::preprocess::Part| Block {
        features: part.features.clone(),
        kind: match part.nature {
            Nature::Number => BlockKind::Each(numbers),
            Nature::Binary => BlockKind::Each(Loss::Bce(Bce {})),
            Nature::Choice => BlockKind::Choice,
        },
        weight: 1.0,
        mask: part.indicator,
    };
    let mut blocks: Vec<Block> = parts.iter().map(block).collect();
    let costs = costs_of_mean(&Blocks::new(blocks.clone())?, train);
    let columns = encoding.groups().len();
    let mut cost_of_column = vec![0.0; columns];
    for (part, cost) in parts.iter().zip(&costs) {
        cost_of_column[part.group] += cost;
    }
    let share = preprocessing.width() as f64 / columns as f64;
    for (block, part) in blocks.iter_mut().zip(&parts) {
        let cost = cost_of_column[part.group].max(LEAST_COST);
        block.weight = two_digits(share / cost);
    }
    Ok(Some(Blocks::new(blocks)?))
}

/// Mean loss of each block over the training rows if the means are always answered.
fn costs_of_mean(blocks: &Blocks, train: &Rows<'_>) -> Vec<f64> {
    let mut means = vec![(0.0, 0.0); blocks.width()];
    for_rows(train, |row| {
        for block in blocks.blocks() {
            if block.counts(row) {
                for feature in block.features.clone() {
                    means[feature].0 += f64::from(row[feature]);
                    means[feature].1 += 1.0;
                }
            }
        }
    });
    let mean = |&(sum, count): &(f64, f64)| (sum / f64::max(count, 1.0)) as f32;
    let mut output: Vec<f32> = means.iter().map(mean).collect();
    blocks.output_of_mean(&mut output);
    let mut costs = vec![0.0; blocks.blocks().len()];
    let mut rows = 0.0;
    for_rows(train, |row| {
        rows += 1.0;
        for (cost, value) in costs.iter_mut().zip(blocks.losses(&output, row)) {
            *cost += f64::from(value);
        }
    });
    costs.iter_mut().for_each(|cost| *cost /= rows);
    costs
}

fn for_rows(rows: &Rows<'_>, mut visit: impl FnMut(&[f32])) {
    let count = rows.row_count().min(MOST_ROWS) as u32;
    let numbers: Vec<u32> = (0..count).collect();
    for batch in numbers.chunks(BATCH) {
        let mut values = Array2::zeros((batch.len(), rows.width()));
        rows.fill(batch, values.view_mut());
        for row in values.rows() {
            if let Some(row) = row.to_slice() {
                visit(row);
            }
        }
    }
}

/// Rounded to two digits, so that columns of nearly the same weight have the same and are
/// measured together.
fn two_digits(weight: f64) -> f32 {
    let unit = 10f64.powf(weight.log10().floor() - 1.0);
    ((weight / unit).round() * unit) as f32
}
