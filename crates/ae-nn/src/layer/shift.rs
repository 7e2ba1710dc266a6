use super::{Backward, Block, Compute, Forward, split, split_mut};
use crate::flat::for_rows;
use ae_tensor::{elementwise, reduce};
use serde::{Deserialize, Serialize};

/// y = x + b, a number of its own for each feature: what a dictionary of features is learnt
/// around.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// Numbers in a row.
    pub width: usize,
}

impl Compute for Shift {
    fn inputs(&self) -> usize {
        self.width
    }

    fn outputs(&self) -> usize {
        self.width
    }

    fn parameters(&self) -> Vec<Block> {
        vec![Block::vector("shift", self.width)]
    }

    fn forward(&self, pass: Forward<'_>) {
        let [shift] = split(pass.parameters, [self.width]);
        for_rows(pass.input, pass.output, |_, input, output| {
            output.copy_from_slice(input);
            elementwise::zip(output, shift, |x, b| x + b);
        });
    }

    /// dx = dy, db = column sums of dy.
    fn backward(&self, pass: Backward<'_>) {
        let [shift] = split_mut(pass.gradients, [self.width]);
        reduce::column_sums(pass.output_gradient.view(), shift);
        if let Some(mut input_gradient) = pass.input_gradient {
            input_gradient.assign(&pass.output_gradient);
        }
    }
}
