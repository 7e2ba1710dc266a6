//! Turns rows into codes.

pub use super::rows::Arguments;

use super::rows::OfRows;
use crate::output::{Form, Head, latent_names};
use ae_model::Model;

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let mut work = OfRows {
        command: "encode",
        make: Model::encode,
    };
    let head = |model: &Model| Head::plain(latent_names(model.autoencoder().latent()));
    arguments.run(quiet, Form::Csv, head, &mut work)
}
