//! Puts rows through the code and back, in the data's own units.

pub use super::rows::Arguments;

use super::rows::OfRows;
use crate::output::{Form, Head};
use ae_model::Model;

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let mut work = OfRows {
        command: "reconstruct",
        make: Model::reconstruct,
    };
    arguments.run(quiet, Form::Csv, Head::of_rows, &mut work)
}
