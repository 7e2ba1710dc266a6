use super::{Activate, DerivativeFrom};
use ae_tensor::{elementwise, scalar};

ae_choice::choice! {
    /// y = ln(1 + eᶻ), a smooth relu.
    pub struct Softplus = "softplus", "y = ln(1 + exp(z))" {}
}

impl Activate for Softplus {
    fn apply(&self, values: &mut [f32]) {
        elementwise::map(values, scalar::softplus);
    }

    /// dy/dz = σ(z) = 1 − e⁻ʸ.
    fn apply_derivative(&self, y: &[f32], gradient: &mut [f32]) {
        elementwise::zip(gradient, y, |g, y| g * (1.0 - scalar::exp(-y)));
    }

    fn derivative_from(&self) -> DerivativeFrom {
        DerivativeFrom::Output
    }

    fn range(&self) -> (f32, f32) {
        (0.0, f32::INFINITY)
    }
}
