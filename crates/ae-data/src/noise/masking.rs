use ae_tensor::random::Stream;

use super::{Corrupt, NoiseContext, for_each_group_with_word, for_each_with_word, threshold};

ae_choice::choice! {
    /// Sets a random share of the values to 0, all features of a table's cell together (Vincent et al. 2008, "Extracting and composing
    /// robust features with denoising autoencoders").
    pub struct Masking = "masking", "sets a share of the values to 0" {
        /// Probability of each value to be set to 0.
        p: "p" = 0.3, in ae_choice::Range::closed(0.0, 1.0), "share of the values that is set to 0";
    }
}

impl Corrupt for Masking {
    fn corrupt(&self, row: &mut [f32], stream: &mut Stream, context: &NoiseContext) {
        let threshold = threshold(self.p);
        if context.groups.is_none() {
            return for_each_with_word(row, stream, |value, word, _| {
                *value = if word < threshold { 0.0 } else { *value };
            });
        }
        for_each_group_with_word(row, context.groups, stream, |_, features, word, _| {
            if word < threshold {
                features.fill(0.0);
            }
        });
    }
}
