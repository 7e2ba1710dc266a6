//! How options of tables are read.

use crate::failure::Failure;
use serde::{Deserialize, Serialize};

/// What has a meaning in a CSV file: one character of ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mark(u8);

impl Mark {
    /// The character.
    pub fn byte(self) -> u8 {
        self.0
    }
}

impl std::str::FromStr for Mark {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.as_bytes() {
            // As it is typed where a tab is hard to type.
            b"\\t" => Ok(Self(b'\t')),
            [byte] if byte.is_ascii() && !b"\r\n\0".contains(byte) => Ok(Self(*byte)),
            _ => Err(format!(
                "expected one ASCII character other than a line end, or \\t, found `{text}`"
            )),
        }
    }
}

impl TryFrom<String> for Mark {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        char::from(mark.0).to_string()
    }
}

/// The first list, unless it is empty.
pub fn first(list: &[String], other: &[String]) -> Vec<String> {
    if list.is_empty() { other } else { list }.to_vec()
}

/// `price=number`; a column's name may hold equals signs, a type doesn't.
pub fn column_type(text: &str) -> Result<(String, String), Failure> {
    let pair = text.rsplit_once('=');
    let pair = pair.map(|(column, kind)| (column.to_owned(), kind.trim().to_owned()));
    pair.ok_or_else(|| {
        let hint = "write `--types COLUMN=TYPE`, as in `--types zip=category`".to_owned();
        Failure::usage(format!("--types: no `=` in `{text}`"), Some(hint))
    })
}

/// A number above 0.
pub fn bound(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("expected a number above 0".to_owned()),
    }
}
