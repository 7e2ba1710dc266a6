//! The project's chores, run as `cargo xtask COMMAND`.
//!
//! Each command is one file with its arguments and a `run`; it is registered in [`Command`]
//! and in [`run`], and nowhere else.
#![forbid(unsafe_code)]

mod bench;
mod ci;
mod fetch;
mod fuzz;
mod gallery;
mod generate_table;
mod kills;
mod process;
mod repro;
mod sweep;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "xtask",
    bin_name = "cargo xtask",
    about = "The project's chores"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fetch MNIST into datasets/mnist
    FetchMnist(fetch::FetchArguments),
    /// Fetch Fashion-MNIST into datasets/fashion
    FetchFashion(fetch::FetchArguments),
    /// Run everything that CI runs, and stop at the first failure
    Ci(ci::CiArguments),
    /// Measure training and inference on this machine
    Bench(bench::BenchArguments),
    /// Write a large table of mixed columns as CSV
    GenerateTable(generate_table::GenerateTableArguments),
    /// Run `ae sweep` in an optimised build, or write its batch script for a cluster
    Sweep(sweep::SweepArguments),
    /// Repeat a published result, and set our figures beside the others'
    Repro(repro::ReproArguments),
    /// Damage good files of every format at random, and read them
    Fuzz(fuzz::FuzzArguments),
    /// Kill training, scoring and sweeps at random moments, and look at what is left
    Kills(kills::KillsArguments),
    /// Train six architectures on the same digits, and write the page that shows them
    Gallery,
}

fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::FetchMnist(arguments) => fetch::run("mnist", arguments),
        Command::FetchFashion(arguments) => fetch::run("fashion", arguments),
        Command::Ci(arguments) => ci::run(arguments),
        Command::Bench(arguments) => bench::run(arguments),
        Command::GenerateTable(arguments) => generate_table::run(arguments),
        Command::Sweep(arguments) => sweep::run(arguments),
        Command::Repro(arguments) => repro::run(arguments),
        Command::Fuzz(arguments) => fuzz::run(arguments),
        Command::Kills(arguments) => kills::run(arguments),
        Command::Gallery => gallery::run(),
    }
}

/// Exits with 0 when all is well, 1 when the chore failed, 2 (from clap) on wrong usage.
fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace: the folder above this package's.
fn workspace_root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn wrong_usage_exits_with_two() {
        let error = Arguments::try_parse_from(["xtask", "fetch-everything"]);
        assert_eq!(error.err().map(|error| error.exit_code()), Some(2));
    }
}
