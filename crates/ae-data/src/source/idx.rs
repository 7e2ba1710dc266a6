//! IDX: the format of MNIST and its kin. Two zero bytes, a type code, the number of axes, the
//! length of each axis, then the elements; everything big-endian.
//! Described at <http://yann.lecun.com/exdb/mnist/>.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::array::{Array, ArrayError};
use super::elements::{ByteOrder, Element};
use super::input::{Input, InputError};
use super::{Format, SourceOptions, labels};
use crate::{DataError, Dataset, Parts, Problem};

pub const FORMAT: Format = Format {
    name: "IDX",
    summary: "images or tables as MNIST has them; labels are found beside the images",
    signature: |head| head.starts_with(&[0, 0]),
    name_fits: |name| name.ends_with("-ubyte") || name.contains(".idx") || name.contains("-idx"),
    read,
};

const TYPES: [(u8, Element); 6] = [
    (0x08, Element::U8),
    (0x09, Element::I8),
    (0x0B, Element::I16),
    (0x0C, Element::I32),
    (0x0D, Element::F32),
    (0x0E, Element::F64),
];

/// What is wrong with an IDX file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdxError {
    /// The data does not fit the header, or cannot be read.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// Something other than IDX.
    #[error("not IDX: the first two bytes must be 00 00, found {}", hexadecimal(.found))]
    Signature {
        /// The first bytes, two at most.
        found: Vec<u8>,
    },
    /// A type code that is not defined.
    #[error("unknown type code 0x{code:02X} at byte 2")]
    Type {
        /// The code.
        code: u8,
    },
    /// The file ends within its header.
    #[error("truncated: the header of {axes} axes takes {expected} bytes, {found} found")]
    Header {
        /// Number of axes.
        axes: u8,
        /// Bytes the header takes.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
}

impl Problem for IdxError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Array(error) => error.hint(),
            Self::Type { .. } => {
                let known = TYPES.map(|(code, _)| format!("0x{code:02X}"));
                Some(format!("known type codes: {}", known.join(", ")))
            }
            _ => None,
        }
    }
}

impl From<InputError> for IdxError {
    fn from(error: InputError) -> Self {
        Self::Array(error.into())
    }
}

fn read(input: Input, options: &SourceOptions) -> Result<Parts, DataError> {
    let label_file = options.label.as_ref().map(PathBuf::from);
    let train = read_images(input, label_file)?;
    Ok(Parts { train, test: None })
}

/// Reads rows and their labels: from `label_file`, else from the file whose name fits.
pub fn read_images(input: Input, label_file: Option<PathBuf>) -> Result<Dataset, DataError> {
    let path = input.path().to_owned();
    let array = read_array(input).map_err(DataError::in_file(&path))?;
    if let [_] = *array.shape {
        return Err(DataError::in_file(&path)(array.misfit("3-D images")));
    }
    let label_file = label_file.or_else(|| labels_beside(&path));
    let labels = label_file.map(|file| labels::open(&file)).transpose()?;
    array.into_dataset(&path, labels)
}

/// Reads an IDX file whole.
pub fn read_array(input: Input) -> Result<Array, IdxError> {
    let mut reader = input.reader();
    let start = read_up_to(&mut reader, 4)?;
    if !start.starts_with(&[0, 0]) {
        let found = start.into_iter().take(2).collect();
        return Err(IdxError::Signature { found });
    }
    let &[_, _, code, axes] = start.as_slice() else {
        let found = start.len();
        return Err(header_error(0, found));
    };
    let known = TYPES.iter().find(|(known, _)| *known == code);
    let &(_, element) = known.ok_or(IdxError::Type { code })?;
    let sizes = read_up_to(&mut reader, 4 * u64::from(axes))?;
    if sizes.len() < 4 * usize::from(axes) || axes == 0 {
        return Err(header_error(axes, 4 + sizes.len()));
    }
    let (sizes, _) = sizes.as_chunks::<4>();
    let shape: Vec<u64> = sizes
        .iter()
        .map(|&size| u64::from(u32::from_be_bytes(size)))
        .collect();
    Ok(Array::read(&mut reader, element, ByteOrder::Big, &shape)?)
}

fn header_error(axes: u8, found: usize) -> IdxError {
    IdxError::Header {
        axes,
        expected: 4 + 4 * usize::from(axes.max(1)),
        found,
    }
}

fn read_up_to(reader: &mut impl Read, count: u64) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    let read: io::Result<_> = reader.by_ref().take(count).read_to_end(&mut bytes);
    read?;
    Ok(bytes)
}

/// `train-labels-idx1-ubyte` for `train-images-idx3-ubyte`, if it is there, packed or not.
fn labels_beside(images: &Path) -> Option<PathBuf> {
    let name = images.file_name()?.to_str()?;
    let labels = name.replace("images", "labels").replace("idx3", "idx1");
    if labels == name {
        return None;
    }
    let plain = labels.strip_suffix(".gz").unwrap_or(&labels);
    [labels.clone(), plain.to_owned(), format!("{plain}.gz")]
        .into_iter()
        .map(|name| images.with_file_name(name))
        .find(|path| path.is_file())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(" ")
}
