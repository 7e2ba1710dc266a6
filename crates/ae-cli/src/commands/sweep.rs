use super::{print, warn};
use crate::data_options::SourceArguments;
use crate::failure::Failure;
use crate::options::SettingsOptions;
use crate::recipe::Recipe;
use crate::run_folder::safe_name;
use crate::say::say;
use crate::settings_file::RunSettings;
use crate::stop;
use crate::sweep::{
    Campaign, Folder, Pictures, Plan, Search, Shard, Span, collect, first_plan, of_trials, tell,
};
use ae_sweep::{Ended, Ledger, Limits, Sampler, Sweep};
use std::path::PathBuf;
use std::time::Instant;

/// Trains with many settings, a few seeds each, and says which are worth it.
///
/// Every setting of `ae train` can be varied, by the name of its option; parameters of choices
/// as optimizer.lr. Trials go into a ledger: the same command goes on where the last one
/// stopped, and several may work on one ledger. Errors are those of rows held out to watch,
/// never of test rows.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Sub>,
    /// A data set's name or a file [default: the plan's; without a plan, mnist if it is
    /// fetched, else strokes].
    data: Option<String>,
    /// A TOML file of what to vary.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// What isn't varied: named settings (`ae list recipes`).
    #[arg(long, value_name = "NAME", conflicts_with_all = ["settings", "plan"])]
    recipe: Option<String>,
    /// What isn't varied: a TOML file of settings, such as the settings.toml of a run.
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    settings: Option<PathBuf>,
    /// A setting and the values it takes, as latent=2,8,32 or hidden=none;128;256,64.
    #[arg(long, value_name = "SETTING=VALUES", value_parser = assignment, help_heading = "Sweep")]
    grid: Vec<(String, String)>,
    /// A setting that is drawn, as lr=log:1e-4..1e-2, dropout=0..0.5 or norm=none,batch.
    #[arg(long, value_name = "SETTING=RANGE", value_parser = assignment, help_heading = "Sweep")]
    random: Vec<(String, String)>,
    /// Draws of the random settings, in each cell of the grid [default: 10].
    #[arg(long, value_name = "N", help_heading = "Sweep")]
    trials: Option<u32>,
    /// How they are drawn: random, sobol (`ae list samplers`).
    #[arg(long, help_heading = "Sweep")]
    sampler: Option<Sampler>,
    /// Runs of each configuration, seeds counted from --seed on [default: 1].
    #[arg(long, value_name = "N", help_heading = "Sweep")]
    seeds: Option<u32>,
    /// Train all configurations a little, one in N of them N times as long, and so on.
    #[arg(long, value_name = "N", help_heading = "Sweep")]
    halving: Option<usize>,
    /// Begin no trial that would end later than this, as 10min.
    #[arg(long, value_name = "TIME", help_heading = "Sweep")]
    budget: Option<Span>,
    /// Begin at most so many trials.
    #[arg(long, value_name = "N", help_heading = "Sweep")]
    max_trials: Option<usize>,
    /// Trials at once [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Sweep")]
    at_once: Option<u16>,
    /// This machine's part of the trials, as 0/8; with a ledger of its own in the folder.
    #[arg(
        long,
        value_name = "I/N",
        conflicts_with = "halving",
        help_heading = "Sweep"
    )]
    shard: Option<Shard>,
    /// Folder of the ledger and the report [default: sweeps/ and the data's name].
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What the sweep says, as JSON on stdout.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: SettingsOptions,
    #[command(flatten)]
    source: SourceArguments,
}

#[derive(clap::Subcommand, Debug)]
enum Sub {
    /// Say what ledgers hold: report.html, trials.csv, summary.json.
    Report(ReportArguments),
}

#[derive(clap::Args, Debug)]
struct ReportArguments {
    /// Ledgers, or folders of ledgers; each trial counts once.
    #[arg(required = true, value_name = "LEDGER")]
    ledgers: Vec<PathBuf>,
    /// Folder to write to [default: that of the first ledger].
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What the ledgers say, as JSON on stdout.
    #[arg(long)]
    json: bool,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, values)) if !name.is_empty() && !values.is_empty() => {
            Ok((name.to_owned(), values.to_owned()))
        }
        _ => Err("expected SETTING=VALUES, as latent=2,8,32".to_owned()),
    }
}

pub fn run(mut arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    if let Some(Sub::Report(arguments)) = arguments.command.take() {
        return report(&arguments);
    }
    let stop = stop::listen();
    let started = Instant::now();
    let plan = asked(&arguments)?;
    let design = plan.design()?;
    let data = plan.run.data.as_deref().unwrap_or_default();
    // What can be wrong with the plan is said before the data is read.
    design.trials("")?;
    let parts = plan.run.source.open_for(data, &design.base)?;
    warn(&parts.train.warnings, quiet);
    let folder = match arguments.out {
        Some(path) => Folder::new(path),
        None => Folder::of_data(&safe_name(&parts.train.name)),
    };
    let ledger = arguments.shard.map(|shard| folder.file(&shard.file_name()));
    let ledger = Ledger::open(&ledger.unwrap_or(folder.ledger()))?;
    folder.write("plan.toml", &plan.to_toml()?)?;
    let sweep = Sweep::new(&parts);
    let campaign = Campaign {
        sweep: &sweep,
        ledger: &ledger,
        pictures: Pictures::new(&folder, &parts, design.base.seed),
        data,
        at_once: arguments.at_once,
        shard: arguments.shard,
        stop,
        quiet,
    };
    let mut limits = Limits {
        deadline: plan.search.budget.map(|span| started + span.duration()),
        trials: plan.search.max_trials,
    };
    let (ended, trials) = campaign.run(&design, &mut limits)?;
    let records = of_trials(ledger.records()?, &trials);
    let missing = trials.len() - records.len();
    let again = "the same command goes on where this one stopped";
    if ended == Ended::Interrupted {
        let done = records.len();
        let message = format!(
            "interrupted; {done} of {} trials are in the ledger",
            trials.len()
        );
        return Err(Failure::new(message, again).into());
    }
    if missing > 0 && !quiet {
        say(format_args!(
            "the budget is used up: {missing} trials are left; {again}"
        ));
    }
    let command = format!(
        "ae sweep --plan {} --out {}",
        folder.file("plan.toml").display(),
        folder.path().display()
    );
    let told = tell(&folder, &records, &command)?;
    if arguments.json {
        return print(&told.json);
    }
    let seconds = started.elapsed().as_secs_f64();
    print(&format!("{}{seconds:.1} s in all", told.text))
}

/// Plan, recipe or settings file, with options on top.
fn asked(arguments: &Arguments) -> anyhow::Result<Plan> {
    let of_run = |run: RunSettings| Plan {
        run,
        search: Search::default(),
    };
    let varies = !arguments.grid.is_empty() || !arguments.random.is_empty();
    let mut plan = match (&arguments.plan, &arguments.settings, &arguments.recipe) {
        (Some(path), _, _) => Plan::read(path)?,
        (_, Some(path), _) => of_run(RunSettings::read(path)?),
        (_, _, Some(name)) => of_run(Recipe::find(name)?.settings()?),
        // Where nothing is said of what to vary, the first plan says it.
        (None, None, None) if !varies => first_plan(&arguments.source)?,
        (None, None, None) => of_run(RunSettings {
            data: first_plan(&arguments.source)?.run.data,
            ..RunSettings::default()
        }),
    };
    if let Some(data) = &arguments.data {
        plan.run.data = Some(data.clone());
    }
    if plan.run.data.is_none() {
        let hint = "name it: `ae sweep mnist`, or `data = \"mnist\"` in the plan";
        return Err(Failure::usage("no data to train on", Some(hint.to_owned())).into());
    }
    if plan.run.initial_weights.is_some() {
        let hint = "leave `initial-weights` out: trials differ in their seeds and sizes";
        let message = "the trials of a sweep begin with weights of their own";
        return Err(Failure::usage(message, Some(hint.to_owned())).into());
    }
    plan.run.source = arguments.source.over(&plan.run.source);
    arguments.options.apply(&mut plan.run.settings);
    let search = &mut plan.search;
    for (given, table) in [
        (&arguments.grid, &mut search.grid),
        (&arguments.random, &mut search.random),
    ] {
        for (name, values) in given {
            table.insert(name.clone(), values.clone().into());
        }
    }
    search.trials = arguments.trials.or(search.trials);
    search.sampler = arguments.sampler.or(search.sampler);
    search.seeds = arguments.seeds.or(search.seeds);
    search.halving = arguments.halving.or(search.halving);
    search.budget = arguments.budget.or(search.budget);
    search.max_trials = arguments.max_trials.or(search.max_trials);
    Ok(plan)
}

fn report(arguments: &ReportArguments) -> anyhow::Result<()> {
    let records = collect(&arguments.ledgers)?;
    let first = &arguments.ledgers[0];
    let folder = match (&arguments.out, first.is_dir()) {
        (Some(path), _) => path.clone(),
        (None, true) => first.clone(),
        (None, false) => first.parent().unwrap_or(first).to_owned(),
    };
    let told = tell(&Folder::new(folder), &records, "")?;
    print(if arguments.json {
        &told.json
    } else {
        told.text.trim_end()
    })
}
