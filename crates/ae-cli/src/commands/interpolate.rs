//! Walks through the code: from one row to another, or along one of its numbers.

use super::{refuse_windows, say_rows, warn};
use crate::data_options::DataArguments;
use crate::failure::Failure;
use crate::output::{Head, OutputArguments};
use ae_data::Dataset;
use ae_model::Model;
use ndarray::{Array1, Array2};
use std::path::PathBuf;

/// Walks in even steps from the code of one row to that of another, or along one number of a
/// row's code, and writes what the decoder makes of each step, in the units of the training data.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A model file.
    model: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    /// The row to begin at, from 1.
    #[arg(long, value_name = "ROW", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    from: u32,
    /// The row to end at; the one after the first, if not given.
    #[arg(long, value_name = "ROW", value_parser = clap::value_parser!(u32).range(1..))]
    to: Option<u32>,
    /// Move this number of the first row's code instead, from 0, across what it takes in the data.
    #[arg(long, value_name = "NUMBER", conflicts_with = "to")]
    along: Option<usize>,
    /// Rows written, both ends included.
    #[arg(long, value_name = "ROWS", default_value_t = 11, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    steps: u32,
    #[command(flatten)]
    output: OutputArguments,
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    arguments.output.spare(&arguments.data.data)?;
    let model = Model::load(&arguments.model)?;
    refuse_windows(&model, "interpolate")?;
    let (dataset, part) = arguments.data.open(&model)?;
    say_rows(&dataset, part, quiet);
    let code = |row: u32| code_of(&model, &dataset, row, quiet);
    let from = code(arguments.from)?;
    let (from, to) = match arguments.along {
        Some(number) => ends(&model, &dataset, &from, number)?,
        None => {
            let to = code(arguments.to.unwrap_or(arguments.from + 1))?;
            (from, to)
        }
    };
    let (steps, last) = (arguments.steps as usize, (arguments.steps - 1) as f32);
    let codes = Array2::from_shape_fn((steps, from.len()), |(step, number)| {
        let share = step as f32 / last;
        from[number] * (1.0 - share) + to[number] * share
    });
    let rows = model.decode(codes.view())?;
    let head = Head {
        in_a_line: true,
        ..Head::of_rows(&model)
    };
    arguments.output.write(&head, rows)
}

fn code_of(model: &Model, dataset: &Dataset, row: u32, quiet: bool) -> anyhow::Result<Array1<f32>> {
    if row as usize > dataset.rows {
        let what = format!("{}: no row {row}, there are {}", dataset.name, dataset.rows);
        return Err(Failure::new(what, "rows are counted from 1").into());
    }
    let chosen = dataset.select(&[row - 1]);
    warn(&model.prepare(&chosen)?.1, quiet);
    Ok(model.encode(&chosen)?.row(0).to_owned())
}

/// The code with one number at the least and at the most that it is in the data.
fn ends(
    model: &Model,
    dataset: &Dataset,
    code: &Array1<f32>,
    number: usize,
) -> anyhow::Result<(Array1<f32>, Array1<f32>)> {
    if number >= code.len() {
        let what = format!("no number {number} in a code of {}", code.len());
        return Err(Failure::usage(what, Some("they are counted from 0".to_owned())).into());
    }
    let codes = model.encode(dataset)?;
    let values = codes.column(number);
    let at = |value: f32| {
        let mut code = code.clone();
        code[number] = value;
        code
    };
    let least = values.fold(f32::INFINITY, |least, value| least.min(*value));
    let most = values.fold(f32::NEG_INFINITY, |most, value| most.max(*value));
    Ok((at(least), at(most)))
}
