//! Whole processes, from the start of the program to the saved model.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::peers::{self, Entry, Job, Peer, entries_table, reason};
use super::spread::{Spread, Versus};
use super::table::times;
use super::workload::{Workload, datasets, workloads};
use crate::process::run_quietly;

/// Everything that was compared.
#[derive(Debug, Serialize)]
pub struct WholeProcesses {
    processor: String,
    rounds: u32,
    /// The network, its batch and its epochs.
    title: String,
    peers: Vec<Entry<Duel>>,
}

#[derive(Debug, Serialize)]
struct Duel {
    seconds: Versus,
    /// The most memory that the process held.
    peak_mb: Spread,
    our_peak_mb: Spread,
}

/// One process, as `measure_process.py` saw it.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Run {
    seconds: f64,
    peak_mb: f64,
}

/// Runs the simple workload in turns with each peer.
pub fn compare(peers: &[&Peer], python: &Path, rounds: u32) -> Result<WholeProcesses> {
    eprintln!("building `ae` …");
    let mut build = Command::new("cargo");
    build.args(["build", "--release", "--package", "ae-cli"]);
    run_quietly(build.current_dir(crate::workspace_root()))?;
    let [simple, ..] = workloads();
    let entries = peers.iter().map(|peer| {
        eprintln!("whole processes in turns with {} …", peer.name);
        Entry {
            name: peer.name,
            outcome: duel(&simple, peer, python, rounds).into(),
        }
    });
    Ok(WholeProcesses {
        peers: entries.collect(),
        processor: super::processor(),
        rounds,
        title: format!("{}, {} epochs", simple.title(), simple.epochs),
    })
}

fn duel(workload: &Workload, peer: &Peer, python: &Path, rounds: u32) -> Result<Duel> {
    let folder = tempfile::tempdir()?;
    let file = peers::mnist_file()?;
    let job = serde_json::to_string(&Job::new(workload, &file))?;
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let model = folder.path().join(format!("peer-{round}"));
        let mut command = peer.command(python);
        command.args(["--whole", &job]).arg(model);
        others.push(run(&command, python)?);
        let out = folder.path().join(format!("ours-{round}"));
        ours.push(run(&our_command(workload, &out)?, python)?);
    }
    let pairs = ours.iter().zip(&others);
    let seconds: Vec<_> = pairs
        .map(|(ours, other)| (ours.seconds, other.seconds))
        .collect();
    let memory = |runs: &[Run]| Spread::of(runs.iter().map(|run| run.peak_mb));
    Ok(Duel {
        seconds: Versus::of_times(&seconds),
        peak_mb: memory(&others),
        our_peak_mb: memory(&ours),
    })
}

/// The program as it stands beside this one, told to do what the peers do.
fn our_command(workload: &Workload, out: &Path) -> Result<Command> {
    let this = std::env::current_exe()?;
    let folder = this.parent().context("this program is in no folder")?;
    let mut command = Command::new(
        folder
            .join("ae")
            .with_extension(std::env::consts::EXE_EXTENSION),
    );
    command.args([
        "--quiet",
        "train",
        "mnist",
        "--no-report",
        "--validation",
        "0",
    ]);
    command.args(["--hidden", "none", "--latent-activation", "relu"]);
    command.args(["--loss", workload.loss, "--optimizer", "adam:lr=1e-3"]);
    command.args(["--latent", &workload.latent.to_string()]);
    command.args(["--batch", &workload.batch.to_string()]);
    command.args(["--epochs", &workload.epochs.to_string()]);
    command.arg("--data-dir").arg(datasets());
    command.arg("--out").arg(out);
    Ok(command)
}

/// Runs a command under a small script that tells the most memory it held, which the
/// standard library cannot.
fn run(command: &Command, python: &Path) -> Result<Run> {
    let mut watched = peers::python(python, &["measure_process.py"]);
    watched.arg(command.get_program()).args(command.get_args());
    let output = watched
        .output()
        .with_context(|| format!("cannot start {}", python.display()))?;
    let complaints = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!(
            "{}",
            reason(&complaints)
                .unwrap_or("failed without a word")
                .to_owned()
        );
    }
    let answer = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&answer).with_context(|| format!("answered `{}`", answer.trim_end()))
}

/// For people.
pub fn table(report: &WholeProcesses) -> String {
    let header = format!(
        "| {} | seconds | ours | times as fast | peak memory, MB | ours |",
        report.title
    );
    format!(
        "{}; medians of {} rounds, in turns with ours; how many times as fast ours is: median \
         of the rounds' ratios (least to most)\n\n{}",
        report.processor,
        report.rounds,
        entries_table(&header, &report.peers, row)
    )
}

fn row(name: &str, duel: &Duel) -> String {
    format!(
        "| {name} | {:.2} | {:.2} | {} | {:.0} | {:.0} |",
        duel.seconds.other.median,
        duel.seconds.ours.median,
        times(duel.seconds.times_as_fast),
        duel.peak_mb.median,
        duel.our_peak_mb.median
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_peer_has_a_line_or_a_reason() {
        let report = WholeProcesses {
            processor: "A chip".to_owned(),
            rounds: 2,
            title: "simple".to_owned(),
            peers: vec![
                Entry {
                    name: "jax",
                    outcome: anyhow::Ok(Duel {
                        seconds: Versus::of_times(&[(1.0, 8.0), (1.5, 9.0)]),
                        peak_mb: Spread::of([700.0, 702.0]),
                        our_peak_mb: Spread::of([90.0, 90.0]),
                    })
                    .into(),
                },
                Entry {
                    name: "keras",
                    outcome: Err(anyhow::anyhow!("No module named 'keras'")).into(),
                },
            ],
        };
        let text = table(&report);
        let lines: Vec<&str> = text.lines().skip(2).collect();
        let expected = [
            "| simple | seconds | ours | times as fast | peak memory, MB | ours |",
            "|---|---|---|---|---|---|",
            "| jax | 8.50 | 1.25 | 7.00 (6.00 to 8.00) | 701 | 90 |",
            "",
            "- not measured: keras: No module named 'keras'",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_answer_of_the_script_is_understood() {
        let run: Run = serde_json::from_str(r#"{"seconds": 1.5, "peak_mb": 90.25}"#).unwrap();
        assert_eq!((run.seconds, run.peak_mb), (1.5, 90.25));
    }
}
