use crate::ModelError;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Files begun by this process: each has a name of its own beside its place.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// Writes a file beside its place and renames it there: a reader sees the old file or the
/// new one, never half of it. With `lasting`, the data is on the disk before the rename.
///
/// # Errors
/// What the system says, with the path.
pub fn write_beside(
    path: &Path,
    lasting: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), ModelError> {
    let place = |error| ModelError::Io {
        path: path.to_owned(),
        error,
    };
    // A link stays a link; a device or a pipe is written to, never replaced.
    let path = &match fs::metadata(path) {
        Ok(found) if found.is_file() => fs::canonicalize(path).map_err(place)?,
        Ok(_) => return write_all(path, false, write).map_err(place),
        Err(_) => path.to_owned(),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".{}-{number}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let written = write_all(&beside, lasting, write).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // The first error is the one to tell; the leftover may not even exist.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(place)
}

fn write_all(
    path: &Path,
    lasting: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = io::BufWriter::new(File::create(path)?);
    write(&mut file)?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    if lasting {
        file.sync_all()?;
    }
    Ok(())
}
