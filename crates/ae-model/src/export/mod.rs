//! Models for other programs: what they need to run one, and nothing that only training knew.

mod onnx;
#[cfg(test)]
mod tests;
mod torch;
mod weights;
mod windows;

pub(crate) use torch::{Placed, Torch};

pub use onnx::{DOMAIN_VERSION, IR_VERSION, OPSET, Onnx, Port, Section, Type};
