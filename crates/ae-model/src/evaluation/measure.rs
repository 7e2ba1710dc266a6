//! One pass over the rows: every sum that the rest is made from.

use super::Reference;
use super::units::{Moments, UnitSums};
use crate::scoring::mean_square;
use crate::{Model, ModelError, Rows};
use ae_nn::loss::Measure;
use ae_nn::{Leg, Samples, Scratch};
use ndarray::{Array2, ArrayView2};

/// Rows measured at a time.
const BATCH: usize = 512;

/// Codes that are kept for the map and the quantiles, at most.
pub(super) const MOST_CODES: usize = 2000;

/// Sums over rows, and what is kept of each row.
pub(super) struct Measured {
    pub(super) rows: usize,
    pub(super) loss: f64,
    pub(super) floor: f64,
    pub(super) absolute_error: f64,
    /// Sums a feature.
    pub(super) per_feature: Vec<FeatureSums>,
    /// Mean squared error of each row.
    pub(super) row_errors: Vec<f64>,
    /// Sums a number of the code.
    pub(super) units: UnitSums,
    /// Evenly spread rows, and their codes.
    pub(super) sampled: Vec<u32>,
    pub(super) codes: Array2<f32>,
    /// Mean squared error and loss of always answering the mean of the training rows.
    pub(super) mean_predictor: f64,
    pub(super) mean_predictor_loss: f64,
    /// Mean squared error of the other baselines.
    pub(super) components: Option<f64>,
    pub(super) noisy_input: Option<f64>,
}

#[derive(Clone, Default)]
pub(super) struct FeatureSums {
    pub(super) squared_error: f64,
    target: Moments,
    output: Moments,
}

impl FeatureSums {
    pub(super) fn target_variance(&self, rows: usize) -> f64 {
        self.target.variance(rows)
    }

    pub(super) fn output_variance(&self, rows: usize) -> f64 {
        self.output.variance(rows)
    }
}

pub(super) fn measure(
    model: &Model,
    rows: &Rows<'_>,
    reference: &Reference,
) -> Result<Measured, ModelError> {
    let autoencoder = model.autoencoder();
    let (count, width, latent) = (rows.row_count(), rows.width(), autoencoder.latent());
    let sampled = rows.spread(MOST_CODES);
    let mut sums = Measured {
        rows: count,
        loss: 0.0,
        floor: 0.0,
        absolute_error: 0.0,
        per_feature: vec![FeatureSums::default(); width],
        row_errors: Vec::with_capacity(count),
        units: UnitSums::new(latent),
        codes: Array2::zeros((sampled.len(), latent)),
        sampled,
        mean_predictor: 0.0,
        mean_predictor_loss: 0.0,
        components: reference.components.as_ref().map(|_| 0.0),
        noisy_input: rows.is_noisy().then_some(0.0),
    };
    // What a network that always answers the mean gives before its output activation.
    let mut mean_logits = reference.mean.clone();
    model.measure().output_of_mean(&mut mean_logits);
    let mut scratch = Scratch::default();
    let all: Vec<u32> = (0..count as u32).collect();
    for batch in all.chunks(BATCH) {
        let shape = (batch.len(), width);
        let mut target = Array2::zeros(shape);
        rows.fill(batch, target.view_mut());
        let mut input = target.clone();
        rows.corrupt(batch, 0, input.view_mut());
        let mut code = Array2::zeros((batch.len(), latent));
        autoencoder.run(Leg::Encode, input.view(), code.view_mut(), &mut scratch)?;
        let mut logits = Array2::zeros(shape);
        autoencoder.run(Leg::Logits, input.view(), logits.view_mut(), &mut scratch)?;
        let mut output = logits.clone();
        autoencoder.apply_output(output.view_mut());

        sums.add_errors(model, target.view(), logits.view(), output.view());
        sums.add_codes(batch[0], code.view());
        sums.add_baselines(model, reference, target.view(), input.view(), &mean_logits);
    }
    sums.divide(width);
    Ok(sums)
}

impl Measured {
    fn add_errors(
        &mut self,
        model: &Model,
        target: ArrayView2<f32>,
        logits: ArrayView2<f32>,
        output: ArrayView2<f32>,
    ) {
        let loss = model.measure();
        for ((target, logits), output) in target
            .rows()
            .into_iter()
            .zip(logits.rows())
            .zip(output.rows())
        {
            let [target, logits, output] = [target, logits, output].map(contiguous);
            self.loss += f64::from(loss.value(logits, target));
            self.floor += floor_of(loss, target);
            self.row_errors.push(mean_square(output, target));
            for ((sums, target), output) in self.per_feature.iter_mut().zip(target).zip(output) {
                let difference = f64::from(output - target);
                sums.squared_error += difference * difference;
                self.absolute_error += difference.abs();
                sums.target.add(*target);
                sums.output.add(*output);
            }
        }
    }

    fn add_codes(&mut self, first: u32, codes: ArrayView2<f32>) {
        self.units.add(codes);
        for (row, code) in (first..).zip(codes.rows()) {
            if let Ok(place) = self.sampled.binary_search(&row) {
                self.codes.row_mut(place).assign(&code);
            }
        }
    }

    fn add_baselines(
        &mut self,
        model: &Model,
        reference: &Reference,
        target: ArrayView2<f32>,
        input: ArrayView2<f32>,
        mean_logits: &[f32],
    ) {
        let mut projected = Array2::zeros(target.dim());
        let has_components = reference.project(input, projected.view_mut());
        for ((target, input), projected) in target
            .rows()
            .into_iter()
            .zip(input.rows())
            .zip(projected.rows())
        {
            let [target, input, projected] = [target, input, projected].map(contiguous);
            self.mean_predictor += mean_square(&reference.mean, target);
            self.mean_predictor_loss += f64::from(model.measure().value(mean_logits, target));
            if let (true, Some(sum)) = (has_components, self.components.as_mut()) {
                *sum += mean_square(projected, target);
            }
            if let Some(sum) = self.noisy_input.as_mut() {
                *sum += mean_square(input, target);
            }
        }
    }

    fn divide(&mut self, width: usize) {
        let rows = self.rows as f64;
        let numbers = rows * width as f64;
        self.loss /= numbers;
        self.floor /= numbers;
        self.mean_predictor_loss /= numbers;
        self.absolute_error /= numbers;
        self.mean_predictor /= rows;
        for sum in [&mut self.components, &mut self.noisy_input]
            .into_iter()
            .flatten()
        {
            *sum /= rows;
        }
    }

    pub(super) fn mse(&self) -> f64 {
        self.row_errors.iter().sum::<f64>() / self.rows as f64
    }

    /// Whether there are two rows that differ.
    pub(super) fn rows_vary(&self) -> bool {
        self.total(FeatureSums::target_variance) > 0.0
    }

    /// 1 − mse / mse of the mean predictor, where rows vary.
    pub(super) fn explained_variance(&self) -> Option<f64> {
        self.rows_vary()
            .then(|| 1.0 - self.mse() / self.mean_predictor)
    }

    /// Variance of the reconstructions over rows, as a share of that of the rows, where rows
    /// vary.
    pub(super) fn output_variation(&self) -> Option<f64> {
        let outputs = self.total(FeatureSums::output_variance);
        self.rows_vary()
            .then(|| outputs / self.total(FeatureSums::target_variance))
    }

    fn total(&self, variance: fn(&FeatureSums, usize) -> f64) -> f64 {
        let features = self.per_feature.iter();
        features.map(|sums| variance(sums, self.rows)).sum()
    }
}

/// What no model can go below on this row. Rows that were not learnt from may lie outside what
/// the loss is made for; what is outside counts as on its edge.
pub(super) fn floor_of(loss: &dyn Measure, target: &[f32]) -> f64 {
    let (low, high) = loss.target_range();
    let inside: Vec<f32> = target.iter().map(|value| value.clamp(low, high)).collect();
    f64::from(loss.floor(&inside))
}

fn contiguous<'a>(row: ndarray::ArrayView1<'a, f32>) -> &'a [f32] {
    // cannot fail: every array in this file is made here, in standard layout
    row.to_slice().expect("rows of arrays made here")
}
