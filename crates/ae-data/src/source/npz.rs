//! NumPy's npz: a zip of npy files, one an array.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::array::Array;
use super::input::{Input, InputError};
use super::npy::{self, NpyError};
use super::{Format, SourceOptions};
use crate::{DataError, Dataset, Labels, Parts, Problem};

pub const FORMAT: Format = Format {
    name: "npz",
    summary: "NumPy arrays in one file: X with its labels y, or x_train and x_test with theirs",
    signature: |head| head.starts_with(b"PK\x03\x04"),
    name_fits: |name| name.ends_with(".npz"),
    read,
};

/// Arrays whose names say that one holds the labels of the other.
const LABELS_OF: [(&str, &str); 3] = [("X", "y"), ("x_train", "y_train"), ("x_test", "y_test")];

/// What is wrong with an npz file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpzError {
    /// The bytes cannot be had.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The zip wrapping is damaged or of a kind that is not read.
    #[error("damaged or unsupported zip: {0}")]
    Zip(#[from] ZipError),
    /// One of its arrays is wrong.
    #[error("array `{name}`: {error}")]
    Member {
        /// The array's name.
        name: String,
        /// What is wrong with it.
        error: NpyError,
    },
    /// No array of that name.
    #[error("no array `{found}`")]
    NoMember {
        /// The name that was given.
        found: String,
        /// The arrays there are.
        known: Vec<String>,
    },
    /// Several arrays and no way to tell which one is meant.
    #[error("{} arrays, and none is named X or x_train", known.len())]
    Ambiguous {
        /// The arrays there are.
        known: Vec<String>,
    },
}

impl Problem for NpzError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Input(error) => error.hint(),
            Self::Zip(_) => None,
            Self::Member { error, .. } => error.hint(),
            Self::NoMember { found, known } => {
                let list = known.join(", ");
                Some(
                    match ae_choice::suggest(found, known.iter().map(String::as_str)) {
                        Some(near) => format!("did you mean `{near}`? arrays: {list}"),
                        None => format!("arrays: {list}"),
                    },
                )
            }
            Self::Ambiguous { known } => {
                Some(format!("choose one of the arrays: {}", known.join(", ")))
            }
        }
    }
}

fn read(input: Input, options: &SourceOptions) -> Result<Parts, DataError> {
    let path = input.path();
    let mut archive = Archive::open(path).map_err(DataError::in_file(path))?;
    let features = archive
        .choose(options.member.as_deref())
        .map_err(DataError::in_file(path))?;
    let label = options.label.as_deref();
    let train = archive.dataset(path, &features, label)?;
    // Only a choice of ours brings the test rows along.
    let has_test = options.member.is_none() && features == "x_train" && archive.holds("x_test");
    let test = match has_test {
        true => Some(archive.dataset(path, "x_test", None)?),
        false => None,
    };
    Ok(Parts { train, test })
}

struct Archive {
    zip: ZipArchive<BufReader<File>>,
    /// The arrays' names, without `.npy`.
    names: Vec<String>,
}

impl Archive {
    fn open(path: &Path) -> Result<Self, NpzError> {
        let file = File::open(path).map_err(InputError::Read)?;
        let zip = ZipArchive::new(BufReader::new(file))?;
        let mut names = Vec::new();
        for name in zip.file_names() {
            names.extend(name?.strip_suffix(".npy").map(str::to_owned));
        }
        names.sort_unstable();
        Ok(Self { zip, names })
    }

    fn holds(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    fn choose(&self, asked: Option<&str>) -> Result<String, NpzError> {
        let known = self.names.clone();
        match (asked, self.names.as_slice()) {
            (Some(name), _) if self.holds(name) => Ok(name.to_owned()),
            (Some(name), _) => Err(NpzError::NoMember {
                found: name.to_owned(),
                known,
            }),
            (None, [only]) => Ok(only.clone()),
            (None, _) => LABELS_OF[..2]
                .iter()
                .find(|(name, _)| self.holds(name))
                .map(|(name, _)| (*name).to_owned())
                .ok_or(NpzError::Ambiguous { known }),
        }
    }

    /// The array `features` with its labels: those asked for, or those whose name fits.
    fn dataset(
        &mut self,
        path: &Path,
        features: &str,
        label: Option<&str>,
    ) -> Result<Dataset, DataError> {
        let array = self.array(features).map_err(DataError::in_file(path))?;
        let mut warning = None;
        let labels = match label {
            Some(name) => Some(self.labels(name).map_err(DataError::in_file(path))?),
            None => self.labels_by_name(features).unwrap_or_else(|error| {
                warning = Some(format!("{}: not used as labels: {error}", path.display()));
                None
            }),
        };
        let mut dataset = array.into_dataset(path, labels)?;
        dataset.warnings.extend(warning);
        Ok(dataset)
    }

    fn labels_by_name(&mut self, features: &str) -> Result<Option<Labels>, NpzError> {
        let pair = LABELS_OF.iter().find(|(name, _)| *name == features);
        match pair {
            Some((_, name)) if self.holds(name) => self.labels(name).map(Some),
            _ => Ok(None),
        }
    }

    fn labels(&mut self, name: &str) -> Result<Labels, NpzError> {
        let labels = self.array(name)?.into_labels();
        labels.map_err(|error| in_member(name)(error.into()))
    }

    fn array(&mut self, name: &str) -> Result<Array, NpzError> {
        if !self.holds(name) {
            let (found, known) = (name.to_owned(), self.names.clone());
            return Err(NpzError::NoMember { found, known });
        }
        let mut member = self.zip.by_name(&format!("{name}.npy"))?;
        npy::read_array(&mut member).map_err(in_member(name))
    }
}

fn in_member(name: &str) -> impl FnOnce(NpyError) -> NpzError {
    let name = name.to_owned();
    |error| NpzError::Member { name, error }
}
