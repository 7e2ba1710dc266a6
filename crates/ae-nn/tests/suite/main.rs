//! One binary for all topics, so that they link once.
#![allow(clippy::unwrap_used, missing_docs)]

mod activations;
mod batches;
mod blocks;
mod errors;
mod gradients;
mod image_layers;
mod image_oracle;
mod image_reference;
mod initialisers;
mod keeping;
mod oracle;
mod parts;
mod reference;
mod resuming;
mod schedules;
mod serialising;
mod stages;
mod support;
mod terms;
mod threads;
mod ties;
mod top_k;
mod variational;
