//! The loops over windows, N channels at a time.

use super::Pooling;

// Plain loops: what stands in a closure is compiled for the instruction set around it only where
// the compiler happens to inline it.

/// A loop over the windows of a pooling: the window's place, and the lines and columns it covers.
macro_rules! for_windows {
    ($pooling:ident, |$place:ident, $lines:ident, $columns:ident| $body:block) => {
        for y in 0..$pooling.output[0] {
            let $lines = $pooling.inside(0, y);
            for x in 0..$pooling.output[1] {
                let $columns = $pooling.inside(1, x);
                let $place = y * $pooling.output[1] + x;
                $body
            }
        }
    };
}

/// A loop over the pixels that a window covers, by their places.
macro_rules! for_pixels {
    ($pooling:ident, $lines:ident, $columns:ident, |$place:ident| $body:block) => {
        for line in $lines.clone() {
            for column in $columns.clone() {
                let $place = line * $pooling.input[1] + column;
                $body
            }
        }
    };
}

#[inline(always)]
pub(super) fn max_of<const N: usize>(pooling: &Pooling, input: &[f32], output: &mut [f32]) {
    let blocks = pooling.input[2] / N;
    let (input, output) = (input.as_chunks::<N>().0, output.as_chunks_mut::<N>().0);
    for_windows!(pooling, |window, lines, columns| {
        for block in 0..blocks {
            let mut largest = [f32::NEG_INFINITY; N];
            for_pixels!(pooling, lines, columns, |pixel| {
                let x = &input[pixel * blocks + block];
                for lane in 0..N {
                    // NaN stays NaN, and reaches the guard in whoever trains.
                    let stays = (x[lane] <= largest[lane]) | largest[lane].is_nan();
                    largest[lane] = if stays { largest[lane] } else { x[lane] };
                }
            });
            output[window * blocks + block] = largest;
        }
    });
}

#[inline(always)]
pub(super) fn max_gradient_of<const N: usize>(
    pooling: &Pooling,
    (input, output): (&[f32], &[f32]),
    output_gradient: &[f32],
    input_gradient: &mut [f32],
) {
    let blocks = pooling.input[2] / N;
    input_gradient.fill(0.0);
    let (input, output) = (input.as_chunks::<N>().0, output.as_chunks::<N>().0);
    let slopes = output_gradient.as_chunks::<N>().0;
    let sums = input_gradient.as_chunks_mut::<N>().0;
    for_windows!(pooling, |window, lines, columns| {
        for block in 0..blocks {
            let largest = output[window * blocks + block];
            let mut left = slopes[window * blocks + block];
            for_pixels!(pooling, lines, columns, |pixel| {
                let place = pixel * blocks + block;
                let (x, sum) = (&input[place], &mut sums[place]);
                for lane in 0..N {
                    let is_it = x[lane] == largest[lane];
                    sum[lane] += if is_it { left[lane] } else { 0.0 };
                    left[lane] = if is_it { 0.0 } else { left[lane] };
                }
            });
        }
    });
}

#[inline(always)]
pub(super) fn average_of<const N: usize>(pooling: &Pooling, input: &[f32], output: &mut [f32]) {
    let blocks = pooling.input[2] / N;
    let (input, output) = (input.as_chunks::<N>().0, output.as_chunks_mut::<N>().0);
    for_windows!(pooling, |window, lines, columns| {
        let share = 1.0 / (lines.len() * columns.len()) as f32;
        for block in 0..blocks {
            let mut sum = [0.0; N];
            for_pixels!(pooling, lines, columns, |pixel| {
                let x = &input[pixel * blocks + block];
                for lane in 0..N {
                    sum[lane] += x[lane];
                }
            });
            for (out, sum) in output[window * blocks + block].iter_mut().zip(sum) {
                *out = sum * share;
            }
        }
    });
}

#[inline(always)]
pub(super) fn average_gradient_of<const N: usize>(
    pooling: &Pooling,
    output_gradient: &[f32],
    input_gradient: &mut [f32],
) {
    let blocks = pooling.input[2] / N;
    input_gradient.fill(0.0);
    let slopes = output_gradient.as_chunks::<N>().0;
    let sums = input_gradient.as_chunks_mut::<N>().0;
    for_windows!(pooling, |window, lines, columns| {
        let share = 1.0 / (lines.len() * columns.len()) as f32;
        for block in 0..blocks {
            let slope = &slopes[window * blocks + block];
            for_pixels!(pooling, lines, columns, |pixel| {
                let sum = &mut sums[pixel * blocks + block];
                for lane in 0..N {
                    sum[lane] += slope[lane] * share;
                }
            });
        }
    });
}
