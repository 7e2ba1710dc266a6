//! A package of Debian that carries the files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::folder::Folder;
use super::manifest::{DataFile, Package};
use super::store::Store;
use super::{Source, progress};
use crate::process::run_quietly;

pub struct Debian {
    package: String,
    /// Where the package, once installed, keeps the files.
    folder: PathBuf,
}

impl Debian {
    pub fn new(package: &Package) -> Self {
        Self {
            package: package.package.clone(),
            folder: package.folder.clone(),
        }
    }

    /// Downloads the package and unpacks it into `root`; nothing is installed.
    fn unpack(&self, root: &Path) -> Result<()> {
        let downloads = root.join("downloads");
        fs::create_dir(&downloads)?;
        run_quietly(
            Command::new("apt-get")
                .args(["download", &self.package])
                .current_dir(&downloads),
        )
        .context("are the package lists there? `apt-get update` fetches them")?;
        let entry = fs::read_dir(&downloads)?.next();
        let archive = entry.context("`apt-get download` left no package")??.path();
        run_quietly(Command::new("dpkg-deb").arg("-x").arg(archive).arg(root))
    }
}

impl Source for Debian {
    fn name(&self) -> String {
        format!("Debian package {}", self.package)
    }

    fn fetch(&self, missing: &[DataFile], store: &Store) -> Result<()> {
        if self.folder.is_dir() {
            return Folder::new(&self.folder).fetch(missing, store);
        }
        let temporary = tempfile::tempdir()?;
        let spinner = progress::spinner(format!("apt-get download {}", self.package));
        let outcome = self.unpack(temporary.path());
        spinner.finish_and_clear();
        outcome?;
        let inside = self.folder.strip_prefix("/").unwrap_or(&self.folder);
        Folder::new(&temporary.path().join(inside)).fetch(missing, store)
    }
}
