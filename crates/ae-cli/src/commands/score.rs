//! Says how badly each row is reconstructed: its mean squared error over scaled features.

pub use super::rows::Arguments;

use ndarray::Array2;

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let (model, dataset) = arguments.open(quiet)?;
    let scores = model.score(&dataset)?;
    let scores = Array2::from_shape_fn((scores.len(), 1), |(row, _)| scores[row] as f32);
    arguments.output.write(&["score".to_owned()], &scores)
}
