//! Errors on their way out: message, hint, exit code.

use crate::say::say;
use ae_choice::ChoiceError;
use ae_data::DataError;
use ae_model::ModelError;
use ae_sweep::SweepError;
use std::io;
use std::process::ExitCode;

/// An error of the program itself, with what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    message: String,
    hint: Option<String>,
    usage: bool,
}

impl Failure {
    /// Something failed: exit code 1.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
            usage: false,
        }
    }

    /// The program was called wrongly: exit code 2.
    pub fn usage(message: impl Into<String>, hint: Option<String>) -> Self {
        Self {
            message: message.into(),
            hint,
            usage: true,
        }
    }
}

/// Prints an error and gives the exit code it stands for. A reader that went away (`ae … |
/// head`) is no error.
pub fn print(error: &anyhow::Error) -> ExitCode {
    if is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    say(format_args!("{RED}error:{RESET} {error:#}"));
    if let Some(hint) = error.chain().find_map(hint) {
        say(format_args!("{GREEN}hint:{RESET} {hint}"));
    }
    let wrong_usage = error.chain().any(|cause| {
        let failure = cause.downcast_ref::<Failure>();
        failure.is_some_and(|failure| failure.usage) || is_choice(cause)
    });
    ExitCode::from(if wrong_usage { 2 } else { 1 })
}

/// Whether a choice, or the plan of a sweep, could not be read. Errors that only pass it on stand for it in the chain.
fn is_choice(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.is::<ChoiceError>()
        || matches!(cause.downcast_ref::<SweepError>(), Some(error) if error.is_usage())
        || matches!(cause.downcast_ref(), Some(DataError::Choice(_)))
        || matches!(
            cause.downcast_ref(),
            Some(ModelError::Data(DataError::Choice(_)))
        )
}

const RED: &str = "\x1b[1;31m";
const GREEN: &str = "\x1b[1;32m";
const RESET: &str = "\x1b[0m";

fn hint(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(failure) = cause.downcast_ref::<Failure>() {
        return failure.hint.clone();
    }
    if let Some(error) = cause.downcast_ref::<ModelError>() {
        return error.hint();
    }
    if let Some(error) = cause.downcast_ref::<SweepError>() {
        return error.hint();
    }
    if let Some(error) = cause.downcast_ref::<DataError>() {
        return error.hint();
    }
    if let Some(error) = cause.downcast_ref::<ae_nn::Error>() {
        return error.hint();
    }
    cause.downcast_ref::<ChoiceError>()?.hint()
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
