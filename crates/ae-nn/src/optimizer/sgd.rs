use super::{Moment, Piece, Rule};
use ae_choice::Range;
use ae_tensor::elementwise;

ae_choice::choice! {
    /// Gradient descent, with momentum (Polyak 1964) and Nesterov's look-ahead as
    /// Sutskever et al. 2013 write it: v ← μ v + g; p ← p − lr · (g + μ v) or p − lr · v.
    pub struct Sgd = "sgd", "gradient descent, with momentum if asked for" {
        /// Learning rate.
        learning_rate: "lr" = 0.01, in Range::at_least(0.0), "learning rate";
        /// Share of the last step kept.
        momentum: "momentum" = 0.0, in Range::half_open(0.0, 1.0), "share of the last step kept";
        /// 1 for Nesterov's look-ahead, 0 for plain momentum.
        nesterov: "nesterov" = 0.0, in Range::closed(0.0, 1.0).whole(), "1 to look ahead, 0 not to";
    }
}

impl Rule for Sgd {
    fn learning_rate(&self) -> f32 {
        self.learning_rate
    }

    fn slots(&self) -> usize {
        usize::from(self.momentum > 0.0)
    }

    fn update(&self, moment: Moment, piece: Piece<'_>) {
        let (rate, momentum) = (moment.learning_rate, self.momentum);
        if self.slots() == 0 {
            elementwise::zip(piece.parameters, piece.gradients, |p, g| p - rate * g);
            return;
        }
        let ahead = if self.nesterov == 1.0 { momentum } else { 1.0 };
        let now = if self.nesterov == 1.0 { 1.0 } else { 0.0 };
        elementwise::update1(
            piece.parameters,
            piece.gradients,
            piece.first,
            |p, g, velocity| {
                let velocity = momentum * velocity + g;
                (p - rate * (now * g + ahead * velocity), velocity)
            },
        );
    }
}
