use std::io::{self, Read};

/// What stands in a line of its own behind the last: a reader of records that finds it inside of
/// a field has met a quote that nobody closed.
pub const END: &[u8] = b"\0end\0";

/// Passes UTF-8 text on with every line ending in `\n` and [`END`] behind the last, and says where
/// the bytes stop being UTF-8. The CSV reader behind it knows only fields, whose places are lost once
/// quotes are gone, and counts only lines that end in `\n`.
pub struct TextReader<R> {
    inner: R,
    /// The start of a character whose rest has not been read yet.
    carry: Vec<u8>,
    /// Bytes checked so far, without those in `carry`.
    bytes: u64,
    /// Lines passed on so far.
    lines: u64,
    /// The last byte that was read; `\n` before the first.
    last: u8,
    /// How much of what stands behind the last line was passed on.
    ended: usize,
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

impl<R: Read> TextReader<R> {
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            carry: Vec::new(),
            bytes: 0,
            lines: 0,
            last: b'\n',
            ended: 0,
        }
    }

    fn check(&mut self, text: &mut [u8], is_end: bool) -> Result<(), NotUtf8> {
        // Nearly always: nothing carried over, and all of it good.
        if self.carry.is_empty() && str::from_utf8(text).is_ok() {
            self.bytes += text.len() as u64;
            return Ok(());
        }
        let carried = self.carry.len();
        self.carry.extend_from_slice(text);
        let (good, is_bad) = match str::from_utf8(&self.carry) {
            Ok(_) => (self.carry.len(), false),
            Err(error) => (error.valid_up_to(), is_end || error.error_len().is_some()),
        };
        self.bytes += good as u64;
        if is_bad {
            self.unify(&mut text[..good.saturating_sub(carried)]);
            return Err(NotUtf8 {
                line: self.lines + 1,
                byte: self.bytes,
                value: self.carry[good],
            });
        }
        self.carry.drain(..good);
        Ok(())
    }

    /// Passes on what stands behind the last line, as far as there is room.
    fn end(&mut self, buffer: &mut [u8]) -> usize {
        let left = END.iter().chain(b"\n").skip(self.ended);
        let mut passed = 0;
        for (room, byte) in buffer.iter_mut().zip(left) {
            *room = *byte;
            passed += 1;
        }
        self.ended += passed;
        passed
    }

    /// Turns `\r\n` and `\r` into `\n`, in place; returns how many bytes are left.
    fn unify(&mut self, text: &mut [u8]) -> usize {
        if self.last != b'\r' && !text.contains(&b'\r') {
            self.lines += text.iter().filter(|&&byte| byte == b'\n').count() as u64;
            self.last = text.last().copied().unwrap_or(self.last);
            return text.len();
        }
        let mut kept = 0;
        for index in 0..text.len() {
            let byte = text[index];
            let is_second_half = byte == b'\n' && self.last == b'\r';
            self.last = byte;
            if !is_second_half {
                text[kept] = if byte == b'\r' { b'\n' } else { byte };
                self.lines += u64::from(text[kept] == b'\n');
                kept += 1;
            }
        }
        kept
    }
}

impl<R: Read> Read for TextReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let mut count = self.inner.read(buffer)?;
            let is_end = count == 0;
            self.check(&mut buffer[..count], is_end)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            if is_end && !matches!(self.last, b'\r' | b'\n') {
                buffer[0] = b'\n';
                count = 1;
            } else if is_end {
                return Ok(self.end(buffer));
            }
            let kept = self.unify(&mut buffer[..count]);
            // No bytes would mean the end, and there may be more after half a line end.
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}
