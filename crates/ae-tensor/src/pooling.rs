//! Neighbouring pixels made one, and one pixel made many.
//!
//! Images lie as in [`convolution`](crate::convolution): line after line, pixel after pixel, the
//! channels of a pixel side by side. All functions work on one image, on the calling thread.

use crate::instruction_set::compiled_for_each_instruction_set;
use std::ops::Range;

/// Windows over an image, each of which becomes a pixel. What of a window lies outside of the
/// image doesn't count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pooling {
    /// Height, width and channels of an image coming in.
    pub input: [usize; 3],
    /// Height and width of an image going out.
    pub output: [usize; 2],
    /// Height and width of a window.
    pub size: usize,
    /// From one window to the next, in pixels.
    pub stride: usize,
    /// How far the first window reaches out of the image, above and left; less than its size.
    pub padding: [usize; 2],
}

impl Pooling {
    /// The largest number of each window, channel by channel.
    ///
    /// # Panics
    /// If slices don't hold an image each, or a window lies outside of the image.
    pub fn max(&self, input: &[f32], output: &mut [f32]) {
        self.check(input.len(), output.len());
        max(self, input, output);
    }

    /// The derivative by what [`max`](Self::max) was given: all of a pixel's goes to the first
    /// number that was the largest.
    ///
    /// # Panics
    /// As there.
    pub fn max_gradient(
        &self,
        (input, output): (&[f32], &[f32]),
        output_gradient: &[f32],
        input_gradient: &mut [f32],
    ) {
        self.check(input.len(), output.len());
        self.check(input_gradient.len(), output_gradient.len());
        max_gradient(self, (input, output), output_gradient, input_gradient);
    }

    /// The mean of each window, channel by channel.
    ///
    /// # Panics
    /// As [`max`](Self::max).
    pub fn average(&self, input: &[f32], output: &mut [f32]) {
        self.check(input.len(), output.len());
        average(self, input, output);
    }

    /// The derivative by what [`average`](Self::average) was given.
    ///
    /// # Panics
    /// As [`max`](Self::max).
    pub fn average_gradient(&self, output_gradient: &[f32], input_gradient: &mut [f32]) {
        self.check(input_gradient.len(), output_gradient.len());
        average_gradient(self, output_gradient, input_gradient);
    }

    /// The part of a window that lies inside, along one axis.
    #[inline(always)]
    fn inside(&self, axis: usize, window: usize) -> Range<usize> {
        let start = window * self.stride;
        let end = (start + self.size).saturating_sub(self.padding[axis]);
        start.saturating_sub(self.padding[axis])..end.min(self.input[axis])
    }

    fn check(&self, input: usize, output: usize) {
        let [height, width, channels] = self.input;
        let [lines, columns] = self.output;
        assert!(
            channels > 0 && self.stride > 0 && self.padding.iter().all(|side| *side < self.size),
            "no window in {self:?}"
        );
        let lies_inside = |axis: usize| {
            self.output[axis] > 0 && !self.inside(axis, self.output[axis] - 1).is_empty()
        };
        assert!(
            lies_inside(0) && lies_inside(1),
            "a window of {self:?} lies outside"
        );
        assert_eq!(
            (input, output),
            (height * width * channels, lines * columns * channels),
            "numbers of images of {self:?}"
        );
    }
}

/// Calls a function with as many channels at a time as is best: a constant number of them makes the
/// innermost loop a few vectors.
macro_rules! by_blocks {
    ($channels:expr, $function:ident($($argument:expr),*)) => {
        match $channels {
            channels if channels.is_multiple_of(16) => $function::<16>($($argument),*),
            channels if channels.is_multiple_of(8) => $function::<8>($($argument),*),
            _ => $function::<1>($($argument),*),
        }
    };
}

compiled_for_each_instruction_set! {
    fn max[](pooling: &Pooling, input: &[f32], output: &mut [f32]) {
        by_blocks!(pooling.input[2], max_of(pooling, input, output));
    }

    fn max_gradient[](
        pooling: &Pooling, forward: (&[f32], &[f32]), output: &[f32], input: &mut [f32]
    ) {
        by_blocks!(pooling.input[2], max_gradient_of(pooling, forward, output, input));
    }

    fn average[](pooling: &Pooling, input: &[f32], output: &mut [f32]) {
        by_blocks!(pooling.input[2], average_of(pooling, input, output));
    }

    fn average_gradient[](pooling: &Pooling, output: &[f32], input: &mut [f32]) {
        by_blocks!(pooling.input[2], average_gradient_of(pooling, output, input));
    }

    /// Each pixel of `input` (height, width and channels are `image`) as `factor` × `factor` pixels
    /// of `output`.
    ///
    /// # Panics
    /// If slices don't hold an image each.
    pub fn enlarge[](image: [usize; 3], factor: usize, input: &[f32], output: &mut [f32]) {
        check_enlarged(image, factor, input.len(), output.len());
        by_blocks!(image[2], enlarge_by(image, factor, input, output));
    }

    /// The derivative by what [`enlarge`] was given.
    ///
    /// # Panics
    /// As there.
    pub fn enlarge_gradient[](
        image: [usize; 3], factor: usize, output_gradient: &[f32], input_gradient: &mut [f32]
    ) {
        check_enlarged(image, factor, input_gradient.len(), output_gradient.len());
        by_blocks!(image[2], enlarge_gradient_by(image, factor, output_gradient, input_gradient));
    }
}

fn check_enlarged(
    [height, width, channels]: [usize; 3],
    factor: usize,
    input: usize,
    output: usize,
) {
    let numbers = height * width * channels;
    assert!(numbers > 0 && factor > 0, "nothing to enlarge");
    assert_eq!(
        (input, output),
        (numbers, numbers * factor * factor),
        "numbers of images"
    );
}

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
fn max_of<const N: usize>(pooling: &Pooling, input: &[f32], output: &mut [f32]) {
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
fn max_gradient_of<const N: usize>(
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
fn average_of<const N: usize>(pooling: &Pooling, input: &[f32], output: &mut [f32]) {
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
fn average_gradient_of<const N: usize>(
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

#[inline(always)]
fn enlarge_by<const N: usize>(
    [_, width, channels]: [usize; 3],
    factor: usize,
    input: &[f32],
    output: &mut [f32],
) {
    let blocks = channels / N;
    let line = width * factor * channels;
    let lines = output.chunks_exact_mut(factor * line);
    for (pixels, lines) in input.chunks_exact(width * channels).zip(lines) {
        let (first, others) = lines.split_at_mut(line);
        let pixels = pixels.as_chunks::<N>().0.chunks_exact(blocks);
        let wide = first
            .as_chunks_mut::<N>()
            .0
            .chunks_exact_mut(factor * blocks);
        for (pixel, copies) in pixels.zip(wide) {
            // By blocks, since a call of `memcpy` would take longer than the copy.
            for (place, copy) in copies.iter_mut().enumerate() {
                *copy = pixel[if blocks == 1 { 0 } else { place % blocks }];
            }
        }
        for other in others.chunks_exact_mut(line) {
            other.copy_from_slice(first);
        }
    }
}

#[inline(always)]
fn enlarge_gradient_by<const N: usize>(
    [_, width, channels]: [usize; 3],
    factor: usize,
    output_gradient: &[f32],
    input_gradient: &mut [f32],
) {
    let blocks = channels / N;
    let line = width * factor * channels;
    let lines = output_gradient.chunks_exact(factor * line);
    for (sums, lines) in input_gradient.chunks_exact_mut(width * channels).zip(lines) {
        let lines = lines.as_chunks::<N>().0;
        for (place, sum) in sums.as_chunks_mut::<N>().0.iter_mut().enumerate() {
            let (pixel, block) = (place / blocks, place % blocks);
            *sum = [0.0; N];
            for copy in 0..factor * factor {
                let column = pixel * factor + copy % factor;
                let slope = &lines[(copy / factor * width * factor + column) * blocks + block];
                sum.iter_mut()
                    .zip(slope)
                    .for_each(|(sum, slope)| *sum += slope);
            }
        }
    }
}

#[cfg(test)]
mod tests;
