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

    /// dy/dz = σ(z) = 1 − e⁻ʸ = 2 t / (1 + t) with t = tanh(y/2), which keeps its digits
    /// near 0.
    fn apply_derivative(&self, y: &[f32], gradient: &mut [f32]) {
        elementwise::zip(gradient, y, |g, y| {
            let t = scalar::tanh(0.5 * y);
            g * (2.0 * t / (1.0 + t))
        });
    }

    /// d²y/dz² = σ(z) (1 − σ(z)), σ(z) as above.
    fn apply_curvature(&self, y: &[f32], gradient: &mut [f32]) {
        elementwise::zip(gradient, y, |g, y| {
            let t = scalar::tanh(0.5 * y);
            let s = 2.0 * t / (1.0 + t);
            g * s * (1.0 - s)
        });
    }

    fn derivative_from(&self) -> DerivativeFrom {
        DerivativeFrom::Output
    }

    fn range(&self) -> (f32, f32) {
        (0.0, f32::INFINITY)
    }
}
