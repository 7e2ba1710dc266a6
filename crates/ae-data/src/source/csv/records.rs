use std::borrow::Cow;
use std::io::Read;

use ::csv::{ByteRecord, Reader};

use super::CsvError;
use super::decode::{self, DecodingReader};
use super::dialect::Dialect;
use super::header::{Header, field_count_of_data};
use super::text::{END, TextReader};
use crate::SourceOptions;
use crate::source::input::Input;

type Text = TextReader<Box<dyn Read + Send>>;

/// The records of a file, a block at a time.
pub struct RecordReader {
    reader: Reader<Text>,
    pub header: Header,
    pub delimiter: u8,
    record: ByteRecord,
    /// The first record is data and was read to find the header.
    is_pending: bool,
}

/// Fields of some records, row after row.
#[derive(Default)]
pub struct Records {
    bytes: Vec<u8>,
    /// Where each field ends.
    ends: Vec<usize>,
    /// The line on which each record starts.
    lines: Vec<u64>,
    width: usize,
}

impl Records {
    /// How many records.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The line on which a record starts.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    /// A field, without the quotes around it.
    ///
    /// # Panics
    /// If there is no such record or field.
    pub fn cell(&self, row: usize, column: usize) -> &[u8] {
        let field = row * self.width + column;
        let start = match field {
            0 => 0,
            _ => self.ends[field - 1],
        };
        &self.bytes[start..self.ends[field]]
    }

    fn clear(&mut self, width: usize) {
        self.bytes.clear();
        self.ends.clear();
        self.lines.clear();
        self.width = width;
    }

    fn push(&mut self, record: &ByteRecord, line: u64) {
        let before = self.bytes.len();
        let mut end = 0;
        for field in record.iter().take(self.width) {
            end += field.len();
            self.ends.push(before + end);
        }
        self.bytes.extend_from_slice(&record.as_slice()[..end]);
        self.lines.push(line);
    }
}

impl RecordReader {
    pub fn open(input: Input, options: &SourceOptions) -> Result<Self, CsvError> {
        let options = &match input.is_parquet() {
            true => Cow::Owned(SourceOptions {
                delimiter: Some(b','),
                quote: None,
                comment: None,
                header: Some(true),
                encoding: None,
                ..options.clone()
            }),
            false => Cow::Borrowed(options),
        };
        let encoding = decode::find(input.head(), options.encoding.as_deref())?;
        let (dialect, bytes): (_, Box<dyn Read + Send>) = match encoding {
            None => {
                let dialect = Dialect::find(input.head(), options)?;
                if let Some(byte) = input.head().iter().position(|&byte| byte == 0) {
                    return Err(CsvError::Binary { byte });
                }
                (dialect, Box::new(input.reader()))
            }
            Some(encoding) => {
                let head = encoding.decode(input.head()).0.into_owned();
                let dialect = Dialect::find(head.as_bytes(), options)?;
                (
                    dialect,
                    Box::new(DecodingReader::new(input.reader(), encoding)),
                )
            }
        };
        let mut reader = dialect.reader(TextReader::new(bytes));
        let mut record = ByteRecord::new();
        if !reader.read_byte_record(&mut record)? || is_end(&record) {
            return Err(CsvError::NoRows);
        }
        check_quotes(&record, &reader)?;
        let header = Header::find(&record, options)?;
        Ok(Self {
            reader,
            is_pending: !header.is_there,
            header,
            delimiter: dialect.delimiter,
            record,
        })
    }

    /// Reads up to `most` records over those in `records`; none are left at the end.
    pub fn read(&mut self, most: usize, records: &mut Records) -> Result<(), CsvError> {
        let width = self.header.names.len();
        records.clear(width);
        while records.rows() < most {
            if !self.is_pending && !self.reader.read_byte_record(&mut self.record)? {
                break;
            }
            if is_end(&self.record) {
                break;
            }
            check_quotes(&self.record, &self.reader)?;
            self.is_pending = false;
            let line = line_of(&self.record, &self.reader);
            let found = self.record.len();
            if found != width && field_count_of_data(&self.record) != width {
                return Err(CsvError::Ragged {
                    line,
                    expected: width,
                    found,
                });
            }
            records.push(&self.record, line);
        }
        Ok(())
    }
}

/// Whether this is what the text ends with, and no record.
fn is_end(record: &ByteRecord) -> bool {
    record.len() == 1 && record.as_slice() == END
}

/// # Errors
/// A quoted field that goes on to the end of the text.
fn check_quotes<R: Read>(record: &ByteRecord, reader: &Reader<R>) -> Result<(), CsvError> {
    let text = record.as_slice();
    match text.strip_suffix(b"\n").unwrap_or(text).ends_with(END) {
        true => Err(CsvError::OpenQuote {
            line: reader.position().line() - lines_in(record),
        }),
        false => Ok(()),
    }
}

/// The line on which the record that was read last starts. (Where the record says it starts
/// is before the empty lines in front of it.)
fn line_of<R: Read>(record: &ByteRecord, reader: &Reader<R>) -> u64 {
    let before = 1 + lines_in(record);
    reader.position().line().saturating_sub(before).max(1)
}

/// Line ends within its fields.
fn lines_in(record: &ByteRecord) -> u64 {
    let fields = record.as_slice().iter();
    fields.filter(|&&byte| byte == b'\n').count() as u64
}
