use super::{Activate, DerivativeFrom};
use ae_tensor::{elementwise, scalar};

ae_choice::choice! {
    /// y = tanh z.
    pub struct Tanh = "tanh", "y = tanh(z)" {}
}

impl Activate for Tanh {
    fn apply(&self, values: &mut [f32]) {
        elementwise::map(values, scalar::tanh);
    }

    /// dy/dz = 1 − y².
    fn apply_derivative(&self, y: &[f32], gradient: &mut [f32]) {
        elementwise::zip(gradient, y, |g, y| g * (1.0 - y * y));
    }

    /// d²y/dz² = −2 y (1 − y²).
    fn apply_curvature(&self, y: &[f32], gradient: &mut [f32]) {
        elementwise::zip(gradient, y, |g, y| g * (-2.0 * y * (1.0 - y * y)));
    }

    fn derivative_from(&self) -> DerivativeFrom {
        DerivativeFrom::Output
    }

    fn range(&self) -> (f32, f32) {
        (-1.0, 1.0)
    }
}
