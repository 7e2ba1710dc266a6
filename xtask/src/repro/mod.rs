//! `repro`: runs what others have published by their protocol, sets our figures beside
//! theirs, and keeps the table in experiments/.
//!
//! To add a published result: a file with a [`Published`], and its line in [`PUBLISHED`].

mod adbench;
pub mod date;
mod hinton;
mod keras;
mod keras_denoise;
mod peers;
mod sda_theano;
mod vae;

use std::path::PathBuf;
use std::time::SystemTime;

use ae_data::{Parts, SourceOptions, source};
use ae_model::Settings;
use anyhow::{Context, Result, bail};
use clap::Args;

use crate::bench;

/// Arguments of the command.
#[derive(Args)]
pub struct ReproArguments {
    /// Which result
    #[arg(value_parser = find, help = format!("Which result: {}", names()))]
    published: &'static Published,
    /// Where its data is; MNIST is where `cargo xtask fetch-mnist` puts it, if not given
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Runs of each, with seeds 0, 1, …
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// As many epochs as were published, where a short form is the rule
    #[arg(long)]
    full: bool,
}

/// A published result that can be repeated.
struct Published {
    name: &'static str,
    title: &'static str,
    /// Whether it needs a folder of its own data.
    needs_folder: bool,
    run: fn(&ReproArguments) -> Result<Outcome>,
}

/// Every one there is.
const PUBLISHED: &[Published] = &[
    adbench::PUBLISHED,
    keras::SIMPLE,
    keras::DEEP,
    keras::CONV,
    keras_denoise::PUBLISHED,
    hinton::PUBLISHED,
    vae::PYTORCH,
    vae::PYTHAE,
    sda_theano::PUBLISHED,
];

/// What came out.
struct Outcome {
    /// Markdown: tables and what they say.
    text: String,
    /// What was to be shown, and whether it was.
    goals: Vec<(String, bool)>,
}

/// The settings of one of the program's recipes, from its text.
fn recipe(text: &str) -> Result<Settings> {
    let mut table: toml::Table = text.parse()?;
    table.remove("data");
    Ok(table.try_into()?)
}

/// MNIST, from the folder given or where it is fetched to.
fn mnist(arguments: &ReproArguments) -> Result<Parts> {
    let mut options = SourceOptions::default();
    if let Some(folder) = &arguments.folder {
        options.folder.clone_from(folder);
    }
    Ok(source::open("mnist", &options)?)
}

/// Mean and standard deviation, as "0.0915 ± 0.0002".
fn spread(figures: &[f64], decimals: usize) -> String {
    let count = figures.len() as f64;
    let mean = mean(figures);
    let squares: f64 = figures.iter().map(|figure| (figure - mean).powi(2)).sum();
    match figures.len() {
        0 | 1 => format!("{mean:.decimals$}"),
        _ => format!(
            "{mean:.decimals$} ± {:.decimals$}",
            (squares / (count - 1.0)).sqrt()
        ),
    }
}

fn mean(figures: &[f64]) -> f64 {
    figures.iter().sum::<f64>() / figures.len() as f64
}

fn find(name: &str) -> Result<&'static Published, String> {
    let found = PUBLISHED.iter().find(|published| published.name == name);
    found.ok_or_else(|| format!("known: {}", names()))
}

fn names() -> String {
    let names: Vec<&str> = PUBLISHED.iter().map(|published| published.name).collect();
    names.join(", ")
}

/// Runs, prints, and writes experiments/NAME.md. Fails if a goal was missed.
pub fn run(arguments: &ReproArguments) -> Result<()> {
    if cfg!(debug_assertions) {
        return bench::run_optimised();
    }
    let Published {
        name,
        title,
        needs_folder,
        run,
    } = arguments.published;
    let full = if arguments.full { " --full" } else { "" };
    let folder = match (needs_folder, &arguments.folder) {
        (true, None) => bail!("{name}: say where its data is, with `--folder DIR`"),
        (true, Some(_)) => " --folder DIR",
        (false, _) => "",
    };
    let outcome = run(arguments)?;
    let goals: String = outcome
        .goals
        .iter()
        .map(|(goal, met)| format!("- {}: {goal}\n", if *met { "met" } else { "MISSED" }))
        .collect();
    let text = format!(
        "# {title}\n\n{}, {}, {} threads, seeds 0 to {}:\n\
         `cargo xtask repro {name}{folder}{full} --seeds {}`\n\n{}\n{goals}",
        date::of(SystemTime::now()),
        bench::processor(),
        ae_tensor::parallel::threads(),
        arguments.seeds - 1,
        arguments.seeds,
        outcome.text,
    );
    println!("{text}");
    let folder = crate::workspace_root().join("experiments");
    let path = folder.join(format!("{name}{}.md", full.trim_start().replace("--", "-")));
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&path, text))
        .with_context(|| path.display().to_string())?;
    eprintln!("written: {}", path.display());
    let missed = outcome.goals.iter().filter(|(_, met)| !met).count();
    if missed > 0 {
        bail!("{missed} of {} goals missed", outcome.goals.len());
    }
    Ok(())
}
