use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

use crate::{DataError, Problem};

/// How much of a file is looked at to tell what it is.
const HEAD_LENGTH: u64 = 32 * 1024;
/// What users call standard input.
const STDIN: &str = "-";
const GZIP_SIGNATURE: [u8; 2] = [0x1F, 0x8B];
const BUFFER_LENGTH: usize = 128 * 1024;

/// An open file with its first bytes known; what is gzipped, in one member or several, is
/// unpacked on the way.
pub struct Input {
    path: PathBuf,
    /// It can be read only once.
    passes: bool,
    head: Vec<u8>,
    rest: Box<dyn Read + Send>,
    /// What it holds is a Parquet file's table as text.
    is_parquet: bool,
}

/// Why a file's bytes cannot be had, or cannot be data of any kind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The system refuses to open or read it.
    #[error("cannot read it: {0}")]
    Read(#[source] io::Error),
    /// What is compressed is damaged or cut short.
    #[error("damaged or incomplete compressed data: {0}")]
    Packed(#[source] io::Error),
    /// A Parquet file that is damaged, or packed in a way that isn't read here.
    #[error("damaged Parquet file, or one that isn't read here: {problem}")]
    Parquet {
        /// What is wrong with it.
        problem: String,
    },
    /// A Parquet file, for a program without a reader of them.
    #[error("a Parquet file, which this program was built without")]
    NoParquet,
    /// Nothing in it.
    #[error("empty file, 0 data rows")]
    Empty,
    /// HTML or XML.
    #[error("a web page, not {expected}")]
    WebPage {
        /// The format that was to be read.
        expected: &'static str,
    },
    /// JSON.
    #[error("JSON, not {expected}")]
    Json {
        /// The format that was to be read.
        expected: &'static str,
    },
    /// A folder.
    #[error("a folder, where a file was expected")]
    Folder,
}

impl Problem for InputError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::WebPage { .. } => {
                Some("the download gave an error page; fetch the file again".to_owned())
            }
            Self::Json { .. } => Some("write the records as CSV first".to_owned()),
            Self::NoParquet => Some(
                "build it with `--features parquet`, or write the table as CSV first".to_owned(),
            ),
            Self::Parquet { .. } => Some(
                "fetch it again, or write it anew with snappy, gzip, lz4 or zstd compression"
                    .to_owned(),
            ),
            Self::Packed(_) => {
                Some("the download may have stopped early; fetch it again".to_owned())
            }
            _ => None,
        }
    }
}

impl Input {
    pub fn open(path: &Path) -> Result<Self, DataError> {
        Self::try_open(path).map_err(DataError::in_file(path))
    }

    /// Whether there is something of that name to open.
    pub fn exists(path: &Path) -> bool {
        path == Path::new(STDIN) || path.exists()
    }

    pub fn try_open(path: &Path) -> Result<Self, InputError> {
        if path == Path::new(STDIN) {
            let input = BufReader::with_capacity(BUFFER_LENGTH, io::stdin());
            return Self::unpacked(Path::new("stdin"), true, Box::new(input));
        }
        if path.is_dir() {
            return Err(InputError::Folder);
        }
        let file = File::open(path).map_err(InputError::Read)?;
        let passes = file.metadata().is_ok_and(|about| !about.is_file());
        let file = BufReader::with_capacity(BUFFER_LENGTH, file);
        Self::unpacked(path, passes, Box::new(file))
    }

    fn unpacked(
        path: &Path,
        passes: bool,
        mut rest: Box<dyn Read + Send>,
    ) -> Result<Self, InputError> {
        let mut head = read_head(&mut rest).map_err(InputError::Read)?;
        let mut is_plain = !passes;
        if head.starts_with(&GZIP_SIGNATURE) {
            let packed = Cursor::new(head).chain(rest);
            let packed = BufReader::with_capacity(BUFFER_LENGTH, packed);
            rest = Box::new(MultiGzDecoder::new(packed));
            head = read_head(&mut rest).map_err(InputError::Packed)?;
            is_plain = false;
        }
        let is_parquet = is_parquet(&head);
        if is_parquet {
            rest = parquet_text(path, is_plain, Cursor::new(head).chain(rest))?;
            head = read_head(&mut rest).map_err(|error| InputError::Parquet {
                problem: error.to_string(),
            })?;
        }
        let path = path.to_owned();
        Ok(Self {
            path,
            passes,
            head,
            rest,
            is_parquet,
        })
    }

    /// The same twice. What can be read only once, such as standard input, is held in memory
    /// from here on.
    pub fn twice(self) -> Result<(Self, Self), DataError> {
        if !self.passes {
            let again = Self::open(&self.path)?;
            return Ok((self, again));
        }
        let (path, is_parquet) = (self.path.clone(), self.is_parquet);
        let mut bytes = Vec::new();
        let read = self.reader().read_to_end(&mut bytes);
        read.map_err(|error| DataError::in_file(&path)(InputError::from(error)))?;
        let bytes: Arc<[u8]> = bytes.into();
        let input = |bytes: Arc<[u8]>| Self {
            path: path.clone(),
            passes: false,
            head: Vec::new(),
            rest: Box::new(Cursor::new(bytes)),
            is_parquet,
        };
        let whole = |mut input: Self| {
            input.head = read_head(&mut *input.rest).unwrap_or_default();
            input
        };
        Ok((whole(input(bytes.clone())), whole(input(bytes))))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The first bytes, unpacked.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Whether this is the text of a Parquet file: commas, quotes, and names in the first line.
    pub fn is_parquet(&self) -> bool {
        self.is_parquet
    }

    /// The file's name in lower case, without `.gz`.
    pub fn plain_name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_lowercase();
        name.strip_suffix(".gz").unwrap_or(&name).to_owned()
    }

    /// Refuses what cannot be data: nothing, a web page, or JSON.
    pub fn check_content(&self, expected: &'static str) -> Result<(), InputError> {
        if self.head.is_empty() {
            return Err(InputError::Empty);
        }
        let text = self.head.trim_ascii_start().to_ascii_lowercase();
        let pages: [&[u8]; 4] = [b"<!doctype", b"<html", b"<head", b"<?xml"];
        if pages.iter().any(|page| text.starts_with(page)) {
            return Err(InputError::WebPage { expected });
        }
        let json: [&[u8]; 4] = [b"{\"", b"[{", b"[[", b"{}"];
        let first: Vec<u8> = text
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .take(2)
            .collect();
        if json.contains(&first.as_slice()) {
            return Err(InputError::Json { expected });
        }
        Ok(())
    }

    /// All bytes, unpacked, from the first.
    pub fn reader(self) -> Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>> {
        Cursor::new(self.head).chain(self.rest)
    }
}

/// What a Parquet file begins with; no text goes on like it.
fn is_parquet(head: &[u8]) -> bool {
    let behind = head.strip_prefix(b"PAR1").and_then(|rest| rest.first());
    behind.is_some_and(|byte| !byte.is_ascii_graphic() && !byte.is_ascii_whitespace())
}

/// The table of a Parquet file as text: read from `path` where that is the `whole` file itself,
/// else held in memory.
#[cfg(feature = "parquet")]
fn parquet_text(
    path: &Path,
    is_plain: bool,
    mut whole: impl Read,
) -> Result<Box<dyn Read + Send>, InputError> {
    if is_plain {
        return super::parquet::text_of_file(path);
    }
    let mut bytes = Vec::new();
    whole.read_to_end(&mut bytes)?;
    super::parquet::text_of_bytes(bytes)
}

#[cfg(not(feature = "parquet"))]
fn parquet_text(
    _path: &Path,
    _is_plain: bool,
    _whole: impl Read,
) -> Result<Box<dyn Read + Send>, InputError> {
    Err(InputError::NoParquet)
}

fn read_head(reader: &mut (dyn Read + Send)) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(HEAD_LENGTH).read_to_end(&mut head)?;
    Ok(head)
}

/// Sorts a failed read into its kind: `flate2` reports damage as any of these three.
impl From<io::Error> for InputError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof => Self::Packed(error),
            _ => Self::Read(error),
        }
    }
}
