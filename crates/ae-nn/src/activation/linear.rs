use super::{Activate, DerivativeFrom};

ae_choice::choice! {
    /// y = z.
    pub struct Linear = "linear", "y = z" {}
}

impl Activate for Linear {
    fn apply(&self, _values: &mut [f32]) {}

    fn apply_derivative(&self, _y: &[f32], _gradient: &mut [f32]) {}

    fn apply_curvature(&self, _kept: &[f32], gradient: &mut [f32]) {
        gradient.fill(0.0);
    }

    fn derivative_from(&self) -> DerivativeFrom {
        DerivativeFrom::Output
    }

    fn range(&self) -> (f32, f32) {
        (f32::NEG_INFINITY, f32::INFINITY)
    }
}
