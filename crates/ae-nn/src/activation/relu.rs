use super::{Activate, DerivativeFrom};
use ae_tensor::elementwise;

ae_choice::choice! {
    /// y = max(z, 0). Its derivative at 0 is taken as 0.
    pub struct Relu = "relu", "y = max(z, 0)" {}
}

impl Activate for Relu {
    fn apply(&self, values: &mut [f32]) {
        // Written so that NaN stays NaN and reaches the guard in the trainer.
        elementwise::map(values, |z| if z < 0.0 { 0.0 } else { z });
    }

    fn apply_derivative(&self, y: &[f32], gradient: &mut [f32]) {
        elementwise::zip(gradient, y, |g, y| if y > 0.0 { g } else { 0.0 });
    }

    fn apply_curvature(&self, _kept: &[f32], gradient: &mut [f32]) {
        gradient.fill(0.0);
    }

    fn derivative_from(&self) -> DerivativeFrom {
        DerivativeFrom::Output
    }

    fn range(&self) -> (f32, f32) {
        (0.0, f32::INFINITY)
    }
}
