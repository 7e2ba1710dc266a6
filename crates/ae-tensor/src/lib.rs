//! Single-precision maths for training autoencoders, over row-major [`ndarray`] views.
//!
//! | module | what it holds |
//! |---|---|
//! | [`gemm`] | matrix products with own kernels, and work fused behind them |
//! | [`convolution`] | convolutions and their gradients, on the same kernels |
//! | [`elementwise`] | one-pass loops over slices, compiled for each instruction set |
//! | [`pooling`] | neighbouring pixels made one, and one pixel made many |
//! | [`scalar`] | branch-free `exp`, `tanh`, `sigmoid`, … to be called inside those loops |
//! | [`reduce`] | sums over columns and slices in a fixed order |
//! | [`parallel`] | the only place that talks to rayon |
//! | [`random`] | streams of random numbers named by (seed, purpose, index) |
//! | [`linalg`] | orthonormal columns and leading eigenvectors |
//! | [`mod@reference`] | the naive twin of each kernel, the oracle of the tests |
//!
//! # What this crate promises
//!
//! - **Same input, same bits, at any number of threads.** Work is cut into pieces whose sizes do
//!   not depend on the thread count, and partial results are added along a fixed tree.
//! - **The same bits with AVX2, AVX-512 and NEON.** Vectors run across independent results, never
//!   along a sum, so that a wider register changes no rounding. A processor without fused
//!   multiply-add rounds matrix products differently in their last bits.
//! - **No allocation once warm**: packing buffers belong to the thread and only grow.
//! - It knows no layer, no file and no data format.
//!
//! All `unsafe` code of the workspace lives here, each block with its reason.

#![deny(unsafe_op_in_unsafe_fn)]

pub mod convolution;
pub mod elementwise;
pub mod gemm;
pub mod linalg;
pub mod parallel;
pub mod pooling;
pub mod random;
pub mod reduce;
pub mod reference;
pub mod scalar;

mod buffer;
mod instruction_set;
mod matrix;

pub use buffer::AlignedBuffer;
pub use convolution::Convolution;
pub use gemm::{Segment, matmul, matmul_add, matmul_then};
pub use instruction_set::InstructionSet;
pub use matrix::Matrix;
pub use pooling::Pooling;
