use super::adam::step;
use super::{Adam, Moment, Piece, Rule};
use ae_choice::Range;

ae_choice::choice! {
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019): weights shrink by
    /// lr · decay each step, outside the adaptive part. PyTorch's defaults.
    pub struct AdamW = "adamw", "Adam with decoupled weight decay" {
        /// Learning rate.
        learning_rate: "lr" = 1e-3, in Range::at_least(0.0), "learning rate";
        /// Share of each weight lost a step, as a multiple of the learning rate.
        decay: "decay" = 0.01, in Range::at_least(0.0), "weight decay, times the learning rate";
        /// Decay of the mean of gradients.
        beta1: "beta1" = 0.9, in Range::half_open(0.0, 1.0), "decay of the mean of gradients";
        /// Decay of the mean of squared gradients.
        beta2: "beta2" = 0.999, in Range::half_open(0.0, 1.0), "decay of the mean of squares";
        /// Added to the root.
        epsilon: "eps" = 1e-8, in Range::above(0.0), "added to the root";
    }
}

impl Rule for AdamW {
    fn learning_rate(&self) -> f32 {
        self.learning_rate
    }

    fn slots(&self) -> usize {
        2
    }

    fn update(&self, moment: Moment, piece: Piece<'_>) {
        let adam = Adam {
            learning_rate: self.learning_rate,
            beta1: self.beta1,
            beta2: self.beta2,
            epsilon: self.epsilon,
        };
        let keep = if moment.decays {
            1.0 - moment.learning_rate * self.decay
        } else {
            1.0
        };
        step(&adam, moment, keep, piece);
    }
}
