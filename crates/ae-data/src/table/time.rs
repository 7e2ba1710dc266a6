use serde::{Deserialize, Serialize};

use super::datetime::SECONDS_OF_A_DAY;
use super::number::Parsed;
use super::{DateFormat, NumberFormat};

/// How a column writes the time of a row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeFormat {
    /// A number: seconds, cycles, whatever grows with time.
    Number(NumberFormat),
    /// A date, a time of day, or both.
    Date(DateFormat),
}

impl TimeFormat {
    /// Writes a time: dates in ISO 8601.
    pub(crate) fn text(&self, time: f64) -> String {
        match self {
            Self::Number(_) => time.to_string(),
            Self::Date(format) => {
                let day = (time / SECONDS_OF_A_DAY).floor();
                format.text(day, time - day * SECONDS_OF_A_DAY)
            }
        }
    }

    /// Reads a trimmed cell: seconds since 1970 of a date, else the number.
    pub(crate) fn parse(&self, cell: &[u8]) -> Option<f64> {
        match self {
            Self::Number(format) => match format.parse(cell) {
                Parsed::Number(number) => Some(number),
                _ => None,
            },
            Self::Date(format) => {
                let moment = format.parse(cell)?;
                Some(moment.day as f64 * SECONDS_OF_A_DAY + moment.second)
            }
        }
    }
}
