use super::{Moment, Piece, Rule};
use ae_choice::Range;
use ae_tensor::elementwise;

ae_choice::choice! {
    /// Adagrad (Duchi et al. 2011): the gradient over the root of the sum of its squares.
    pub struct Adagrad = "adagrad", "gradient over the root of its summed squares" {
        /// Learning rate.
        learning_rate: "lr" = 0.01, in Range::at_least(0.0), "learning rate";
        /// Added to the root.
        epsilon: "eps" = 1e-10, in Range::above(0.0), "added to the root";
    }
}

impl Rule for Adagrad {
    fn learning_rate(&self) -> f32 {
        self.learning_rate
    }

    fn slots(&self) -> usize {
        1
    }

    fn update(&self, moment: Moment, piece: Piece<'_>) {
        let (rate, epsilon) = (moment.learning_rate, self.epsilon);
        elementwise::update1(
            piece.parameters,
            piece.gradients,
            piece.first,
            |p, g, sum| {
                let sum = sum + g * g;
                (p - rate * g / (sum.sqrt() + epsilon), sum)
            },
        );
    }
}
