use ae_tensor::random::Stream;

use super::{Corrupt, NoiseContext, for_each_with_word, threshold};

/// Where data has no range of its own it is standardised: three standard deviations.
const WITHOUT_RANGE: (f32, f32) = (-3.0, 3.0);

ae_choice::choice! {
    /// Sets a random share of the values to the lowest or the highest one, half each; −3 and
    /// 3 where the scaling gives the data no range.
    pub struct SaltPepper = "salt-pepper", "sets a share of the values to the lowest or the highest" {
        /// Probability of each value to be set.
        p: "p" = 0.1, in ae_choice::Range::closed(0.0, 1.0), "share of the values that is set";
    }
}

impl Corrupt for SaltPepper {
    fn corrupt(&self, row: &mut [f32], stream: &mut Stream, context: &NoiseContext) {
        let (low, high) = context.range.unwrap_or(WITHOUT_RANGE);
        let (pepper, either) = (threshold(self.p / 2.0), threshold(self.p));
        for_each_with_word(row, stream, |value, word, _| {
            let salted = if word < either { high } else { *value };
            *value = if word < pepper { low } else { salted };
        });
    }
}
