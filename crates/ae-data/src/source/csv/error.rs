use std::io;

use super::text::NotUtf8;
use crate::Problem;
use crate::source::input::InputError;

/// What is wrong with a CSV file. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CsvError {
    /// The bytes cannot be had.
    #[error(transparent)]
    Input(#[from] InputError),
    /// UTF-16 text.
    #[error("UTF-16 text, where UTF-8 was expected")]
    Utf16,
    /// No text at all.
    #[error("a zero byte at byte {byte}: this is no text")]
    Binary {
        /// Its place in the file, from 0.
        byte: usize,
    },
    /// A byte that cannot stand where it does in UTF-8.
    #[error("{0}")]
    NotUtf8(NotUtf8),
    /// Nothing but a header, if that.
    #[error("0 data rows")]
    NoRows,
    /// Every column was excluded or taken as label.
    #[error("no column is left to learn from")]
    NoColumns,
    /// A record with more or fewer fields than the others.
    #[error("line {line}: {found} fields, where {expected} were expected")]
    Ragged {
        /// Line on which the record starts.
        line: u64,
        /// Fields of the first record.
        expected: usize,
        /// Fields of this one.
        found: usize,
    },
    /// A cell that is no number.
    #[error("line {line}, column `{column}`: {problem}")]
    Cell {
        /// Line on which the record starts.
        line: u64,
        /// The column's name.
        column: String,
        /// What is wrong with it.
        problem: CellProblem,
    },
    /// An option names a column that isn't there.
    #[error("no column `{found}` to {purpose}")]
    NoColumn {
        /// The name that was given.
        found: String,
        /// What it was given for.
        purpose: &'static str,
        /// The columns there are.
        known: Vec<String>,
    },
    /// Two columns of one name.
    #[error("columns {first} and {second} are both called `{name}`")]
    SameName {
        /// The name.
        name: String,
        /// Number of the first, from 1.
        first: usize,
        /// Number of the second, from 1.
        second: usize,
    },
    /// A delimiter that CSV cannot have.
    #[error("the delimiter must be one ASCII character other than a quote or a line end")]
    Delimiter,
}

/// Why a cell is no finite number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CellProblem {
    /// Nothing there, or a word for nothing.
    #[error("a missing value (`{0}`), where a number was expected")]
    Missing(String),
    /// Infinity.
    #[error("`{0}`, where a finite number was expected")]
    Infinite(String),
    /// A finite number beyond 3.4 × 10³⁸.
    #[error("`{0}` is beyond what a 32-bit number holds (3.4e38)")]
    TooLarge(String),
    /// Text.
    #[error("`{0}` is not a number")]
    Text(String),
}

impl Problem for CsvError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Input(error) => error.hint(),
            Self::Utf16 | Self::NotUtf8(_) => Some("save the file as UTF-8".to_owned()),
            Self::Ragged { .. } => {
                Some("a field that holds the delimiter must stand in double quotes".to_owned())
            }
            Self::NoColumn { found, known, .. } => {
                let list = known.join(", ");
                let near = ae_choice::suggest(found, known.iter().map(String::as_str));
                Some(match near {
                    Some(near) => format!("did you mean `{near}`? columns: {list}"),
                    None => format!("columns: {list}"),
                })
            }
            Self::Cell {
                line,
                column,
                problem,
            } => Some(problem.hint(*line, column)),
            _ => None,
        }
    }
}

impl CellProblem {
    fn hint(&self, line: u64, column: &str) -> String {
        let exclude = format!("exclude column `{column}`");
        match self {
            Self::Missing(_) | Self::Infinite(_) | Self::TooLarge(_) => {
                format!("put a number there, remove the line, or {exclude}")
            }
            Self::Text(text) if is_date(text) => format!("looks like a date or a time: {exclude}"),
            Self::Text(text) if is_grouped(text) => {
                "write numbers with a point for the decimals and nothing between the thousands"
                    .to_owned()
            }
            Self::Text(_) if line == 2 => {
                format!(
                    "if line 2 is a second header line, remove it; if not, {exclude} or name it as the label"
                )
            }
            Self::Text(_) => format!("{exclude}, or name it as the label"),
        }
    }
}

/// Digits around at least two of the marks that dates and times have between their parts.
fn is_date(text: &str) -> bool {
    let is_mark = |letter: char| matches!(letter, '-' | '/' | ':' | '.');
    text.starts_with(|letter: char| letter.is_ascii_digit())
        && text.chars().filter(|&letter| is_mark(letter)).count() >= 2
        && !text.contains(',')
}

/// A number with commas in it.
fn is_grouped(text: &str) -> bool {
    let of_a_number = |letter: char| letter.is_ascii_digit() || "+-.,'".contains(letter);
    text.contains(|letter: char| letter.is_ascii_digit()) && text.chars().all(of_a_number)
}

/// Bytes and not text are asked of the reader of records, in any number a record: all that
/// can go wrong there is reading.
impl From<::csv::Error> for CsvError {
    fn from(error: ::csv::Error) -> Self {
        match error.into_kind() {
            ::csv::ErrorKind::Io(error) => match error.downcast::<NotUtf8>() {
                Ok(not_utf8) => Self::NotUtf8(not_utf8),
                Err(error) => Self::Input(error.into()),
            },
            other => Self::Input(InputError::Read(io::Error::other(format!("{other:?}")))),
        }
    }
}
