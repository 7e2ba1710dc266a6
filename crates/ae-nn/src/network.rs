//! A stack of layers over one stretch of parameters.

use crate::Error;
use crate::layer::{Backward, Forward, Layer, Mode, padded};
use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{AlignedBuffer, Matrix};
use ndarray::{ArrayView2, ArrayViewMut2};
use std::ops::Range;

/// Layers, one after the other, with their parameters and state.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    layers: Vec<Layer>,
    parameter_ranges: Vec<Range<usize>>,
    state_ranges: Vec<Range<usize>>,
    parameters: AlignedBuffer,
    state: AlignedBuffer,
}

/// A block of a network's parameters or state, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedBlock {
    /// The layer it belongs to, from 0.
    pub layer: usize,
    /// "weight", "bias", …
    pub name: &'static str,
    /// Its shape, row-major.
    pub shape: Vec<usize>,
    /// Whether penalties and weight decay apply to it.
    pub decays: bool,
    /// Where it is in the network's buffer.
    pub range: Range<usize>,
}

impl Network {
    /// Layers with their initial weights, the same for the same seed.
    ///
    /// # Errors
    /// No layer, or two neighbours that don't fit together.
    pub fn new(layers: Vec<Layer>, seed: u64) -> Result<Self, Error> {
        let mut network = Self::zeros(layers)?;
        for (index, layer) in network.layers.iter().enumerate() {
            layer.initialise(
                &mut network.parameters[network.parameter_ranges[index].clone()],
                &mut network.state[network.state_ranges[index].clone()],
                &mut Stream::new(seed, Purpose::Weights, index as u64),
            );
        }
        Ok(network)
    }

    /// Layers with parameters and state 0, to be filled by a reader.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn zeros(layers: Vec<Layer>) -> Result<Self, Error> {
        if layers.is_empty() {
            return Err(Error::Zero {
                what: "the number of layers",
            });
        }
        for (index, pair) in layers.windows(2).enumerate() {
            if pair[0].outputs() != pair[1].inputs() {
                return Err(Error::Layers {
                    layer: index + 1,
                    kind: pair[1].kind(),
                    expected: pair[1].inputs(),
                    found: pair[0].outputs(),
                });
            }
        }
        let room = |blocks: Vec<crate::layer::Block>| -> usize {
            blocks.iter().map(|block| padded(block.len())).sum()
        };
        let (parameter_ranges, parameters) =
            lay_out(layers.iter().map(|layer| room(layer.parameters())));
        let (state_ranges, state) = lay_out(layers.iter().map(|layer| room(layer.state())));
        Ok(Self {
            layers,
            parameter_ranges,
            state_ranges,
            parameters: AlignedBuffer::zeros(parameters),
            state: AlignedBuffer::zeros(state),
        })
    }

    /// The layers in order.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Numbers in a row coming in.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs()
    }

    /// Numbers in a row going out.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs()
    }

    /// All parameters in one stretch: the blocks of [`blocks`](Self::blocks) with zeros
    /// between them.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// The same, to be written.
    pub fn parameters_mut(&mut self) -> &mut [f32] {
        &mut self.parameters
    }

    /// All state in one stretch.
    pub fn state(&self) -> &[f32] {
        &self.state
    }

    /// The same, to be written.
    pub fn state_mut(&mut self) -> &mut [f32] {
        &mut self.state
    }

    /// The blocks of the parameters, in order.
    pub fn blocks(&self) -> Vec<PlacedBlock> {
        place(&self.parameter_ranges, |index| {
            self.layers[index].parameters()
        })
    }

    /// The blocks of the state, in order.
    pub fn state_blocks(&self) -> Vec<PlacedBlock> {
        place(&self.state_ranges, |index| self.layers[index].state())
    }

    /// How many numbers training moves.
    pub fn parameter_count(&self) -> usize {
        self.blocks().iter().map(|block| block.range.len()).sum()
    }

    /// Some of the layers, with a copy of their parameters and state.
    ///
    /// # Panics
    /// If the range is empty or reaches beyond the layers.
    pub fn part(&self, layers: Range<usize>) -> Self {
        assert!(
            !layers.is_empty() && layers.end <= self.layers.len(),
            "layers {layers:?} of {}",
            self.layers.len()
        );
        let span = |ranges: &[Range<usize>]| ranges[layers.start].start..ranges[layers.end - 1].end;
        let mut part = Self::zeros(self.layers[layers.clone()].to_vec())
            .expect("neighbours of a checked network fit together");
        part.parameters
            .copy_from_slice(&self.parameters[span(&self.parameter_ranges)]);
        part.state
            .copy_from_slice(&self.state[span(&self.state_ranges)]);
        part
    }

    /// This network followed by another.
    ///
    /// # Errors
    /// If the other doesn't take what this one gives.
    pub fn then(&self, next: &Self) -> Result<Self, Error> {
        let mut joined = Self::zeros([&self.layers[..], &next.layers[..]].concat())?;
        let (first, second) = joined.parameters.split_at_mut(self.parameters.len());
        first.copy_from_slice(&self.parameters);
        second.copy_from_slice(&next.parameters);
        let (first, second) = joined.state.split_at_mut(self.state.len());
        first.copy_from_slice(&self.state);
        second.copy_from_slice(&next.state);
        Ok(joined)
    }

    /// A training step's way forward: `input` is B × inputs, the result is the tape's last
    /// output.
    pub(crate) fn forward(&self, seed: u64, step: u64, input: ArrayView2<f32>, tape: &mut Tape) {
        let rows = input.nrows();
        for (index, layer) in self.layers.iter().enumerate() {
            let (before, after) = tape.outputs.split_at_mut(index);
            let mode = Mode::Train {
                seed,
                step,
                layer: index,
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

    /// A training step's way back, from the tape's output gradient to `gradients`, which is
    /// laid out as the parameters are.
    pub(crate) fn backward(&self, input: ArrayView2<f32>, tape: &mut Tape, gradients: &mut [f32]) {
        let rows = input.nrows();
        for (index, layer) in self.layers.iter().enumerate().rev() {
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

    /// Rows through some of the layers, for use: the same row always gives the same result.
    /// `input` and `output` are B × the width at either end of the range.
    pub fn infer(
        &self,
        layers: Range<usize>,
        input: ArrayView2<f32>,
        mut output: ArrayViewMut2<f32>,
        scratch: &mut Scratch,
    ) {
        let rows = input.nrows();
        scratch.reserve(rows, self.widest());
        let [mut from, mut to] = scratch.sides.each_mut();
        for index in layers.clone() {
            let layer = &self.layers[index];
            let (first, last) = (index == layers.start, index + 1 == layers.end);
            let input = if first {
                input
            } else {
                shaped(from, rows, layer.inputs())
            };
            let output = if last {
                output.view_mut()
            } else {
                shaped_mut(to, rows, layer.outputs())
            };
            layer.forward(Forward {
                mode: Mode::Infer,
                parameters: &self.parameters[self.parameter_ranges[index].clone()],
                state: &self.state[self.state_ranges[index].clone()],
                input,
                output,
                cache: &mut [],
            });
            std::mem::swap(&mut from, &mut to);
        }
    }

    fn widest(&self) -> usize {
        let widths = self.layers.iter().map(|layer| layer.outputs());
        widths.max().unwrap_or(0)
    }
}

fn lay_out(rooms: impl Iterator<Item = usize>) -> (Vec<Range<usize>>, usize) {
    let mut end = 0;
    let ranges = rooms
        .map(|room| {
            let start = end;
            end += room;
            start..end
        })
        .collect();
    (ranges, end)
}

fn place(
    ranges: &[Range<usize>],
    blocks_of: impl Fn(usize) -> Vec<crate::layer::Block>,
) -> Vec<PlacedBlock> {
    let mut placed = Vec::new();
    for (layer, range) in ranges.iter().enumerate() {
        let mut start = range.start;
        for block in blocks_of(layer) {
            let length = block.len();
            placed.push(PlacedBlock {
                layer,
                name: block.name,
                shape: block.shape,
                decays: block.decays,
                range: start..start + length,
            });
            start += padded(length);
        }
    }
    placed
}

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
        let outputs = || {
            let widths = network.layers.iter().map(|layer| layer.outputs());
            widths.map(|width| Matrix::zeros(rows, width)).collect()
        };
        let caches = network.layers.iter().map(|layer| layer.cache(rows));
        Self {
            outputs: outputs(),
            caches: caches.map(AlignedBuffer::zeros).collect(),
            gradients: outputs(),
        }
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

/// Room for the layers in between, in use; grows to the largest batch it has seen.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    sides: [AlignedBuffer; 2],
}

impl Scratch {
    fn reserve(&mut self, rows: usize, width: usize) {
        for side in &mut self.sides {
            if side.len() < rows * width {
                *side = AlignedBuffer::zeros(rows * width);
            }
        }
    }
}

fn shaped(values: &[f32], rows: usize, width: usize) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((rows, width), &values[..rows * width]).expect("reserved")
}

fn shaped_mut(values: &mut [f32], rows: usize, width: usize) -> ArrayViewMut2<'_, f32> {
    ArrayViewMut2::from_shape((rows, width), &mut values[..rows * width]).expect("reserved")
}
