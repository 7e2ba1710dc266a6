//! Decoding the numbers of binary arrays (IDX, npy) without trusting their headers.

use std::io::{self, Read};

use crate::Values;

/// What an element of a binary array is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

/// Which byte of an element comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    Little,
    Big,
}

/// How reading elements can end early.
#[derive(Debug)]
pub enum ElementsError {
    Read(io::Error),
    /// The file ends before the last element; so many bytes were there.
    Truncated {
        found: u64,
    },
    /// The file goes on after the last element.
    Trailing,
    /// A bool that is neither 0 nor 1.
    NotBool {
        element: usize,
        value: u8,
    },
    /// A finite number of double precision that single precision doesn't hold.
    Beyond {
        element: usize,
        value: f64,
    },
}

/// Bytes decoded at a time: a multiple of every element's size.
const CHUNK: usize = 64 * 1024;
/// A header's word is taken for so many bytes at most before data has to show up.
const TRUSTED: u64 = 64 * 1024 * 1024;

impl Element {
    /// Bytes of one element.
    pub fn size(self) -> u64 {
        match self {
            Self::Bool | Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    fn decode(self, bytes: &[u8], floats: &mut Vec<f32>) {
        match self {
            Self::Bool | Self::U8 => floats.extend(bytes.iter().map(|&byte| f32::from(byte))),
            Self::I8 => widen(bytes, floats, |b| f32::from(i8::from_le_bytes(b))),
            Self::U16 => widen(bytes, floats, |b| f32::from(u16::from_le_bytes(b))),
            Self::I16 => widen(bytes, floats, |b| f32::from(i16::from_le_bytes(b))),
            Self::U32 => widen(bytes, floats, |b| u32::from_le_bytes(b) as f32),
            Self::I32 => widen(bytes, floats, |b| i32::from_le_bytes(b) as f32),
            Self::U64 => widen(bytes, floats, |b| u64::from_le_bytes(b) as f32),
            Self::I64 => widen(bytes, floats, |b| i64::from_le_bytes(b) as f32),
            Self::F32 => widen(bytes, floats, f32::from_le_bytes),
            Self::F64 => widen(bytes, floats, |b| f64::from_le_bytes(b) as f32),
        }
    }
}

fn widen<const SIZE: usize>(
    bytes: &[u8],
    floats: &mut Vec<f32>,
    widen: impl Fn([u8; SIZE]) -> f32,
) {
    let (elements, _) = bytes.as_chunks::<SIZE>();
    floats.extend(elements.iter().map(|&element| widen(element)));
}

/// Reads exactly `count` elements, up to the end of the input. Unsigned bytes stay bytes, all
/// else becomes `f32`.
///
/// Memory grows with the data that is there, not with the count that was promised.
pub fn read_elements(
    reader: &mut impl Read,
    element: Element,
    order: ByteOrder,
    count: u64,
) -> Result<Values, ElementsError> {
    let values = match element {
        Element::U8 => Values::Bytes(read_bytes(reader, count)?),
        _ => Values::Floats(read_floats(reader, element, order, count)?),
    };
    match reader.read(&mut [0]) {
        Ok(0) => Ok(values),
        Ok(_) => Err(ElementsError::Trailing),
        Err(error) => Err(ElementsError::Read(error)),
    }
}

fn read_bytes(reader: &mut impl Read, count: u64) -> Result<Vec<u8>, ElementsError> {
    let mut bytes = Vec::with_capacity(count.min(TRUSTED) as usize);
    let read = reader.by_ref().take(count).read_to_end(&mut bytes);
    read.map_err(ElementsError::Read)?;
    if (bytes.len() as u64) < count {
        let found = bytes.len() as u64;
        return Err(ElementsError::Truncated { found });
    }
    bytes.shrink_to_fit();
    Ok(bytes)
}

fn read_floats(
    reader: &mut impl Read,
    element: Element,
    order: ByteOrder,
    count: u64,
) -> Result<Vec<f32>, ElementsError> {
    let mut floats = Vec::with_capacity(count.min(TRUSTED / 4) as usize);
    let mut chunk = Vec::with_capacity(CHUNK);
    let length = count * element.size();
    let mut done = 0;
    while done < length {
        chunk.clear();
        let wanted = (length - done).min(CHUNK as u64);
        let read = reader.by_ref().take(wanted).read_to_end(&mut chunk);
        read.map_err(ElementsError::Read)?;
        if (chunk.len() as u64) < wanted {
            let found = done + chunk.len() as u64;
            return Err(ElementsError::Truncated { found });
        }
        if element == Element::Bool {
            check_bools(&chunk, done as usize)?;
        }
        if order == ByteOrder::Big {
            let elements = chunk.chunks_exact_mut(element.size() as usize);
            elements.for_each(<[u8]>::reverse);
        }
        let first = floats.len();
        element.decode(&chunk, &mut floats);
        if element == Element::F64 {
            check_range(&chunk, &floats[first..], first)?;
        }
        done += wanted;
    }
    floats.shrink_to_fit();
    Ok(floats)
}

/// Whether what became infinite was so before.
fn check_range(bytes: &[u8], floats: &[f32], first: usize) -> Result<(), ElementsError> {
    let (doubles, _) = bytes.as_chunks::<8>();
    let mut pairs = doubles.iter().zip(floats).enumerate();
    let beyond = pairs.find_map(|(at, (double, float))| {
        let value = f64::from_le_bytes(*double);
        (float.is_infinite() && value.is_finite()).then_some((first + at, value))
    });
    match beyond {
        Some((element, value)) => Err(ElementsError::Beyond { element, value }),
        None => Ok(()),
    }
}

fn check_bools(bytes: &[u8], first: usize) -> Result<(), ElementsError> {
    match bytes.iter().position(|&byte| byte > 1) {
        Some(at) => Err(ElementsError::NotBool {
            element: first + at,
            value: bytes[at],
        }),
        None => Ok(()),
    }
}
