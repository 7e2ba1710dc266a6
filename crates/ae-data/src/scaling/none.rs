use super::{Affine, Fit, Sample};
use crate::DataError;

ae_choice::choice! {
    /// Values as they are.
    pub struct NoScaling = "none", "values as they are" {}
}

impl Fit for NoScaling {
    fn fit(&self, _sample: &Sample) -> Result<Affine, DataError> {
        Ok(Affine {
            shift: vec![0.0],
            scale: vec![1.0],
        })
    }
}
