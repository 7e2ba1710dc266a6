use crate::options::SourceArguments;
use crate::output::{OutputArguments, feature_names};
use ae_model::Model;
use ndarray::Array2;
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
    let model = Model::load(&arguments.model)?;
    let codes = arguments.source.open(&arguments.codes)?.train;
    super::warn(&codes.warnings, quiet);
    let mut values = Array2::zeros((codes.rows, codes.width));
    for (row, mut out) in values.rows_mut().into_iter().enumerate() {
        if let Some(out) = out.as_slice_mut() {
            codes.fill_row(row, out);
        }
    }
    let rows = model.decode(values.view())?;
    arguments
        .output
        .write(&feature_names(model.layout()), &rows)
}
