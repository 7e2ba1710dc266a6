use crate::{Entry, Range, suggest};

/// Why a choice could not be read. `kind` is what was asked for: "optimizer", "noise", …
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChoiceError {
    /// No choice of that name.
    #[error("unknown {kind} `{found}`")]
    UnknownName {
        /// What was asked for.
        kind: &'static str,
        /// The name that was given.
        found: String,
        /// Every name there is.
        known: Vec<&'static str>,
    },
    /// The choice has no parameter of that key.
    #[error("{kind} {name}: unknown parameter `{found}`")]
    UnknownParameter {
        /// What was asked for.
        kind: &'static str,
        /// The choice.
        name: &'static str,
        /// The key that was given.
        found: String,
        /// Every key it has.
        known: Vec<&'static str>,
    },
    /// More bare values than parameters.
    #[error("{kind} {name}: takes {}, got one more: `{found}`", count(*.takes))]
    TooManyValues {
        /// What was asked for.
        kind: &'static str,
        /// The choice.
        name: &'static str,
        /// How many parameters it has.
        takes: usize,
        /// The first value too many.
        found: String,
    },
    /// A parameter was given twice.
    #[error("{kind} {name}: {key} is given twice")]
    GivenTwice {
        /// What was asked for.
        kind: &'static str,
        /// The choice.
        name: &'static str,
        /// The parameter.
        key: &'static str,
    },
    /// A value that is no number.
    #[error("{kind} {name}: {key} must be a number, got `{found}`")]
    NotANumber {
        /// What was asked for.
        kind: &'static str,
        /// The choice.
        name: &'static str,
        /// The parameter.
        key: &'static str,
        /// The text that was given.
        found: String,
    },
    /// A number outside the parameter's range.
    #[error("{kind} {name}: {key} must be in {range}, got {found}")]
    OutOfRange {
        /// What was asked for.
        kind: &'static str,
        /// The choice.
        name: &'static str,
        /// The parameter.
        key: &'static str,
        /// What is allowed.
        range: Range,
        /// The number that was given.
        found: f64,
    },
}

impl ChoiceError {
    /// What the user could do about it.
    pub fn hint(&self) -> Option<String> {
        let (found, known) = match self {
            Self::UnknownName { found, known, .. }
            | Self::UnknownParameter { found, known, .. } => (found, known),
            _ => return None,
        };
        if known.is_empty() {
            return Some("it takes no parameters".to_owned());
        }
        let list = known.join(", ");
        Some(match suggest(found, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? known: {list}"),
            None => format!("known: {list}"),
        })
    }

    pub(crate) fn unknown_name(kind: &'static str, found: &str, catalogue: &[Entry]) -> Self {
        Self::UnknownName {
            kind,
            found: found.to_owned(),
            known: catalogue.iter().map(|entry| entry.name).collect(),
        }
    }
}

fn count(takes: usize) -> String {
    match takes {
        0 => "no parameters".to_owned(),
        1 => "1 parameter".to_owned(),
        n => format!("{n} parameters"),
    }
}
