//! The way of a training step: forward, and back.

use super::Network;
use crate::layer::{Backward, Forward, Mode};
use ae_tensor::{AlignedBuffer, Matrix};
use ndarray::{ArrayView2, ArrayViewMut2};
use std::ops::Range;

/// What a training step keeps between its way forward and its way back. Made once for the
/// largest batch.
#[derive(Debug)]
pub(crate) struct Tape {
    /// Each layer's output.
    outputs: Vec<Matrix>,
    /// What each layer keeps besides.
    caches: Vec<AlignedBuffer>,
    /// Derivatives by each layer's output.
    gradients: Vec<Matrix>,
}

impl Tape {
    pub(crate) fn new(network: &Network, rows: usize) -> Self {
        Self::of_first(network.layers.len(), network, rows)
    }

    /// Room for the first of the layers only.
    pub(crate) fn of_first(layers: usize, network: &Network, rows: usize) -> Self {
        let layers = &network.layers[..layers];
        let outputs = || {
            let widths = layers.iter().map(|layer| layer.outputs());
            widths.map(|width| Matrix::zeros(rows, width)).collect()
        };
        let caches = layers.iter().map(|layer| layer.cache(rows));
        Self {
            outputs: outputs(),
            caches: caches.map(AlignedBuffer::zeros).collect(),
            gradients: outputs(),
        }
    }

    /// What came out of a layer, what the layer kept, and the derivative by what came out.
    pub(crate) fn at(
        &mut self,
        layer: usize,
        rows: usize,
    ) -> (ArrayView2<'_, f32>, &[f32], ArrayViewMut2<'_, f32>) {
        let gradient = self.gradients[layer].top_mut(rows);
        (self.outputs[layer].top(rows), &self.caches[layer], gradient)
    }

    /// The network's output for the batch and room for its gradient, `rows` × outputs.
    pub(crate) fn output_and_gradient(
        &mut self,
        rows: usize,
    ) -> (ArrayView2<'_, f32>, ArrayViewMut2<'_, f32>) {
        let last = self.outputs.len() - 1;
        let gradient = self.gradients[last].top_mut(rows);
        (self.outputs[last].top(rows), gradient)
    }
}

impl Network {
    /// A training step's way forward through the first `layers`: `input` is B × inputs, the
    /// result is the last output. `first_row` says where in the batch these rows begin.
    pub(crate) fn forward(
        &self,
        layers: usize,
        (seed, step): (u64, u64),
        first_row: usize,
        input: ArrayView2<f32>,
        tape: &mut Tape,
    ) {
        let rows = input.nrows();
        for (index, layer) in self.layers[..layers].iter().enumerate() {
            let (before, after) = tape.outputs.split_at_mut(index);
            let mode = Mode::Train {
                seed,
                step,
                layer: index,
                first_row,
            };
            layer.forward(Forward {
                mode,
                parameters: &self.parameters[self.parameter_ranges[index].clone()],
                state: &self.state[self.state_ranges[index].clone()],
                input: match before.last() {
                    Some(previous) => previous.top(rows),
                    None => input,
                },
                output: after[0].top_mut(rows),
                cache: &mut tape.caches[index][..layer.cache(rows)],
            });
        }
    }

    /// A training step's way back through some layers, from the derivative by the last one's
    /// output to `gradients`, which is laid out as the parameters are.
    pub(crate) fn backward(
        &self,
        layers: Range<usize>,
        input: ArrayView2<f32>,
        tape: &mut Tape,
        gradients: &mut [f32],
    ) {
        let rows = input.nrows();
        for index in layers.rev() {
            let layer = &self.layers[index];
            let (lower, upper) = tape.gradients.split_at_mut(index);
            layer.backward(Backward {
                parameters: &self.parameters[self.parameter_ranges[index].clone()],
                input: match index.checked_sub(1) {
                    Some(previous) => tape.outputs[previous].top(rows),
                    None => input,
                },
                output: tape.outputs[index].top(rows),
                cache: &tape.caches[index][..layer.cache(rows)],
                output_gradient: upper[0].top_mut(rows),
                input_gradient: lower.last_mut().map(|gradient| gradient.top_mut(rows)),
                gradients: &mut gradients[self.parameter_ranges[index].clone()],
            });
        }
    }

    /// After a training step: running statistics take in the batch.
    pub(crate) fn update_state(&mut self, rows: usize, tape: &Tape) {
        for (index, layer) in self.layers.iter().enumerate() {
            layer.update_state(
                rows,
                &tape.caches[index][..layer.cache(rows)],
                &mut self.state[self.state_ranges[index].clone()],
            );
        }
    }
}
