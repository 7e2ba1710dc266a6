//! Losses: one call gives the value and writes the gradient, so that they cannot disagree.
//!
//! A loss here is a sum over the features of one row; the trainer divides by the number of
//! features and averages over rows, so that neither batch size nor width changes its scale.
//!
//! To add one: write its file after the model of its neighbours, and name it in [`Loss`].

mod bce;
mod blocks;
mod huber;
mod mae;
mod mse;

pub use bce::Bce;
pub use blocks::{Block, BlockKind, Blocks};
pub use huber::Huber;
pub use mae::Mae;
pub use mse::Mse;

use crate::activation::{Activation, Linear};

/// How far a row is from its target.
pub trait Measure: Sync {
    /// The loss of one row, summed over its features; `gradient` becomes the derivative of
    /// that sum by the output, times `scale`. The value may be a little coarser than
    /// [`value`](Self::value) where that is faster: it watches over training.
    fn value_and_gradient(
        &self,
        output: &[f32],
        target: &[f32],
        scale: f32,
        gradient: &mut [f32],
    ) -> f32;

    /// The loss of one row, summed over its features.
    fn value(&self, output: &[f32], target: &[f32]) -> f32;

    /// What turns the network's output into a reconstruction: a loss on logits names the
    /// activation that belongs to it.
    fn output_activation(&self) -> Activation {
        Activation::Linear(Linear {})
    }

    /// The smallest sum any output can reach for this target.
    fn floor(&self, _target: &[f32]) -> f32 {
        0.0
    }

    /// What a loss of 1 is in nats, where the loss is a negative log likelihood: of booleans, of
    /// numbers with normal or Laplace errors of scale 1. Of other losses, weighted ones among
    /// them, 1: they are taken as they are.
    fn nats(&self) -> f32 {
        1.0
    }

    /// The negative log likelihood, in nats, of a feature whose loss is 0, if the loss is one.
    fn normaliser(&self) -> Option<f64> {
        None
    }

    /// The targets it is defined for.
    fn target_range(&self) -> (f32, f32) {
        (f32::NEG_INFINITY, f32::INFINITY)
    }

    /// Whether the mean of the targets is the best constant prediction; if not, their median
    /// is nearer to it.
    fn is_minimised_by_the_mean(&self) -> bool;

    /// `mean`, the means of the targets, becomes the network's output that predicts them.
    fn output_of_mean(&self, _mean: &mut [f32]) {}
}

ae_choice::choices! {
    /// Every loss, as users write it.
    pub enum Loss = "loss", dyn Measure {
        Mse(Mse),
        Bce(Bce),
        Mae(Mae),
        Huber(Huber),
    }
}
