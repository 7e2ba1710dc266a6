use std::path::{Path, PathBuf};

/// What is wrong inside one file, in the words of its format. [`DataError::File`] adds
/// which file.
pub trait Problem: std::error::Error + Send + Sync + 'static {
    /// What the user could do about it.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// Why data could not be had or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file that cannot be read as its format.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        problem: Box<dyn Problem>,
    },
    /// Neither a data set of that name nor a file of that path.
    #[error("no data set and no file named `{found}`")]
    UnknownSource {
        /// What was asked for.
        found: String,
    },
    /// A named set was given parameters it cannot take.
    #[error(transparent)]
    Choice(#[from] ae_choice::ChoiceError),
    /// A named set whose files are not on this machine yet.
    #[error("{name} is not fetched yet: {} holds no {file}", folder.display())]
    NotFetched {
        /// The data set.
        name: &'static str,
        /// Where its files belong.
        folder: PathBuf,
        /// The file that was looked for.
        file: &'static str,
    },
    /// The number of values is not rows × width.
    #[error("{name}: {found} values where the layout asks for rows of {width}")]
    Shape {
        /// The data set.
        name: String,
        /// Features a row.
        width: usize,
        /// Values that were given.
        found: usize,
    },
    /// Nothing to learn from.
    #[error("{name}: 0 data rows")]
    NoRows {
        /// The data set.
        name: String,
    },
    /// Rows without a single feature.
    #[error("{name}: rows of 0 features")]
    NoFeatures {
        /// The data set.
        name: String,
    },
    /// A value that is no finite number.
    #[error("{name}: {value} at row {row}, {feature}, where a finite number was expected")]
    NotFinite {
        /// The data set.
        name: String,
        /// Row, counted from 0.
        row: usize,
        /// The feature's name.
        feature: String,
        /// What was found.
        value: f32,
    },
    /// Labels that do not fit the rows.
    #[error("{name}: {labels} labels for {rows} rows")]
    LabelCount {
        /// The data set.
        name: String,
        /// Rows of data.
        rows: usize,
        /// Labels found.
        labels: usize,
    },
    /// Rows of another width than the model's.
    #[error("{name}: expected {expected} features, found {found}")]
    Width {
        /// The data set.
        name: String,
        /// What the model was trained on.
        expected: usize,
        /// What the data set has.
        found: usize,
    },
    /// An option for images was given with a table.
    #[error("{name}: {option} is for images, and this is a table of {width} columns")]
    NotImages {
        /// The data set.
        name: String,
        /// The option.
        option: &'static str,
        /// The table's width.
        width: usize,
    },
    /// Values for which the scaling `unit` (or inverting an image) has no rule.
    #[error(
        "{name}: values from {low} to {high}, where bytes, or numbers from 0 to 1 or from 0 to 255, were expected"
    )]
    NotPixels {
        /// The data set.
        name: String,
        /// Smallest value.
        low: f32,
        /// Largest value.
        high: f32,
    },
    /// A table in which no column varies.
    #[error("{name}: none of the {width} features varies over the {rows} training rows")]
    NothingVaries {
        /// The data set.
        name: String,
        /// Features a row.
        width: usize,
        /// Training rows.
        rows: usize,
    },
    /// A split that cannot be made.
    #[error(
        "{rows} rows cannot be split into training, {validation} validation and {test} test rows: none would be left to train on"
    )]
    Split {
        /// Rows there are.
        rows: usize,
        /// Rows asked for as validation.
        validation: usize,
        /// Rows asked for as test.
        test: usize,
    },
    /// Windows of another size than there can be.
    #[error(
        "windows of {length} steps, one every {stride}: a window has at least 2 steps, and is at most its own length from the next"
    )]
    Windowing {
        /// Steps in a window.
        length: usize,
        /// Steps from one to the next.
        stride: usize,
    },
    /// Windows of what is no table.
    #[error("{name}: windows are cut from the rows of a CSV file")]
    NoSeries {
        /// The data set.
        name: String,
    },
    /// Too few rows that follow each other.
    #[error(
        "{name}: windows of {length} steps, but the longest stretch without a gap or a new group is {longest} of {rows} rows"
    )]
    TooFewSteps {
        /// The data set.
        name: String,
        /// Rows there are.
        rows: usize,
        /// Rows of the longest stretch.
        longest: usize,
        /// Steps in a window.
        length: usize,
    },
    /// More rows than their 32-bit numbers can tell apart.
    #[error("{rows} rows, where at most {} were expected", u32::MAX)]
    TooManyRows {
        /// Rows there are.
        rows: usize,
    },
    /// A share of rows outside its range.
    #[error("{part} fraction must be in [0, 1), got {found}")]
    Fraction {
        /// Which part of the split.
        part: &'static str,
        /// The fraction that was given.
        found: f64,
    },
}

impl DataError {
    /// What the user could do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File { problem, .. } => problem.hint(),
            Self::Choice(error) => error.hint(),
            Self::UnknownSource { found } => Some(crate::source::hint_for_unknown(found)),
            Self::NotFetched { name, .. } => Some(format!("run `cargo xtask fetch-{name}`")),
            Self::NotFinite { .. } => {
                Some("fill such cells or leave the row or the column out".to_owned())
            }
            Self::NotPixels { .. } => {
                Some("scale with `min-max`, `standard` or `robust` instead of `unit`".to_owned())
            }
            Self::Split { .. } => Some("ask for smaller fractions or bring more rows".to_owned()),
            Self::Windowing { .. } => Some("`--window 64 --stride 1` is where to begin".to_owned()),
            Self::TooFewSteps { longest, .. } if *longest >= 2 => {
                Some(format!("`--window {longest}` or fewer"))
            }
            Self::TooFewSteps { .. } => Some(
                "`--time` must name what grows from row to row, `--group` what stays the same \
                 within a series"
                    .to_owned(),
            ),
            Self::NothingVaries { .. } => {
                Some("there is nothing to learn from constant columns".to_owned())
            }
            _ => None,
        }
    }

    /// Turns what is wrong in a file into an error that says which file.
    pub(crate) fn in_file<P: Problem>(path: &Path) -> impl FnOnce(P) -> Self {
        let path = path.to_owned();
        |problem| Self::File {
            path,
            problem: Box::new(problem),
        }
    }
}
