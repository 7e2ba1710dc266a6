//! A page in which a model can be played with.

use super::{say_rows, warn};
use crate::data_options::DataArguments;
use crate::explorer;
use crate::say::say;
use ae_model::{Model, write_beside};
use std::path::PathBuf;

/// Writes a page that runs a model of images in the browser: sliders for the code's numbers, a map
/// of codes to move on, and a place to draw, with what the model makes of it at once.
///
/// The page is one file that works offline, and holds the weights of the model.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A model file, of a dense network on images.
    model: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    /// Where the page goes.
    #[arg(long, short, value_name = "FILE", default_value = "explore.html")]
    out: PathBuf,
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let model = Model::load(&arguments.model)?;
    let (dataset, part) = arguments.data.open(&model)?;
    say_rows(&dataset, part, quiet);
    warn(&model.prepare(&dataset)?.1, quiet);
    let title = format!("{}, {}", dataset.name, model.autoencoder().shape());
    let page = explorer::page(&model, &dataset, &title)?;
    write_beside(&arguments.out, false, |file| {
        file.write_all(page.as_bytes())
    })?;
    if !quiet {
        say(format_args!("explorer: {}", arguments.out.display()));
    }
    Ok(())
}
