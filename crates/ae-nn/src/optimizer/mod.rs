//! Optimisers: a rule that moves one block of parameters along its gradient, with explicit
//! slots for what it remembers. Clipping, schedules, saving and threading live elsewhere.
//!
//! To add one: write its file after the model of its neighbours, and name it in
//! [`Optimizer`].

mod adadelta;
mod adagrad;
mod adam;
mod adamw;
mod rmsprop;
mod sgd;

pub use adadelta::Adadelta;
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adamw::AdamW;
pub use rmsprop::RmsProp;
pub use sgd::Sgd;

use ae_tensor::parallel;

/// A block of parameters, its gradient, and the rule's memory of it, all of one length.
pub struct Piece<'a> {
    /// What is moved.
    pub parameters: &'a mut [f32],
    /// The derivative of the loss by each.
    pub gradients: &'a [f32],
    /// First slot; empty if the rule has none.
    pub first: &'a mut [f32],
    /// Second slot; empty if the rule has fewer than two.
    pub second: &'a mut [f32],
}

/// What is the same for all pieces of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Steps taken, this one included: 1 at the first.
    pub step: u64,
    /// The rule's learning rate times the schedule's factor.
    pub learning_rate: f32,
    /// Whether decoupled weight decay applies here: to weights, not to biases and scales.
    pub decays: bool,
}

/// A rule that moves parameters along their gradient.
pub trait Rule: Sync {
    /// The learning rate before any schedule.
    fn learning_rate(&self) -> f32;

    /// How many numbers it remembers for each parameter: 0, 1 or 2, all 0 at first.
    fn slots(&self) -> usize;

    /// Moves a piece.
    fn update(&self, moment: Moment, piece: Piece<'_>);
}

ae_choice::choices! {
    /// Every optimiser, as users write it.
    pub enum Optimizer = "optimizer", dyn Rule {
        Adam(Adam),
        AdamW(AdamW),
        Sgd(Sgd),
        RmsProp(RmsProp),
        Adagrad(Adagrad),
        Adadelta(Adadelta),
    }
}

/// Numbers in a piece of parallel work: parameters, gradients and two slots of this length
/// fill a core's second cache.
const CHUNK: usize = 32 * 1024;

/// Moves a whole block, in parallel pieces. `slots` holds as many arrays as the rule asks
/// for, each as long as the block.
///
/// # Panics
/// If a slot or the gradient has another length than the block.
pub fn update(
    rule: &dyn Rule,
    moment: Moment,
    parameters: &mut [f32],
    gradients: &[f32],
    slots: [&mut [f32]; 2],
) {
    let [first, second] = slots;
    match rule.slots() {
        0 => parallel::for_each((parameters, gradients), CHUNK, |_, piece| {
            let (parameters, gradients) = piece;
            rule.update(
                moment,
                Piece {
                    parameters,
                    gradients,
                    first: &mut [],
                    second: &mut [],
                },
            );
        }),
        1 => parallel::for_each((parameters, gradients, first), CHUNK, |_, piece| {
            let (parameters, gradients, first) = piece;
            rule.update(
                moment,
                Piece {
                    parameters,
                    gradients,
                    first,
                    second: &mut [],
                },
            );
        }),
        _ => parallel::for_each((parameters, gradients, first, second), CHUNK, |_, piece| {
            let (parameters, gradients, first, second) = piece;
            rule.update(
                moment,
                Piece {
                    parameters,
                    gradients,
                    first,
                    second,
                },
            );
        }),
    }
}
