//! Whether a run can be repeated.

use super::{print, warn};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::run_folder::RunFolder;
use crate::settings_file::RunSettings;
use crate::stop;
use ae_model::{Finished, Model, Plan, Session};
use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Trains a run anew from its recorded settings and data, and compares the models bit by bit.
///
/// On the machine that trained it, the same bytes come out; a processor with other vector
/// instructions, or another version of the program, may round differently: then it is said how far
/// the losses are apart. Nothing is written to the run's folder. Exit code 0: the same bytes.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A run's folder, as `ae train` leaves it.
    run: PathBuf,
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let stop = stop::listen();
    let folder = RunFolder::open(&arguments.run)?;
    let recorded = Model::load(&folder.model())?;
    let settings = RunSettings::read(&folder.settings())?;
    let Some(data) = &settings.data else {
        let what = format!("{}: doesn't say which data", folder.settings().display());
        return Err(Failure::new(what, "write `data = \"...\"` into it").into());
    };
    let parts = settings.source.open_for(data, &settings.settings)?;
    let expected = &recorded.provenance().fingerprint;
    if parts.train.fingerprint() != *expected {
        let what =
            format!("{data}: not the data that the model was trained on (SHA-256 {expected})");
        return Err(Failure::new(
            what,
            "bring back the data as they were, under the same name",
        )
        .into());
    }
    let mut plan = Plan::new(&parts, &settings.settings)?;
    if let Some(weights) = &settings.initial_weights {
        plan.begin_with(Path::new(weights))?;
    }
    warn(&plan.warnings, quiet);
    let noun = parts.train.rows_noun();
    let mut progress = Progress::new(quiet, plan.settings.epochs, noun, stop);
    let finished = Session::new(&parts, &plan).run(&mut progress);
    progress.finish();
    let Finished::Model(again, _) = finished? else {
        return Err(Failure::new(
            "interrupted: nothing was compared",
            "give the command again",
        )
        .into());
    };
    if again.to_bytes()? == fs::read(folder.model()).context("reading the model")? {
        return print(&format!(
            "the same: {} is what these settings and data give, bit by bit",
            folder.model().display()
        ));
    }
    Err(Failure::new(
        format!(
            "{}: {}",
            folder.model().display(),
            difference(&recorded, &again)
        ),
        "another processor or version rounds differently, and a run that was resumed with more \
         epochs under a schedule can't be repeated from its last settings; anything else is worth \
         a report",
    )
    .into())
}

/// In what two models differ.
fn difference(recorded: &Model, again: &Model) -> String {
    let [old, new] = [recorded, again].map(|model| &model.provenance().program);
    let mut words = match old == new {
        true => String::new(),
        false => format!("made by {old}, this is {new}; "),
    };
    let pairs = recorded.history().iter().zip(again.history());
    let apart = pairs
        .filter(|(a, b)| (a.train_loss, a.validation_loss) != (b.train_loss, b.validation_loss))
        .map(|(a, b)| (a.epoch, a.train_loss, b.train_loss));
    let weights = || {
        let [a, b] = [recorded, again].map(|model| model.autoencoder().network().parameters());
        let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
        differences.fold(0.0, f32::max)
    };
    words += &match apart.into_iter().next() {
        _ if recorded.autoencoder().shape() != again.autoencoder().shape() => format!(
            "{} in place of {}",
            again.autoencoder().shape(),
            recorded.autoencoder().shape()
        ),
        Some((epoch, old, new)) => format!(
            "losses part in epoch {epoch}: {old} then, {new} now; weights differ by {} at most",
            weights()
        ),
        None => format!(
            "the losses are the same; weights differ by {} at most, or what was fitted does",
            weights()
        ),
    };
    words
}
