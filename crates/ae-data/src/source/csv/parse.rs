use std::io::Read;

use ::csv::{ByteRecord, Reader};

use super::dialect::Dialect;
use super::header::{Columns, Role, field_count_of_data};
use super::{CellProblem, CsvError, Table};

/// Words that spreadsheets and statistics programs write for a value that isn't there.
const MISSING: [&str; 6] = ["", "nan", "na", "n/a", "null", "?"];

/// Reads all records; `first` was read before, and is data if the columns say so.
pub fn parse<R: Read>(
    mut reader: Reader<R>,
    dialect: &Dialect,
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
    let mut records = 0;
    let mut is_data = !columns.has_header;
    loop {
        if is_data {
            let line = dialect.line(&record, records);
            table.push(&record, columns, line)?;
        }
        is_data = true;
        records += 1;
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

impl Table {
    fn push(&mut self, record: &ByteRecord, columns: &Columns, line: u64) -> Result<(), CsvError> {
        let expected = columns.names.len();
        if record.len() != expected && field_count_of_data(record) != expected {
            let found = record.len();
            return Err(CsvError::Ragged {
                line,
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
                        line,
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
    let token = text.to_owned();
    let word = text.trim_start_matches(['+', '-']).to_lowercase();
    match parsed {
        _ if MISSING.contains(&word.as_str()) => CellProblem::Missing(token),
        None => CellProblem::Text(token),
        Some(_) if word.starts_with("inf") => CellProblem::Infinite(token),
        Some(_) => CellProblem::TooLarge(token),
    }
}
