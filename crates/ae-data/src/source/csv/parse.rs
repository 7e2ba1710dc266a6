use std::io::Read;

use ::csv::{ByteRecord, Reader};

use super::header::{Columns, Role, field_count_of_data};
use super::{CellProblem, CsvError, Table};

/// Words that spreadsheets and statistics programs write for a value that isn't there.
const MISSING: [&str; 6] = ["", "nan", "na", "n/a", "null", "?"];

/// Characters of a cell that an error shows.
const LONGEST_SHOWN: usize = 40;

/// Reads all records; `first` was read before, and is data if the columns say so.
pub fn parse<R: Read>(
    mut reader: Reader<R>,
    columns: &Columns,
    first: ByteRecord,
) -> Result<Table, CsvError> {
    let has_labels = columns.roles.contains(&Role::Label);
    let names = columns.names.iter().zip(&columns.roles);
    let features = names.filter(|(_, role)| **role == Role::Feature);
    let mut table = Table {
        names: features.map(|(name, _)| name.clone()).collect(),
        values: Vec::new(),
        labels: has_labels.then(Vec::new),
        warnings: Vec::new(),
    };
    let mut record = first;
    let mut is_data = !columns.has_header;
    loop {
        if is_data {
            table.push(&record, columns, || line_of(&record, &reader))?;
        }
        is_data = true;
        if !reader.read_byte_record(&mut record)? {
            break;
        }
    }
    if table.values.is_empty() {
        return Err(CsvError::NoRows);
    }
    table.values.shrink_to_fit();
    Ok(table)
}

/// The line on which the record that was read last starts. (Where the record says it starts
/// is before the empty lines in front of it.)
fn line_of<R: Read>(record: &ByteRecord, reader: &Reader<R>) -> u64 {
    let fields = record.as_slice().iter();
    let inside = fields.filter(|&&byte| byte == b'\n').count() as u64;
    reader.position().line().saturating_sub(1 + inside).max(1)
}

impl Table {
    fn push(
        &mut self,
        record: &ByteRecord,
        columns: &Columns,
        line: impl Fn() -> u64,
    ) -> Result<(), CsvError> {
        let expected = columns.names.len();
        if record.len() != expected && field_count_of_data(record) != expected {
            let found = record.len();
            return Err(CsvError::Ragged {
                line: line(),
                expected,
                found,
            });
        }
        for ((field, role), name) in record.iter().zip(&columns.roles).zip(&columns.names) {
            match role {
                Role::Excluded => {}
                Role::Label => {
                    let text = String::from_utf8_lossy(field.trim_ascii());
                    self.labels.get_or_insert_default().push(text.into_owned());
                }
                Role::Feature => {
                    let number = number(field).map_err(|problem| CsvError::Cell {
                        line: line(),
                        column: name.clone(),
                        problem,
                    })?;
                    self.values.push(number);
                }
            }
        }
        Ok(())
    }
}

fn number(field: &[u8]) -> Result<f32, CellProblem> {
    let text = str::from_utf8(field.trim_ascii()).unwrap_or_default();
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() => Ok(number),
        parsed => Err(problem(text, parsed.ok())),
    }
}

fn problem(text: &str, parsed: Option<f32>) -> CellProblem {
    let token = shortened(text);
    let word = text.trim_start_matches(['+', '-']).to_lowercase();
    match parsed {
        _ if MISSING.contains(&word.as_str()) => CellProblem::Missing(token),
        None => CellProblem::Text(token),
        Some(_) if word.starts_with("inf") => CellProblem::Infinite(token),
        Some(_) => CellProblem::TooLarge(token),
    }
}

/// A cell's text as an error shows it: on one line, and no more than fits there.
fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(LONGEST_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown.replace(char::is_control, " ")
}
