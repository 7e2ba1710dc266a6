use super::Measure;
use crate::activation::{Activation, Sigmoid};
use ae_tensor::{elementwise, scalar};

ae_choice::choice! {
    /// Binary cross-entropy on logits: the sigmoid is part of the loss, so that large
    /// logits neither overflow nor lose their gradient.
    ///
    /// For a logit z and a target t in \[0, 1\]:
    /// −t ln σ(z) − (1 − t) ln(1 − σ(z)) = max(z, 0) − z t + ln(1 + e^−|z|).
    pub struct Bce = "bce", "binary cross-entropy on logits; its sigmoid is the output" {}
}

/// In the form above nothing large cancels: it keeps its digits where the logit is right.
#[inline(always)]
fn cross_entropy(logit: f32, target: f32) -> f32 {
    let positive = if logit > 0.0 { logit } else { 0.0 };
    scalar::softplus(-logit.abs()) + (positive - logit * target)
}

impl Measure for Bce {
    /// The derivative by the logit is σ(z) − t.
    fn value_and_gradient(
        &self,
        logits: &[f32],
        target: &[f32],
        scale: f32,
        gradient: &mut [f32],
    ) -> f32 {
        elementwise::map2_sum_ln(gradient, logits, target, |z, t| {
            let (sigmoid, factor) = scalar::sigmoid_and_factor(z);
            let positive = if z > 0.0 { z } else { 0.0 };
            (scale * (sigmoid - t), positive - z * t, factor)
        })
    }

    fn value(&self, logits: &[f32], target: &[f32]) -> f32 {
        elementwise::sum_map2(logits, target, cross_entropy)
    }

    fn output_activation(&self) -> Activation {
        Activation::Sigmoid(Sigmoid {})
    }

    fn normaliser(&self) -> Option<f64> {
        Some(0.0)
    }

    /// The entropy of the target, −t ln t − (1 − t) ln(1 − t): grey pixels keep it above 0.
    fn floor(&self, target: &[f32]) -> f32 {
        elementwise::sum_map(target, |t| {
            let plus = t.max(f32::MIN_POSITIVE);
            let minus = (1.0 - t).max(f32::MIN_POSITIVE);
            -(t * scalar::ln(plus) + (1.0 - t) * scalar::ln(minus))
        })
    }

    fn target_range(&self) -> (f32, f32) {
        (0.0, 1.0)
    }

    fn is_minimised_by_the_mean(&self) -> bool {
        true
    }

    /// The logit, of means kept away from 0 and 1 by 1e-7.
    fn output_of_mean(&self, mean: &mut [f32]) {
        for value in mean {
            let p = f64::from(*value).clamp(1e-7, 1.0 - 1e-7);
            *value = (p / (1.0 - p)).ln() as f32;
        }
    }
}
