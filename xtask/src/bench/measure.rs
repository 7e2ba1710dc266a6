use std::time::{Duration, Instant};

use ae_model::Part;
use anyhow::{Context, Result};
use serde::Serialize;

use super::inference::{BATCH, Inference};
use super::spread::Spread;
use super::training::{Training, Until, WARM_UP};
use super::workload::Workload;

/// How long a single repetition takes, at least.
pub const LEAST: Duration = Duration::from_millis(200);

/// Seconds of one call: the mean of as many as fill a repetition, after one that isn't counted. The
/// clock is looked at once in so many calls.
pub fn seconds_of(calls_a_look: usize, mut call: impl FnMut() -> Result<()>) -> Result<f64> {
    call()?;
    let started = Instant::now();
    let mut calls = 0;
    while started.elapsed() < LEAST {
        for _ in 0..calls_a_look {
            call()?;
            calls += 1;
        }
    }
    Ok(started.elapsed().as_secs_f64() / f64::from(calls))
}

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

pub fn measure(workload: &Workload, repeat: u32) -> Result<Figures> {
    let (parts, plan) = workload.open()?;
    let rows = plan.rows(&parts, Part::Train).context("no rows")?;
    let mut trained = plan.initial.clone();
    let mut training = Training::new(&mut trained, &plan.training, &rows)?;
    training.run(WARM_UP)?;
    let epochs = (0..repeat).map(|_| training.run(Until::Rows(workload.rows)));
    let epochs = epochs.collect::<Result<Vec<_>>>()?;
    let training = Spread::of(epochs.iter().map(|epoch| epoch.rows_per_second));

    let mut inference = Inference::new(&plan.initial, &rows);
    let mut seconds = |count: usize| -> Result<Vec<f64>> {
        (0..repeat).map(|_| inference.seconds(count)).collect()
    };
    let batches = seconds(BATCH)?;
    let one_row = seconds(1)?;
    let inference = Spread::of(batches.iter().map(|seconds| BATCH as f64 / seconds));
    Ok(Figures {
        name: workload.name,
        shape: plan.initial.shape(),
        batch: workload.batch,
        training_gflops: training.median * workload.training_flop()? * 1e-9,
        training,
        inference_gflops: inference.median * workload.inference_flop()? * 1e-9,
        inference,
        one_row_us: Spread::of(one_row.iter().map(|seconds| 1e6 * seconds)),
        loss: epochs.last().map_or(f64::NAN, |epoch| epoch.loss),
    })
}
