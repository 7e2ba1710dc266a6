//! Other programs, run quietly.

use std::io::ErrorKind;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The program `ae` in an optimised build, to be given its arguments.
pub fn ae() -> Command {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--release", "--package", "ae-cli", "--"]);
    command
}

/// Runs a program without showing its output; the last lines of what it complained about
/// become the error when it fails.
pub fn run_quietly(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = match command.stdin(Stdio::null()).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("the program `{program}` is not installed")
        }
        outcome => outcome.with_context(|| format!("cannot start `{program}`"))?,
    };
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    bail!(
        "`{program}` failed ({}): {}",
        output.status,
        last_lines(&complaint)
    )
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines[lines.len().saturating_sub(3)..].join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let error = run_quietly(&mut Command::new("no-such-program-anywhere")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the program `no-such-program-anywhere` is not installed"
        );
    }

    #[test]
    fn a_failure_carries_the_complaint() {
        let error = run_quietly(Command::new("cargo").arg("no-such-command-anywhere"))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("`cargo` failed (exit"), "{error}");
        assert!(error.contains("no-such-command-anywhere"), "{error}");
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        assert_eq!(
            last_lines("one\n\ntwo\nthree \n four\n"),
            "two; three; four"
        );
        assert_eq!(last_lines(""), "");
    }
}
