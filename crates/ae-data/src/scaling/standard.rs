use super::{Affine, Fit, Sample};
use crate::DataError;

ae_choice::choice! {
    /// Mean 0, population standard deviation 1.
    pub struct Standard = "standard", "mean 0 and standard deviation 1 per feature" {}
}

impl Fit for Standard {
    fn fit(&self, sample: &Sample) -> Result<Affine, DataError> {
        let (mean, deviation) = sample.mean_and_deviation();
        sample.keep_constants(mean, deviation)
    }
}
