//! Memory that starts on a cache line.

use std::fmt;
use std::ops::{Deref, DerefMut};

/// Values of one cache line; also the widest vector register (AVX-512).
const LINE: usize = 16;

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; LINE]);

/// A fixed-length buffer of `f32` that starts on a 64-byte boundary.
///
/// No vector load from its start crosses a cache line, and speed does not depend on where the
/// allocator happened to put it. It dereferences to `[f32]`.
#[derive(Clone, Default)]
pub struct AlignedBuffer {
    lines: Vec<Line>,
    len: usize,
}

impl AlignedBuffer {
    /// A buffer of `len` zeros.
    #[must_use]
    pub fn zeros(len: usize) -> Self {
        Self {
            lines: vec![Line([0.0; LINE]); len.div_ceil(LINE)],
            len,
        }
    }

    /// Makes room for at least `len` values; what was stored may be lost, and nothing happens
    /// when the buffer is already long enough.
    pub(crate) fn grow(&mut self, len: usize) {
        if self.len < len {
            *self = Self::zeros(len);
        }
    }
}

impl From<&[f32]> for AlignedBuffer {
    fn from(values: &[f32]) -> Self {
        let mut buffer = Self::zeros(values.len());
        buffer.copy_from_slice(values);
        buffer
    }
}

impl Deref for AlignedBuffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: `lines` holds at least `len` initialised, contiguous f32 (`Line` is 64 bytes of
        // f32 without padding), and they are borrowed for as long as `self` is.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }
}

impl DerefMut for AlignedBuffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `deref`, and `self` is borrowed mutably.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}

impl PartialEq for AlignedBuffer {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for AlignedBuffer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_on_a_cache_line_and_keeps_its_values() {
        for len in [0, 1, 15, 16, 17, 100] {
            let values: Vec<f32> = (0..len).map(|i| i as f32).collect();
            let buffer = AlignedBuffer::from(&values[..]);
            assert_eq!(&buffer[..], &values[..]);
            assert_eq!(buffer.as_ptr().align_offset(64), 0);
            assert_eq!(buffer.clone(), buffer);
        }
    }

    #[test]
    fn equality_looks_at_the_values_not_at_the_padding() {
        let mut long = AlignedBuffer::zeros(3);
        long[2] = 1.0;
        assert_ne!(long, AlignedBuffer::zeros(3));
        assert_ne!(AlignedBuffer::zeros(2), AlignedBuffer::zeros(3));
    }
}
