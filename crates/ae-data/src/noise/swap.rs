use ae_tensor::random::Stream;

use super::{Corrupt, NoiseContext, for_each_group_with_word, threshold};

ae_choice::choice! {
    /// Gives a random share of the cells the value that another row, drawn anew for each
    /// cell, has in the same column, with all features of it. Each column keeps its distribution, which suits tables
    /// (Porto Seguro's winning solution, Jahrer 2017, swapped 15 %).
    pub struct Swap = "swap", "takes a share of the cells from other rows, for tables" {
        /// Probability of each cell to be taken from another row.
        p: "p" = 0.15, in ae_choice::Range::closed(0.0, 1.0), "share of the cells taken from other rows";
    }
}

impl Corrupt for Swap {
    /// # Panics
    /// If there are no donor rows.
    fn corrupt(&self, row: &mut [f32], stream: &mut Stream, context: &NoiseContext) {
        let NoiseContext {
            donors,
            donor_rows,
            groups,
            ..
        } = *context;
        assert!(donor_rows > 0, "swap noise: no rows to take values from");
        let threshold = threshold(self.p);
        for_each_group_with_word(row, groups, stream, |group, features, word, stream| {
            if word < threshold {
                let donor = stream.below(donor_rows as usize) as u32;
                donors(donor, group, features);
            }
        });
    }
}
