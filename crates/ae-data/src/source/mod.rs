//! Where data comes from: named sets (`mnist`, `strokes:rows=60000`) and files.
//!
//! A file format is one file with a [`Format`] and one line in [`FORMATS`]; a named set is
//! one file with a choice and one line in [`NamedSet`]. Formats are told apart by what a file
//! holds, and by its name only where the content says nothing.

mod array;
mod csv;
mod elements;
mod idx;
mod image_options;
mod input;
mod labels;
mod named;
mod npy;
mod npz;
mod options;
#[cfg(feature = "parquet")]
mod parquet;
mod picture;

use std::path::Path;

pub use self::csv::{CellProblem, CsvError, Records, TableBlock, TableReader};
pub use array::ArrayError;
pub use idx::IdxError;
pub use input::InputError;
pub use named::{NamedSet, NamedSource};
pub use npy::{NpyError, write_npy};
pub use npz::NpzError;
pub use options::SourceOptions;
pub use picture::{Background, Colour, PictureError, Pictures, Size};

use self::input::Input;
use crate::table::Schema;
use crate::{DataError, Parts};

/// A file format: how it is recognised and how it is read.
pub struct Format {
    /// What users call it.
    pub name: &'static str,
    /// One line on what is read of it.
    pub summary: &'static str,
    /// Whether a file's first bytes (after gzip) can be nothing else.
    signature: fn(&[u8]) -> bool,
    /// Whether a file's name, in lower case and without `.gz`, speaks for the format.
    name_fits: fn(&str) -> bool,
    read: fn(Input, &SourceOptions) -> Result<Parts, DataError>,
}

/// Every file format, the fallback for text last.
pub const FORMATS: &[Format] = &[
    idx::FORMAT,
    npy::FORMAT,
    npz::FORMAT,
    picture::FORMAT,
    self::csv::FORMAT,
];

/// Opens a named set, a file, or a folder of pictures.
///
/// `spec` is `mnist`, `strokes`, `strokes:rows=60000`, or a path (write `./mnist` for a file
/// of that name). Gzipped files are read as if they were not.
///
/// # Errors
/// See [`DataError`]; each says what was found where, and what was expected.
pub fn open(spec: &str, options: &SourceOptions) -> Result<Parts, DataError> {
    let (kind, mut parts) = if is_named(spec) {
        (name_of(spec), spec.parse::<NamedSet>()?.open(options)?)
    } else if Input::exists(Path::new(spec)) {
        open_file(Path::new(spec), options)?
    } else {
        let found = spec.to_owned();
        return Err(DataError::UnknownSource { found });
    };
    let Parts { train, test } = &mut parts;
    // Of the two, a command may use one.
    let idle = options.idle(kind, &train.name);
    for dataset in [Some(train), test.as_mut()].into_iter().flatten() {
        dataset.warnings.extend(idle.iter().cloned());
        if let Some(limit) = options.limit {
            dataset.truncate(limit.get());
        }
        image_options::apply(dataset, options)?;
    }
    Ok(parts)
}

/// Opens a set as [`open`] does; a CSV file with the columns of `schema`, wherever in it they
/// are.
///
/// # Errors
/// As [`open`]; a column that isn't there.
pub fn open_known(
    spec: &str,
    options: &SourceOptions,
    schema: &Schema,
) -> Result<Parts, DataError> {
    match csv_input(spec)? {
        Some(input) => self::csv::read_known(input, options, schema),
        None => open(spec, options),
    }
}

/// Opens a CSV file with the columns of `schema`, to be read a block at a time; `None` for
/// anything else.
///
/// # Errors
/// As [`open_known`].
pub fn open_blocks(
    spec: &str,
    options: &SourceOptions,
    schema: &Schema,
) -> Result<Option<TableReader>, DataError> {
    match csv_input(spec)? {
        Some(input) => TableReader::open(input, options, schema).map(Some),
        None => Ok(None),
    }
}

/// The file, if it is no named set and of no other format.
fn csv_input(spec: &str) -> Result<Option<Input>, DataError> {
    let path = Path::new(spec);
    if is_named(spec) || !Input::exists(path) {
        return Ok(None);
    }
    let input = Input::open(path)?;
    if recognise(&input).name != self::csv::FORMAT.name {
        return Ok(None);
    }
    input
        .check_content(self::csv::FORMAT.name)
        .map_err(DataError::in_file(path))?;
    Ok(Some(input))
}

fn is_named(spec: &str) -> bool {
    let name = name_of(spec);
    NamedSet::CATALOGUE.iter().any(|entry| entry.name == name)
}

fn name_of(spec: &str) -> &str {
    spec.split_once(':').map_or(spec, |(name, _)| name).trim()
}

fn open_file(path: &Path, options: &SourceOptions) -> Result<(&'static str, Parts), DataError> {
    if path.is_dir() {
        return Ok((picture::FORMAT.name, picture::open_folder(path, options)?));
    }
    let input = Input::open(path)?;
    let format = recognise(&input);
    input
        .check_content(format.name)
        .map_err(DataError::in_file(path))?;
    Ok((format.name, (format.read)(input, options)?))
}

fn recognise(input: &Input) -> &'static Format {
    let by_content = |format: &&Format| (format.signature)(input.head());
    let name = input.plain_name();
    let by_name = |format: &&Format| (format.name_fits)(&name);
    FORMATS
        .iter()
        .find(by_content)
        .or_else(|| FORMATS.iter().find(by_name))
        .unwrap_or(&self::csv::FORMAT)
}

pub(crate) fn hint_for_unknown(found: &str) -> String {
    let name = found.split_once(':').map_or(found, |(name, _)| name);
    let names = || NamedSet::CATALOGUE.iter().map(|entry| entry.name);
    let known = names().collect::<Vec<_>>().join(", ");
    match ae_choice::suggest(name, names()) {
        Some(near) => format!("did you mean `{near}`? data sets: {known}; or give a file's path"),
        None => format!("data sets: {known}; or give a file's path"),
    }
}
