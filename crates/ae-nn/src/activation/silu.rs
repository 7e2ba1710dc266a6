use super::{Activate, DerivativeFrom};
use ae_tensor::{elementwise, scalar};

ae_choice::choice! {
    /// y = z σ(z), also called swish (Elfwing et al. 2018).
    pub struct Silu = "silu", "y = z * sigmoid(z)" {}
}

impl Activate for Silu {
    fn apply(&self, values: &mut [f32]) {
        elementwise::map(values, |z| z * scalar::sigmoid(z));
    }

    /// dy/dz = σ(z) (1 + z (1 − σ(z))).
    fn apply_derivative(&self, z: &[f32], gradient: &mut [f32]) {
        elementwise::zip(gradient, z, |g, z| {
            let s = scalar::sigmoid(z);
            g * s * (1.0 + z * (1.0 - s))
        });
    }

    /// d²y/dz² = σ(z) (1 − σ(z)) (2 + z (1 − 2 σ(z))).
    fn apply_curvature(&self, z: &[f32], gradient: &mut [f32]) {
        elementwise::zip(gradient, z, |g, z| {
            let s = scalar::sigmoid(z);
            g * s * (1.0 - s) * (2.0 + z * (1.0 - 2.0 * s))
        });
    }

    fn derivative_from(&self) -> DerivativeFrom {
        DerivativeFrom::Input
    }

    fn range(&self) -> (f32, f32) {
        // The minimum, at z = -1.2784645.
        (-0.278_464_5, f32::INFINITY)
    }
}
