//! CSV: tables of numbers as text, with a column of classes if one is named.
//!
//! [`dialect`] finds out how the fields are separated, [`header`] what the columns are called
//! and what each is for, and [`parse`] turns the records into numbers.

mod dialect;
mod error;
mod header;
mod parse;
mod text;

use std::path::Path;

pub use error::{CellProblem, CsvError};

use self::dialect::Dialect;
use self::header::Columns;
use self::text::TextReader;
use super::input::Input;
use super::{Format, SourceOptions};
use crate::{DataError, Dataset, Labels, Layout, Parts, Values};

pub const FORMAT: Format = Format {
    name: "CSV",
    summary: "tables of numbers as text, separated by commas, semicolons, tabs or bars",
    signature: |_| false,
    name_fits: |name| {
        [".csv", ".tsv", ".txt"]
            .iter()
            .any(|end| name.ends_with(end))
    },
    read,
};

fn read(input: Input, options: &SourceOptions) -> Result<Parts, DataError> {
    let path = input.path().to_owned();
    let table = read_table(input, options).map_err(DataError::in_file(&path))?;
    let train = into_dataset(table, &path)?;
    Ok(Parts { train, test: None })
}

/// What a CSV file holds once its text is gone.
struct Table {
    names: Vec<String>,
    values: Vec<f32>,
    labels: Option<Vec<String>>,
    warnings: Vec<String>,
}

fn read_table(input: Input, options: &SourceOptions) -> Result<Table, CsvError> {
    let dialect = Dialect::find(input.head(), options.delimiter)?;
    let mut reader = dialect.reader(TextReader::new(input.reader()));
    let mut first = ::csv::ByteRecord::new();
    if !reader.read_byte_record(&mut first)? {
        return Err(CsvError::NoRows);
    }
    let columns = Columns::find(&first, options)?;
    let mut table = parse::parse(reader, &columns, first)?;
    table.drop_row_index(&columns);
    table.warnings.extend(columns.warning);
    Ok(table)
}

impl Table {
    /// Drops a first column that has no name and counts the rows, as pandas writes one.
    fn drop_row_index(&mut self, columns: &Columns) {
        let width = self.names.len();
        if !columns.first_is_unnamed || width == 0 {
            return;
        }
        let counts = |start: f32| {
            let mut firsts = self.values.iter().step_by(width).enumerate();
            firsts.all(|(row, &value)| value == start + row as f32)
        };
        if !counts(0.0) && !counts(1.0) {
            let name = &self.names[0];
            let warning = format!("the first column has no name; it is called `{name}`");
            self.warnings.push(warning);
            return;
        }
        let mut position = 0;
        self.values.retain(|_| {
            position += 1;
            position % width != 1 % width
        });
        self.names.remove(0);
        let warning = "the first column has no name and counts the rows: left out";
        self.warnings.push(warning.to_owned());
    }
}

fn into_dataset(table: Table, path: &Path) -> Result<Dataset, DataError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let labels = table.labels.map(|texts| Labels::from_texts(&texts));
    let layout = Layout::Columns(table.names);
    let mut dataset = Dataset::new(name.clone(), layout, Values::Floats(table.values), labels)?;
    let warnings = table.warnings.into_iter();
    dataset.warnings = warnings.map(|text| format!("{name}: {text}")).collect();
    Ok(dataset)
}
