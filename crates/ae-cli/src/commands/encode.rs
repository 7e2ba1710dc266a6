//! Turns rows into codes.

pub use super::rows::Arguments;

use crate::output::{Form, Head, latent_names};

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let head = |model: &ae_model::Model| Head::plain(latent_names(model.autoencoder().latent()));
    arguments.run(quiet, Form::Csv, head, &mut ae_model::Model::encode)
}
