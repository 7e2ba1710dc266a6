use super::Measure;
use ae_tensor::elementwise;

ae_choice::choice! {
    /// Mean absolute error: |y − t| a feature; its derivative at 0 is taken as 0.
    pub struct Mae = "mae", "mean absolute error" {}
}

impl Measure for Mae {
    /// d/dy |y − t| = sign(y − t).
    fn value_and_gradient(
        &self,
        output: &[f32],
        target: &[f32],
        scale: f32,
        gradient: &mut [f32],
    ) -> f32 {
        elementwise::map2_sum(gradient, output, target, |y, t| {
            let difference = y - t;
            let sign = if difference == 0.0 {
                0.0
            } else {
                1.0f32.copysign(difference)
            };
            (scale * sign, difference.abs())
        })
    }

    fn value(&self, output: &[f32], target: &[f32]) -> f32 {
        elementwise::sum_map2(output, target, |y, t| (y - t).abs())
    }

    /// −ln (½ exp −|y − t|) = |y − t| + ln 2.
    fn normaliser(&self) -> Option<f64> {
        Some(std::f64::consts::LN_2)
    }

    fn is_minimised_by_the_mean(&self) -> bool {
        false
    }
}
