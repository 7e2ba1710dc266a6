//! The program `ae`, as a library so that other chores (completions, man pages) can ask it
//! for its arguments.
//!
//! Every command is one file in `commands/` with its arguments and a `run`. Results go to
//! stdout, everything else to stderr. Exit codes: 0 fine, 1 failed, 2 wrong usage.
#![forbid(unsafe_code)]

mod columns;
mod commands;
mod data_options;
mod explorer;
mod failure;
mod options;
mod output;
mod progress;
mod recipe;
mod report;
mod run_folder;
mod run_report;
mod say;
mod settings_file;
mod stop;
mod sweep;
mod table_options;
mod widths;

use ae_tensor::{InstructionSet, parallel};
use clap::{CommandFactory, FromArgMatches, Parser};
use std::process::ExitCode;
use std::sync::LazyLock;

/// Train autoencoders on images and tables, and see whether they are any good.
#[derive(Parser)]
#[command(
    name = "ae",
    version,
    long_version = FACTS.as_str(),
    about,
    max_term_width = 100,
    after_help = "Try `ae train`, then open the report it names. `ae list` shows every choice there is."
)]
struct Arguments {
    #[command(subcommand)]
    command: commands::Command,

    /// Threads to use, up to 1,024; all cores if not given. Results don't depend on it.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// Say nothing but results and errors.
    #[arg(long, short, global = true)]
    quiet: bool,
}

/// The version, and what decides how fast this build is here.
static FACTS: LazyLock<String> = LazyLock::new(|| {
    let build = match cfg!(debug_assertions) {
        true => "debug",
        false => "release",
    };
    let vectors = match InstructionSet::best() {
        InstructionSet::Baseline => "those of every such processor",
        InstructionSet::Avx2 => "AVX2",
        InstructionSet::Avx512 => "AVX-512",
    };
    format!(
        "{}\nbuild: {build}, for {} on {}\nvector instructions in use here: {vectors}\nthreads: {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
        // Asking the pool would start it, and `--threads` may want another.
        std::thread::available_parallelism().map_or(1, usize::from),
    )
});

/// The program's arguments.
pub fn command() -> clap::Command {
    allow_negative_numbers(Arguments::command())
}

/// Lets `--l1 -1` be told what is wrong with the number, and not that there is no option `-1`.
fn allow_negative_numbers(command: clap::Command) -> clap::Command {
    let allow = |argument: clap::Arg| {
        let takes_values = argument.get_action().takes_values();
        argument.allow_negative_numbers(takes_values)
    };
    command
        .mut_args(allow)
        .mut_subcommands(allow_negative_numbers)
}

/// Reads the arguments and runs the command they ask for.
pub fn main() -> ExitCode {
    let matches = command().get_matches();
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    let run = || arguments.command.run(arguments.quiet);
    let result = match arguments.threads {
        Some(threads) => {
            parallel::with_threads(threads.into(), run).unwrap_or_else(|error| Err(error.into()))
        }
        None => run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::print(&error),
    }
}
