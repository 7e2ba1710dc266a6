use ae_tensor::random::Stream;

use super::{CHUNK, Corrupt, NoiseContext};

ae_choice::choice! {
    /// Adds normal noise to each value and keeps the sum inside the data's range.
    pub struct Gaussian = "gaussian", "adds normal noise" {
        /// Standard deviation, in scaled units.
        std: "std" = 0.3, in ae_choice::Range::at_least(0.0), "standard deviation in scaled units";
    }
}

impl Corrupt for Gaussian {
    fn corrupt(&self, row: &mut [f32], stream: &mut Stream, context: &NoiseContext) {
        let (low, high) = context.range.unwrap_or((f32::MIN, f32::MAX));
        let mut normal = [0.0; CHUNK];
        for values in row.chunks_mut(CHUNK) {
            let normal = &mut normal[..values.len()];
            stream.fill_normal(normal);
            for (value, normal) in values.iter_mut().zip(normal) {
                *value = (*value + self.std * *normal).max(low).min(high);
            }
        }
    }
}
