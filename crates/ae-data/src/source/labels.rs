use std::path::Path;

use super::input::Input;
use super::{idx, npy};
use crate::{DataError, Labels};

/// Reads a file of labels: an IDX or npy array with one axis.
pub fn open(path: &Path) -> Result<Labels, DataError> {
    let input = Input::open(path)?;
    let checked = input.check_content("IDX or npy");
    checked.map_err(DataError::in_file(path))?;
    let labels = if npy::is_npy(input.head()) {
        let array = npy::read_array(&mut input.reader()).map_err(DataError::in_file(path))?;
        array.into_labels()
    } else {
        let array = idx::read_array(input).map_err(DataError::in_file(path))?;
        array.into_labels()
    };
    labels.map_err(DataError::in_file(path))
}
