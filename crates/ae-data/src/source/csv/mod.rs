//! CSV: tables as text.
//!
//! [`decode`] turns other encodings into UTF-8, [`text`] checks it and its line ends,
//! [`dialect`] finds out how the fields are separated, [`header`] what the columns are called,
//! and [`records`] hands out blocks of fields. [`learn`] goes over a file twice, first to find
//! out what the columns are, then to read them; [`blocks`] goes over it once, with a schema that
//! is known.

mod blocks;
mod decode;
mod dialect;
mod error;
mod header;
mod learn;
mod records;
mod series;
mod text;

use super::Format;

pub use blocks::{TableBlock, TableReader};
pub use error::{CellProblem, CsvError};
pub(super) use learn::read_known;
pub use records::Records;

pub const FORMAT: Format = Format {
    name: "CSV",
    summary: "tables as text, separated by commas, semicolons, tabs or bars",
    signature: |_| false,
    name_fits: |name| {
        [".csv", ".tsv", ".txt"]
            .iter()
            .any(|end| name.ends_with(end))
    },
    read: learn::read,
};
