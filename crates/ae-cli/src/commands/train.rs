use super::{print, warn};
use crate::columns::say_columns;
use crate::data_options::SourceArguments;
use crate::failure::Failure;
use crate::options::SettingsOptions;
use crate::progress::Progress;
use crate::recipe::Recipe;
use crate::run_folder::{RunFolder, history_csv, safe_name, write_text};
use crate::run_report::Page;
use crate::say::say;
use crate::settings_file::RunSettings;
use crate::stop;
use ae_data::Parts;
use ae_model::{Aim, Finished, Plan, Session, Settings, evaluate_run};
use ae_nn::Outcome;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What `ae train` alone does.
const DEFAULT_RECIPE: &str = "strokes";

/// Trains an autoencoder and writes a model and a report.
///
/// Settings come from a recipe or a file, with options on top. A run's folder holds the
/// model, a checkpoint, history.csv, metrics.json, settings.toml and report.html.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A data set's name, a file or a folder of pictures: mnist, strokes, rows.csv, images.idx,
    /// rows.npy, photos/
    /// [default: the recipe's, or strokes].
    data: Option<String>,
    /// Named settings (`ae list recipes`).
    #[arg(long, value_name = "NAME", conflicts_with = "settings")]
    recipe: Option<String>,
    /// A TOML file of settings, such as the settings.toml of another run.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Go on with the run in this folder, from its checkpoint.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "overwrite", "recipe", "settings", "data"])]
    resume: Option<PathBuf>,
    /// Begin with settings for finding anomalies in a table of this size, in place of those
    /// for compressing it.
    #[arg(long, conflicts_with_all = ["recipe", "settings", "resume"])]
    anomalies: bool,
    /// Begin with the weights in this file, in place of drawn ones: a model of the same shape, or
    /// weights as `ae export --format safetensors` writes them.
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    initial_weights: Option<String>,
    /// Folder to write to [default: runs/ and the data's name].
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace what an earlier run left in that folder.
    #[arg(long, requires = "out")]
    overwrite: bool,
    /// Write no report, and measure nothing after training.
    #[arg(long)]
    no_report: bool,
    /// All that was measured, as JSON on stdout.
    #[arg(long, conflicts_with = "no_report")]
    json: bool,
    #[command(flatten)]
    options: SettingsOptions,
    #[command(flatten)]
    source: SourceArguments,
}

impl Arguments {
    /// Those of `ae train --settings FILE --out DIR --overwrite`.
    pub fn of_settings(settings: PathBuf, out: PathBuf) -> Self {
        Self {
            data: None,
            recipe: None,
            settings: Some(settings),
            resume: None,
            anomalies: false,
            initial_weights: None,
            out: Some(out),
            overwrite: true,
            no_report: false,
            json: false,
            options: SettingsOptions::default(),
            source: SourceArguments::default(),
        }
    }

    /// What settings are to be chosen for, where they are left to the data.
    fn aim(&self) -> Option<Aim> {
        let given = self.settings.is_some() || self.recipe.is_some() || self.resume.is_some();
        if self.anomalies {
            Some(Aim::Anomalies)
        } else {
            (self.data.is_some() && !given).then_some(Aim::Compression)
        }
    }
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let stop = stop::listen();
    let started = Instant::now();
    let mut asked = asked(&arguments)?;
    let data = asked
        .data
        .clone()
        .unwrap_or_else(|| DEFAULT_RECIPE.to_owned());
    let untrained = || {
        stop::here(
            stop,
            "interrupted before training: nothing was written",
            || "give the same command again".to_owned(),
        )
    };
    let parts = asked.source.open_for(&data, &asked.settings)?;
    untrained()?;
    say_columns(&parts.train, quiet);
    if let Some(aim) = arguments.aim() {
        asked.settings = suited(&parts, aim, &arguments.options);
    }
    let mut plan = Plan::new(&parts, &asked.settings)?;
    if let (Some(weights), None) = (&asked.initial_weights, &arguments.resume) {
        plan.begin_with(Path::new(weights))?;
    }
    untrained()?;
    warn(&plan.warnings, quiet);

    let folder = match (&arguments.resume, &arguments.out) {
        (Some(path), _) => RunFolder::open(path)?,
        (None, Some(path)) => RunFolder::create(path, arguments.overwrite)?,
        (None, None) => RunFolder::create_numbered(&safe_name(&parts.train.name))?,
    };
    let resolved = RunSettings {
        data: Some(data.clone()),
        source: asked.source,
        initial_weights: asked.initial_weights,
        settings: plan.settings.clone(),
    };
    let settings = resolved.to_toml()?;
    let mut session = Session::new(&parts, &plan).with_checkpoint(folder.checkpoint());
    if arguments.resume.is_some() {
        check_checkpoint(&folder)?;
        session = session.resume(&folder.checkpoint())?;
        warn(&session.warnings(), quiet);
    }
    write_text(&folder.settings(), &settings)?;
    if !quiet {
        let has_hidden = !plan.settings.hidden.is_empty() || !plan.settings.conv.is_empty();
        let activation = match has_hidden {
            true => format!(" of {}", plan.settings.activation),
            false => String::new(),
        };
        say(format_args!(
            "{data}: {} training {} of {} numbers, {}{activation}",
            plan.split.train.len(),
            parts.train.rows_noun(),
            plan.preprocessing.width(),
            plan.initial.shape(),
        ));
    }
    let mut progress = Progress::new(quiet, plan.settings.epochs, parts.train.rows_noun(), stop);
    let finished = session.run(&mut progress);
    progress.finish();
    let (model, outcome) = match finished? {
        Finished::Model(model, outcome) => (model, outcome),
        Finished::Interrupted { epochs } => return interrupted(&folder, epochs),
    };
    model.save(&folder.model())?;
    let history = history_csv(model.history(), &progress.timed);
    write_text(&folder.history(), &history)?;
    if outcome == Outcome::StoppedEarly && !quiet {
        say(format_args!(
            "stopped early after {} epochs; the weights are those of epoch {}",
            model.history().len(),
            model.provenance().epoch
        ));
    }
    if arguments.no_report {
        return print(&format!("model: {}", folder.model().display()));
    }
    let unreported = || {
        stop::here(
            stop,
            "interrupted before the report; the model is written",
            || {
                format!(
                    "measure it with `ae evaluate {} {data}`",
                    folder.model().display()
                )
            },
        )
    };
    unreported()?;
    let evaluation = evaluate_run(&model, &parts, &plan)?;
    unreported()?;
    write_text(
        &folder.metrics(),
        &(serde_json::to_string_pretty(&evaluation)? + "\n"),
    )?;
    let page = Page {
        model: &model,
        evaluation: &evaluation,
        command: &format!("ae train --settings {}", folder.settings().display()),
        data: &data,
        settings: &settings,
        warnings: &plan.warnings,
    };
    write_text(&folder.report(), &page.html()?)?;
    if arguments.json {
        return print(&serde_json::to_string_pretty(&evaluation)?);
    }
    let summary = page.summary();
    print(&format!(
        "{}\nmodel:  {}\nreport: {}\n{:.1} s in all",
        summary.trim_end(),
        folder.model().display(),
        folder.report().display(),
        started.elapsed().as_secs_f64()
    ))
}

/// Whether there is anything to go on from.
fn check_checkpoint(folder: &RunFolder) -> anyhow::Result<()> {
    if folder.checkpoint().exists() {
        return Ok(());
    }
    Err(Failure::new(
        format!(
            "{}: there is no checkpoint to go on from",
            folder.path().display()
        ),
        format!(
            "the run ended before its first epoch did: begin anew with `ae train --settings {}`",
            folder.settings().display()
        ),
    )
    .into())
}

/// Recipe, settings file or earlier run, with options on top.
fn asked(arguments: &Arguments) -> anyhow::Result<RunSettings> {
    let mut asked = match (&arguments.settings, &arguments.recipe, &arguments.resume) {
        (Some(path), _, _) => RunSettings::read(path)?,
        (None, Some(name), _) => Recipe::find(name)?.settings()?,
        (None, None, Some(folder)) => RunSettings::read(&RunFolder::open(folder)?.settings())?,
        (None, None, None) if arguments.data.is_none() => {
            Recipe::find(DEFAULT_RECIPE)?.settings()?
        }
        (None, None, None) => RunSettings::default(),
    };
    if let Some(data) = &arguments.data {
        asked.data = Some(data.clone());
    }
    if let Some(weights) = &arguments.initial_weights {
        asked.initial_weights = Some(weights.clone());
    }
    asked.source = arguments.source.over(&asked.source);
    arguments.options.apply(&mut asked.settings);
    Ok(asked)
}

/// Defaults that go by the data, with options on top.
fn suited(parts: &Parts, aim: Aim, options: &SettingsOptions) -> Settings {
    let mut settings = Settings::suited_to(&parts.train, aim);
    if options.has_hidden() {
        // `--hidden 8,2` alone means that 2 is the code.
        settings.latent = None;
    }
    if options.has_epochs() {
        settings.patience = 0;
    }
    options.apply(&mut settings);
    settings
}

fn interrupted(folder: &RunFolder, epochs: usize) -> anyhow::Result<()> {
    Err(Failure::new(
        format!("interrupted after {epochs} epochs; the checkpoint is written"),
        format!("go on with `ae train --resume {}`", folder.path().display()),
    )
    .into())
}
