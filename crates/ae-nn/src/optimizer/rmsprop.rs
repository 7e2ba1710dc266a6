use super::{Moment, Piece, Rule};
use ae_choice::Range;
use ae_tensor::elementwise;

ae_choice::choice! {
    /// RMSProp (Tieleman & Hinton 2012): the gradient over the root of its mean square.
    /// PyTorch's defaults.
    pub struct RmsProp = "rmsprop", "gradient over the root of its mean square" {
        /// Learning rate.
        learning_rate: "lr" = 0.01, in Range::at_least(0.0), "learning rate";
        /// Decay of the mean of squared gradients.
        rho: "rho" = 0.99, in Range::half_open(0.0, 1.0), "decay of the mean of squares";
        /// Added to the root.
        epsilon: "eps" = 1e-8, in Range::above(0.0), "added to the root";
    }
}

impl Rule for RmsProp {
    fn learning_rate(&self) -> f32 {
        self.learning_rate
    }

    fn slots(&self) -> usize {
        1
    }

    fn update(&self, moment: Moment, piece: Piece<'_>) {
        let (rate, rho, epsilon) = (moment.learning_rate, self.rho, self.epsilon);
        elementwise::update1(
            piece.parameters,
            piece.gradients,
            piece.first,
            |p, g, square| {
                let square = rho * square + (1.0 - rho) * (g * g);
                (p - rate * g / (square.sqrt() + epsilon), square)
            },
        );
    }
}
