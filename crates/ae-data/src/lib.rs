//! docs
#![forbid(unsafe_code)]

mod dataset;
mod error;
pub mod noise;
pub mod scaling;
pub mod source;
mod split;

pub use dataset::{Dataset, Labels, Layout, Parts, Values};
pub use error::{DataError, Problem};
pub use noise::{Corrupt, Noise, NoiseContext};
pub use scaling::{FittedScaling, Prepared, Scaling};
pub use source::SourceOptions;
pub use split::Split;
