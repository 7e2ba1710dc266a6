use super::{Moment, Piece, Rule};
use ae_choice::Range;
use ae_tensor::elementwise;

ae_choice::choice! {
    /// Adam (Kingma & Ba 2015, with their defaults; ε outside the corrected root as there).
    pub struct Adam = "adam", "adaptive moments (Kingma & Ba 2015)" {
        /// Learning rate.
        learning_rate: "lr" = 1e-3, in Range::at_least(0.0), "learning rate";
        /// Decay of the mean of gradients.
        beta1: "beta1" = 0.9, in Range::half_open(0.0, 1.0), "decay of the mean of gradients";
        /// Decay of the mean of squared gradients.
        beta2: "beta2" = 0.999, in Range::half_open(0.0, 1.0), "decay of the mean of squares";
        /// Added to the root.
        epsilon: "eps" = 1e-8, in Range::above(0.0), "added to the root";
    }
}

/// The part of a step that Adam and AdamW share. `keep` multiplies the parameter first.
pub(super) fn step(adam: &Adam, moment: Moment, keep: f32, piece: Piece<'_>) {
    let (beta1, beta2) = (adam.beta1, adam.beta2);
    let steps = moment.step as f64;
    let correct_mean = 1.0 - f64::from(beta1).powf(steps);
    let correct_square = 1.0 - f64::from(beta2).powf(steps);
    // lr · m̂ / (√v̂ + ε), with both corrections moved out of the loop.
    let rate = (f64::from(moment.learning_rate) / correct_mean) as f32;
    let root = (1.0 / correct_square.sqrt()) as f32;
    let epsilon = adam.epsilon;
    elementwise::update2(
        piece.parameters,
        piece.gradients,
        piece.first,
        piece.second,
        |p, g, m, v| {
            let m = beta1 * m + (1.0 - beta1) * g;
            let v = beta2 * v + (1.0 - beta2) * (g * g);
            (keep * p - rate * m / (v.sqrt() * root + epsilon), m, v)
        },
    );
}

impl Rule for Adam {
    fn learning_rate(&self) -> f32 {
        self.learning_rate
    }

    fn slots(&self) -> usize {
        2
    }

    fn update(&self, moment: Moment, piece: Piece<'_>) {
        step(self, moment, 1.0, piece);
    }
}
