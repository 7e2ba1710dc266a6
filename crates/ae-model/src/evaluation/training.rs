//! A look back at the training: how the weights that were kept do on the rows they learnt
//! from and on those that were watched, both measured in the same way.

use super::measure::floor_of;
use super::{PartLoss, Training};
use crate::{Model, ModelError, Part, Plan, Rows};
use ae_data::Parts;
use ae_nn::{Leg, Samples, Scratch};
use ndarray::Array2;

/// Training rows that are measured beside validation rows, at most: the split is shuffled,
/// so the first ones are a fair sample.
const MOST_ROWS: usize = 2000;

/// Rows measured at a time.
const BATCH: usize = 512;

/// The history can't be compared with itself: its training loss is a mean over an epoch of
/// moving weights, with dropout and with noise that changes. So both parts are put through
/// the model once more, as in use, with fixed noise.
pub(super) fn training(model: &Model, parts: &Parts, plan: &Plan) -> Result<Training, ModelError> {
    let clean = || {
        let rows = plan.rows(parts, Part::Train);
        rows.ok_or(ae_nn::Error::NoRows { what: "evaluate" })
    };
    let (noise, seed) = (plan.settings.noise, plan.settings.seed);
    let train = clean()?.with_fixed_noise(noise, seed, plan.preprocessing.range(), &clean()?);
    let Some(validation) = plan.noisy_rows(parts, Part::Validation) else {
        return Ok(Training {
            train: part_loss(model, &train, train.row_count())?,
            validation: None,
        });
    };
    let sample = train.row_count().min(MOST_ROWS);
    Ok(Training {
        train: part_loss(model, &train, sample)?,
        validation: Some(part_loss(model, &validation, validation.row_count())?),
    })
}

/// The loss of the first `count` rows.
fn part_loss(model: &Model, rows: &Rows<'_>, count: usize) -> Result<PartLoss, ModelError> {
    let width = rows.width();
    let numbers: Vec<u32> = (0..count as u32).collect();
    let mut scratch = Scratch::default();
    let (mut loss, mut floor, mut squares) = (0.0, 0.0, 0.0);
    for batch in numbers.chunks(BATCH) {
        let mut target = Array2::zeros((batch.len(), width));
        rows.fill(batch, target.view_mut());
        let mut input = target.clone();
        rows.corrupt(batch, 0, input.view_mut());
        let mut logits = Array2::zeros(target.dim());
        let autoencoder = model.autoencoder();
        autoencoder.run(Leg::Logits, input.view(), logits.view_mut(), &mut scratch)?;
        for (target, logits) in target.rows().into_iter().zip(logits.rows()) {
            let (Some(target), Some(logits)) = (target.to_slice(), logits.to_slice()) else {
                continue;
            };
            let row_loss = f64::from(model.measure().value(logits, target)) / width as f64;
            let row_floor = floor_of(model.measure(), target) / width as f64;
            loss += row_loss;
            floor += row_floor;
            squares += (row_loss - row_floor).powi(2);
        }
    }
    let rows = count as f64;
    let (loss, floor) = (loss / rows, floor / rows);
    let variance = (squares / rows - (loss - floor).powi(2)).max(0.0);
    Ok(PartLoss {
        rows: count,
        loss,
        floor,
        standard_error: (variance / rows).sqrt(),
    })
}
