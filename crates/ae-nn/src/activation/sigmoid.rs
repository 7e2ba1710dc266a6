use super::{Activate, DerivativeFrom};
use ae_tensor::{elementwise, scalar};

ae_choice::choice! {
    /// y = 1 / (1 + e⁻ᶻ).
    pub struct Sigmoid = "sigmoid", "y = 1 / (1 + exp(-z))" {}
}

impl Activate for Sigmoid {
    fn apply(&self, values: &mut [f32]) {
        elementwise::map(values, scalar::sigmoid);
    }

    /// dy/dz = y (1 − y).
    fn apply_derivative(&self, y: &[f32], gradient: &mut [f32]) {
        elementwise::zip(gradient, y, |g, y| g * y * (1.0 - y));
    }

    /// d²y/dz² = y (1 − y) (1 − 2 y).
    fn apply_curvature(&self, y: &[f32], gradient: &mut [f32]) {
        elementwise::zip(gradient, y, |g, y| g * y * (1.0 - y) * (1.0 - 2.0 * y));
    }

    fn derivative_from(&self) -> DerivativeFrom {
        DerivativeFrom::Output
    }

    fn range(&self) -> (f32, f32) {
        (0.0, 1.0)
    }
}
