use super::{Affine, Fit, Sample};
use crate::DataError;

ae_choice::choice! {
    /// The smallest training value becomes 0, the largest 1.
    pub struct MinMax = "min-max", "smallest to 0 and largest to 1 per feature" {}
}

impl Fit for MinMax {
    fn fit(&self, sample: &Sample) -> Result<Affine, DataError> {
        let extremes = sample.extremes();
        let low = extremes.iter().map(|&(low, _)| f64::from(low));
        let spread = extremes
            .iter()
            .map(|&(low, high)| f64::from(high) - f64::from(low));
        sample.keep_constants(low.collect(), spread.collect())
    }

    fn range(&self) -> Option<(f32, f32)> {
        Some((0.0, 1.0))
    }
}
