use super::{Affine, Curve, Fit, Sample};
use crate::DataError;

ae_choice::choice! {
    /// Each feature's ranks over the training rows become normal quantiles: whatever its
    /// distribution, what comes out is close to normal (Porto Seguro's winning solution, Jahrer
    /// 2017). Between known values it is a line; beyond the smallest and largest it goes on
    /// with the slope from the median to that end, so that far values stay far.
    pub struct RankGauss = "rank-gauss", "ranks to normal quantiles per feature, for skewed data" {}
}

impl Fit for RankGauss {
    /// No line: the curves say it all.
    fn fit(&self, sample: &Sample) -> Result<Affine, DataError> {
        let extremes = sample.extremes();
        let low = extremes.iter().map(|&(low, _)| f64::from(low)).collect();
        let mut affine = sample.keep_constants(low, vec![1.0; extremes.len()])?;
        // What varies gets a curve, which needs no shift.
        for (shift, (low, high)) in affine.shift.iter_mut().zip(&extremes) {
            if low < high {
                *shift = 0.0;
            }
        }
        Ok(affine)
    }

    fn curves(&self, sample: &Sample) -> Vec<Curve> {
        sample.map_sorted_columns(|sorted| match sorted {
            [low, .., high] if low < high => Curve::through_ranks(sorted),
            _ => Curve::default(),
        })
    }
}
