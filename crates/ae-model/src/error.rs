use ae_data::DataError;
use std::path::PathBuf;

/// Why a model could not be trained, saved, loaded or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Something in the data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Something in the network or in training it.
    #[error(transparent)]
    Network(#[from] ae_nn::Error),
    /// An output that can't take the data's values.
    #[error(
        "{what} {name} gives numbers in [{}, {}], the scaled training rows go from {low} to {high}",
        range.0, range.1
    )]
    OutOfReach {
        /// "output activation" or "loss".
        what: &'static str,
        /// Its name.
        name: String,
        /// What it can give.
        range: (f32, f32),
        /// The smallest value of the scaled training rows.
        low: f32,
        /// The largest.
        high: f32,
    },
    /// Settings that contradict each other or the data.
    #[error("{what}")]
    Settings {
        /// What contradicts what.
        what: String,
        /// What to do about it.
        hint: String,
    },
    /// A result beyond the range of single precision.
    #[error("row {row}, {feature}: the result is {value}, beyond the range of single precision")]
    Result {
        /// Row, counted from 0.
        row: usize,
        /// The feature's name.
        feature: String,
        /// What came out.
        value: f32,
    },
    /// Training that was stopped where there is no checkpoint to go on from.
    #[error("training was interrupted after {epochs} epochs")]
    Interrupted {
        /// Finished epochs.
        epochs: usize,
    },
    /// A file that can't be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A file that isn't what it should be.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: FileProblem,
    },
    /// A checkpoint of another run.
    #[error("{}: made with other {what}: {found} then, {expected} now", path.display())]
    OtherRun {
        /// The checkpoint.
        path: PathBuf,
        /// Which setting differs.
        what: String,
        /// The checkpoint's value.
        found: String,
        /// This run's.
        expected: String,
    },
}

/// What is wrong with a model file or a checkpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileProblem {
    /// The container doesn't hold together.
    #[error("damaged or incomplete: {0}")]
    Damaged(String),
    /// A good container without our key.
    #[error("not made by ae: no `{key}` among its metadata")]
    Foreign {
        /// The key looked for.
        key: &'static str,
    },
    /// Ours, but something else.
    #[error("kind `{found}`, expected `{expected}`")]
    Kind {
        /// What it says it is.
        found: String,
        /// What was asked for.
        expected: &'static str,
    },
    /// Written by a later version of the program.
    #[error("format {found}, this program reads up to {known}")]
    Newer {
        /// The file's format.
        found: u32,
        /// The newest known.
        known: u32,
    },
    /// Metadata that can't be read.
    #[error("metadata: {0}")]
    Metadata(String),
    /// A tensor that should be there.
    #[error("{name}: missing")]
    Missing {
        /// The tensor.
        name: String,
    },
    /// A tensor that no layer has a place for.
    #[error("{name}: no layer of this network has such numbers")]
    Unused {
        /// The tensor.
        name: String,
    },
    /// A tensor of another type or shape.
    #[error("{name}: expected {expected}, found {found}")]
    Tensor {
        /// The tensor.
        name: String,
        /// Type and shape that the architecture asks for.
        expected: String,
        /// Type and shape in the file.
        found: String,
    },
    /// A weight that is no number.
    #[error("{name}: value {index} is {found}, weights must be finite")]
    NotFinite {
        /// The tensor.
        name: String,
        /// Its place.
        index: usize,
        /// What was found.
        found: f32,
    },
    /// A variance below 0.
    #[error("{name}: value {index} is {found}, a variance can't be negative")]
    NegativeVariance {
        /// The tensor.
        name: String,
        /// Its place.
        index: usize,
        /// What was found.
        found: f32,
    },
    /// A network that can't be built as described.
    #[error("architecture: {0}")]
    Architecture(String),
}

impl ModelError {
    /// Rows where time steps are needed.
    pub(crate) fn no_steps(name: &str) -> Self {
        Self::Settings {
            what: format!("{name}: rows have no time steps"),
            hint: "judge rows with `Model::judge`, explain them with `Model::explain`".to_owned(),
        }
    }

    /// What the user could do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Data(error) => error.hint(),
            Self::Network(error) => error.hint(),
            Self::OutOfReach { what, .. } if *what == "loss" => {
                Some("scale to [0, 1] with `--scaling min-max`, or use `--loss mse`".to_owned())
            }
            Self::OutOfReach { .. } => Some(
                "use `--output linear`, or a scaling that fits, such as `--scaling min-max`"
                    .to_owned(),
            ),
            Self::Settings { hint, .. } => Some(hint.clone()),
            Self::File { problem, .. } => problem.hint(),
            Self::OtherRun { .. } => {
                Some("resume with the same settings and data, or train anew".to_owned())
            }
            Self::Result { .. } => {
                Some("the row or code lies far outside of what the model has learnt".to_owned())
            }
            Self::Interrupted { .. } => {
                Some("train in a session that writes checkpoints, and resume it".to_owned())
            }
            Self::Io { path, .. } if path.is_dir() => {
                let file = path.join("model.safetensors");
                Some(format!("a model is a file: {}?", file.display()))
            }
            Self::Io { .. } => None,
        }
    }
}

impl FileProblem {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Damaged(_) => "train again, or take the file from a backup",
            Self::Foreign { .. } => "give a model.safetensors that `ae train` made",
            Self::Kind { .. } => {
                "a run's folder holds both model.safetensors and checkpoint.safetensors"
            }
            Self::Newer { .. } => "bring the program up to date",
            Self::Unused { .. } | Self::Missing { .. } | Self::Tensor { .. } => {
                "the file may be of another network: layers, widths and activations must be the same"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
