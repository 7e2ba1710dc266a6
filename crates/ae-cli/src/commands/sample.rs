//! Draws new rows from a variational autoencoder.

use super::refuse_windows;
use crate::output::{Head, OutputArguments};
use ae_model::Model;
use std::path::PathBuf;

/// Draws rows that never were, in the units of the training data: codes from the standard
/// normal, put through the decoder. Columns of whole numbers get whole numbers.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A model file, of a variational autoencoder.
    model: PathBuf,
    /// How many.
    #[arg(long, value_name = "ROWS", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: u32,
    /// Where the codes come from: the same seed draws the same rows.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    output: OutputArguments,
}

pub fn run(arguments: Arguments, _quiet: bool) -> anyhow::Result<()> {
    let model = Model::load(&arguments.model)?;
    refuse_windows(&model, "sample")?;
    let codes = model.sample_codes(arguments.count as usize, arguments.seed)?;
    let mut rows = model.decode(codes.view())?;
    if let Some(schema) = model.layout().schema() {
        let rows = rows.rows_mut().into_iter();
        rows.filter_map(|row| row.into_slice())
            .for_each(|row| schema.settle(row));
    }
    arguments.output.write(&Head::of_rows(&model), rows)
}
