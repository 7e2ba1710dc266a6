use std::time::{Duration, Instant};

use ae_model::Part;
use ae_nn::{Epoch, Flow, Leg, Observer, Samples, Scratch, Trainer};
use anyhow::{Context, Result};
use ndarray::Array2;
use serde::Serialize;

use super::workload::Workload;

/// Rows of a batch in inference.
const BATCH: usize = 4096;

/// How long a single repetition of inference takes, at least.
const LEAST: Duration = Duration::from_millis(200);

/// What was measured of one workload.
#[derive(Debug, Serialize)]
pub struct Figures {
    pub name: &'static str,
    pub shape: String,
    pub batch: usize,
    /// Rows trained on a second.
    pub training: Spread,
    pub training_gflops: f64,
    /// Rows a second in batches of 4,096.
    pub inference: Spread,
    pub inference_gflops: f64,
    /// Microseconds for one row.
    pub one_row_us: Spread,
    /// Training loss after the last repetition, so that no one is fast by doing nothing.
    pub loss: f64,
}

/// A median with its neighbourhood.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Spread {
    pub least: f64,
    pub median: f64,
    pub most: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        Self {
            least: at(0),
            median: at(values.len() / 2),
            most: at(values.len().saturating_sub(1)),
        }
    }
}

/// Keeps what each epoch says of itself.
#[derive(Default)]
struct Epochs(Vec<Epoch>);

impl Observer for Epochs {
    fn epoch(&mut self, epoch: &Epoch, _trainer: &Trainer<'_>) -> Flow {
        self.0.push(epoch.clone());
        Flow::Continue
    }
}

pub fn measure(workload: &Workload, repeat: u32) -> Result<Figures> {
    let (parts, plan) = workload.open()?;
    let rows = plan.rows(&parts, Part::Train).context("no rows")?;
    let mut training = plan.training.clone();
    training.epochs = repeat as usize + 1;
    let mut autoencoder = workload.architecture().build(&training.loss, 1)?;
    let mut epochs = Epochs::default();
    Trainer::new(&mut autoencoder, training)?.fit(&rows, None, &mut epochs)?;
    let counted = &epochs.0[1..];
    let training = Spread::of(counted.iter().map(|epoch| epoch.rows_per_second).collect());

    let width = rows.width();
    let numbers: Vec<u32> = (0..BATCH as u32).collect();
    let mut input = Array2::zeros((BATCH, width));
    rows.fill(&numbers, input.view_mut());
    let mut output = Array2::zeros((BATCH, width));
    let mut scratch = Scratch::default();
    let mut infer = |count: usize| -> Result<f64> {
        let part = || ndarray::Slice::from(..count);
        let rows = input.slice_axis(ndarray::Axis(0), part());
        let mut room = output.slice_axis_mut(ndarray::Axis(0), part());
        let started = Instant::now();
        let mut calls = 0;
        while started.elapsed() < LEAST {
            for _ in 0..(BATCH / count).clamp(1, 64) {
                autoencoder.run(Leg::Reconstruct, rows, room.view_mut(), &mut scratch)?;
                calls += 1;
            }
        }
        Ok(started.elapsed().as_secs_f64() / calls as f64)
    };
    let mut times = |count: usize| -> Result<Vec<f64>> {
        infer(count)?;
        (0..repeat).map(|_| infer(count)).collect()
    };
    let batches = times(BATCH)?
        .into_iter()
        .map(|seconds| BATCH as f64 / seconds);
    let inference = Spread::of(batches.collect());
    let one_row_us = Spread::of(times(1)?.into_iter().map(|seconds| 1e6 * seconds).collect());
    Ok(Figures {
        name: workload.name,
        shape: autoencoder.shape(),
        batch: workload.batch,
        training_gflops: training.median * workload.training_flop() * 1e-9,
        training,
        inference_gflops: inference.median * workload.inference_flop() * 1e-9,
        inference,
        one_row_us,
        loss: counted.last().map_or(f64::NAN, |epoch| epoch.train_loss),
    })
}
