use ae_model::ModelError;
use std::path::{Path, PathBuf};

/// Why a sweep could not be planned, run or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// A setting that there isn't.
    #[error("unknown setting `{name}`")]
    UnknownSetting {
        /// As it was written.
        name: String,
        /// Every setting there is.
        known: Vec<String>,
    },
    /// A value that a setting can't take.
    #[error("{setting}: can't be {value}: {reason}")]
    Value {
        /// The setting.
        setting: String,
        /// The value.
        value: String,
        /// Why not.
        reason: String,
    },
    /// A range that can't be drawn from.
    #[error("{setting}: `{text}`: {reason}")]
    Range {
        /// The setting.
        setting: String,
        /// The range as it was written.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Parts of a plan that don't go together.
    #[error("{what}")]
    Plan {
        /// What doesn't go with what.
        what: String,
        /// What to do about it.
        hint: String,
    },
    /// Data or settings of a single run.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A file that can't be read, written or locked.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A line of a ledger that is no record.
    #[error("{}, line {line}: {problem}", path.display())]
    Ledger {
        /// The ledger.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

impl SweepError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { path, error }
    }

    /// Whether the user asked for something that there isn't, rather than something going
    /// wrong.
    pub fn is_usage(&self) -> bool {
        match self {
            Self::UnknownSetting { .. }
            | Self::Value { .. }
            | Self::Range { .. }
            | Self::Plan { .. } => true,
            Self::Model(_) | Self::Io { .. } | Self::Ledger { .. } => false,
        }
    }

    /// What the user could do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownSetting { name, known } => {
                let near = ae_choice::suggest(name, known.iter().map(String::as_str));
                Some(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!(
                        "known: {}; and parameters of choices, as optimizer.lr",
                        known.join(", ")
                    ),
                })
            }
            Self::Range { .. } => {
                Some("write 0..0.5, log:1e-4..1e-2, or values with commas between them".to_owned())
            }
            Self::Plan { hint, .. } => Some(hint.clone()),
            Self::Model(error) => error.hint(),
            Self::Ledger { .. } => Some(
                "take the line away: only the last one may be incomplete, and that is mended"
                    .to_owned(),
            ),
            Self::Value { .. } | Self::Io { .. } => None,
        }
    }
}
