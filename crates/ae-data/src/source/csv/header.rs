use ::csv::ByteRecord;

use super::CsvError;
use crate::SourceOptions;
use crate::source::array::numbered_columns;

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Feature,
    Label,
    Excluded,
}

/// The columns of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    pub names: Vec<String>,
    pub roles: Vec<Role>,
    /// Whether the first record names the columns and is no data.
    pub has_header: bool,
    /// The first column is a feature whose header is empty.
    pub first_is_unnamed: bool,
    /// What was assumed about the header.
    pub warning: Option<String>,
}

impl Columns {
    /// Finds the columns from the first record and the options.
    pub fn find(first: &ByteRecord, options: &SourceOptions) -> Result<Self, CsvError> {
        let has_header = options.header.unwrap_or_else(|| !is_all_numbers(first));
        let mut columns = if has_header {
            Self::named(first)?
        } else {
            Self::numbered(field_count_of_data(first), options.header.is_none())
        };
        columns.assign(options)?;
        if !columns.roles.contains(&Role::Feature) {
            return Err(CsvError::NoColumns);
        }
        columns.first_is_unnamed &= columns.roles[0] == Role::Feature;
        Ok(columns)
    }

    fn named(header: &ByteRecord) -> Result<Self, CsvError> {
        let text = |field: &[u8]| String::from_utf8_lossy(field.trim_ascii()).into_owned();
        let mut names: Vec<String> = header.iter().map(text).collect();
        // `A|B|C|`: a delimiter at the end of the line begins no column.
        if names.len() > 1 && names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        let first_is_unnamed = names.first().is_some_and(String::is_empty);
        for (index, name) in names.iter_mut().enumerate() {
            if name.is_empty() {
                *name = format!("column {}", index + 1);
            }
        }
        check_names_differ(&names)?;
        Ok(Self {
            roles: vec![Role::Feature; names.len()],
            names,
            has_header: true,
            first_is_unnamed,
            warning: None,
        })
    }

    fn numbered(count: usize, is_guess: bool) -> Self {
        let warning = "the first line is all numbers, so it is taken as data, not as names of \
                       columns; they are called x0, x1, …";
        Self {
            names: numbered_columns(count),
            roles: vec![Role::Feature; count],
            has_header: false,
            first_is_unnamed: false,
            warning: is_guess.then(|| warning.to_owned()),
        }
    }

    fn assign(&mut self, options: &SourceOptions) -> Result<(), CsvError> {
        let excluded = options.exclude.iter();
        let excluded = excluded.map(|name| (name, Role::Excluded, "leave out"));
        let label = options.label.iter();
        let label = label.map(|name| (name, Role::Label, "take labels from"));
        for (name, role, purpose) in excluded.chain(label) {
            let position = self.names.iter().position(|known| known == name);
            let position = position.ok_or_else(|| CsvError::NoColumn {
                found: name.clone(),
                purpose,
                known: self.names.clone(),
            })?;
            self.roles[position] = role;
        }
        Ok(())
    }
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
