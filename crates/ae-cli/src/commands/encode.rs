//! Turns rows into codes.

pub use super::rows::Arguments;

use crate::output::latent_names;

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let (model, dataset) = arguments.open(quiet)?;
    let codes = model.encode(&dataset)?;
    arguments.output.write(&latent_names(codes.ncols()), &codes)
}
