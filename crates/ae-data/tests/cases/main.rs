//! Inputs that broke other people's tools, and what happens with them here.

#![allow(
    clippy::unwrap_used,
    reason = "in helpers of tests as in tests, a panic is a failed test"
)]

mod csv;
mod dataset;
mod dialects;
mod idx;
mod named;
mod noise;
mod npy;
mod npz;
#[cfg(feature = "parquet")]
mod parquet;
mod pictures;
mod preprocess;
mod properties;
mod scaling;
mod split;
mod tables;
mod windows;

use std::io::Write;
use std::path::{Path, PathBuf};

use ae_data::{DataError, Dataset, Parts, SourceOptions, Values, source};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

/// A folder of its own for a test's files.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

pub(crate) fn open_with(path: &Path, options: &SourceOptions) -> Result<Parts, DataError> {
    source::open(path.to_str().unwrap(), options)
}

/// Reads the training part of a file with this name and content.
pub(crate) fn read_with(
    name: &str,
    bytes: &[u8],
    options: &SourceOptions,
) -> Result<Dataset, DataError> {
    let folder = Folder::new();
    let path = folder.write(name, bytes);
    open_with(&path, options).map(|parts| parts.train)
}

pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<Dataset, DataError> {
    read_with(name, bytes, &SourceOptions::default())
}

/// The error's message, of which the file's folder is cut off, and its hint.
pub(crate) fn refuse_with(name: &str, bytes: &[u8], options: &SourceOptions) -> (String, String) {
    let error = read_with(name, bytes, options).unwrap_err();
    let message = error.to_string();
    let start = message
        .find(name)
        .unwrap_or_else(|| panic!("names no file: {message}"));
    (
        message[start..].to_owned(),
        error.hint().unwrap_or_default(),
    )
}

pub(crate) fn refuse(name: &str, bytes: &[u8]) -> (String, String) {
    refuse_with(name, bytes, &SourceOptions::default())
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// All values, widened.
pub(crate) fn numbers(dataset: &Dataset) -> Vec<f32> {
    match &dataset.values {
        Values::Bytes(bytes) => bytes.iter().map(|&byte| f32::from(byte)).collect(),
        Values::Floats(floats) => floats.clone(),
    }
}
