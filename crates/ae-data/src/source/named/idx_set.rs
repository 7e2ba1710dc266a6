use std::path::{Path, PathBuf};

use super::NamedSource;
use crate::source::input::Input;
use crate::source::{SourceOptions, idx};
use crate::{DataError, Dataset, Parts};

ae_choice::choice! {
    /// MNIST by LeCun, Cortes and Burges, from its four IDX files.
    pub struct Mnist = "mnist", "70,000 handwritten digits, 28 × 28 (fetched)" {}
}

ae_choice::choice! {
    /// Fashion-MNIST by Xiao, Rasul and Vollgraf (<https://arxiv.org/abs/1708.07747>), from its
    /// four IDX files.
    pub struct FashionMnist = "fashion", "Fashion-MNIST: 70,000 pieces of clothing, 28 × 28 (fetched)" {}
}

impl NamedSource for Mnist {
    fn open(&self, options: &SourceOptions) -> Result<Parts, DataError> {
        open("mnist", options)
    }
}

impl NamedSource for FashionMnist {
    fn open(&self, options: &SourceOptions) -> Result<Parts, DataError> {
        open("fashion", options)
    }
}

fn open(name: &'static str, options: &SourceOptions) -> Result<Parts, DataError> {
    let folder = options.folder.join(name);
    Ok(Parts {
        train: open_part(name, &folder, "train-images-idx3-ubyte")?,
        test: Some(open_part(name, &folder, "t10k-images-idx3-ubyte")?),
    })
}

fn open_part(name: &'static str, folder: &Path, file: &'static str) -> Result<Dataset, DataError> {
    let path = find(folder, file).ok_or_else(|| DataError::NotFetched {
        name,
        folder: folder.to_owned(),
        file,
    })?;
    let mut dataset = idx::read_images(Input::open(&path)?, None)?;
    dataset.name = name.to_owned();
    Ok(dataset)
}

/// The file, packed or not, and also as some unpackers leave its name.
fn find(folder: &Path, file: &str) -> Option<PathBuf> {
    let dotted = file.replace("-idx", ".idx");
    [file, &dotted]
        .into_iter()
        .flat_map(|name| [name.to_owned(), format!("{name}.gz")])
        .map(|name| folder.join(name))
        .find(|path| path.is_file())
}
