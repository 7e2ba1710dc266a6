use super::{Affine, Fit, Sample};
use crate::DataError;

ae_choice::choice! {
    /// Median 0, interquartile range 1. Where the middle half of the rows is one and the same
    /// value, the standard deviation stands in for the interquartile range.
    pub struct Robust = "robust", "median 0 and interquartile range 1 per feature, for data with outliers" {}
}

impl Fit for Robust {
    fn fit(&self, sample: &Sample) -> Result<Affine, DataError> {
        let quartiles = sample.quartiles();
        let median = quartiles.iter().map(|[_, median, _]| *median).collect();
        let mut spread: Vec<f64> = quartiles.iter().map(|[low, _, high]| high - low).collect();
        if spread.contains(&0.0) {
            let (_, deviation) = sample.mean_and_deviation();
            for (spread, deviation) in spread.iter_mut().zip(deviation) {
                if *spread == 0.0 {
                    *spread = deviation;
                }
            }
        }
        sample.keep_constants(median, spread)
    }
}
