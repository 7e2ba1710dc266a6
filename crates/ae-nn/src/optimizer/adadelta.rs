use super::{Moment, Piece, Rule};
use ae_choice::Range;
use ae_tensor::elementwise;

ae_choice::choice! {
    /// Adadelta (Zeiler 2012): steps in units of the parameters themselves. His decay and
    /// ε are 0.95 and 1e-6; ours are PyTorch's.
    pub struct Adadelta = "adadelta", "steps scaled by the root mean square of past steps" {
        /// What each step is multiplied by.
        learning_rate: "lr" = 1.0, in Range::at_least(0.0), "what each step is multiplied by";
        /// Decay of both means.
        rho: "rho" = 0.9, in Range::half_open(0.0, 1.0), "decay of both means";
        /// Added under the roots.
        epsilon: "eps" = 1e-6, in Range::above(0.0), "added under the roots";
    }
}

impl Rule for Adadelta {
    fn learning_rate(&self) -> f32 {
        self.learning_rate
    }

    fn slots(&self) -> usize {
        2
    }

    fn update(&self, moment: Moment, piece: Piece<'_>) {
        let (rate, rho, epsilon) = (moment.learning_rate, self.rho, self.epsilon);
        elementwise::update2(
            piece.parameters,
            piece.gradients,
            piece.first,
            piece.second,
            |p, g, square, moved| {
                let square = rho * square + (1.0 - rho) * (g * g);
                let step = ((moved + epsilon) / (square + epsilon)).sqrt() * g;
                let moved = rho * moved + (1.0 - rho) * (step * step);
                (p - rate * step, square, moved)
            },
        );
    }
}
