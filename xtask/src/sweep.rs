//! `sweep`: `ae sweep` in an optimised build, or the batch script that runs it on a cluster.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::process;

/// Arguments of the command.
#[derive(Args)]
pub struct SweepArguments {
    /// Write a batch script for Slurm there, and run nothing
    #[arg(long, value_name = "FILE")]
    slurm: Option<PathBuf>,
    /// Tasks of the batch script: parts of the trials, each with a ledger of its own
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..), requires = "slurm")]
    tasks: u32,
    /// Cores of a task
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..), requires = "slurm")]
    cores: u32,
    /// Time limit of a task, as Slurm writes it; one that reaches it goes on in a new one
    #[arg(long, default_value = "01:00:00", requires = "slurm")]
    time: String,
    /// Arguments of `ae sweep`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Runs the sweep or writes the script.
pub fn run(arguments: &SweepArguments) -> Result<()> {
    if let Some(path) = &arguments.slurm {
        let root = crate::workspace_root();
        let program = root.join("target/release/ae").display().to_string();
        std::fs::write(path, script(arguments, &program))
            .with_context(|| path.display().to_string())?;
        println!(
            "cargo build --release -p ae-cli && sbatch {}",
            path.display()
        );
        return Ok(());
    }
    let status = process::ae()
        .arg("sweep")
        .args(&arguments.rest)
        .status()
        .context("cannot start `cargo`")?;
    if !status.success() {
        bail!("the sweep failed ({status})");
    }
    Ok(())
}

/// A job array. A minute before a task's time is up (or when it is pre-empted), `ae` is asked
/// to stop; the task is queued again, and goes on from its ledger.
fn script(arguments: &SweepArguments, program: &str) -> String {
    let SweepArguments {
        tasks, cores, time, ..
    } = arguments;
    let mut sweep = String::new();
    for argument in &arguments.rest {
        let _ = write!(sweep, " {}", quoted(argument));
    }
    format!(
        "#!/bin/sh\n\
         #SBATCH --job-name=ae-sweep\n\
         #SBATCH --array=0-{}\n\
         #SBATCH --cpus-per-task={cores}\n\
         #SBATCH --time={time}\n\
         #SBATCH --requeue\n\
         #SBATCH --open-mode=append\n\
         #SBATCH --signal=B:TERM@60\n\
         \n\
         again() {{\n    \
             kill -TERM \"$task\"\n    \
             wait \"$task\"\n    \
             scontrol requeue \"$SLURM_JOB_ID\"\n    \
             exit\n\
         }}\n\
         trap again TERM\n\
         \n\
         {} sweep --threads {cores} --shard \"$SLURM_ARRAY_TASK_ID/{tasks}\"{sweep} &\n\
         task=$!\n\
         wait \"$task\"\n",
        tasks - 1,
        quoted(program),
    )
}

/// As a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_a_job_array_that_a_shell_can_read() {
        let arguments = SweepArguments {
            slurm: None,
            tasks: 3,
            cores: 2,
            time: "00:10:00".to_owned(),
            rest: ["mnist", "--grid", "hidden=none;128"]
                .map(str::to_owned)
                .to_vec(),
        };
        let script = script(&arguments, "/opt/ae");
        assert!(script.contains("\n#SBATCH --array=0-2\n"), "{script}");
        let line = "/opt/ae sweep --threads 2 --shard \"$SLURM_ARRAY_TASK_ID/3\" mnist --grid 'hidden=none;128' &";
        assert!(script.contains(line), "{script}");
        let checked = std::process::Command::new("sh")
            .args(["-n", "-c", &script])
            .output()
            .unwrap();
        assert!(checked.status.success(), "{checked:?}");
    }

    #[test]
    fn words_are_quoted_where_they_must_be() {
        assert_eq!(quoted("lr=log:1e-4..1e-2"), "lr=log:1e-4..1e-2");
        assert_eq!(quoted("it's; rm"), "'it'\\''s; rm'");
        assert_eq!(quoted(""), "''");
    }
}
