use super::warn;
use crate::options::DataArguments;
use crate::output::OutputArguments;
use ae_model::Model;
use ndarray::Array2;
use std::path::PathBuf;

/// Says how badly each row is reconstructed: its mean squared error over scaled features.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A model file.
    model: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    output: OutputArguments,
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let model = Model::load(&arguments.model)?;
    let (dataset, part) = arguments.data.open()?;
    super::say_rows(&dataset, part, quiet);
    warn(&model.prepare(&dataset)?.1, quiet);
    let scores = model.score(&dataset)?;
    let scores = Array2::from_shape_fn((scores.len(), 1), |(row, _)| scores[row] as f32);
    arguments.output.write(&["score".to_owned()], &scores)
}
