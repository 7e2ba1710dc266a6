use super::{Activate, DerivativeFrom};
use ae_choice::Range;
use ae_tensor::elementwise;

ae_choice::choice! {
    /// y = z for z > 0, slope · z otherwise (Maas et al. 2013; their slope).
    pub struct LeakyRelu = "leaky-relu", "y = z, or slope * z below 0" {
        /// Slope below 0.
        slope: "slope" = 0.01, in Range::half_open(0.0, 1.0), "slope below 0";
    }
}

impl Activate for LeakyRelu {
    fn apply(&self, values: &mut [f32]) {
        let slope = self.slope;
        elementwise::map(values, |z| if z < 0.0 { slope * z } else { z });
    }

    fn apply_derivative(&self, y: &[f32], gradient: &mut [f32]) {
        let slope = self.slope;
        elementwise::zip(gradient, y, |g, y| if y > 0.0 { g } else { slope * g });
    }

    fn apply_curvature(&self, _kept: &[f32], gradient: &mut [f32]) {
        gradient.fill(0.0);
    }

    fn derivative_from(&self) -> DerivativeFrom {
        DerivativeFrom::Output
    }

    fn range(&self) -> (f32, f32) {
        let low = if self.slope == 0.0 {
            0.0
        } else {
            f32::NEG_INFINITY
        };
        (low, f32::INFINITY)
    }
}
