use super::{Backward, Compute, Forward};
use crate::activation::{Activation, DerivativeFrom};
use crate::flat::{for_chunks, slice, slice_mut};
use serde::{Deserialize, Serialize};

/// An activation on its own, for where something stands between it and its dense layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Activate {
    /// Numbers in a row.
    pub width: usize,
    /// The function.
    pub activation: Activation,
}

impl Compute for Activate {
    fn inputs(&self) -> usize {
        self.width
    }

    fn outputs(&self) -> usize {
        self.width
    }

    fn forward(&self, pass: Forward<'_>) {
        let (input, mut output) = (pass.input, pass.output);
        let input = slice(&input);
        for_chunks(slice_mut(&mut output), |first, part| {
            part.copy_from_slice(&input[first..][..part.len()]);
            self.activation.apply(part);
        });
    }

    fn backward(&self, pass: Backward<'_>) {
        let Some(mut input_gradient) = pass.input_gradient else {
            return;
        };
        let kept = match self.activation.derivative_from() {
            DerivativeFrom::Input => slice(&pass.input),
            DerivativeFrom::Output => slice(&pass.output),
        };
        let output_gradient = pass.output_gradient.view();
        let output_gradient = slice(&output_gradient);
        for_chunks(slice_mut(&mut input_gradient), |first, part| {
            part.copy_from_slice(&output_gradient[first..][..part.len()]);
            self.activation
                .apply_derivative(&kept[first..][..part.len()], part);
        });
    }

    fn activation(&self) -> Option<Activation> {
        Some(self.activation)
    }
}
