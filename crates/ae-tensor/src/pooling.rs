//! Neighbouring pixels made one, and one pixel made many.
//!
//! Images lie as in [`convolution`](crate::convolution): line after line, pixel after pixel, the
//! channels of a pixel side by side. All functions work on one image, on the calling thread.

mod copies;
mod windows;

use crate::instruction_set::compiled_for_each_instruction_set;
use copies::{enlarge_by, enlarge_gradient_by};
use std::ops::Range;
use windows::{average_gradient_of, average_of, max_gradient_of, max_of};

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

#[cfg(test)]
mod tests;
