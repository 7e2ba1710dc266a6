use super::{Activate, DerivativeFrom};
use ae_choice::Range;
use ae_tensor::{elementwise, scalar};

ae_choice::choice! {
    /// y = z for z > 0, α (eᶻ − 1) otherwise (Clevert et al. 2016, α = 1).
    pub struct Elu = "elu", "y = z, or alpha * (exp(z) - 1) below 0" {
        /// Minus the value it tends to.
        alpha: "alpha" = 1.0, in Range::above(0.0), "minus the value it tends to";
    }
}

impl Activate for Elu {
    /// eᶻ − 1 = 2 t / (1 − t) with t = tanh(z/2), which keeps its digits near 0.
    fn apply(&self, values: &mut [f32]) {
        let alpha = self.alpha;
        elementwise::map(values, |z| {
            let t = scalar::tanh(0.5 * z);
            if z < 0.0 {
                alpha * (2.0 * t / (1.0 - t))
            } else {
                z
            }
        });
    }

    /// Below 0, dy/dz = α eᶻ = y + α.
    fn apply_derivative(&self, y: &[f32], gradient: &mut [f32]) {
        let alpha = self.alpha;
        elementwise::zip(
            gradient,
            y,
            |g, y| if y > 0.0 { g } else { g * (y + alpha) },
        );
    }

    /// Below 0, d²y/dz² = α eᶻ = y + α.
    fn apply_curvature(&self, y: &[f32], gradient: &mut [f32]) {
        let alpha = self.alpha;
        elementwise::zip(
            gradient,
            y,
            |g, y| {
                if y > 0.0 { 0.0 } else { g * (y + alpha) }
            },
        );
    }

    fn derivative_from(&self) -> DerivativeFrom {
        DerivativeFrom::Output
    }

    fn range(&self) -> (f32, f32) {
        (-self.alpha, f32::INFINITY)
    }
}
