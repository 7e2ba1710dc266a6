use super::Place;
use ae_tensor::random::{Purpose, Stream};

ae_choice::choice! {
    /// Independent points.
    pub struct Random = "random", "independent points" {}
}

impl Place for Random {
    fn point(&self, seed: u64, index: u32, dimensions: usize) -> Vec<f64> {
        let mut stream = Stream::new(seed, Purpose::Search, index.into());
        (0..dimensions).map(|_| stream.uniform().into()).collect()
    }
}
