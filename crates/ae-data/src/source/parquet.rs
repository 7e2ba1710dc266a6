//! Parquet files: read as the table that they are, written out as text on the way in.
//!
//! Whatever is done for CSV files (kinds of columns, ids, holes, blocks of rows) is then done for
//! them by the same code. Numbers keep every digit, times become ISO 8601, nothing becomes an empty
//! cell, and what is nested becomes text, which no network learns from.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use ::parquet::basic::{LogicalType, TimeUnit};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use ::parquet::record::reader::RowIter;
use ::parquet::record::{Field, Row};

use super::input::InputError;
use crate::table::{DateFormat, DateOrder, SECONDS_OF_A_DAY};

/// How days, and times of a day, are written.
const DAY: DateFormat = DateFormat {
    order: Some(DateOrder::YearMonthDay),
    time: false,
};
const TIME: DateFormat = DateFormat {
    order: None,
    time: true,
};

/// The text of a Parquet file: names of columns in the first line, then a line a row.
///
/// # Errors
/// A file that can't be opened, or is damaged.
pub fn text_of_file(path: &Path) -> Result<Box<dyn Read + Send>, InputError> {
    text(File::open(path).map_err(InputError::Read)?)
}

/// The same of a file that is in memory: nothing smaller will do, as its directory is at its end.
///
/// # Errors
/// As [`text_of_file`].
pub fn text_of_bytes(bytes: Vec<u8>) -> Result<Box<dyn Read + Send>, InputError> {
    text(bytes::Bytes::from(bytes))
}

fn text(file: impl ChunkReader + 'static) -> Result<Box<dyn Read + Send>, InputError> {
    let reader = SerializedFileReader::new(file).map_err(damaged)?;
    let columns = reader.metadata().file_metadata().schema().get_fields();
    let mut line = String::new();
    let mut in_nanoseconds = Vec::with_capacity(columns.len());
    for (place, column) in columns.iter().enumerate() {
        separate(&mut line, place);
        quote(&mut line, column.name());
        let of_time = column.get_basic_info().logical_type_ref();
        in_nanoseconds.push(matches!(
            of_time,
            Some(LogicalType::Timestamp(time)) if time.unit == TimeUnit::NANOS
        ));
    }
    line.push('\n');
    Ok(Box::new(Lines {
        rows: RowIter::from_file_into(Box::new(reader)),
        in_nanoseconds,
        line: line.into_bytes(),
        read: 0,
    }))
}

fn damaged(error: ParquetError) -> InputError {
    InputError::Parquet {
        problem: error.to_string(),
    }
}

/// Rows as lines.
struct Lines {
    rows: RowIter<'static>,
    /// Of each column, whether its whole numbers are times.
    in_nanoseconds: Vec<bool>,
    line: Vec<u8>,
    /// How much of the line has been read.
    read: usize,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.line.len() {
            let Some(row) = self.rows.next() else {
                return Ok(0);
            };
            let row = row.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            self.line = self.line_of(&row).into_bytes();
            self.read = 0;
        }
        let read = (&self.line[self.read..]).read(buffer)?;
        self.read += read;
        Ok(read)
    }
}

impl Lines {
    fn line_of(&self, row: &Row) -> String {
        let mut line = String::new();
        let is_single = row.len() == 1;
        for (place, (_, field)) in row.get_column_iter().enumerate() {
            separate(&mut line, place);
            match field {
                // An empty line would be no row.
                Field::Null if is_single => line.push_str("\"\""),
                Field::Null => {}
                Field::Str(text) => quote(&mut line, text),
                Field::Long(time) if self.in_nanoseconds[place] => moment(&mut line, *time, 9),
                Field::TimestampMicros(time) => moment(&mut line, *time, 6),
                Field::TimestampMillis(time) => moment(&mut line, *time, 3),
                Field::Date(day) => push(&mut line, DAY.text(f64::from(*day), 0.0)),
                Field::Group(_)
                | Field::ListInternal(_)
                | Field::MapInternal(_)
                | Field::Bytes(_) => quote(&mut line, &field.to_string()),
                // With all their digits, which a field's own text doesn't have.
                Field::Float(number) => push(&mut line, number),
                Field::Double(number) => push(&mut line, number),
                other => push(&mut line, other),
            }
        }
        line.push('\n');
        line
    }
}

fn separate(line: &mut String, place: usize) {
    if place > 0 {
        line.push(',');
    }
}

fn push(line: &mut String, what: impl std::fmt::Display) {
    // cannot fail: a string takes what fits into memory
    let _ = write!(line, "{what}");
}

fn quote(line: &mut String, text: &str) {
    line.push('"');
    line.push_str(&text.replace('"', "\"\""));
    line.push('"');
}

/// A time since 1970, in units of which there are 10 to the power of `digits` in a second.
fn moment(line: &mut String, time: i64, digits: u32) {
    let units = 10_i64.pow(digits);
    let (second, rest) = (time.div_euclid(units), time.rem_euclid(units));
    let (day, second) = (
        second.div_euclid(SECONDS_OF_A_DAY as i64) as f64,
        second.rem_euclid(SECONDS_OF_A_DAY as i64) as f64,
    );
    push(line, DAY.text(day, 0.0));
    push(line, format_args!("T{}", TIME.text(0.0, second)));
    if rest > 0 {
        push(
            line,
            format_args!(".{rest:0digits$}", digits = digits as usize),
        );
    }
}
