//! NumPy's npy: a magic string, a version, a header written as a Python dictionary, then the
//! elements. Only plain numbers are read; nothing is ever unpickled.
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

mod header;
mod write;

pub use write::write_npy;

use std::io::Read;
use std::path::Path;

use ndarray::{ArrayView, IxDyn, ShapeBuilder};

use self::header::Header;
use super::array::{Array, ArrayError};
use super::input::{Input, InputError};
use super::{Format, SourceOptions, labels};
use crate::{DataError, Parts, Problem, Values};

pub const FORMAT: Format = Format {
    name: "npy",
    summary: "a NumPy array of rows: rows × columns, or images as rows × height × width",
    signature: is_npy,
    name_fits: |name| name.ends_with(".npy"),
    read,
};

const MAGIC: &[u8] = b"\x93NUMPY";
/// No sensible header comes near; NumPy itself refuses to parse headers beyond 10,000 bytes.
const LONGEST_HEADER: u64 = 64 * 1024;

/// What is wrong with an npy file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpyError {
    /// The data does not fit the header, or cannot be read.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// Something other than npy.
    #[error("not npy: the first bytes must be 93 and `NUMPY`")]
    Signature,
    /// A version of the format that does not exist.
    #[error("npy version {major}.{minor}, where 1.0, 2.0 or 3.0 was expected")]
    Version {
        /// First number.
        major: u8,
        /// Second number.
        minor: u8,
    },
    /// The file ends within its header.
    #[error("truncated: {expected} more bytes of header expected, {found} found")]
    ShortHeader {
        /// Bytes that should follow.
        expected: u64,
        /// Bytes that do.
        found: usize,
    },
    /// A header longer than any real one.
    #[error("a header of {length} bytes, where at most {LONGEST_HEADER} were expected")]
    LongHeader {
        /// What it says of its length.
        length: u64,
    },
    /// A header that is not the dictionary it should be.
    #[error("header, byte {at}: {expected} expected, {found} found")]
    Header {
        /// Byte of the header's text, from 0.
        at: usize,
        /// What should stand there.
        expected: &'static str,
        /// What does.
        found: String,
    },
    /// An element type that is no plain number.
    #[error("elements of type `{found}` are not supported")]
    Type {
        /// NumPy's name of the type.
        found: String,
    },
    /// Pickled objects.
    #[error("elements of type `{found}` are Python objects, which are never unpickled")]
    Object {
        /// NumPy's name of the type.
        found: String,
    },
    /// Records with named fields.
    #[error("elements are records with fields, where plain numbers were expected")]
    Structured,
}

impl Problem for NpyError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Array(error) => error.hint(),
            Self::Type { .. } | Self::Object { .. } => Some(format!(
                "supported: {}; in Python: numpy.save(path, array.astype(\"float32\"))",
                header::supported_types()
            )),
            Self::Structured => Some(
                "in Python: numpy.lib.recfunctions.structured_to_unstructured(array)".to_owned(),
            ),
            _ => None,
        }
    }
}

impl From<InputError> for NpyError {
    fn from(error: InputError) -> Self {
        Self::Array(error.into())
    }
}

/// Whether a file starts as npy does.
pub fn is_npy(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

fn read(input: Input, options: &SourceOptions) -> Result<Parts, DataError> {
    let path = input.path().to_owned();
    let array = read_array(&mut input.reader()).map_err(DataError::in_file(&path))?;
    let label_file = options.label.as_ref().map(Path::new);
    let labels = label_file.map(labels::open).transpose()?;
    let train = array.into_dataset(&path, labels)?;
    Ok(Parts { train, test: None })
}

/// Reads an npy file whole and puts its elements into row-major order.
pub fn read_array(reader: &mut impl Read) -> Result<Array, NpyError> {
    let header = Header::parse(&read_header(reader)?)?;
    let mut array = Array::read(reader, header.element, header.order, &header.shape)?;
    if header.column_major {
        array.values = match array.values {
            Values::Bytes(bytes) => Values::Bytes(to_row_major(&array.shape, bytes)),
            Values::Floats(floats) => Values::Floats(to_row_major(&array.shape, floats)),
        };
    }
    Ok(array)
}

fn read_header(reader: &mut impl Read) -> Result<Vec<u8>, NpyError> {
    let start = read_exactly(reader, MAGIC.len() as u64 + 2)?;
    let Some(&[major, minor]) = start.strip_prefix(MAGIC) else {
        return Err(NpyError::Signature);
    };
    let length_bytes = match (major, minor) {
        (1, 0) => 2,
        (2 | 3, 0) => 4,
        _ => return Err(NpyError::Version { major, minor }),
    };
    let little_endian = read_exactly(reader, length_bytes)?;
    let digits = little_endian.iter().rev();
    let length = digits.fold(0, |length, &byte| length << 8 | u64::from(byte));
    if length > LONGEST_HEADER {
        return Err(NpyError::LongHeader { length });
    }
    read_exactly(reader, length)
}

fn read_exactly(reader: &mut impl Read, expected: u64) -> Result<Vec<u8>, NpyError> {
    let mut bytes = Vec::new();
    let read = reader.by_ref().take(expected).read_to_end(&mut bytes);
    read.map_err(InputError::from)?;
    let found = bytes.len();
    if (found as u64) < expected {
        return Err(NpyError::ShortHeader { expected, found });
    }
    Ok(bytes)
}

fn to_row_major<T: Copy>(shape: &[usize], values: Vec<T>) -> Vec<T> {
    match ArrayView::from_shape(IxDyn(shape).f(), &values) {
        Ok(view) => view.iter().copied().collect(),
        // Unreachable: an array holds as many values as its shape asks for.
        Err(_) => values,
    }
}
