//! Layers: forward and backward side by side, one a file.
//!
//! A layer is a description: how wide, which activation. Its numbers live in buffers that
//! the caller owns, so that a whole network's parameters are one stretch of memory which an
//! optimiser walks once, a checkpoint copies once, and no step allocates.
//!
//! To add one: write its file after the model of its neighbours, and name it in [`Layer`].

mod activate;
mod batch_norm;
mod convolve;
mod convolve_transposed;
mod dense;
mod dropout;
mod ending;
mod filters;
mod gaussian_code;
mod image;
mod layer_norm;
mod pool;
mod shift;
mod top_k;
mod upsample;

pub use activate::Activate;
pub use batch_norm::BatchNorm;
pub use convolve::Convolve;
pub use convolve_transposed::ConvolveTransposed;
pub use dense::Dense;
pub use dropout::Dropout;
pub use filters::Filters;
pub use gaussian_code::GaussianCode;
pub use image::{Image, Padding};
pub use layer_norm::LayerNorm;
pub use pool::{Pool, Pooled};
pub use shift::Shift;
pub use top_k::TopK;
pub use upsample::Upsample;

use crate::Error;
use ae_choice::Range;
use ae_tensor::random::Stream;
use ndarray::{ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

/// What a layer does. Shapes: a batch of B rows comes in as B × `inputs` and goes out as
/// B × `outputs`.
pub trait Compute: Sync {
    /// Numbers in a row coming in.
    fn inputs(&self) -> usize;

    /// Numbers in a row going out.
    fn outputs(&self) -> usize;

    /// Whether its settings are in range; widths are checked by the network.
    ///
    /// # Errors
    /// The first that isn't.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// What training moves, in a fixed order.
    fn parameters(&self) -> Vec<Block> {
        Vec::new()
    }

    /// What a layer keeps besides, such as running statistics.
    fn state(&self) -> Vec<Block> {
        Vec::new()
    }

    /// How many numbers [`backward`](Self::backward) wants kept for a batch of `rows`.
    fn cache(&self, _rows: usize) -> usize {
        0
    }

    /// Sets parameters and state to where training begins. Both come in as zeros.
    fn initialise(&self, _parameters: &mut [f32], _state: &mut [f32], _stream: &mut Stream) {}

    /// Rows in, rows out.
    fn forward(&self, pass: Forward<'_>);

    /// Derivatives out, derivatives in.
    fn backward(&self, pass: Backward<'_>);

    /// After a training step: what the batch says about the state.
    fn update_state(&self, _rows: usize, _cache: &[f32], _state: &mut [f32]) {}

    /// Whether in training a row's result depends on the other rows of its batch, which must
    /// then go through together.
    fn couples_rows(&self) -> bool {
        false
    }

    /// Multiply-adds of a row going forward, but for what is done to each number alone.
    fn products(&self) -> usize {
        0
    }

    /// The image that comes in and the one that goes out, if rows are images.
    fn images(&self) -> Option<[Image; 2]> {
        None
    }

    /// Whether all it does is to make an image larger or smaller.
    fn resizes(&self) -> bool {
        false
    }

    /// The activation on its output, if it has one.
    fn activation(&self) -> Option<crate::Activation> {
        None
    }

    /// The same layer with an activation, if it can apply one to numbers that are still in the
    /// cache and has none yet.
    fn followed_by(&self, _activation: crate::Activation) -> Option<Layer> {
        None
    }
}

/// A named block of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// "weight", "bias", …
    pub name: &'static str,
    /// Its shape, row-major.
    pub shape: Vec<usize>,
    /// Whether penalties and weight decay apply to it: to weights, not to biases.
    pub decays: bool,
}

impl Block {
    /// A matrix that penalties and weight decay apply to.
    pub fn weight(name: &'static str, rows: usize, columns: usize) -> Self {
        Self {
            name,
            shape: vec![rows, columns],
            decays: true,
        }
    }

    /// The same for windows over images: height, width, channels on either side.
    pub fn filters(name: &'static str, shape: [usize; 4]) -> Self {
        Self {
            name,
            shape: shape.to_vec(),
            decays: true,
        }
    }

    /// A vector that they don't apply to.
    pub fn vector(name: &'static str, length: usize) -> Self {
        Self {
            name,
            shape: vec![length],
            decays: false,
        }
    }

    /// How many numbers it holds.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn check_epsilon(epsilon: f32) -> Result<(), Error> {
    Error::check_range("epsilon", Range::at_least(0.0), epsilon.into())
}

/// Blocks begin at multiples of this many numbers: 64 bytes, one cache line.
const ALIGNMENT: usize = 16;

/// The room that a block takes in its buffer.
pub fn padded(length: usize) -> usize {
    length.next_multiple_of(ALIGNMENT)
}

/// The blocks of a layer's buffer, by their lengths.
fn split<const N: usize>(mut values: &[f32], lengths: [usize; N]) -> [&[f32]; N] {
    lengths.map(|length| {
        let (block, rest) = values.split_at(padded(length));
        values = rest;
        &block[..length]
    })
}

/// The same, to be written.
fn split_mut<const N: usize>(mut values: &mut [f32], lengths: [usize; N]) -> [&mut [f32]; N] {
    lengths.map(|length| {
        let (block, rest) = std::mem::take(&mut values).split_at_mut(padded(length));
        values = rest;
        &mut block[..length]
    })
}

/// What a pass is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A training step: dropout drops, batch norm takes the batch's own statistics.
    Train {
        /// The run's seed.
        seed: u64,
        /// The step, from 0.
        step: u64,
        /// The layer's place in its network, so that two dropouts drop differently.
        layer: usize,
        /// Where in the batch these rows begin: a batch may go through in several parts.
        first_row: usize,
    },
    /// Inference: the same row always gives the same result.
    Infer,
}

/// What [`Compute::forward`] is given.
pub struct Forward<'a> {
    /// What the pass is for.
    pub mode: Mode,
    /// The layer's parameters.
    pub parameters: &'a [f32],
    /// The layer's state.
    pub state: &'a [f32],
    /// B × inputs, contiguous, as all of these are.
    pub input: ArrayView2<'a, f32>,
    /// B × outputs, to be written.
    pub output: ArrayViewMut2<'a, f32>,
    /// For [`Compute::backward`]; empty in inference.
    pub cache: &'a mut [f32],
}

/// What [`Compute::backward`] is given.
pub struct Backward<'a> {
    /// The layer's parameters.
    pub parameters: &'a [f32],
    /// What came in: B × inputs.
    pub input: ArrayView2<'a, f32>,
    /// What went out: B × outputs.
    pub output: ArrayView2<'a, f32>,
    /// What forward kept.
    pub cache: &'a [f32],
    /// Derivative by the output, B × outputs; may be overwritten.
    pub output_gradient: ArrayViewMut2<'a, f32>,
    /// Derivative by the input, B × inputs, to be written; not wanted of a first layer.
    pub input_gradient: Option<ArrayViewMut2<'a, f32>>,
    /// Derivative by the parameters, to be written.
    pub gradients: &'a mut [f32],
}

/// One stream a piece of a batch: layers take the highest 8 bits, pieces the lowest 24.
fn stream_index(layer: usize, step: u64, piece: usize) -> u64 {
    ((layer as u64) << 56) ^ (step << 24) ^ piece as u64
}

macro_rules! layers {
    ($( $name:ident ),+ $(,)?) => {
        /// Every layer. In files: `{"kind": "dense", "inputs": 784, …}`.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        #[allow(missing_docs)]
        pub enum Layer { $( $name($name), )+ }

        impl std::ops::Deref for Layer {
            type Target = dyn Compute;
            fn deref(&self) -> &Self::Target {
                match self { $( Self::$name(layer) => layer, )+ }
            }
        }

        impl Layer {
            /// Its kind, as architectures are printed.
            pub fn kind(&self) -> &'static str {
                match self { $( Self::$name(_) => stringify!($name), )+ }
            }
        }

        $( impl From<$name> for Layer {
            fn from(layer: $name) -> Self { Self::$name(layer) }
        } )+
    };
}

layers!(
    Dense,
    Activate,
    Dropout,
    BatchNorm,
    LayerNorm,
    Convolve,
    ConvolveTransposed,
    Pool,
    Upsample,
    Shift,
    TopK,
    GaussianCode,
);
