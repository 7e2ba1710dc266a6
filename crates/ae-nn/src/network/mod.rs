//! A stack of layers over one stretch of parameters.

mod infer;
mod tape;

pub use infer::Scratch;
pub(crate) use tape::Tape;

use crate::Error;
use crate::layer::{Block, Layer, padded};
use ae_tensor::AlignedBuffer;
use ae_tensor::random::{Purpose, Stream};
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
    /// The most numbers (parameters, state, widths) that a network may have: 16 GiB of them.
    pub const LIMIT: u64 = 1 << 32;

    /// Layers with their initial weights, the same for the same seed.
    ///
    /// # Errors
    /// No layer, a width of 0, two neighbours that don't fit together, a setting of a layer
    /// outside its range, or more numbers than [`LIMIT`](Self::LIMIT).
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
        check_layers(&layers)?;
        let room =
            |blocks: Vec<Block>| -> usize { blocks.iter().map(|block| padded(block.len())).sum() };
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

    /// Where a layer's parameters are in their buffer.
    pub(crate) fn parameter_range(&self, layer: usize) -> Range<usize> {
        self.parameter_ranges[layer].clone()
    }

    /// Where a layer's state is in its buffer.
    pub(crate) fn state_range(&self, layer: usize) -> Range<usize> {
        self.state_ranges[layer].clone()
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
}

/// Whether the layers make a network that fits in memory.
fn check_layers(layers: &[Layer]) -> Result<(), Error> {
    if layers.is_empty() {
        let what = "the number of layers";
        return Err(Error::Zero { what });
    }
    for layer in layers {
        if layer.inputs() == 0 || layer.outputs() == 0 {
            let what = "the width of a layer";
            return Err(Error::Zero { what });
        }
        layer.check()?;
    }
    let sum = layers.iter().try_fold(0u64, |sum, layer| {
        numbers(layer).and_then(|numbers| sum.checked_add(numbers))
    });
    if sum.is_none_or(|sum| sum > Network::LIMIT) {
        let limit = Network::LIMIT;
        return Err(Error::TooLarge { limit });
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
    Ok(())
}

/// A layer's parameters, state and widths; `None` if that is beyond counting.
fn numbers(layer: &Layer) -> Option<u64> {
    let widths = [vec![layer.inputs()], vec![layer.outputs()]];
    let blocks = layer.parameters().into_iter().chain(layer.state());
    let mut shapes = blocks.map(|block| block.shape).chain(widths);
    shapes.try_fold(0u64, |sum, shape| {
        let length = shape
            .iter()
            .try_fold(1u64, |length, side| length.checked_mul(*side as u64))?;
        sum.checked_add(length)
    })
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

fn place(ranges: &[Range<usize>], blocks_of: impl Fn(usize) -> Vec<Block>) -> Vec<PlacedBlock> {
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
