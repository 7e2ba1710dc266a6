use super::batch::{ROWS_PER_CHUNK, read_batch};
use crate::flat::slice;
use crate::network::Scratch;
use crate::{Autoencoder, Error, Leg, Loss, Samples};
use ae_tensor::{Matrix, parallel};

/// Rows read at a time.
const BATCH: usize = 512;

/// Mean loss of all rows, a feature, as in use: no dropout, running statistics. Noisy
/// samples are seen with the noise of epoch 0.
///
/// # Errors
/// Rows of another width than the autoencoder's.
pub fn evaluate(
    autoencoder: &Autoencoder,
    samples: &dyn Samples,
    loss: &Loss,
) -> Result<f64, Error> {
    let width = samples.width();
    let mut scratch = Scratch::default();
    let [mut input, mut target, mut output] = [(); 3].map(|()| Matrix::zeros(BATCH, width));
    let order: Vec<u32> = (0..samples.row_count() as u32).collect();
    let mut sum = 0.0;
    for batch in order.chunks(BATCH) {
        let rows = batch.len();
        read_batch(samples, batch, 0, &mut input, &mut target);
        let seen = if samples.is_noisy() { &input } else { &target };
        let room = output.top_mut(rows);
        autoencoder.run(Leg::Logits, seen.top(rows), room, &mut scratch)?;
        let both = (output.top(rows), target.top(rows));
        sum += parallel::sum(both, ROWS_PER_CHUNK, |_, (output, target)| {
            let outputs = slice(&output).chunks_exact(width);
            let targets = slice(&target).chunks_exact(width);
            outputs
                .zip(targets)
                .map(|(output, target)| f64::from(loss.value(output, target)))
                .sum()
        });
    }
    Ok(sum / (samples.row_count() * width) as f64)
}
