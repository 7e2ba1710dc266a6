//! The naive twin of each kernel: what the fast ones must agree with, and the place to read what
//! they compute.

use crate::{Convolution, Pooling, Segment};
use ndarray::{ArrayView2, ArrayViewMut2};

/// out = a · b: each element is one chain of fused multiply-adds from 0, in the order of k. The
/// fast product gives the same bits on every processor with such an instruction.
///
/// # Panics
/// If the shapes do not fit.
pub fn matmul(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, mut out: ArrayViewMut2<'_, f32>) {
    out.fill(0.0);
    matmul_add(a, b, out);
}

/// out += a · b, the chain starting from what `out` held.
///
/// # Panics
/// If the shapes do not fit.
pub fn matmul_add(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, mut out: ArrayViewMut2<'_, f32>) {
    assert_eq!(a.ncols(), b.nrows(), "columns of a and rows of b");
    assert_eq!((a.nrows(), b.ncols()), out.dim(), "shapes of a · b and out");
    for ((i, j), sum) in out.indexed_iter_mut() {
        for k in 0..a.ncols() {
            *sum = a[(i, k)].mul_add(b[(k, j)], *sum);
        }
    }
}

/// out = a · b, then `finish` on each element by itself.
///
/// # Panics
/// If the shapes do not fit.
pub fn matmul_then(
    a: ArrayView2<'_, f32>,
    b: ArrayView2<'_, f32>,
    mut out: ArrayViewMut2<'_, f32>,
    finish: &dyn Fn(Segment<'_>),
) {
    matmul(a, b, out.view_mut());
    for ((row, first_column), value) in out.indexed_iter_mut() {
        finish(Segment {
            first_row: row,
            columns: 1,
            first_column,
            values: std::slice::from_mut(value),
        });
    }
}

/// out\[j\] = the sum of column j of `a`, in the order of the rows.
///
/// # Panics
/// If `out` is not as long as a row.
pub fn column_sums(a: ArrayView2<'_, f32>, out: &mut [f32]) {
    assert_eq!(a.ncols(), out.len(), "columns of a and length of out");
    out.fill(0.0);
    for row in a.rows() {
        for (sum, x) in out.iter_mut().zip(row) {
            *sum += x;
        }
    }
}

/// Calls `visit(place in the image, place in the weights, place in the output)` for each product
/// of a convolution, places without their channels, in the order of output pixels and window.
fn for_windows(convolution: &Convolution, mut visit: impl FnMut(usize, usize, usize)) {
    let Convolution {
        input,
        output,
        kernel,
        stride,
        padding,
    } = convolution;
    let inside = |out: usize, window: usize, axis: usize| {
        let place = (out * stride + window).checked_sub(padding[axis])?;
        (place < input[axis]).then_some(place)
    };
    for (y, x) in (0..output[0]).flat_map(|y| (0..output[1]).map(move |x| (y, x))) {
        for (ky, kx) in (0..kernel[0]).flat_map(|ky| (0..kernel[1]).map(move |kx| (ky, kx))) {
            if let (Some(iy), Some(ix)) = (inside(y, ky, 0), inside(x, kx, 1)) {
                visit(iy * input[1] + ix, ky * kernel[1] + kx, y * output[1] + x);
            }
        }
    }
}

/// [`Convolution::forward`] of one image.
pub fn convolve(convolution: &Convolution, input: &[f32], weight: &[f32], output: &mut [f32]) {
    let (inputs, outputs) = (convolution.input[2], convolution.output[2]);
    output.fill(0.0);
    for_windows(convolution, |image, window, out| {
        for (i, o) in (0..inputs).flat_map(|i| (0..outputs).map(move |o| (i, o))) {
            let weight = weight[(window * inputs + i) * outputs + o];
            let sum = &mut output[out * outputs + o];
            *sum = input[image * inputs + i].mul_add(weight, *sum);
        }
    });
}

/// [`Convolution::input_gradient`] of one image, in another order of the sums.
pub fn convolve_input_gradient(
    convolution: &Convolution,
    output_gradient: &[f32],
    weight: &[f32],
    input_gradient: &mut [f32],
) {
    let (inputs, outputs) = (convolution.input[2], convolution.output[2]);
    input_gradient.fill(0.0);
    for_windows(convolution, |image, window, out| {
        for (i, o) in (0..inputs).flat_map(|i| (0..outputs).map(move |o| (i, o))) {
            let weight = weight[(window * inputs + i) * outputs + o];
            let sum = &mut input_gradient[image * inputs + i];
            *sum = output_gradient[out * outputs + o].mul_add(weight, *sum);
        }
    });
}

/// Adds one image to [`Convolution::weight_gradient`].
pub fn convolve_weight_gradient(
    convolution: &Convolution,
    input: &[f32],
    output_gradient: &[f32],
    weight_gradient: &mut [f32],
) {
    let (inputs, outputs) = (convolution.input[2], convolution.output[2]);
    for_windows(convolution, |image, window, out| {
        for (i, o) in (0..inputs).flat_map(|i| (0..outputs).map(move |o| (i, o))) {
            let sum = &mut weight_gradient[(window * inputs + i) * outputs + o];
            *sum = input[image * inputs + i].mul_add(output_gradient[out * outputs + o], *sum);
        }
    });
}

/// Calls `visit(number coming in, number going out, share)` for each number of each window of a
/// pooling, in the order of the windows; the share is one over the number of its pixels inside.
fn for_pooled(pooling: &Pooling, mut visit: impl FnMut(usize, usize, f32)) {
    let [height, width, channels] = pooling.input;
    let [lines, columns] = pooling.output;
    for (y, x) in (0..lines).flat_map(|y| (0..columns).map(move |x| (y, x))) {
        let covered = |window: usize, axis: usize, side: usize| -> Vec<usize> {
            let places = (0..pooling.size).map(|place| window * pooling.stride + place);
            let places = places.filter_map(|place| place.checked_sub(pooling.padding[axis]));
            places.filter(|place| *place < side).collect()
        };
        let (lines, pixels) = (covered(y, 0, height), covered(x, 1, width));
        let share = 1.0 / (lines.len() * pixels.len()) as f32;
        for (line, pixel) in lines
            .iter()
            .flat_map(|line| pixels.iter().map(move |x| (line, x)))
        {
            for channel in 0..channels {
                let from = (line * width + pixel) * channels + channel;
                visit(from, (y * columns + x) * channels + channel, share);
            }
        }
    }
}

/// [`Pooling::max`].
pub fn max_pool(pooling: &Pooling, input: &[f32], output: &mut [f32]) {
    output.fill(f32::NEG_INFINITY);
    for_pooled(pooling, |from, to, _| {
        output[to] = output[to].max(input[from])
    });
}

/// [`Pooling::max_gradient`].
pub fn max_pool_gradient(
    pooling: &Pooling,
    (input, output): (&[f32], &[f32]),
    output_gradient: &[f32],
    input_gradient: &mut [f32],
) {
    let mut left = output_gradient.to_vec();
    input_gradient.fill(0.0);
    for_pooled(pooling, |from, to, _| {
        if input[from] == output[to] {
            input_gradient[from] += std::mem::take(&mut left[to]);
        }
    });
}

/// [`Pooling::average`].
pub fn average_pool(pooling: &Pooling, input: &[f32], output: &mut [f32]) {
    output.fill(0.0);
    let mut shares = vec![0.0; output.len()];
    for_pooled(pooling, |from, to, share| {
        output[to] += input[from];
        shares[to] = share;
    });
    output
        .iter_mut()
        .zip(shares)
        .for_each(|(sum, share)| *sum *= share);
}

/// [`Pooling::average_gradient`].
pub fn average_pool_gradient(pooling: &Pooling, output: &[f32], input: &mut [f32]) {
    input.fill(0.0);
    for_pooled(pooling, |from, to, share| input[from] += output[to] * share);
}
