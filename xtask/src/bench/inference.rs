use ae_nn::{Autoencoder, Leg, Samples, Scratch};
use anyhow::Result;
use ndarray::{Array2, Axis, Slice};

use super::measure::seconds_of;

/// Rows of a batch.
pub const BATCH: usize = 4096;

/// Putting rows through, into buffers that are there.
pub struct Inference<'a> {
    autoencoder: &'a Autoencoder,
    input: Array2<f32>,
    output: Array2<f32>,
    scratch: Scratch,
}

impl<'a> Inference<'a> {
    /// With the first rows, as many as a batch has.
    pub fn new(autoencoder: &'a Autoencoder, rows: &dyn Samples) -> Self {
        let numbers: Vec<u32> = (0..BATCH as u32).collect();
        let mut input = Array2::zeros((BATCH, rows.width()));
        rows.fill(&numbers, input.view_mut());
        Self {
            autoencoder,
            output: input.clone(),
            input,
            scratch: Scratch::default(),
        }
    }

    /// Seconds that `count` rows take: the mean of as many calls as fill a repetition, after
    /// one that isn't counted.
    pub fn seconds(&mut self, count: usize) -> Result<f64> {
        seconds_of((BATCH / count).clamp(1, 64), || self.call(count))
    }

    fn call(&mut self, count: usize) -> Result<()> {
        let part = || Slice::from(..count);
        let rows = self.input.slice_axis(Axis(0), part());
        let room = self.output.slice_axis_mut(Axis(0), part());
        self.autoencoder
            .run(Leg::Reconstruct, rows, room, &mut self.scratch)?;
        Ok(())
    }
}
