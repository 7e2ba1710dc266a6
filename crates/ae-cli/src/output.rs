//! Rows of numbers on their way out: npy or CSV, by the file's name; CSV on stdout.

use crate::failure::Failure;
use ae_data::{Layout, write_npy};
use ae_model::write_beside;
use clap::builder::{PathBufValueParser, TypedValueParser};
use ndarray::{Array2, ArrayView2};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Where results go.
#[derive(clap::Args, Debug)]
pub struct OutputArguments {
    /// A .npy or .csv file; CSV on stdout, if not given.
    #[arg(long, short, value_name = "FILE", value_parser = PathBufValueParser::new().try_map(writable))]
    out: Option<PathBuf>,
}

impl OutputArguments {
    /// Writes rows; `names` head the columns of a CSV file.
    pub fn write(&self, names: &[String], rows: &Array2<f32>) -> anyhow::Result<()> {
        self.write_text(&["csv"], rows, |out| write_csv(out, names, rows.view()))
    }

    /// Writes text to stdout or a file of one of these kinds, or `numbers` to a .npy file.
    pub fn write_text(
        &self,
        kinds: &[&str],
        numbers: &Array2<f32>,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let Some(path) = &self.out else {
            let mut out = BufWriter::new(io::stdout().lock());
            text(&mut out)?;
            return Ok(out.flush()?);
        };
        match extension(path).as_str() {
            "npy" => write_beside(path, false, |file| write_npy(file, numbers.view()))?,
            kind if kinds.contains(&kind) => write_beside(path, false, text)?,
            other => {
                return Err(Failure::usage(
                    format!("{}: can't write `{other}` files", path.display()),
                    Some(format!("end the name in .npy or .{}", kinds.join(" or ."))),
                )
                .into());
            }
        }
        Ok(())
    }

    /// Whether rows go to a file, which leaves stdout to what is said of them.
    pub fn is_file(&self) -> bool {
        self.out.is_some()
    }
}

fn extension(path: &Path) -> String {
    let extension = path.extension().unwrap_or_default();
    extension.to_string_lossy().to_lowercase()
}

/// A name that some command can write to, before any work is done for it.
fn writable(path: PathBuf) -> Result<PathBuf, String> {
    match extension(&path).as_str() {
        "npy" | "csv" | "json" | "jsonl" => Ok(path),
        other => Err(format!(
            "can't write `{other}` files: end the name in .npy or .csv"
        )),
    }
}

fn write_csv(out: impl Write, names: &[String], rows: ArrayView2<f32>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(names).map_err(system_error)?;
    for row in rows.rows() {
        let cells = row.iter().map(ToString::to_string);
        writer.write_record(cells).map_err(system_error)?;
    }
    writer.flush()
}

/// What the system said, not what became of it on the way: a closed pipe must be told.
pub fn system_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// "latent 0", "latent 1", …
pub fn latent_names(width: usize) -> Vec<String> {
    (0..width).map(|unit| format!("latent {unit}")).collect()
}

/// The names of a row's features.
pub fn feature_names(layout: &Layout) -> Vec<String> {
    (0..layout.width())
        .map(|index| layout.feature_name(index))
        .collect()
}
