use super::batch::{loss_sum, read_batch};
use crate::network::Scratch;
use crate::{Autoencoder, Error, Leg, Loss, Samples};
use ae_choice::Range;
use ae_tensor::{Matrix, parallel};

/// Rows read at a time.
pub(crate) const BATCH: usize = 512;

/// Mean loss of all rows, a feature, as in use: no dropout, running statistics. Noisy
/// samples are seen with the noise of epoch 0.
///
/// # Errors
/// No rows, or rows of another width than the autoencoder's.
pub fn evaluate(
    autoencoder: &Autoencoder,
    samples: &dyn Samples,
    loss: &Loss,
) -> Result<f64, Error> {
    let count = count_rows(samples, "evaluate")?;
    let order: Vec<u32> = (0..count).collect();
    let (width, measure) = (samples.width(), autoencoder.measure(loss));
    let most = order.len().min(BATCH);
    let mut scratch = Scratch::default();
    let [mut input, mut target, mut output] = [(); 3].map(|()| Matrix::zeros(most, width));
    parallel::install(|| {
        let mut sum = 0.0;
        for batch in order.chunks(BATCH) {
            let rows = batch.len();
            read_batch(samples, batch, 0, &mut input, &mut target);
            let seen = if samples.is_noisy() { &input } else { &target };
            let room = output.top_mut(rows);
            autoencoder.run(Leg::Logits, seen.top(rows), room, &mut scratch)?;
            sum += loss_sum(measure, output.top(rows), target.top(rows));
        }
        Ok(sum / (order.len() * width) as f64)
    })
}

/// How many rows there are to do `what` with.
///
/// # Errors
/// No rows, or more than their numbers have room for.
pub(crate) fn count_rows(samples: &dyn Samples, what: &'static str) -> Result<u32, Error> {
    let count = samples.row_count();
    if count == 0 {
        return Err(Error::NoRows { what });
    }
    u32::try_from(count).map_err(|_| Error::OutOfRange {
        what: "the number of rows",
        range: Range::closed(1.0, u32::MAX.into()),
        found: count as f64,
    })
}
