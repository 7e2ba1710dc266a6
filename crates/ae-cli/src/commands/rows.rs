//! What the commands that put rows through a model have in common.

use super::{say_rows, warn};
use crate::options::DataArguments;
use crate::output::OutputArguments;
use ae_data::Dataset;
use ae_model::Model;
use std::path::PathBuf;

/// A model, the rows to put through it, and where the result goes.
// Its own group's name: a command whose arguments hold these has one called `Arguments`.
#[derive(clap::Args, Debug)]
#[group(id = "rows")]
pub struct Arguments {
    /// A model file.
    model: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    pub output: OutputArguments,
}

impl Arguments {
    /// Opens both, and says what should be said about the rows.
    pub fn open(&self, quiet: bool) -> anyhow::Result<(Model, Dataset)> {
        let model = Model::load(&self.model)?;
        let (dataset, part) = self.data.open()?;
        say_rows(&dataset, part, quiet);
        warn(&model.prepare(&dataset)?.1, quiet);
        Ok((model, dataset))
    }
}
