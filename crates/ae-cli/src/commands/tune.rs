use super::{print, train, warn};
use crate::data_options::SourceArguments;
use crate::failure::Failure;
use crate::report::sweep::words;
use crate::run_folder::safe_name;
use crate::say::say;
use crate::settings_file::RunSettings;
use crate::stop;
use crate::sweep::{Campaign, Folder, Pictures, Span, tell};
use ae_data::{Layout, Parts};
use ae_model::{Aim, Settings};
use ae_sweep::analysis::Configuration;
use ae_sweep::sampler::Sobol;
use ae_sweep::{Analysis, Design, Drawn, Ended, Ledger, Limits, Sampler, Setting, Spread, Sweep};
use ae_sweep::{Record, SweepError, Trial};
use std::path::PathBuf;
use std::time::Instant;

/// Finds good settings in a given time, trains with them, and says why.
///
/// First the size of the code, then everything else, then the best few again with other seeds,
/// so that luck isn't taken for quality. Test rows are touched only by the last report.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A data set's name or a file.
    data: String,
    /// Time for the search; the last training comes on top.
    #[arg(long, value_name = "TIME", default_value = "5min")]
    budget: Span,
    /// Numbers in the code, if they are not to be searched for.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    latent: Option<u32>,
    /// Folder to write to [default: sweeps/NAME-tuned].
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    source: SourceArguments,
}

/// Shares of the budget: by its end, a stage begins no further trial.
const SIZE: f64 = 0.35;
const SEARCH: f64 = 0.75;
const REPEAT: f64 = 1.0;

/// Sizes of the code that are tried, those that say most first, in case the time is short.
const SIZES: [usize; 7] = [8, 32, 2, 16, 4, 64, 128];

/// Draws at most: more than any budget in minutes allows.
const DRAWS: u32 = 256;

/// Configurations that are repeated, and seeds of each in the end.
const REPEATED: usize = 3;
const SEEDS: u64 = 3;

/// A code that keeps this much of the variance is large enough where the curve has no knee.
const ENOUGH: f64 = 0.9;

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let started = Instant::now();
    let stop = stop::listen();
    let source = &arguments.source;
    let parts = source.open_for(&arguments.data, &Settings::default())?;
    warn(&parts.train.warnings, quiet);
    let folder = match &arguments.out {
        Some(path) => Folder::new(path.clone()),
        None => Folder::of_data(&format!("{}-tuned", safe_name(&parts.train.name))),
    };
    let ledger = Ledger::open(&folder.ledger())?;
    let base = base(&parts);
    let sweep = Sweep::new(&parts);
    let campaign = Campaign {
        sweep: &sweep,
        data: &arguments.data,
        ledger: &ledger,
        pictures: Pictures::new(&folder, &parts, base.seed),
        at_once: None,
        shard: None,
        stop,
        quiet,
    };
    let mut tuning = Tuning {
        campaign,
        started,
        budget: arguments.budget,
        quiet,
        trials: Vec::new(),
        reasons: Vec::new(),
    };
    let base = match arguments.latent {
        Some(latent) => Settings {
            latent: Some(latent as usize),
            ..base
        },
        None => tuning.size(base, parts.train.width)?,
    };
    tuning.search(&base)?;
    tuning.repeat()?;
    let chosen = tuning.choose()?;
    let records = tuning.records()?;
    let told = tell(&folder, &records, "")?;
    let run = RunSettings {
        data: Some(arguments.data.clone()),
        source: arguments.source,
        settings: chosen,
        ..RunSettings::default()
    };
    let settings = folder.write("settings.toml", &run.to_toml()?)?;
    if !quiet {
        say("training with what was found");
    }
    train::run(
        train::Arguments::of_settings(settings, folder.file("run")),
        quiet,
    )?;
    let compared = told.analysis.done + told.analysis.failed.len();
    print(&format!(
        "\nwhy these settings ({compared} trials, {}):\n- {}",
        folder.file("report.html").display(),
        tuning.reasons.join("\n- ")
    ))
}

/// Where every search begins: for a table, with what `ae train` does; for images, with as many
/// steps as small data needs, and an end when nothing is gained.
fn base(parts: &Parts) -> Settings {
    let schedule = ae_nn::Schedule::Cosine(ae_nn::schedule::Cosine::default());
    let test = if parts.test.is_none() { 0.15 } else { 0.0 };
    if !matches!(parts.train.layout, Layout::Image { .. }) {
        return Settings {
            schedule,
            test,
            ..Settings::suited_to(&parts.train, Aim::Compression)
        };
    }
    let rows = parts.train.rows;
    let batch = if rows < 5000 { 32 } else { 128 };
    let steps = rows.div_ceil(batch);
    Settings {
        batch,
        // About as many steps as MNIST needs to be within a few percent of its best.
        epochs: (6000 / steps.max(1)).clamp(5, 200),
        patience: 10,
        // Between row and code: images are redundant.
        hidden: vec![(parts.train.width / 4).clamp(32, 256)],
        schedule,
        test,
        ..Settings::default()
    }
}

struct Tuning<'a> {
    campaign: Campaign<'a>,
    started: Instant,
    budget: Span,
    quiet: bool,
    /// All that belongs to this tuning.
    trials: Vec<Trial>,
    reasons: Vec<String>,
}

impl Tuning<'_> {
    /// The size of the code: where the curve bends, else the first that keeps enough.
    fn size(&mut self, base: Settings, features: usize) -> anyhow::Result<Settings> {
        let fits = |size: &&usize| **size <= features / 2;
        let sizes: Vec<String> = SIZES.iter().filter(fits).map(ToString::to_string).collect();
        if sizes.len() < 2 {
            self.reasons
                .push("rows this narrow leave no choice of the code's size".to_owned());
            return Ok(base);
        }
        let mut design = Design::new(base.clone());
        let sizes: Vec<&str> = sizes.iter().map(String::as_str).collect();
        design.add_grid("latent", &sizes)?;
        let analysis = Analysis::new(&self.stage("the size of the code", &design, SIZE)?);
        let Some(curve) = &analysis.sizes else {
            let latent = analysis.best().map(|best| best.latent);
            self.reasons
                .push("the time was too short to compare sizes of the code".to_owned());
            return Ok(Settings { latent, ..base });
        };
        let keeps_enough = |size: &&ae_sweep::analysis::Size| {
            size.explained_variance.is_some_and(|share| share >= ENOUGH)
        };
        let size = curve
            .knee
            .and_then(|knee| curve.sizes.get(knee))
            .or_else(|| curve.sizes.iter().find(keeps_enough))
            .or(curve.sizes.last());
        self.reasons.push(words::size(curve));
        Ok(Settings {
            latent: size.map(|size| size.latent),
            ..base
        })
    }

    /// Everything else, drawn evenly.
    fn search(&mut self, base: &Settings) -> anyhow::Result<()> {
        let width = base.hidden.first().copied().unwrap_or(64);
        let hidden = format!("none;{width};{};{},{}", 2 * width, 2 * width, width);
        let ranges = [
            ("lr", "log:5e-4..1e-2".to_owned()),
            ("hidden", hidden),
            ("activation", "relu,gelu,tanh".to_owned()),
        ];
        let drawn = ranges.iter().map(|(name, range)| {
            let setting = Setting::named(name)?;
            let spread = Spread::read(&setting, range)?;
            Ok(Drawn { setting, spread })
        });
        let design = Design {
            drawn: drawn.collect::<Result<_, SweepError>>()?,
            sampler: Sampler::Sobol(Sobol {}),
            draws: DRAWS,
            ..Design::new(base.clone())
        };
        let analysis = Analysis::new(&self.stage("layers and learning rate", &design, SEARCH)?);
        if let Some(first) = analysis.importance.first() {
            self.reasons.push(format!(
                "of what was searched, {} mattered most",
                first.setting
            ));
        }
        Ok(())
    }

    /// The best few with other seeds.
    fn repeat(&mut self) -> anyhow::Result<()> {
        let records = self.records()?;
        let analysis = Analysis::new(&records);
        let fingerprint = self.campaign.sweep.fingerprint();
        let mut trials = Vec::new();
        for seed in 0..SEEDS {
            for configuration in analysis.configurations.iter().take(REPEATED) {
                let Some(record) = first_run(configuration, &records) else {
                    continue;
                };
                let mut settings = record.settings.clone();
                settings.seed += seed;
                trials.push(Trial::new(settings, record.point.clone(), fingerprint));
            }
        }
        self.run("the best again", &trials, REPEAT)?;
        Ok(())
    }

    /// The best of those that were run most often.
    fn choose(&mut self) -> anyhow::Result<Settings> {
        let records = self.records()?;
        let analysis = Analysis::new(&records);
        let most = analysis.configurations.iter().map(|c| c.runs.len()).max();
        let mut repeated = (analysis.configurations.iter())
            .filter(|configuration| Some(configuration.runs.len()) == most && most > Some(0));
        let Some((best, record)) = repeated
            .next()
            .and_then(|best| Some((best, first_run(best, &records)?)))
        else {
            let reason = analysis
                .failed
                .first()
                .map(|failure| failure.reason.clone());
            return Err(Failure::new(
                format!("no trial succeeded: {}", reason.unwrap_or_default()),
                "give it more time, or look at the data with `ae train`",
            )
            .into());
        };
        let beside = words::beside_pca(best).map(|words| format!(", {words}"));
        self.reasons.push(format!(
            "{}: error {} over {} seeds{}",
            best.label,
            words::mean_sd(&best.error),
            best.runs.len(),
            beside.unwrap_or_default()
        ));
        if let Some(second) = repeated.next() {
            self.reasons.push(format!(
                "next best: {}, error {}",
                second.label,
                words::mean_sd(&second.error)
            ));
        }
        Ok(record.settings.clone())
    }

    fn stage(&mut self, name: &str, design: &Design, share: f64) -> anyhow::Result<Vec<Record>> {
        let trials = design.trials(self.campaign.sweep.fingerprint())?;
        self.run(name, &trials, share)
    }

    /// Runs trials until the stage's share of the budget is used up, and gives the records of
    /// those that were run.
    fn run(&mut self, name: &str, trials: &[Trial], share: f64) -> anyhow::Result<Vec<Record>> {
        if !self.quiet {
            say(format_args!("searching: {name}"));
        }
        let mut limits = Limits {
            deadline: Some(self.started + self.budget.duration().mul_f64(share)),
            ..Limits::default()
        };
        let ended = self.campaign.rung(trials, &mut limits)?;
        if ended == Ended::Interrupted {
            let again = "the same command goes on where this one stopped";
            return Err(Failure::new("interrupted", again).into());
        }
        let known = self.trials.len();
        let new = trials
            .iter()
            .filter(|trial| self.campaign.ledger.holds(&trial.id));
        let new: Vec<Trial> = new.cloned().collect();
        self.trials.extend(new);
        Ok(crate::sweep::of_trials(
            self.campaign.ledger.records()?,
            &self.trials[known..],
        ))
    }

    fn records(&self) -> anyhow::Result<Vec<Record>> {
        let records = self.campaign.ledger.records()?;
        Ok(crate::sweep::of_trials(records, &self.trials))
    }
}

/// The record of a configuration's first seed.
fn first_run<'r>(configuration: &Configuration, records: &'r [Record]) -> Option<&'r Record> {
    let run = configuration.runs.first()?;
    records.iter().find(|record| record.trial == run.trial)
}
