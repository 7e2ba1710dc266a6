//! Where the points of a search lie.
//!
//! To add a sampler: write its file after the model of its neighbours, and name it in
//! [`Sampler`].

mod random;
mod sobol;

pub use random::Random;
pub use sobol::Sobol;

/// Places points in a cube.
pub trait Place: Sync {
    /// Point `index` of the search that `seed` names: a number in \[0, 1) a dimension. A point
    /// depends on nothing but these three.
    ///
    /// # Panics
    /// If there are more dimensions than [`most_dimensions`](Self::most_dimensions).
    fn point(&self, seed: u64, index: u32, dimensions: usize) -> Vec<f64>;

    /// How many dimensions it has points in.
    fn most_dimensions(&self) -> usize {
        usize::MAX
    }
}

ae_choice::choices! {
    /// A way to place the points of a search.
    pub enum Sampler = "sampler", dyn Place {
        Random(Random),
        Sobol(Sobol),
    }
}
