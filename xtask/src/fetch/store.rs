//! The folder of one data set: nothing enters it under its final name unchecked.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::manifest::DataFile;

/// The folder in which a data set is kept.
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// Creates the folder where it is missing.
    pub fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        Ok(Self {
            folder: folder.to_path_buf(),
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a download of the gzipped file gathers until it is complete.
    pub fn partial(&self, file: &DataFile) -> PathBuf {
        self.folder.join(format!("{}.part", file.gz_name()))
    }

    /// Whether the right file is here, plain or gzipped. `Ok(None)` means that there is no
    /// such file, an error that there is a wrong one.
    pub fn find(&self, file: &DataFile) -> Result<Option<PathBuf>> {
        let Some((path, content)) = open_plain_or_gzipped(&self.folder, file)? else {
            return Ok(None);
        };
        copy_checked(file, content, io::sink()).with_context(|| path.display().to_string())?;
        Ok(Some(path))
    }

    /// Writes `content` beside its final place, checks it, and only then moves it there.
    pub fn place(&self, file: &DataFile, content: impl Read) -> Result<()> {
        let mut temporary = new_temporary(&self.folder)?;
        copy_checked(file, content, temporary.as_file_mut())?;
        temporary.as_file().sync_all()?;
        temporary.persist(self.folder.join(&file.name))?;
        sync_folder(&self.folder)
    }
}

/// Opens a file of that name in `folder`, or its gzipped form, as uncompressed content.
pub fn open_plain_or_gzipped(
    folder: &Path,
    file: &DataFile,
) -> Result<Option<(PathBuf, Box<dyn Read>)>> {
    let plain = folder.join(&file.name);
    let gzipped = folder.join(file.gz_name());
    let (path, is_gzipped) = match (plain.is_file(), gzipped.is_file()) {
        (true, _) => (plain, false),
        (false, true) => (gzipped, true),
        (false, false) => return Ok(None),
    };
    let bytes = File::open(&path).with_context(|| path.display().to_string())?;
    let content: Box<dyn Read> = if is_gzipped {
        Box::new(gunzip(bytes))
    } else {
        Box::new(bytes)
    };
    Ok(Some((path, content)))
}

/// Uncompresses all members of a gzip file.
pub fn gunzip(bytes: impl Read) -> MultiGzDecoder<impl Read> {
    MultiGzDecoder::new(BufReader::with_capacity(1 << 16, bytes))
}

/// Copies `content`, which must have the size and the checksum of `file`. At most one byte
/// more than that size is read, so that a wrong archive cannot fill the disk.
fn copy_checked(file: &DataFile, content: impl Read, mut sink: impl Write) -> Result<()> {
    let mut content = content.take(file.raw_size + 1);
    let mut hash = Sha256::new();
    let mut size = 0;
    let mut chunk = vec![0; 1 << 16];
    loop {
        let count = content.read(&mut chunk).context("cannot read it")?;
        if count == 0 {
            break;
        }
        hash.update(&chunk[..count]);
        sink.write_all(&chunk[..count]).context("cannot write it")?;
        size += count as u64;
    }
    let expected = file.raw_size;
    ensure!(
        size >= expected,
        "truncated: {expected} bytes expected, {size} found"
    );
    ensure!(
        size <= expected,
        "too long: more than the {expected} bytes expected"
    );
    let found: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    ensure!(
        found == file.raw_sha256,
        "damaged: SHA-256 {} expected, {found} found",
        file.raw_sha256
    );
    Ok(())
}

/// A file that vanishes unless it is moved; readable by all, as any created file would be.
fn new_temporary(folder: &Path) -> Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".incoming-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
        .tempfile_in(folder)
        .with_context(|| format!("cannot write in {}", folder.display()))
}

/// Makes the new name outlast a power cut where folders can be synced.
fn sync_folder(folder: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
