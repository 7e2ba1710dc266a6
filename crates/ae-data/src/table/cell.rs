use std::collections::HashMap;

use super::missing::MissingWords;
use super::number::Parsed;
use super::{DateFormat, Kind, NumberFormat};
use crate::source::CellProblem;

/// Turns the cells of one column into numbers.
pub(crate) struct CellReader<'a> {
    missing: MissingWords<'a>,
    how: How<'a>,
}

enum How<'a> {
    Number(NumberFormat),
    Boolean { no: &'a str, yes: &'a str },
    Category { places: HashMap<&'a [u8], f32> },
    DateTime(DateFormat),
}

impl<'a> CellReader<'a> {
    /// For columns of this kind; `None` for kinds without cells.
    pub(crate) fn new(kind: &'a Kind, missing: &'a [String]) -> Option<Self> {
        let how = match kind {
            Kind::Number(format) => How::Number(*format),
            Kind::Boolean { no, yes } => How::Boolean { no, yes },
            Kind::Category { values } => How::Category {
                places: values
                    .iter()
                    .enumerate()
                    .map(|(place, value)| (value.as_bytes(), place as f32))
                    .collect(),
            },
            Kind::DateTime(format) => How::DateTime(*format),
            _ => return None,
        };
        let missing = MissingWords::new(missing);
        Some(Self { missing, how })
    }

    /// What a category's cell with none of the known values is read as.
    pub(crate) fn strange(&self) -> Option<f32> {
        match &self.how {
            How::Category { places } => Some(places.len() as f32),
            _ => None,
        }
    }

    /// Reads one cell into as many numbers as its kind has: NaN for a missing one.
    pub(crate) fn read(&self, cell: &[u8], out: &mut [f32]) -> Result<(), CellProblem> {
        let cell = cell.trim_ascii();
        if self.missing.contain(cell) {
            out.fill(f32::NAN);
            return Ok(());
        }
        out[0] = match &self.how {
            How::Number(format) => match format.parse_kept(cell) {
                Ok(number) => number,
                Err(parsed) => return Err(CellProblem::of_number(cell, parsed)),
            },
            How::Boolean { no, yes } => {
                if cell.eq_ignore_ascii_case(yes.as_bytes()) {
                    1.0
                } else if cell.eq_ignore_ascii_case(no.as_bytes()) {
                    0.0
                } else {
                    return Err(CellProblem::not_boolean(cell, no, yes));
                }
            }
            How::Category { places } => {
                let strange = places.len() as f32;
                places.get(cell).copied().unwrap_or(strange)
            }
            How::DateTime(format) => {
                let moment = format.parse(cell);
                let moment = moment.ok_or_else(|| CellProblem::not_a_date(cell))?;
                out[1] = moment.second as f32;
                moment.day as f32
            }
        };
        Ok(())
    }
}

impl CellProblem {
    /// What is wrong with a cell that should be a number.
    pub(crate) fn of_number(cell: &[u8], parsed: Parsed) -> Self {
        let token = Self::token(cell);
        match parsed {
            Parsed::Infinite => Self::Infinite(token),
            Parsed::TooLarge => Self::TooLarge(token),
            Parsed::Number(_) | Parsed::Text => Self::Text(token),
        }
    }
}

/// What a cell of this kind says, in the words of its column: what was read, written
/// again. Numbers have a decimal point, dates are in ISO 8601, missing cells are empty.
///
/// # Panics
/// If there are fewer numbers than the kind has cells.
pub fn cell_text(kind: &Kind, cells: &[f32]) -> String {
    if cells.first().is_some_and(|value| value.is_nan()) {
        return String::new();
    }
    match kind {
        Kind::Number(format) if format.origin == 0.0 => cells[0].to_string(),
        Kind::Number(format) => (f64::from(cells[0]) + format.origin).to_string(),
        Kind::Boolean { no, yes } => if cells[0] >= 0.5 { yes } else { no }.clone(),
        Kind::Category { values } => {
            let place = cells[0].round().max(0.0) as usize;
            let value = values.get(place).map(String::as_str);
            value.unwrap_or(OTHER).to_owned()
        }
        Kind::DateTime(format) => format.text(f64::from(cells[0]), f64::from(cells[1])),
        Kind::Constant { value } => value.clone(),
        Kind::Id | Kind::Time(_) | Kind::Group | Kind::Label | Kind::Text | Kind::Excluded => {
            String::new()
        }
    }
}

/// A value that isn't among a category's.
pub const OTHER: &str = "(other)";
