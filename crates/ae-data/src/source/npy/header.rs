use super::NpyError;
use crate::source::elements::{ByteOrder, Element};

/// NumPy's letter and size of each element that is read.
const TYPES: [(&str, Element); 11] = [
    ("b1", Element::Bool),
    ("u1", Element::U8),
    ("i1", Element::I8),
    ("u2", Element::U16),
    ("i2", Element::I16),
    ("u4", Element::U32),
    ("i4", Element::I32),
    ("u8", Element::U64),
    ("i8", Element::I64),
    ("f4", Element::F32),
    ("f8", Element::F64),
];

pub fn supported_types() -> String {
    TYPES.map(|(name, _)| name).join(", ")
}

/// The header's dictionary: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`.
#[derive(Debug, PartialEq)]
pub struct Header {
    pub element: Element,
    pub order: ByteOrder,
    pub column_major: bool,
    pub shape: Vec<u64>,
}

impl Header {
    pub fn parse(text: &[u8]) -> Result<Self, NpyError> {
        let mut scanner = Scanner { text, at: 0 };
        let (mut kind, mut column_major, mut shape) = (None, None, None);
        scanner.expect(b'{', "`{`")?;
        while scanner.peek() != Some(b'}') {
            let key = scanner.string("a key in quotes")?;
            scanner.expect(b':', "`:`")?;
            match key {
                b"descr" => kind = Some(scanner.element()?),
                b"fortran_order" => column_major = Some(scanner.boolean()?),
                b"shape" => shape = Some(scanner.tuple()?),
                _ => return Err(scanner.unexpected("descr, fortran_order or shape")),
            }
            if !scanner.accept(b',') {
                break;
            }
        }
        scanner.expect(b'}', "`}`")?;
        let ((element, order), column_major) = kind
            .zip(column_major)
            .ok_or_else(|| scanner.unexpected("descr and fortran_order"))?;
        Ok(Self {
            element,
            order,
            column_major,
            shape: shape.ok_or_else(|| scanner.unexpected("shape"))?,
        })
    }
}

/// Reads the few Python literals that a header is made of.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// The next byte after white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_ascii_start().len();
        self.rest().first().copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn accept(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), NpyError> {
        if self.accept(byte) {
            return Ok(());
        }
        Err(self.unexpected(expected))
    }

    fn unexpected(&self, expected: &'static str) -> NpyError {
        let rest = self.rest().trim_ascii();
        let shown = &rest[..rest.len().min(12)];
        let found = if shown.is_empty() {
            "the end".to_owned()
        } else {
            format!("`{}`", printable(shown))
        };
        let at = self.at;
        NpyError::Header {
            at,
            expected,
            found,
        }
    }

    fn string(&mut self, expected: &'static str) -> Result<&'a [u8], NpyError> {
        let quote = self.peek();
        let (Some(b'\'' | b'"'), Some(quote)) = (quote, quote) else {
            return Err(self.unexpected(expected));
        };
        let inside = &self.rest()[1..];
        let length = inside.iter().position(|&byte| byte == quote);
        let length = length.ok_or_else(|| self.unexpected("a closing quote"))?;
        self.at += length + 2;
        Ok(&inside[..length])
    }

    fn element(&mut self) -> Result<(Element, ByteOrder), NpyError> {
        if matches!(self.peek(), Some(b'[' | b'(')) {
            return Err(NpyError::Structured);
        }
        let name = self.string("an element type in quotes")?;
        let found = || printable(name);
        let (order, kind) = match name {
            [b'>', kind @ ..] => (ByteOrder::Big, kind),
            // `=` is the writer's own order, which is little-endian on all but museum pieces.
            [b'<' | b'|' | b'=', kind @ ..] | kind => (ByteOrder::Little, kind),
        };
        if kind.starts_with(b"O") {
            return Err(NpyError::Object { found: found() });
        }
        let known = TYPES.iter().find(|(name, _)| name.as_bytes() == kind);
        let (_, element) = known.ok_or_else(|| NpyError::Type { found: found() })?;
        Ok((*element, order))
    }

    fn boolean(&mut self) -> Result<bool, NpyError> {
        self.peek();
        for (word, value) in [(&b"False"[..], false), (b"True", true)] {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.unexpected("True or False"))
    }

    /// `(3, 2)`, `(3,)`, `()`; Python 2 wrote `(3L, 2L)`.
    fn tuple(&mut self) -> Result<Vec<u64>, NpyError> {
        let mut sizes = Vec::new();
        self.expect(b'(', "`(`")?;
        while self.peek() != Some(b')') {
            sizes.push(self.size()?);
            if !self.accept(b',') {
                break;
            }
        }
        self.expect(b')', "`)`")?;
        Ok(sizes)
    }

    fn size(&mut self) -> Result<u64, NpyError> {
        self.peek();
        let rest = self.rest();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let size = str::from_utf8(&rest[..digits]).unwrap_or_default().parse();
        let size = size.map_err(|_| self.unexpected("the length of an axis"))?;
        self.at += digits;
        self.at += usize::from(self.rest().starts_with(b"L"));
        Ok(size)
    }
}

fn printable(text: &[u8]) -> String {
    let is_printable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    let shown = |&byte| {
        if is_printable(byte) {
            char::from(byte)
        } else {
            '?'
        }
    };
    text.iter().map(shown).collect()
}
