//! What keeps weights and gradients small.

use crate::flat::{CHUNK, for_chunks};
use crate::network::PlacedBlock;
use ae_choice::Range;
use ae_tensor::{elementwise, parallel, reduce};
use serde::{Deserialize, Serialize};

/// Penalties on weights (not on biases), added to the loss of each row, so that they weigh
/// the same at any batch size: l1 · Σ|w| + l2 · Σw².
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Penalty {
    /// Factor of the sum of absolute values.
    pub l1: f32,
    /// Factor of the sum of squares.
    pub l2: f32,
}

impl Penalty {
    /// What either factor may be.
    pub const RANGE: Range = Range::at_least(0.0);

    /// Whether there is any.
    pub fn is_none(&self) -> bool {
        self.l1 == 0.0 && self.l2 == 0.0
    }

    /// Its value, and its derivative added to `gradients`.
    pub fn add(&self, blocks: &[PlacedBlock], parameters: &[f32], gradients: &mut [f32]) -> f64 {
        if self.is_none() {
            return 0.0;
        }
        let (l1, l2) = (self.l1, self.l2);
        let decaying = blocks.iter().filter(|block| block.decays);
        decaying
            .map(|block| {
                let gradients = &mut gradients[block.range.clone()];
                let weights = &parameters[block.range.clone()];
                parallel::sum((gradients, weights), CHUNK, |_, (gradients, weights)| {
                    f64::from(elementwise::zip_sum(gradients, weights, |g, w| {
                        let sign = if w == 0.0 { 0.0 } else { 1.0f32.copysign(w) };
                        (g + l1 * sign + 2.0 * l2 * w, (l1 + l2 * w.abs()) * w.abs())
                    }))
                })
            })
            .sum()
    }
}

/// Keeps a gradient within bounds before the optimiser sees it.
pub trait Limit: Sync {
    /// Changes the whole gradient in place.
    fn clip(&self, gradients: &mut [f32]);

    /// Whether it never does.
    fn is_none(&self) -> bool {
        false
    }
}

ae_choice::choice! {
    /// As it is.
    pub struct NoClipping = "none", "gradients as they are" {}
}

ae_choice::choice! {
    /// Scaled down as a whole where its Euclidean norm is larger (Pascanu et al. 2013).
    pub struct ByNorm = "norm", "scaled down to this Euclidean norm" {
        /// The largest norm.
        norm: "norm" = 1.0, in Range::above(0.0), "largest norm";
    }
}

ae_choice::choice! {
    /// Each number kept within ± a bound.
    pub struct ByValue = "value", "each number kept within this bound" {
        /// The bound.
        bound: "bound" = 1.0, in Range::above(0.0), "largest size of a number";
    }
}

impl Limit for NoClipping {
    fn clip(&self, _gradients: &mut [f32]) {}

    fn is_none(&self) -> bool {
        true
    }
}

impl Limit for ByNorm {
    fn clip(&self, gradients: &mut [f32]) {
        let norm = reduce::sum_squares(gradients).sqrt();
        if norm > f64::from(self.norm) {
            let factor = (f64::from(self.norm) / norm) as f32;
            for_chunks(gradients, |_, part| {
                elementwise::map(part, |g| factor * g);
            });
        }
    }
}

impl Limit for ByValue {
    fn clip(&self, gradients: &mut [f32]) {
        let bound = self.bound;
        // Comparisons rather than min and max, which would turn NaN into a bound.
        for_chunks(gradients, |_, part| {
            elementwise::map(part, |g| {
                let g = if g > bound { bound } else { g };
                if g < -bound { -bound } else { g }
            });
        });
    }
}

ae_choice::choices! {
    /// Every way to clip gradients, as users write it.
    pub enum Clipping = "clipping", dyn Limit {
        NoClipping(NoClipping),
        ByNorm(ByNorm),
        ByValue(ByValue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norm_keeps_the_direction_value_does_not() {
        let mut gradient = [3.0, 4.0];
        ByNorm { norm: 1.0 }.clip(&mut gradient);
        assert!((gradient[0] - 0.6).abs() < 1e-7 && (gradient[1] - 0.8).abs() < 1e-7);
        ByNorm { norm: 2.0 }.clip(&mut gradient);
        assert!((gradient[0] - 0.6).abs() < 1e-7);
        let mut gradient = [3.0, -4.0, 0.5, f32::NAN];
        ByValue { bound: 1.0 }.clip(&mut gradient);
        assert_eq!(gradient[..3], [1.0, -1.0, 0.5]);
        assert!(gradient[3].is_nan());
    }

    #[test]
    fn penalty_and_its_derivative() {
        let block = |range: std::ops::Range<usize>, decays| PlacedBlock {
            layer: 0,
            name: "weight",
            shape: vec![range.len()],
            decays,
            range,
        };
        let blocks = [block(0..2, true), block(2..3, false)];
        let parameters = [2.0, -3.0, 5.0];
        let mut gradients = [0.5; 3];
        let penalty = Penalty { l1: 0.1, l2: 0.01 };
        let value = penalty.add(&blocks, &parameters, &mut gradients);
        assert!((value - (0.1 * 5.0 + 0.01 * 13.0)).abs() < 1e-6);
        assert!((gradients[0] - (0.5 + 0.1 + 0.04)).abs() < 1e-6);
        assert!((gradients[1] - (0.5 - 0.1 - 0.06)).abs() < 1e-6);
        assert_eq!(gradients[2], 0.5);
    }
}
