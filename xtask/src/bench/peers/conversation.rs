use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A program that answers each line of JSON with a line of JSON.
pub struct Conversation {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// What it writes to stderr. A file, since a pipe that nobody reads would fill up.
    complaints: File,
}

impl Conversation {
    pub fn start(mut command: Command) -> Result<Self> {
        let complaints = tempfile::tempfile()?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(complaints.try_clone()?)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (questions, answers) = pipes.context("no pipes to the program")?;
        Ok(Self {
            child,
            questions,
            answers: BufReader::new(answers),
            complaints,
        })
    }

    /// Asks and waits for the answer.
    pub fn ask<A: DeserializeOwned>(&mut self, question: &impl Serialize) -> Result<A> {
        // Where it has ended, its last words say more than a broken pipe.
        let _ = writeln!(self.questions, "{}", serde_json::to_string(question)?);
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        if answer.is_empty() {
            let status = self.child.wait()?;
            let mut complaints = String::new();
            self.complaints.rewind()?;
            self.complaints.read_to_string(&mut complaints)?;
            bail!("{}", reason(&complaints).unwrap_or(&status.to_string()));
        }
        serde_json::from_str(&answer).with_context(|| format!("answered `{}`", answer.trim_end()))
    }
}

/// What has been asked for is answered; nothing is lost with the program.
impl Drop for Conversation {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The line that names the error, of a traceback of Python; else the last line.
pub fn reason(complaints: &str) -> Option<&str> {
    let lines = || {
        complaints
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    let names_error = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default();
        name.ends_with("Error") && !name.contains(' ')
    };
    lines()
        .rev()
        .find(names_error)
        .or_else(|| lines().next_back())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_line_that_names_the_error() {
        let traceback = "Traceback (most recent call last):\n  File \"a.py\", line 1\n\
            ModuleNotFoundError: No module named 'torch'\n\nset VERBOSE=1 for more\n";
        let expected = "ModuleNotFoundError: No module named 'torch'";
        assert_eq!(reason(traceback), Some(expected));
        assert_eq!(reason("a warning: b\nKilled\n\n"), Some("Killed"));
        assert_eq!(reason(" \n"), None);
    }

    #[cfg(unix)]
    fn shell(script: &str) -> Conversation {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Conversation::start(command).unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn questions_are_answered_in_turn() {
        let mut echo = shell("while read -r line; do echo \"$line\"; done");
        for question in [vec![1, 2], vec![3]] {
            assert_eq!(echo.ask::<Vec<i32>>(&question).unwrap(), question);
        }
        let error = format!("{:#}", echo.ask::<bool>(&"yes").unwrap_err());
        assert!(
            error.starts_with("answered `\"yes\"`: invalid type"),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_end_of_the_program_has_a_reason() {
        let ask = |script| shell(script).ask::<bool>(&1).unwrap_err().to_string();
        assert_eq!(ask("echo gone >&2; exit 3"), "gone");
        assert_eq!(ask("exit 3"), "exit status: 3");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = Conversation::start(Command::new("no-such-python"))
            .err()
            .unwrap();
        assert_eq!(error.to_string(), "cannot start no-such-python");
    }
}
