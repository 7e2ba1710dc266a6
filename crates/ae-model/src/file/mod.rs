//! Files: a safetensors container whose single metadata key holds everything that isn't a
//! tensor, as JSON. Any tensor tool opens it; nothing in it is ever executed.

mod checkpoint;
mod container;
mod model;
mod scoring;
mod torch;
mod write;

pub(crate) use checkpoint::{CheckpointFile, read_checkpoint, write_checkpoint};
pub(crate) use model::{model_bytes, read_model, write_model};
pub(crate) use torch::{read_weights, write_torch};
pub use write::write_beside;
