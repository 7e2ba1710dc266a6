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
    fn apply(&self, values: &mut [f32]) {
        let alpha = self.alpha;
        elementwise::map(values, |z| {
            let below = alpha * (scalar::exp(z.min(0.0)) - 1.0);
            if z < 0.0 { below } else { z }
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

    fn derivative_from(&self) -> DerivativeFrom {
        DerivativeFrom::Output
    }

    fn range(&self) -> (f32, f32) {
        (-self.alpha, f32::INFINITY)
    }
}
