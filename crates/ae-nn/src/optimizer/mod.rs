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

use crate::network::PlacedBlock;
use ae_tensor::parallel;
use std::ops::Range;

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
/// leave room in a core's second cache for the gradients of a batch's other parts.
const CHUNK: usize = 16 * 1024;

/// All parameters of a network with what belongs to each: one length, or none for slots that
/// the rule hasn't.
pub(crate) struct Stretch<'a> {
    pub(crate) parameters: &'a mut [f32],
    pub(crate) gradients: &'a mut [f32],
    pub(crate) slots: [&'a mut [f32]; 2],
}

impl parallel::Split for Stretch<'_> {
    fn len(&self) -> usize {
        self.parameters.len()
    }

    fn split(self, at: usize) -> (Self, Self) {
        let (parameters, other_parameters) = self.parameters.split_at_mut(at);
        let (gradients, other_gradients) = self.gradients.split_at_mut(at);
        let [first, second] = self.slots.map(|slot| {
            let at = at.min(slot.len());
            slot.split_at_mut(at)
        });
        let low = Self {
            parameters,
            gradients,
            slots: [first.0, second.0],
        };
        let high = Self {
            parameters: other_parameters,
            gradients: other_gradients,
            slots: [first.1, second.1],
        };
        (low, high)
    }
}

/// Moves all blocks, in parallel pieces. `complete(first, gradients)` is called on each piece of
/// the gradient before it is used, while it is in the cache.
///
/// # Panics
/// If a slot or the gradient has another length than the parameters.
pub(crate) fn update(
    rule: &dyn Rule,
    moment: Moment,
    blocks: &[PlacedBlock],
    stretch: Stretch<'_>,
    complete: impl Fn(usize, &mut [f32]) + Sync,
) {
    parallel::for_each(stretch, CHUNK, |start, stretch| {
        let Stretch {
            parameters,
            gradients,
            slots: [first, second],
        } = stretch;
        complete(start, gradients);
        let end = start + parameters.len();
        for block in blocks {
            let range = block.range.start.max(start)..block.range.end.min(end);
            if range.is_empty() {
                continue;
            }
            let range = range.start - start..range.end - start;
            let moment = Moment {
                decays: moment.decays && block.decays,
                ..moment
            };
            let piece = Piece {
                parameters: &mut parameters[range.clone()],
                gradients: &gradients[range.clone()],
                first: slice_of(first, &range),
                second: slice_of(second, &range),
            };
            rule.update(moment, piece);
        }
    });
}

/// The part of a slot, nothing of one that the rule hasn't.
fn slice_of<'a>(slot: &'a mut [f32], range: &Range<usize>) -> &'a mut [f32] {
    if slot.is_empty() {
        slot
    } else {
        &mut slot[range.clone()]
    }
}
