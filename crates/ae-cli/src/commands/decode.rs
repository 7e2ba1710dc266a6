use super::refuse_windows;
use crate::data_options::SourceArguments;
use crate::output::{Head, OutputArguments, latent_names};
use ae_data::{Schema, source};
use ae_model::Model;
use std::path::PathBuf;

/// Turns codes back into rows, in the units of the training data.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A model file.
    model: PathBuf,
    /// A .npy or .csv file of codes, as `ae encode` writes them.
    codes: String,
    #[command(flatten)]
    source: SourceArguments,
    #[command(flatten)]
    output: OutputArguments,
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    arguments.output.spare(&arguments.codes)?;
    let model = Model::load(&arguments.model)?;
    refuse_windows(&model, "decode")?;
    let columns = Schema::of_numbers(latent_names(model.autoencoder().latent()));
    let options = arguments.source.options()?;
    let codes = source::open_known(&arguments.codes, &options, &columns)?.train;
    super::warn(&codes.warnings, quiet);
    let rows = model.decode(codes.matrix().view())?;
    arguments.output.write(&Head::of_rows(&model), rows)
}
