//! One file a command: its arguments and its `run`. To add one: its file, and a variant
//! here.

mod completions;
mod decode;
mod doctor;
mod encode;
mod evaluate;
mod explain;
mod explore;
mod export;
mod impute;
mod info;
mod interpolate;
mod list;
mod man;
mod named;
mod reconstruct;
mod repair;
mod rows;
mod sample;
mod score;
mod sweep;
mod train;
mod tune;
mod verify;

use crate::failure::Failure;
use crate::say::say;
use ae_model::Model;
use clap::Subcommand;

macro_rules! commands {
    ($( $(#[$attribute:meta])* $variant:ident($module:ident) ),+ $(,)?) => {
        /// Every command. There is one a run: that some are large costs nothing.
        #[derive(Subcommand)]
        #[allow(clippy::large_enum_variant)]
        pub enum Command {
            $( $(#[$attribute])* $variant($module::Arguments), )+
        }

        impl Command {
            /// Runs it. `quiet`: nothing but results and errors.
            pub fn run(self, quiet: bool) -> anyhow::Result<()> {
                match self { $( Self::$variant(arguments) => $module::run(arguments, quiet), )+ }
            }
        }
    };
}

commands! {
    /// Train an autoencoder and write a model and a report.
    Train(train),
    /// Train with many settings, and say which are worth it.
    Sweep(sweep),
    /// Find good settings for data in a given time, and train with them.
    Tune(tune),
    /// Measure a model on data and say whether it is any good.
    Evaluate(evaluate),
    /// Turn rows into codes.
    Encode(encode),
    /// Turn codes back into rows.
    Decode(decode),
    /// Put rows through the code and back.
    Reconstruct(reconstruct),
    /// Draw rows that never were, from a variational autoencoder.
    Sample(sample),
    /// Walk from one row to another through the code, or along one of its numbers.
    Interpolate(interpolate),
    /// Say how odd each row is, and which are anomalies.
    Score(score),
    /// Say which cells make rows odd, and what was expected there.
    Explain(explain),
    /// Say which few cells to change to make odd rows ordinary.
    Repair(repair),
    /// Fill the missing cells of a table with what the model expects.
    Impute(impute),
    /// Write a model as a file of another program: ONNX, safetensors.
    Export(export),
    /// Write a page that runs a model of images in the browser.
    Explore(explore),
    /// Show what is in a model file.
    Info(info),
    /// Say what is wrong with data, and with a model on them.
    Doctor(doctor),
    /// Train a run anew, and say whether the same model comes out.
    Verify(verify),
    /// List data sets, recipes, activations, losses and every other choice.
    List(list),
    /// Write what a shell needs to complete this program's arguments.
    Completions(completions),
    /// Write manual pages.
    Man(man),
}

/// Prints a result to stdout. A reader that went away ends the program quietly.
fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    let mut out = anstream::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Prints warnings to stderr.
fn warn(warnings: &[String], quiet: bool) {
    if !quiet {
        for warning in warnings {
            say(format_args!("\x1b[1;33mwarning:\x1b[0m {warning}"));
        }
    }
}

/// Refuses a model of windows, for what is done to single rows.
fn refuse_windows(model: &Model, command: &str) -> anyhow::Result<()> {
    let Some(windowing) = model.windowing() else {
        return Ok(());
    };
    Err(Failure::new(
        format!(
            "`ae {command}` works on rows, and this model on windows of {} time steps",
            windowing.length()
        ),
        "`ae score` says how odd each time step is, `ae evaluate --report` draws the series",
    )
    .into())
}

/// Says which rows were read.
fn say_rows(dataset: &ae_data::Dataset, part: &str, quiet: bool) {
    warn(&dataset.warnings, quiet);
    if !quiet {
        say(format_args!(
            "{}: {} {} ({part})",
            dataset.name,
            dataset.rows,
            dataset.rows_noun()
        ));
    }
}
