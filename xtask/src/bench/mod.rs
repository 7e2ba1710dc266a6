//! `bench`: how fast training and inference are on this machine, beside what the processor
//! could do.
//!
//! Every figure is a median of several repetitions after a warm-up, with the spread beside
//! it: on a shared machine single figures say little.

mod measure;
mod peak;
mod table;
mod workload;

use std::process::Command;

use ae_tensor::parallel;
use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Serialize;

use measure::Figures;
use workload::{WORKLOADS, Workload};

/// Arguments of the command.
#[derive(Args)]
pub struct BenchArguments {
    /// Workloads to run: simple, deep, hinton, tabular [default: all]
    workloads: Vec<String>,
    /// Repetitions of each, after one warm-up
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Threads to use [default: all cores]
    #[arg(long)]
    threads: Option<usize>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Report {
    processor: String,
    instruction_set: String,
    threads: usize,
    peak: peak::Peak,
    workloads: Vec<Figures>,
    /// Of the whole process, in MB, where the system tells.
    peak_memory_mb: Option<f64>,
}

/// Measures and prints.
pub fn run(arguments: &BenchArguments) -> Result<()> {
    if cfg!(debug_assertions) {
        return run_optimised();
    }
    let chosen = choose(&arguments.workloads)?;
    let threads = arguments.threads.unwrap_or(0);
    let report = parallel::with_threads(threads, || measure_all(&chosen, arguments.repeat))??;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{}", table::table(&report));
    }
    Ok(())
}

/// Chores are built for quick edits; figures are taken from an optimised build, with the
/// same arguments.
fn run_optimised() -> Result<()> {
    let status = Command::new("cargo")
        .args(["run", "--quiet", "--release", "--package", "xtask", "--"])
        .args(std::env::args_os().skip(1))
        .current_dir(crate::workspace_root())
        .status()
        .context("cannot start `cargo`")?;
    if !status.success() {
        bail!("the optimised build of this chore failed ({status})");
    }
    Ok(())
}

fn choose(names: &[String]) -> Result<Vec<&'static Workload>> {
    if names.is_empty() {
        return Ok(WORKLOADS.iter().collect());
    }
    let find = |name: &String| {
        let known = || WORKLOADS.iter().map(|workload| workload.name);
        let found = WORKLOADS.iter().find(|workload| workload.name == name);
        found.with_context(|| {
            let known = known().collect::<Vec<_>>().join(", ");
            format!("unknown workload `{name}`; known: {known}")
        })
    };
    names.iter().map(find).collect()
}

fn measure_all(chosen: &[&Workload], repeat: u32) -> Result<Report> {
    let peak = peak::measure();
    let figures = chosen.iter().map(|workload| {
        eprintln!("measuring {} …", workload.name);
        measure::measure(workload, repeat)
    });
    Ok(Report {
        workloads: figures.collect::<Result<_>>()?,
        processor: processor(),
        instruction_set: format!("{:?}", ae_tensor::InstructionSet::best()),
        threads: parallel::threads(),
        peak,
        peak_memory_mb: peak_memory_mb(),
    })
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let name = name.and_then(|line| line.split_once(':'));
    name.map_or_else(
        || std::env::consts::ARCH.to_owned(),
        |(_, name)| name.trim().to_owned(),
    )
}

fn peak_memory_mb() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}
