//! What is wrong with data, and with a model on them.

use super::{print, warn};
use crate::data_options::SourceArguments;
use crate::failure::Failure;
use crate::report::findings;
use ae_model::checkup::checkup;
use ae_model::evaluation::{Finding, Severity};
use ae_model::{Model, Rows, evaluate};
use std::path::{Path, PathBuf};

/// Says what is wrong with data, and what to do about it: repeated rows, test rows among training
/// rows, columns that give the label away, numbers that stand for nothing, and more. With a model,
/// also what is wrong with that on these data.
///
/// Nothing is changed. Exit code 0, whatever is found; with --strict, 1 if anything is worth mending.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A data set's name, a file or a folder of pictures
    data: String,
    /// A model to be looked at with these data
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Fail if there is a warning or an alarm
    #[arg(long)]
    strict: bool,
    /// What was found, as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    source: SourceArguments,
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    if arguments.data == "-" && arguments.model.is_some() {
        let hint = "the data are looked at once by themselves and once by the model: give a file";
        let what = "--model: standard input can be read only once".to_owned();
        return Err(Failure::usage(what, Some(hint.to_owned())).into());
    }
    let parts = arguments.source.open(&arguments.data)?;
    warn(&parts.train.warnings, quiet);
    let mut found = checkup(&parts);
    if let Some(path) = &arguments.model {
        found.extend(of_model(path, &arguments)?);
        found.sort_by_key(|finding| finding.severity);
    }
    match arguments.json {
        true => print(&serde_json::to_string_pretty(&found)?)?,
        false if found.is_empty() => print(&format!("{}: nothing found", arguments.data))?,
        false => print(findings(&found).trim_end())?,
    }
    let grave = found
        .iter()
        .filter(|finding| finding.severity != Severity::Note);
    match grave.count() {
        count if arguments.strict && count > 0 => Err(Failure::new(
            format!("{}: {count} worth mending", arguments.data),
            "leave out `--strict` to go on all the same",
        )
        .into()),
        _ => Ok(()),
    }
}

/// What an evaluation finds.
fn of_model(path: &Path, arguments: &Arguments) -> anyhow::Result<Vec<Finding>> {
    let model = Model::load(path)?;
    let (dataset, part) = arguments.source.open_with(&arguments.data, &model, None)?;
    let (prepared, _) = model.prepare(&dataset)?;
    let all: Vec<u32> = (0..dataset.rows as u32).collect();
    let rows = Rows::new(&dataset, &all, &prepared);
    Ok(evaluate(&model, &rows, part)?.verdict.findings)
}
