use std::io::{self, Read};

/// Passes bytes on as long as they are UTF-8, and says where they stop being that. The CSV
/// reader itself only knows fields, whose places in the file are lost once quotes are gone.
pub struct Utf8Reader<R> {
    inner: R,
    /// The start of a character whose rest has not been read yet.
    carry: Vec<u8>,
    /// Lines ended so far.
    lines: u64,
    /// Bytes checked so far.
    bytes: u64,
}

/// A byte that is not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not UTF-8: byte {value:02X} at line {line}, byte {byte}")]
pub struct NotUtf8 {
    /// Line, from 1.
    pub line: u64,
    /// Place in the (unpacked) file, from 0.
    pub byte: u64,
    /// The byte.
    pub value: u8,
}

impl<R: Read> Utf8Reader<R> {
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            carry: Vec::new(),
            lines: 0,
            bytes: 0,
        }
    }

    fn check(&mut self, text: &[u8], is_end: bool) -> Result<(), NotUtf8> {
        self.carry.extend_from_slice(text);
        let (good, is_bad) = match str::from_utf8(&self.carry) {
            Ok(_) => (self.carry.len(), false),
            Err(error) => (error.valid_up_to(), is_end || error.error_len().is_some()),
        };
        let ends = self.carry[..good].iter().filter(|&&byte| byte == b'\n');
        self.lines += ends.count() as u64;
        self.bytes += good as u64;
        if is_bad {
            return Err(NotUtf8 {
                line: self.lines + 1,
                byte: self.bytes,
                value: self.carry[good],
            });
        }
        self.carry.drain(..good);
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let is_end = count == 0 && !buffer.is_empty();
        self.check(&buffer[..count], is_end)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok(count)
    }
}
