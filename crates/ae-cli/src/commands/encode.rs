use super::warn;
use crate::options::DataArguments;
use crate::output::{OutputArguments, latent_names};
use ae_model::Model;
use std::path::PathBuf;

/// Turns rows into codes.
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
    let codes = model.encode(&dataset)?;
    arguments.output.write(&latent_names(codes.ncols()), &codes)
}
