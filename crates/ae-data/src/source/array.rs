//! What IDX and npy files hold: an array of numbers with any number of axes, row-major.

use std::io::Read;
use std::path::Path;

use super::elements::{ByteOrder, Element, ElementsError, read_elements};
use super::input::InputError;
use crate::{DataError, Dataset, Labels, Layout, Problem, Values};

/// An array as it stood in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Length of each axis; their product is the number of values.
    pub shape: Vec<usize>,
    pub values: Values,
}

/// Why the data of an array does not fit its header, or its shape does not fit its use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArrayError {
    /// The bytes cannot be had.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The axes multiply to more than any memory holds.
    #[error("the header asks for {} elements, more than can be addressed", times(.shape))]
    TooLarge {
        /// Length of each axis.
        shape: Vec<u64>,
    },
    /// The data ends early.
    #[error("truncated: {} elements take {expected} bytes, {found} found", times(.shape))]
    Truncated {
        /// Length of each axis.
        shape: Vec<u64>,
        /// Bytes the header announces.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// The data goes on.
    #[error("data goes on after the {expected} bytes that {} elements take", times(.shape))]
    Trailing {
        /// Length of each axis.
        shape: Vec<u64>,
        /// Bytes the header announces.
        expected: u64,
    },
    /// An axis of length 0.
    #[error("0 data rows: the shape is {}", times(.shape))]
    Empty {
        /// Length of each axis.
        shape: Vec<u64>,
    },
    /// A bool other than 0 and 1.
    #[error("element {element} is the byte {value}, where a bool (0 or 1) was expected")]
    NotBool {
        /// Which element, counted from 0 in the order of the file.
        element: usize,
        /// What was found.
        value: u8,
    },
    /// A number of double precision that single precision doesn't hold.
    #[error("element {element} is {value:e}, beyond the range of single precision (3.4e38)")]
    Beyond {
        /// Which element, counted from 0 in the order of the file.
        element: usize,
        /// What was found.
        value: f64,
    },
    /// Something with one axis where rows were expected, or the other way round.
    #[error("{found} where {expected} were expected")]
    Axes {
        /// What the file holds.
        found: String,
        /// What was asked for.
        expected: &'static str,
    },
    /// Labels that are no whole numbers.
    #[error("label {row} is {value}, where a whole number was expected")]
    NotWhole {
        /// Which label, counted from 0.
        row: usize,
        /// What was found.
        value: f32,
    },
}

impl Problem for ArrayError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Input(error) => error.hint(),
            Self::Truncated { .. } => {
                Some("the download or copy stopped early; fetch the file again".to_owned())
            }
            Self::Beyond { .. } => Some("divide the numbers by a power of ten".to_owned()),
            Self::Axes { .. } => Some(
                "images are rows × height × width, with × channels (1 to 4) as a last axis for \
                 colour; tables are rows × columns; labels have one axis"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

impl Array {
    /// Reads the data of an array whose header gave these axes.
    pub fn read(
        reader: &mut impl Read,
        element: Element,
        order: ByteOrder,
        shape: &[u64],
    ) -> Result<Self, ArrayError> {
        let shape_of = || shape.to_vec();
        let bytes = |element_size: u64| {
            let product = shape
                .iter()
                .try_fold(element_size, |all, &size| all.checked_mul(size));
            product.filter(|&bytes| isize::try_from(bytes).is_ok())
        };
        let too_large = || ArrayError::TooLarge { shape: shape_of() };
        let expected = bytes(element.size()).ok_or_else(too_large)?;
        let count = expected / element.size();
        bytes(size_of::<f32>() as u64).ok_or_else(too_large)?;
        if count == 0 {
            return Err(ArrayError::Empty { shape: shape_of() });
        }
        let values = read_elements(reader, element, order, count).map_err(|error| match error {
            ElementsError::Read(error) => ArrayError::Input(error.into()),
            ElementsError::Truncated { found } => ArrayError::Truncated {
                shape: shape_of(),
                expected,
                found,
            },
            ElementsError::Trailing => ArrayError::Trailing {
                shape: shape_of(),
                expected,
            },
            ElementsError::NotBool { element, value } => ArrayError::NotBool { element, value },
            ElementsError::Beyond { element, value } => ArrayError::Beyond { element, value },
        })?;
        let shape = shape.iter().map(|&size| size as usize).collect();
        Ok(Self { shape, values })
    }

    /// What a row of it is. One axis is one row.
    pub fn layout(&self) -> Result<Layout, ArrayError> {
        match *self.shape {
            [width] | [_, width] => Ok(Layout::Columns(numbered_columns(width))),
            [_, height, width] => Ok(Layout::Image {
                height,
                width,
                channels: 1,
            }),
            [_, height, width, channels @ 1..=4] => Ok(Layout::Image {
                height,
                width,
                channels,
            }),
            _ => Err(self.misfit("rows of images or of a table")),
        }
    }

    /// The array as rows to train on.
    pub fn into_dataset(self, path: &Path, labels: Option<Labels>) -> Result<Dataset, DataError> {
        let layout = self.layout().map_err(DataError::in_file(path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut dataset = Dataset::new(name.clone(), layout, self.values, labels)?;
        if let [width] = *self.shape {
            let warning = format!("{name}: an array with one axis, read as one row of {width}");
            dataset.warnings.push(warning);
        }
        Ok(dataset)
    }

    /// The array as one class a row.
    pub fn into_labels(self) -> Result<Labels, ArrayError> {
        let is_column = matches!(*self.shape, [_] | [_, 1]);
        if !is_column {
            return Err(self.misfit("1-D labels"));
        }
        match self.values {
            Values::Bytes(bytes) => Ok(Labels::from_numbers(&bytes)),
            Values::Floats(floats) => {
                let whole = |value: f32| value.fract() == 0.0 && value.abs() < i64::MAX as f32;
                if let Some(row) = floats.iter().position(|&value| !whole(value)) {
                    let value = floats[row];
                    return Err(ArrayError::NotWhole { row, value });
                }
                let numbers: Vec<i64> = floats.iter().map(|&value| value as i64).collect();
                Ok(Labels::from_numbers(&numbers))
            }
        }
    }

    /// An error saying what the array is by its axes, and what was expected.
    pub fn misfit(&self, expected: &'static str) -> ArrayError {
        let axes = self.shape.len();
        let kind = match axes {
            1 => " labels",
            2 => " table",
            3 => " images",
            _ => " array",
        };
        let shape: Vec<u64> = self.shape.iter().map(|&size| size as u64).collect();
        let found = format!("{axes}-D{kind} ({})", times(&shape));
        ArrayError::Axes { found, expected }
    }
}

/// Names for columns that have none: `x0`, `x1`, …
pub fn numbered_columns(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("x{index}")).collect()
}

fn times(shape: &[u64]) -> String {
    let sizes: Vec<String> = shape.iter().map(u64::to_string).collect();
    sizes.join(" × ")
}
