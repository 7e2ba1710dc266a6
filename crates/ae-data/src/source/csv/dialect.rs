use std::io::Read;

use super::CsvError;
use crate::SourceOptions;

/// Tried in this order: what is rare inside numbers and text comes first.
const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];
const RECORDS_LOOKED_AT: usize = 100;

/// How a file writes its records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dialect {
    /// What stands between two fields.
    pub delimiter: u8,
    /// What stands around a field that holds the delimiter.
    pub quote: u8,
    /// What a line begins with that is no record.
    pub comment: Option<u8>,
}

impl Dialect {
    /// Finds the dialect from the start of a file, in UTF-8; what was given is taken as it is.
    pub fn find(head: &[u8], options: &SourceOptions) -> Result<Self, CsvError> {
        let is_bad = |byte: u8| !byte.is_ascii() || b"\r\n\0".contains(&byte);
        let quote = options.quote.unwrap_or(b'"');
        let given = options.delimiter;
        if given.is_some_and(is_bad) || is_bad(quote) || given == Some(quote) {
            return Err(CsvError::Delimiter);
        }
        let mut dialect = Self {
            delimiter: b',',
            quote,
            comment: options.comment.or_else(|| guess_comment(head)),
        };
        dialect.delimiter = given.unwrap_or_else(|| dialect.guess_delimiter(head));
        Ok(dialect)
    }

    /// A reader of records, the header like any other.
    pub fn reader<R: Read>(&self, text: R) -> ::csv::Reader<R> {
        ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .quote(self.quote)
            .comment(self.comment)
            .buffer_capacity(64 * 1024)
            .from_reader(text)
    }

    /// The delimiter that cuts all records into the same number of fields, or else the one that
    /// cuts each record into the most; a comma if none cuts them at all.
    fn guess_delimiter(self, head: &[u8]) -> u8 {
        let rank = |delimiter: u8| {
            let counts = Self { delimiter, ..self }.field_counts(head);
            let fewest = counts.iter().copied().min().unwrap_or(1);
            let most = counts.iter().copied().max().unwrap_or(1);
            let is_even = fewest == most;
            (fewest > 1, is_even, if is_even { 0 } else { fewest })
        };
        // The first of equals is the one that `max_by_key` would return last.
        let best = DELIMITERS.into_iter().rev().max_by_key(|&d| rank(d));
        best.filter(|&delimiter| rank(delimiter).0).unwrap_or(b',')
    }

    fn field_counts(&self, head: &[u8]) -> Vec<usize> {
        let records = self.reader(head).into_byte_records();
        let records = records.map_while(Result::ok).take(RECORDS_LOOKED_AT);
        let mut counts: Vec<usize> = records.map(|record| record.len()).collect();
        // The last record may be cut off by the end of the head.
        if counts.len() > 1 {
            counts.pop();
        }
        counts
    }
}

/// A `#` begins comments where a first line begins with it and a space, or where more than one
/// line at the start does: `#id,name` alone is a header.
fn guess_comment(head: &[u8]) -> Option<u8> {
    let mut lines = head
        .split(|byte| b"\r\n".contains(byte))
        .filter(|line| !line.is_empty());
    let first = lines.next()?;
    let second = lines.next().unwrap_or_default();
    let is_comment = first.starts_with(b"# ") || first == b"#" || second.starts_with(b"#");
    (first.starts_with(b"#") && is_comment).then_some(b'#')
}
