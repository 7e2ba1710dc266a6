//! The way of rows in use.

use super::Network;
use crate::activation::{Activation, Linear};
use crate::flat::for_chunks;
use crate::layer::{Forward, Layer, Mode};
use ae_tensor::{AlignedBuffer, parallel};
use ndarray::{ArrayView2, ArrayViewMut2};
use std::ops::Range;

/// Room for what passes between layers in use; grows to the largest batch it has seen.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    sides: [AlignedBuffer; 2],
    /// Copies of views that are not contiguous.
    input: AlignedBuffer,
    output: AlignedBuffer,
}

/// Rows that all threads take through the layers of a wide network together: enough to keep the
/// cores busy, few enough to stay in their caches.
const ROWS_TOGETHER: usize = 512;

/// Rows of a small network that go through at a time: several parts for each thread.
const ROWS_SHARED: usize = 8 * ROWS_TOGETHER;

/// Numbers between two layers, at most, where rows are wide, as in convolutions.
const NUMBERS_BETWEEN: usize = 1024 * 1024;

/// Rows that one thread takes through a small network: enough for the matrix products to run at
/// full speed, few enough to stay in a core's own cache from layer to layer.
const ROWS_ALONE: usize = 128;

/// Parameters beyond which all threads share each layer: reading the weights anew for every few
/// rows would cost more than the rows' way through the caches.
const MANY_PARAMETERS: usize = 512 * 1024;

fn reserve(room: &mut AlignedBuffer, length: usize) {
    if room.len() < length {
        *room = AlignedBuffer::zeros(length);
    }
}

impl Network {
    /// Rows through some of the layers, for use: the same row always gives the same result.
    /// `input` and `output` are B × the width at either end of the range; allocates nothing
    /// once `scratch` has seen a batch of this size.
    ///
    /// # Panics
    /// If the range is empty or reaches beyond the layers, or the shapes don't fit.
    pub fn infer(
        &self,
        layers: Range<usize>,
        input: ArrayView2<f32>,
        output: ArrayViewMut2<f32>,
        scratch: &mut Scratch,
    ) {
        self.check_pass(&layers, input.dim(), output.dim());
        let finish = Activation::Linear(Linear {});
        self.infer_then(layers, input, output, scratch, finish);
    }

    /// The same with an activation behind the last layer.
    pub(crate) fn infer_then(
        &self,
        layers: Range<usize>,
        input: ArrayView2<f32>,
        mut output: ArrayViewMut2<f32>,
        scratch: &mut Scratch,
        finish: Activation,
    ) {
        // Layers want contiguous rows; others go through a copy.
        if input.as_slice().is_none() {
            let (rows, width) = input.dim();
            let mut room = std::mem::take(&mut scratch.input);
            reserve(&mut room, rows * width);
            shaped_mut(&mut room, rows, width).assign(&input);
            self.infer_then(layers, shaped(&room, rows, width), output, scratch, finish);
            scratch.input = room;
            return;
        }
        let Some(values) = output.as_slice_mut() else {
            let (rows, width) = output.dim();
            let mut room = std::mem::take(&mut scratch.output);
            reserve(&mut room, rows * width);
            let copy = shaped_mut(&mut room, rows, width);
            self.infer_then(layers, input, copy, scratch, finish);
            output.assign(&shaped(&room, rows, width));
            scratch.output = room;
            return;
        };
        let (rows, between) = (input.nrows(), self.widest_between(&layers));
        scratch
            .sides
            .iter_mut()
            .for_each(|side| reserve(side, rows * between));
        let [from, to] = scratch.sides.each_mut();
        let sides = (
            shaped_mut(from, rows, between),
            shaped_mut(to, rows, between),
        );
        let last = &self.layers[layers.end - 1];
        let output = shaped_mut(values, rows, last.outputs());
        let fused = last.followed_by(finish);
        let ending = fused.as_ref().unwrap_or(last);
        let together = match self.is_wide() {
            true => rows.max(1),
            false => ROWS_ALONE,
        };
        let parts = (input, output, sides.0, sides.1);
        parallel::for_each(parts, together, |_, (input, output, from, to)| {
            let output = whole(output);
            self.infer_part(&layers, ending, input, output, [whole(from), whole(to)]);
            if fused.is_none() {
                for_chunks(output, |_, part| finish.apply(part));
            }
        });
    }

    fn infer_part(
        &self,
        layers: &Range<usize>,
        ending: &Layer,
        input: ArrayView2<f32>,
        output: &mut [f32],
        sides: [&mut [f32]; 2],
    ) {
        let rows = input.nrows();
        let [mut from, mut to] = sides;
        for index in layers.clone() {
            let (first, last) = (index == layers.start, index + 1 == layers.end);
            let layer = if last { ending } else { &self.layers[index] };
            let to_values = if last { &mut *output } else { &mut *to };
            layer.forward(Forward {
                mode: Mode::Infer,
                parameters: &self.parameters[self.parameter_ranges[index].clone()],
                state: &self.state[self.state_ranges[index].clone()],
                input: if first {
                    input
                } else {
                    shaped(from, rows, layer.inputs())
                },
                output: shaped_mut(to_values, rows, layer.outputs()),
                cache: &mut [],
            });
            std::mem::swap(&mut from, &mut to);
        }
    }

    fn check_pass(&self, layers: &Range<usize>, input: (usize, usize), output: (usize, usize)) {
        let all = self.layers.len();
        assert!(
            !layers.is_empty() && layers.end <= all,
            "layers {layers:?} of {all}"
        );
        let widths = (
            self.layers[layers.start].inputs(),
            self.layers[layers.end - 1].outputs(),
        );
        assert!(
            (input.1, output.1) == widths && input.0 == output.0,
            "layers {layers:?} take {} numbers a row and give {}, not {input:?} to {output:?}",
            widths.0,
            widths.1
        );
    }

    /// Whether all threads share each layer.
    fn is_wide(&self) -> bool {
        self.parameters.len() > MANY_PARAMETERS
    }

    /// Rows that should go through at a time: fewer where what is between the layers would outgrow
    /// the caches.
    pub(crate) fn rows_at_a_time(&self, layers: &Range<usize>) -> usize {
        let most = match self.is_wide() {
            true => ROWS_TOGETHER,
            false => ROWS_SHARED,
        };
        (NUMBERS_BETWEEN / self.widest_between(layers).max(1)).clamp(1, most)
    }

    /// Numbers in the widest row that passes from one of the layers to the next.
    fn widest_between(&self, layers: &Range<usize>) -> usize {
        let inner = &self.layers[layers.start..layers.end - 1];
        inner.iter().map(|layer| layer.outputs()).max().unwrap_or(0)
    }
}

/// The numbers of rows that lie one after the other.
fn whole(rows: ArrayViewMut2<'_, f32>) -> &mut [f32] {
    rows.into_slice().expect("parts of contiguous rows")
}

fn shaped(values: &[f32], rows: usize, width: usize) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((rows, width), &values[..rows * width])
        .expect("a slice of rows × width numbers")
}

fn shaped_mut(values: &mut [f32], rows: usize, width: usize) -> ArrayViewMut2<'_, f32> {
    ArrayViewMut2::from_shape((rows, width), &mut values[..rows * width])
        .expect("a slice of rows × width numbers")
}
