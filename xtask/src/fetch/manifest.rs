//! `datasets/manifest.toml`: which files a data set has, and where they may come from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

/// One data set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSet {
    pub title: String,
    /// Kinds and numbers of things in it.
    pub contents: String,
    /// Under which licence or custom it may be used.
    pub terms: String,
    /// Base addresses, each ending in `/`, under which every file lies gzipped.
    #[serde(default)]
    pub mirrors: Vec<String>,
    pub npm: Option<Package>,
    pub debian: Option<Package>,
    pub files: Vec<DataFile>,
}

/// One file of a data set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    pub name: String,
    /// Bytes of the uncompressed content.
    pub raw_size: u64,
    /// SHA-256 of the uncompressed content, in lower-case hexadecimal.
    pub raw_sha256: String,
    /// Bytes of the archive that the mirrors serve.
    pub gz_size: u64,
}

/// A package which carries the files.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    pub package: String,
    /// Where the files lie inside the package.
    pub folder: PathBuf,
}

impl DataFile {
    /// The file's name when gzipped.
    pub fn gz_name(&self) -> String {
        format!("{}.gz", self.name)
    }
}

/// Reads the data set called `name` from the manifest.
pub fn read(path: &Path, name: &str) -> Result<DataSet> {
    let place = || path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(place)?;
    let mut sets: BTreeMap<String, DataSet> = toml::from_str(&text).with_context(place)?;
    sets.remove(name)
        .with_context(|| format!("{}: no data set `{name}`", place()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(name: &str) -> DataSet {
        read(
            &crate::workspace_root().join("datasets/manifest.toml"),
            name,
        )
        .unwrap()
    }

    #[test]
    fn our_manifest_is_complete() {
        for name in ["mnist", "fashion"] {
            let set = ours(name);
            for text in [&set.title, &set.contents, &set.terms] {
                assert!(!text.is_empty());
            }
            assert!(!set.mirrors.is_empty());
            for mirror in &set.mirrors {
                assert!(mirror.starts_with("https://") && mirror.ends_with('/'));
            }
            let sizes: Vec<u64> = set.files.iter().map(|file| file.raw_size).collect();
            assert_eq!(sizes, [47_040_016, 60_008, 7_840_016, 10_008]);
            for file in &set.files {
                assert_eq!(file.raw_sha256.len(), 64);
                assert!(file.gz_size < file.raw_size);
            }
        }
    }

    #[test]
    fn an_unknown_set_is_named() {
        let path = crate::workspace_root().join("datasets/manifest.toml");
        let error = read(&path, "cifar").unwrap_err().to_string();
        assert!(
            error.ends_with("manifest.toml: no data set `cifar`"),
            "{error}"
        );
    }
}
