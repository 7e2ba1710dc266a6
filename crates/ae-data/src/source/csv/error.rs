use std::io;

use super::text::NotUtf8;
use crate::Problem;
use crate::source::input::InputError;
use crate::table::{KindName, is_dressed};

/// What is wrong with a CSV file. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CsvError {
    /// The bytes cannot be had.
    #[error(transparent)]
    Input(#[from] InputError),
    /// An encoding nobody knows.
    #[error("no encoding `{found}`")]
    UnknownEncoding {
        /// What was given.
        found: String,
    },
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
    /// Every column was left out, is constant, or was taken as label.
    #[error("no column is left to learn from{}", reasons(.left_out))]
    NoColumns {
        /// Each column and what it is.
        left_out: Vec<(String, &'static str)>,
    },
    /// A column of a model's that isn't in the file.
    #[error("no column `{name}`, which the model was trained on")]
    MissingColumn {
        /// The column.
        name: String,
        /// The file's columns that the model doesn't know.
        found: Vec<String>,
    },
    /// A type nobody knows.
    #[error("no type `{found}` to read column `{column}` as")]
    UnknownKind {
        /// The column.
        column: String,
        /// What was given.
        found: String,
    },
    /// Marks that numbers can't have.
    #[error("the decimal mark must be a point or a comma, and not what stands between thousands")]
    Decimal,
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
    /// A field that begins with a quote and goes on to the end of the file.
    #[error("line {line}: a field begins with a quote that is never closed")]
    OpenQuote {
        /// Line on which the record starts.
        line: u64,
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
        /// Whether a model says what the column holds.
        is_known: bool,
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
    /// A delimiter or a quote that CSV cannot have.
    #[error("delimiter and quote must be two different ASCII characters, and no line ends")]
    Delimiter,
    /// Another number of records in the second reading than in the first.
    #[error("{found} records where there were {expected} a moment ago")]
    Changed {
        /// Records of the first reading.
        expected: usize,
        /// Records of the second.
        found: usize,
    },
}

/// Why a cell is no finite number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CellProblem {
    /// Infinity.
    #[error("`{0}`, where a finite number was expected")]
    Infinite(String),
    /// A finite number beyond 3.4 × 10³⁸.
    #[error("`{0}` is beyond what a 32-bit number holds (3.4e38)")]
    TooLarge(String),
    /// Text.
    #[error("`{0}` is not a number")]
    Text(String),
    /// Something else than the column holds.
    #[error("`{found}` is not {expected}")]
    Kind {
        /// What was found.
        found: String,
        /// What the column holds.
        expected: &'static str,
    },
    /// Neither of two words.
    #[error("`{found}`, where `{no}` or `{yes}` was expected")]
    NotBoolean {
        /// What was found.
        found: String,
        /// The word for no.
        no: String,
        /// The word for yes.
        yes: String,
    },
}

/// Characters of a cell that an error shows.
const LONGEST_SHOWN: usize = 40;

impl CellProblem {
    /// A cell's text as an error shows it: on one line, and no more than fits there.
    pub(crate) fn token(cell: &[u8]) -> String {
        let text = String::from_utf8_lossy(cell);
        let mut shown: String = text.chars().take(LONGEST_SHOWN).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        shown.replace(char::is_control, " ")
    }

    pub(crate) fn not_boolean(cell: &[u8], no: &str, yes: &str) -> Self {
        Self::NotBoolean {
            found: Self::token(cell),
            no: no.to_owned(),
            yes: yes.to_owned(),
        }
    }

    pub(crate) fn not_a_time(cell: &[u8]) -> Self {
        Self::Kind {
            found: Self::token(cell),
            expected: "a time, and rows can't be put in order without",
        }
    }

    pub(crate) fn not_a_date(cell: &[u8]) -> Self {
        Self::Kind {
            found: Self::token(cell),
            expected: "a date or a time",
        }
    }
}

/// ": `id` is an id, `when` is text", the first few.
fn reasons(left_out: &[(String, &'static str)]) -> String {
    const SHOWN: usize = 5;
    let reason = |(name, kind): &(String, &'static str)| format!("`{name}` is {kind}");
    let reasons: Vec<String> = left_out.iter().take(SHOWN).map(reason).collect();
    let more = if left_out.len() > SHOWN { ", …" } else { "" };
    match reasons.as_slice() {
        [] => String::new(),
        reasons => format!(": {}{more}", reasons.join(", ")),
    }
}

impl Problem for CsvError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Input(error) => error.hint(),
            Self::NotUtf8(_) => {
                Some("save the file as UTF-8, or say what it is: `--encoding latin-1`".to_owned())
            }
            Self::UnknownEncoding { .. } => {
                Some("for example utf-8, utf-16, latin-1, windows-1252, shift_jis".to_owned())
            }
            Self::UnknownKind { .. } => {
                let names: Vec<&str> = KindName::ALL.iter().map(|(name, _)| *name).collect();
                Some(format!("types: {}", names.join(", ")))
            }
            Self::NoColumns { left_out } if !left_out.is_empty() => Some(
                "`--types COLUMN=number` or `=category` reads a column all the same".to_owned(),
            ),
            Self::MissingColumn { name, found } => {
                let near =
                    ae_choice::suggest(&name.to_lowercase(), found.iter().map(String::as_str))
                        .or_else(|| {
                            found
                                .iter()
                                .map(String::as_str)
                                .find(|f| f.eq_ignore_ascii_case(name))
                        });
                Some(match near {
                    Some(near) => format!("did you mean `{near}`? rename it in the file"),
                    None if found.is_empty() => "bring the column, or train without it".to_owned(),
                    None => format!("columns the model doesn't know: {}", found.join(", ")),
                })
            }
            Self::Ragged { .. } => {
                Some("a field that holds the delimiter must stand in double quotes".to_owned())
            }
            Self::OpenQuote { .. } => {
                Some("close it, or name a character that is in no field: `--quote '~'`".to_owned())
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
                is_known,
            } => Some(match is_known {
                true => problem.hint_of_known(),
                false => problem.hint(*line, column),
            }),
            _ => None,
        }
    }
}

impl CsvError {
    /// The same of a column that a model knows.
    pub(super) fn of_known_columns(mut self) -> Self {
        if let Self::Cell { is_known, .. } = &mut self {
            *is_known = true;
        }
        self
    }
}

/// What is said of numbers whose separators nobody told of.
const MARKS: &str = "say which mark stands before the decimals, `--decimal .` or `--decimal ,`; \
                     the other may then stand between thousands; `--thousands` names any other";

impl CellProblem {
    /// Where a model says what the column holds, and `--types` comes too late.
    fn hint_of_known(&self) -> String {
        match self {
            Self::Text(text) if is_grouped(text) => MARKS.to_owned(),
            _ => "mend the cell, or empty it: a hole is filled as in training".to_owned(),
        }
    }

    fn hint(&self, line: u64, column: &str) -> String {
        let exclude = format!("`--exclude {column}`");
        match self {
            Self::Infinite(_) | Self::TooLarge(_) => {
                format!("put a number there, remove the line, or {exclude}")
            }
            Self::Text(text) if is_grouped(text) => MARKS.to_owned(),
            Self::Text(text) if is_dressed(text) => format!(
                "write the numbers alone, without currency, percent sign or brackets; or \
                 `--types {column}=category`, or {exclude}"
            ),
            Self::Text(_) if line == 2 => format!(
                "if line 2 is a second header line, of units perhaps, remove it (skip that row); \
                 if not, `--types {column}=category`, `--missing` with a + and that word, or {exclude}"
            ),
            Self::Text(text) => format!(
                "mend the cell, `--missing +{text}` if it stands for nothing, \
                 `--types {column}=category`, or {exclude}"
            ),
            Self::Kind { .. } | Self::NotBoolean { .. } => {
                format!("mend the cell, `--types {column}=category`, or {exclude}")
            }
        }
    }
}

/// A number with something between its digits.
fn is_grouped(text: &str) -> bool {
    let of_a_number =
        |letter: char| letter.is_ascii_digit() || "+-.,' \u{a0}\u{202f}".contains(letter);
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
