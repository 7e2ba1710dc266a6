use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::CsvError;

/// Finds the encoding of a file from what the user says or from its first bytes; `None` for
/// UTF-8.
pub fn find(head: &[u8], said: Option<&str>) -> Result<Option<&'static Encoding>, CsvError> {
    let encoding = match said {
        Some(name) => named(name).ok_or_else(|| CsvError::UnknownEncoding {
            found: name.to_owned(),
        })?,
        None => match Encoding::for_bom(head) {
            Some((encoding, _)) => encoding,
            None => guess(head)?,
        },
    };
    // `utf-16` alone is what the mark says.
    let encoding = match Encoding::for_bom(head) {
        Some((marked, _)) if encoding == UTF_16LE || encoding == UTF_16BE => marked,
        _ => encoding,
    };
    Ok((encoding != UTF_8).then_some(encoding))
}

fn named(name: &str) -> Option<&'static Encoding> {
    let name = name.trim().to_lowercase();
    // Not among the names of the web.
    let name = match name.as_str() {
        "latin-1" | "latin_1" => "latin1",
        "utf8" => "utf-8",
        "utf16" => "utf-16",
        other => other,
    };
    Encoding::for_label(name.as_bytes())
}

/// Latin text in UTF-16 has a zero in every other byte; other text has none at all.
fn guess(head: &[u8]) -> Result<&'static Encoding, CsvError> {
    let Some(byte) = head.iter().position(|&byte| byte == 0) else {
        return Ok(UTF_8);
    };
    let zeros = head.iter().filter(|&&byte| byte == 0).count();
    match byte {
        0 if zeros * 3 > head.len() => Ok(UTF_16BE),
        1 if zeros * 3 > head.len() => Ok(UTF_16LE),
        _ => Err(CsvError::Binary { byte }),
    }
}

/// Hands on text of another encoding as UTF-8.
pub struct DecodingReader<R> {
    inner: R,
    decoder: Decoder,
    encoding: &'static Encoding,
    /// Bytes read from `inner`; those before `used` are decoded.
    bytes: Vec<u8>,
    used: usize,
    decoded: Vec<u8>,
    given: usize,
    is_end: bool,
}

const BUFFER: usize = 64 * 1024;

impl<R: Read> DecodingReader<R> {
    pub fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            encoding,
            bytes: Vec::new(),
            used: 0,
            decoded: Vec::with_capacity(2 * BUFFER),
            given: 0,
            is_end: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.decoded.clear();
        self.given = 0;
        self.decoded.resize(2 * BUFFER, 0);
        if self.used == self.bytes.len() && !self.is_end {
            self.bytes.resize(BUFFER, 0);
            let count = self.inner.read(&mut self.bytes)?;
            self.bytes.truncate(count);
            self.used = 0;
            self.is_end = count == 0;
        }
        let source = &self.bytes[self.used..];
        let (result, read, written) =
            self.decoder
                .decode_to_utf8_without_replacement(source, &mut self.decoded, self.is_end);
        self.used += read;
        self.decoded.truncate(written);
        match result {
            DecoderResult::Malformed(..) => {
                let what = format!("bytes that are no {}", self.encoding.name());
                Err(io::Error::other(what))
            }
            _ => Ok(()),
        }
    }
}

impl<R: Read> Read for DecodingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.decoded.len() {
            if self.is_end {
                return Ok(0);
            }
            self.refill()?;
        }
        let rest = &self.decoded[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}
