//! A folder on this machine.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::Source;
use super::manifest::DataFile;
use super::store::{Store, open_plain_or_gzipped};

pub struct Folder {
    path: PathBuf,
}

impl Folder {
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
        }
    }

    /// What a user gives may be the folder of the set itself, or the one that holds it.
    pub fn given(path: &Path, set: &str) -> Result<Self> {
        ensure!(path.is_dir(), "{} is not a folder", path.display());
        let inner = path.join(set);
        Ok(Self::new(if inner.is_dir() { &inner } else { path }))
    }
}

impl Source for Folder {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn fetch(&self, missing: &[DataFile], store: &Store) -> Result<()> {
        for file in missing {
            let Some((path, content)) = open_plain_or_gzipped(&self.path, file)? else {
                bail!("holds neither {} nor {}", file.name, file.gz_name());
            };
            store
                .place(file, content)
                .with_context(|| path.display().to_string())?;
        }
        Ok(())
    }
}
