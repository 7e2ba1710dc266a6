use super::Measure;
use ae_choice::Range;
use ae_tensor::elementwise;

ae_choice::choice! {
    /// Huber's loss: d²/2 for |d| ≤ δ, δ (|d| − δ/2) beyond, d = y − t (Huber 1964).
    pub struct Huber = "huber", "squared near 0, absolute beyond delta" {
        /// Where it turns from squared to absolute.
        delta: "delta" = 1.0, in Range::above(0.0), "where squared turns into absolute";
    }
}

#[inline(always)]
fn term(difference: f32, delta: f32) -> f32 {
    let size = difference.abs();
    let inner = size.min(delta);
    inner * (size - 0.5 * inner)
}

impl Measure for Huber {
    /// The derivative is d, kept within ±δ.
    fn value_and_gradient(
        &self,
        output: &[f32],
        target: &[f32],
        scale: f32,
        gradient: &mut [f32],
    ) -> f32 {
        let delta = self.delta;
        elementwise::map2_sum(gradient, output, target, |y, t| {
            let difference = y - t;
            // Not `clamp`: NaN must reach the trainer's guard through the value.
            let slope = difference.max(-delta).min(delta);
            (scale * slope, term(difference, delta))
        })
    }

    fn value(&self, output: &[f32], target: &[f32]) -> f32 {
        let delta = self.delta;
        elementwise::sum_map2(output, target, |y, t| term(y - t, delta))
    }

    fn is_minimised_by_the_mean(&self) -> bool {
        false
    }
}
