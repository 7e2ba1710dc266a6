//! `bench`: how fast training and inference are on this machine, beside what the processor
//! could do, beside other frameworks, and while sizes grow.
//!
//! Every figure is a median of several repetitions after a warm-up, with the spread beside
//! it: on a shared machine single figures say little.

mod growth;
mod inference;
mod limits;
mod measure;
mod peak;
mod peers;
mod spread;
mod table;
mod training;
mod whole;
mod workload;

use std::path::PathBuf;
use std::process::Command;

use ae_tensor::parallel;
use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Serialize;

use measure::Figures;
use workload::{Workload, workloads};

/// Arguments of the command.
#[derive(Args)]
pub struct BenchArguments {
    /// Workloads to run: simple, deep, hinton, conv, tabular [default: all]
    #[arg(conflicts_with_all = ["whole_process", "growth"])]
    workloads: Vec<String>,
    /// Measure in turns with other frameworks, where a Python has them
    #[arg(long, group = "other", conflicts_with = "threads")]
    peers: bool,
    /// Measure whole processes, from the start to the saved model, in turns with other
    /// frameworks
    #[arg(long, group = "other", conflicts_with = "threads")]
    whole_process: bool,
    /// Measure training while width, depth, batch and rows double
    #[arg(long, group = "other")]
    growth: bool,
    /// Measure what a batch consists of: matrix products, the optimiser's pass, the rest
    #[arg(long, group = "other")]
    limits: bool,
    /// Only these frameworks: torch, torch-eager, torch-compile, jax, keras, numpy
    #[arg(
        long = "peer",
        value_name = "NAME",
        conflicts_with_all = ["growth", "limits"],
        requires = "other"
    )]
    chosen: Vec<String>,
    /// The Python that has them
    #[arg(long, value_name = "PATH", default_value = "python3")]
    python: PathBuf,
    /// Turns that each takes
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Repetitions of each measurement that takes no turns, after a warm-up
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Threads to use [default: all cores]
    #[arg(long)]
    threads: Option<usize>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Write the tables to this file too
    #[arg(long, value_name = "FILE.md")]
    out: Option<PathBuf>,
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
    parallel::with_threads(arguments.threads.unwrap_or(0), || measure(arguments))?
}

fn measure(arguments: &BenchArguments) -> Result<()> {
    let &BenchArguments { rounds, repeat, .. } = arguments;
    let workloads = choose(&arguments.workloads)?;
    let peers = peers::choose(&arguments.chosen)?;
    let python = &arguments.python;
    if arguments.peers {
        let report = peers::compare(&workloads, &peers, python, rounds)?;
        print(&report, &peers::table(&report), arguments)
    } else if arguments.whole_process {
        let report = whole::compare(&peers, python, rounds)?;
        print(&report, &whole::table(&report), arguments)
    } else if arguments.limits {
        let report = limits::measure(&workloads, repeat)?;
        print(&report, &limits::table(&report), arguments)
    } else if arguments.growth {
        let report = growth::measure(repeat)?;
        print(&report, &growth::table(&report), arguments)
    } else {
        let report = measure_all(&workloads, repeat)?;
        print(&report, &table::table(&report), arguments)
    }
}

fn print(report: &impl Serialize, table: &str, arguments: &BenchArguments) -> Result<()> {
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(report)?);
    } else {
        println!("{}", table.trim_end());
    }
    if let Some(path) = &arguments.out {
        let text = format!("{}\n", table.trim_end());
        ae_model::write_beside(path, false, |file| file.write_all(text.as_bytes()))?;
    }
    Ok(())
}

/// Chores are built for quick edits; figures are taken from an optimised build, with the
/// same arguments.
pub fn run_optimised() -> Result<()> {
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

fn choose(names: &[String]) -> Result<Vec<Workload>> {
    let known = workloads();
    if names.is_empty() {
        return Ok(known.to_vec());
    }
    let find = |name: &String| {
        let found = known.iter().find(|workload| workload.name == name);
        found.cloned().with_context(|| {
            let known = known.each_ref().map(|workload| workload.name).join(", ");
            format!("unknown workload `{name}`; known: {known}")
        })
    };
    names.iter().map(find).collect()
}

fn measure_all(chosen: &[Workload], repeat: u32) -> Result<Report> {
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

/// What the system calls it.
pub fn processor() -> String {
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

pub fn peak_memory_mb() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}
