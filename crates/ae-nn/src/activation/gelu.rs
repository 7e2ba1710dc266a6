use super::{Activate, DerivativeFrom};
use ae_tensor::{elementwise, scalar};

/// 1 / √(2π), the height of the normal density at 0.
const NORMAL_PEAK: f32 = 0.398_942_3;

ae_choice::choice! {
    /// y = z Φ(z) with the exact normal distribution function Φ (Hendrycks & Gimpel 2016).
    pub struct Gelu = "gelu", "y = z * normal_cdf(z)" {}
}

impl Activate for Gelu {
    fn apply(&self, values: &mut [f32]) {
        elementwise::map(values, |z| z * scalar::normal_cdf(z));
    }

    /// dy/dz = Φ(z) + z φ(z), φ the normal density.
    fn apply_derivative(&self, z: &[f32], gradient: &mut [f32]) {
        elementwise::zip(gradient, z, |g, z| {
            let density = NORMAL_PEAK * scalar::exp(-0.5 * z * z);
            g * (scalar::normal_cdf(z) + z * density)
        });
    }

    /// d²y/dz² = φ(z) (2 − z²).
    fn apply_curvature(&self, z: &[f32], gradient: &mut [f32]) {
        elementwise::zip(gradient, z, |g, z| {
            g * (NORMAL_PEAK * scalar::exp(-0.5 * z * z)) * (2.0 - z * z)
        });
    }

    fn derivative_from(&self) -> DerivativeFrom {
        DerivativeFrom::Input
    }

    fn range(&self) -> (f32, f32) {
        // The minimum, at z = -0.7517916.
        (-0.169_971_2, f32::INFINITY)
    }
}
