use super::Measure;
use ae_tensor::elementwise;

ae_choice::choice! {
    /// Mean squared error: (y − t)² a feature.
    pub struct Mse = "mse", "mean squared error" {}
}

impl Measure for Mse {
    /// d/dy (y − t)² = 2 (y − t).
    fn value_and_gradient(
        &self,
        output: &[f32],
        target: &[f32],
        scale: f32,
        gradient: &mut [f32],
    ) -> f32 {
        elementwise::map2_sum(gradient, output, target, |y, t| {
            let difference = y - t;
            (scale * (2.0 * difference), difference * difference)
        })
    }

    fn value(&self, output: &[f32], target: &[f32]) -> f32 {
        elementwise::sum_map2(output, target, |y, t| (y - t) * (y - t))
    }

    /// −ln N(t; y, 1) = ½ (y − t)² + ½ ln 2π.
    fn nats(&self) -> f32 {
        0.5
    }

    fn normaliser(&self) -> Option<f64> {
        Some(0.5 * (2.0 * std::f64::consts::PI).ln())
    }

    fn is_minimised_by_the_mean(&self) -> bool {
        true
    }
}
