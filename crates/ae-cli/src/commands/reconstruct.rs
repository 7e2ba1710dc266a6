//! Puts rows through the code and back, in the data's own units.

pub use super::rows::Arguments;

use crate::output::feature_names;

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let (model, dataset) = arguments.open(quiet)?;
    let rows = model.reconstruct(&dataset)?;
    arguments
        .output
        .write(&feature_names(model.layout()), &rows)
}
