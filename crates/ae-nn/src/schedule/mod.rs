//! Schedules: a factor on the learning rate, from the time passed and, for some, from how
//! the validation loss went.
//!
//! To add one: write its file after the model of its neighbours, and name it in
//! [`Schedule`].

mod constant;
mod cosine;
mod exponential;
mod one_cycle;
mod plateau;
mod step;
mod warm_up;

pub use constant::Constant;
pub use cosine::Cosine;
pub use exponential::Exponential;
pub use one_cycle::OneCycle;
pub use plateau::Plateau;
pub use step::Step;
pub use warm_up::WarmUp;

use serde::{Deserialize, Serialize};

/// Where training is, in epochs: 2.5 is the middle of the third.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Time {
    /// Epochs passed before this batch, whole and part.
    pub now: f64,
    /// What this batch adds: 1 / batches an epoch.
    pub batch: f64,
    /// Epochs in all.
    pub end: f64,
}

impl Time {
    /// The share of training passed, in \[0, 1\].
    pub fn share(&self) -> f64 {
        (self.now / self.end).clamp(0.0, 1.0)
    }
}

/// What a schedule remembers of the validation loss; part of a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// The factor reached so far.
    pub factor: f64,
    /// The lowest loss so far; `None` before the first.
    pub best: Option<f64>,
    /// Epochs since it was reached.
    pub waited: u32,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            factor: 1.0,
            best: None,
            waited: 0,
        }
    }
}

/// A factor on the learning rate over time.
pub trait Pace: Sync {
    /// The factor for the batch that begins now.
    fn factor(&self, time: Time, memory: &Memory) -> f64;

    /// Whether the factor depends on when training ends, and not only on how far it has come:
    /// going on to a later end is then another training.
    fn depends_on_the_end(&self) -> bool {
        false
    }

    /// Takes note of an epoch's validation loss (of the training loss where nothing is
    /// held out).
    fn after_epoch(&self, _loss: f64, _memory: &mut Memory) {}
}

ae_choice::choices! {
    /// Every schedule, as users write it.
    pub enum Schedule = "schedule", dyn Pace {
        Constant(Constant),
        Step(Step),
        Exponential(Exponential),
        Cosine(Cosine),
        WarmUp(WarmUp),
        OneCycle(OneCycle),
        Plateau(Plateau),
    }
}

/// Rises linearly to 1 over `epochs`. The batch counts as passed, or the first would be
/// spent on a learning rate of 0.
fn ramp(time: Time, epochs: f64) -> f64 {
    let passed = time.now + time.batch;
    if passed < epochs {
        passed / epochs
    } else {
        1.0
    }
}
