//! Initial weights. Biases start at 0.
//!
//! To add one: write its file after the model of its neighbours, and name it in
//! [`Initialiser`].

mod orthogonal;
mod scaled;

pub use orthogonal::Orthogonal;
pub use scaled::{GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform};

use ae_tensor::random::Stream;

/// A distribution of initial weights.
pub trait Initialise: Sync {
    /// Fills a weight, row-major: of `fan_in` rows, of which each number going out is a sum. Each
    /// number coming in is part of `fan_out` sums: as many as there are columns in a dense
    /// layer, more in a convolution.
    fn fill(&self, fan_in: usize, fan_out: usize, weight: &mut [f32], stream: &mut Stream);
}

ae_choice::choices! {
    /// Every initialiser, as users write it.
    pub enum Initialiser = "initialiser", dyn Initialise {
        GlorotUniform(GlorotUniform),
        GlorotNormal(GlorotNormal),
        HeUniform(HeUniform),
        HeNormal(HeNormal),
        LecunUniform(LecunUniform),
        LecunNormal(LecunNormal),
        Orthogonal(Orthogonal),
    }
}
