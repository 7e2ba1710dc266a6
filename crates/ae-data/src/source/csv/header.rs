use ::csv::ByteRecord;

use super::CsvError;
use crate::SourceOptions;
use crate::source::array::numbered_columns;

/// The columns of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    pub names: Vec<String>,
    /// Whether the first record names the columns and is no data.
    pub is_there: bool,
    /// Whether that was guessed.
    pub is_guess: bool,
}

impl Header {
    /// Finds the columns from the first record and the options.
    pub fn find(first: &ByteRecord, options: &SourceOptions) -> Result<Self, CsvError> {
        let is_there = options.header.unwrap_or_else(|| !is_all_numbers(first));
        let names = if is_there {
            named(first)?
        } else {
            numbered_columns(field_count_of_data(first))
        };
        Ok(Self {
            names,
            is_there,
            is_guess: options.header.is_none(),
        })
    }

    /// What was assumed, where the user should know.
    pub fn warning(&self) -> Option<String> {
        let warning = "the first line is all numbers, so it is taken as data, not as names of \
                       columns; they are called x0, x1, …";
        if !self.is_there && self.is_guess {
            return Some(warning.to_owned());
        }
        let numbers = self.names.iter().filter(|name| name.parse::<f64>().is_ok());
        (self.is_guess && 2 * numbers.count() >= self.names.len()).then(|| {
            format!(
                "the first line is taken as names of columns, though most of it are numbers ({}); \
                 `--header false` if it is data",
                self.names[..self.names.len().min(4)].join(", ")
            )
        })
    }

    /// The place of a column that an option names.
    pub fn place(&self, name: &str, purpose: &'static str) -> Result<usize, CsvError> {
        let place = self.names.iter().position(|known| known == name);
        place.ok_or_else(|| CsvError::NoColumn {
            found: name.to_owned(),
            purpose,
            known: self.names.clone(),
        })
    }
}

fn named(header: &ByteRecord) -> Result<Vec<String>, CsvError> {
    let text = |field: &[u8]| String::from_utf8_lossy(field.trim_ascii()).into_owned();
    let mut names: Vec<String> = header.iter().map(text).collect();
    // `A|B|C|`: a delimiter at the end of the line begins no column.
    if names.len() > 1 && names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    for (index, name) in names.iter_mut().enumerate() {
        if name.is_empty() {
            *name = format!("column {}", index + 1);
        }
    }
    check_names_differ(&names)?;
    Ok(names)
}

/// Fields of a data record, without the empty one after a delimiter at the end of the line.
pub fn field_count_of_data(record: &ByteRecord) -> usize {
    let last_is_empty = record.iter().next_back().is_some_and(<[u8]>::is_empty);
    record.len() - usize::from(last_is_empty && record.len() > 1)
}

fn is_all_numbers(record: &ByteRecord) -> bool {
    let is_number = |field: &[u8]| {
        let text = str::from_utf8(field.trim_ascii()).unwrap_or("?");
        text.is_empty() || text.parse::<f64>().is_ok()
    };
    record.iter().all(is_number)
}

fn check_names_differ(names: &[String]) -> Result<(), CsvError> {
    let mut sorted: Vec<(&String, usize)> = names.iter().zip(1..).collect();
    sorted.sort_unstable();
    for pair in sorted.windows(2) {
        if let [(name, first), (other, second)] = *pair
            && name == other
        {
            return Err(CsvError::SameName {
                name: name.clone(),
                first,
                second,
            });
        }
    }
    Ok(())
}
