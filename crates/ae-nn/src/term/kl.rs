use super::Penalise;
use ae_choice::Range;
use ae_tensor::{elementwise, reduce};
use ndarray::{ArrayView2, ArrayViewMut2};

ae_choice::choice! {
    /// weight · Σ KL(ρ ‖ ρ̂) over the numbers of the code, with ρ̂ a number's mean over the rows
    /// of the batch (Ng 2011; his ρ = 0.05). It is not a sum over rows, so a batch of twice as
    /// many rows like these has the same penalty. For codes in \[0, 1\], as a sigmoid's.
    pub struct Kl = "kl", "distance of each number's mean over a batch from a target" {
        /// ρ.
        target: "target" = 0.05, in Range::open(0.0, 1.0), "mean that each number should have";
        /// Factor of the sum.
        weight: "weight" = 1e-3, in Range::at_least(0.0), "factor of the sum";
    }
}

/// Means nearer to 0 or 1 count as this: the penalty stays finite.
const EDGE: f64 = 1e-6;

impl Penalise for Kl {
    /// KL(ρ ‖ ρ̂) = ρ ln(ρ/ρ̂) + (1 − ρ) ln((1 − ρ)/(1 − ρ̂)); its derivative by ρ̂ is
    /// (1 − ρ)/(1 − ρ̂) − ρ/ρ̂, and that of ρ̂ by each row's number 1/B.
    fn add(
        &self,
        codes: ArrayView2<f32>,
        batch_rows: usize,
        mut gradient: ArrayViewMut2<f32>,
        room: &mut [f32],
    ) -> f64 {
        let (target, weight) = (f64::from(self.target), f64::from(self.weight));
        let rows = batch_rows as f64;
        reduce::column_sums(codes, room);
        let mut sum = 0.0;
        for number in room.iter_mut() {
            let mean = (f64::from(*number) / rows).clamp(EDGE, 1.0 - EDGE);
            sum += target * (target / mean).ln()
                + (1.0 - target) * ((1.0 - target) / (1.0 - mean)).ln();
            let slope = (1.0 - target) / (1.0 - mean) - target / mean;
            *number = (weight * slope / rows) as f32;
        }
        for mut row in gradient.rows_mut() {
            if let Some(row) = row.as_slice_mut() {
                elementwise::zip(row, room, |g, slope| g + slope);
            }
        }
        weight * sum
    }

    fn couples_rows(&self) -> bool {
        true
    }

    fn range(&self) -> (f32, f32) {
        (0.0, 1.0)
    }
}
