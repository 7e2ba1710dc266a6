use std::io::Read;

use super::CsvError;

/// Tried in this order: what is rare inside numbers and text comes first.
const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];
const RECORDS_LOOKED_AT: usize = 100;

/// How a file writes its records.
#[derive(Debug, Clone, PartialEq)]
pub struct Dialect {
    /// What stands between two fields.
    pub delimiter: u8,
}

impl Dialect {
    /// Finds the dialect from the start of a file; a delimiter that was given is taken as it
    /// is.
    pub fn find(head: &[u8], given: Option<u8>) -> Result<Self, CsvError> {
        if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
            return Err(CsvError::Utf16);
        }
        if let Some(byte) = head.iter().position(|&byte| byte == 0) {
            // Latin text in UTF-16 has a zero in every other byte.
            let zeros = head.iter().filter(|&&byte| byte == 0).count();
            return Err(match zeros * 3 > head.len() && byte < 2 {
                true => CsvError::Utf16,
                false => CsvError::Binary { byte },
            });
        }
        if given.is_some_and(|byte| !byte.is_ascii() || b"\"\r\n\0".contains(&byte)) {
            return Err(CsvError::Delimiter);
        }
        Ok(Self {
            delimiter: given.unwrap_or_else(|| guess_delimiter(head)),
        })
    }

    /// A reader of records, the header like any other.
    pub fn reader<R: Read>(&self, text: R) -> ::csv::Reader<R> {
        ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .buffer_capacity(64 * 1024)
            .from_reader(text)
    }
}

/// The delimiter that cuts all records into the same number of fields, or else the one that
/// cuts each record into the most; a comma if none cuts them at all.
fn guess_delimiter(head: &[u8]) -> u8 {
    let rank = |delimiter: u8| {
        let counts = field_counts(head, delimiter);
        let fewest = counts.iter().copied().min().unwrap_or(1);
        let most = counts.iter().copied().max().unwrap_or(1);
        let is_even = fewest == most;
        (fewest > 1, is_even, if is_even { 0 } else { fewest })
    };
    // The first of equals is the one that `max_by_key` would return last.
    let best = DELIMITERS.into_iter().rev().max_by_key(|&d| rank(d));
    best.filter(|&delimiter| rank(delimiter).0).unwrap_or(b',')
}

fn field_counts(head: &[u8], delimiter: u8) -> Vec<usize> {
    let records = Dialect { delimiter }.reader(head).into_byte_records();
    let records = records.map_while(Result::ok).take(RECORDS_LOOKED_AT);
    let mut counts: Vec<usize> = records.map(|record| record.len()).collect();
    // The last record may be cut off by the end of the head.
    if counts.len() > 1 {
        counts.pop();
    }
    counts
}
