//! `ci`: what the project's CI runs, step by step, the same on every machine.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

/// Arguments of the command.
#[derive(Args)]
pub struct CiArguments {
    /// List the steps and their commands without running them
    #[arg(long)]
    list: bool,
}

/// One command and what it is for.
#[derive(Debug)]
struct Step {
    name: String,
    /// Arguments for `cargo`.
    arguments: Vec<String>,
    environment: Option<(&'static str, &'static str)>,
}

impl Step {
    fn new(name: &str, arguments: &str) -> Self {
        Self {
            name: name.to_owned(),
            arguments: arguments.split(' ').map(str::to_owned).collect(),
            environment: None,
        }
    }

    fn with(mut self, variable: &'static str, value: &'static str) -> Self {
        self.environment = Some((variable, value));
        self
    }

    /// The command as one would type it.
    fn typed(&self) -> String {
        let variable = self.environment.map_or(String::new(), |(variable, value)| {
            format!("{variable}='{value}' ")
        });
        format!("{variable}cargo {}", self.arguments.join(" "))
    }

    fn run(&self) -> Result<()> {
        let status = Command::new("cargo")
            .args(&self.arguments)
            .envs(self.environment)
            .current_dir(crate::workspace_root())
            .stdin(Stdio::null())
            .status()
            .context("cannot start `cargo`")?;
        if !status.success() {
            bail!(
                "{} failed ({status})\nhint: to repeat it: {}",
                self.name,
                self.typed()
            );
        }
        Ok(())
    }
}

/// The steps in order: what fails fastest comes first, what takes longest comes last.
fn steps() -> Result<Vec<Step>> {
    let mut steps = vec![
        Step::new("lock file is up to date", "fetch --locked"),
        Step::new("MNIST is there", "xtask fetch-mnist"),
        Step::new("formatting", "fmt --all --check"),
        Step::new("house rules", "test --package xtask --test house_rules"),
        Step::new(
            "lints",
            "clippy --workspace --all-targets --all-features -- --deny warnings",
        ),
    ];
    if Command::new("cargo-deny").arg("--version").output().is_ok() {
        let check = "deny --offline check bans licenses sources";
        steps.push(Step::new("licences and sources", check));
    }
    // Together, one crate's features can hide what another forgot to ask for.
    for package in libraries()? {
        steps.push(Step::new(
            &format!("{package} alone"),
            &format!("check --package {package}"),
        ));
    }
    steps.push(
        Step::new("documentation", "doc --workspace --no-deps")
            .with("RUSTDOCFLAGS", "--deny warnings"),
    );
    steps.push(Step::new("tests and doc tests", "test --workspace"));
    let parquet = "test --package ae-data --features parquet --test cases parquet";
    steps.push(Step::new("Parquet files", parquet));
    Ok(steps)
}

/// The crates that others may depend on: each folder of `crates/`, named as its package.
fn libraries() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in crate::workspace_root().join("crates").read_dir()? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Runs every step, or lists them.
pub fn run(arguments: &CiArguments) -> Result<()> {
    let steps = steps()?;
    if arguments.list {
        for step in steps {
            println!("{}: {}", step.name, step.typed());
        }
        return Ok(());
    }
    run_all(&steps)
}

fn run_all(steps: &[Step]) -> Result<()> {
    let start = Instant::now();
    let mut times = Vec::new();
    for (number, step) in (1..).zip(steps) {
        eprintln!("== {number}/{}: {}", steps.len(), step.name);
        let step_start = Instant::now();
        step.run()?;
        times.push((step_start.elapsed(), &step.name));
    }
    eprintln!("== all {} steps passed", steps.len());
    for (time, name) in times {
        eprintln!("{} {name}", seconds(time));
    }
    eprintln!("{} in all", seconds(start.elapsed()));
    Ok(())
}

fn seconds(time: Duration) -> String {
    format!("{:7.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_check_is_a_step() {
        let typed: Vec<String> = steps().unwrap().iter().map(Step::typed).collect();
        for expected in [
            "cargo fetch --locked",
            "cargo fmt --all --check",
            "cargo clippy --workspace --all-targets --all-features -- --deny warnings",
            "cargo check --package ae-tensor",
            "cargo check --package ae-cli",
            "RUSTDOCFLAGS='--deny warnings' cargo doc --workspace --no-deps",
            "cargo test --workspace",
        ] {
            assert!(typed.iter().any(|line| line == expected), "{expected}");
        }
    }

    #[test]
    fn the_first_failure_stops_and_is_repeatable_by_hand() {
        let steps = [
            Step::new("version", "--version"),
            Step::new("mistake", "no-such-command-anywhere").with("AE_TEST", "1"),
            Step::new("never", "never-reached"),
        ];
        let error = run_all(&steps).unwrap_err().to_string();
        assert!(error.starts_with("mistake failed (exit"), "{error}");
        let hint = "hint: to repeat it: AE_TEST='1' cargo no-such-command-anywhere";
        assert!(error.ends_with(hint), "{error}");
    }
}
