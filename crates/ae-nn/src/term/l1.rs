use super::Penalise;
use crate::flat::{CHUNK, slice, slice_mut};
use ae_choice::Range;
use ae_tensor::{elementwise, parallel};
use ndarray::{ArrayView2, ArrayViewMut2};

ae_choice::choice! {
    /// weight · Σ|h| over the numbers h of a row's code; the default is the weight of the
    /// best-known tutorial.
    pub struct L1 = "l1", "sum of the absolute numbers of a row's code" {
        /// Factor of the sum.
        weight: "weight" = 1e-4, in Range::at_least(0.0), "factor of the sum";
    }
}

impl Penalise for L1 {
    /// d/dh |h| = sign h, 0 at 0.
    fn add(
        &self,
        codes: ArrayView2<f32>,
        batch_rows: usize,
        mut gradient: ArrayViewMut2<f32>,
        _room: &mut [f32],
    ) -> f64 {
        let factor = self.weight / batch_rows as f32;
        let parts = (slice_mut(&mut gradient), slice(&codes));
        let sum = parallel::sum(parts, CHUNK, |_, (gradient, codes)| {
            f64::from(elementwise::zip_sum(gradient, codes, |g, h| {
                let sign = if h == 0.0 { 0.0 } else { 1.0f32.copysign(h) };
                (g + factor * sign, h.abs())
            }))
        });
        f64::from(self.weight) * sum / batch_rows as f64
    }
}
