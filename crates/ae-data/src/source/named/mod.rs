//! Data sets known by name.

mod idx_set;
mod strokes;

pub use idx_set::{FashionMnist, Mnist};
pub use strokes::Strokes;

use super::SourceOptions;
use crate::{DataError, Parts};

/// How a named set is had.
pub trait NamedSource {
    /// Its rows.
    ///
    /// # Errors
    /// Files that are missing or damaged.
    fn open(&self, options: &SourceOptions) -> Result<Parts, DataError>;
}

ae_choice::choices! {
    /// Every data set that is known by name.
    pub enum NamedSet = "data set", dyn NamedSource {
        Mnist(Mnist),
        FashionMnist(FashionMnist),
        Strokes(Strokes),
    }
}
