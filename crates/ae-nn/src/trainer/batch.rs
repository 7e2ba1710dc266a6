use crate::Samples;
use crate::flat::{rows_per_chunk, slice, slice_mut};
use crate::loss::Measure;
use ae_tensor::{Matrix, parallel};
use ndarray::{ArrayView2, ArrayViewMut2};

/// Writes a batch into `target`, and into `input` too if the encoder is to see it noisy.
pub(crate) fn read_batch(
    samples: &dyn Samples,
    rows: &[u32],
    epoch: u64,
    input: &mut Matrix,
    target: &mut Matrix,
) {
    let target = target.top_mut(rows.len());
    let chunk = rows_per_chunk(target.ncols());
    if !samples.is_noisy() {
        parallel::for_each((rows, target), chunk, |_, (rows, target)| {
            samples.fill(rows, target);
        });
        return;
    }
    let input = input.top_mut(rows.len());
    parallel::for_each((rows, target, input), chunk, |_, part| {
        let (rows, mut target, mut input) = part;
        samples.fill(rows, target.view_mut());
        input.assign(&target);
        samples.corrupt(rows, epoch, input);
    });
}

/// The sum of a batch's losses over rows and features, and its derivative by the output
/// times `scale`.
pub(super) fn loss_and_gradient(
    loss: &dyn Measure,
    scale: f32,
    output: ArrayView2<f32>,
    target: ArrayView2<f32>,
    gradient: ArrayViewMut2<f32>,
) -> f64 {
    let width = output.ncols();
    let parts = (output, target, gradient);
    parallel::sum(parts, rows_per_chunk(width), |_, part| {
        let (output, target, mut gradient) = part;
        let gradients = slice_mut(&mut gradient).chunks_exact_mut(width);
        let rows = slice(&output).chunks_exact(width);
        let losses = rows
            .zip(slice(&target).chunks_exact(width))
            .zip(gradients)
            .map(|((output, target), gradient)| {
                f64::from(loss.value_and_gradient(output, target, scale, gradient))
            });
        losses.sum()
    })
}

/// The sum of a batch's losses over rows and features.
pub(super) fn loss_sum(
    loss: &dyn Measure,
    output: ArrayView2<f32>,
    target: ArrayView2<f32>,
) -> f64 {
    let width = output.ncols();
    let parts = (output, target);
    parallel::sum(parts, rows_per_chunk(width), |_, (output, target)| {
        let pairs = slice(&output)
            .chunks_exact(width)
            .zip(slice(&target).chunks_exact(width));
        pairs
            .map(|(output, target)| f64::from(loss.value(output, target)))
            .sum()
    })
}
