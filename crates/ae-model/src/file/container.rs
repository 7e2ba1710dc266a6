use super::write_beside;
use crate::{FileProblem, ModelError};
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// The metadata key that holds everything of a file of ours.
pub(super) const KEY: &str = "ae";

/// A named tensor of single-precision numbers.
pub(super) struct Tensor<'a> {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) values: &'a [f32],
}

/// Writes metadata, under one key, and tensors to one file. The same input gives the same bytes.
pub(super) fn write(
    path: &Path,
    lasting: bool,
    metadata: (&str, &impl Serialize),
    tensors: &[Tensor<'_>],
) -> Result<(), ModelError> {
    let container = packed(metadata, tensors).map_err(|problem| damaged(path, problem))?;
    write_beside(path, lasting, |file| file.write_all(&container))
}

/// The bytes of such a file.
pub(super) fn packed(
    (key, metadata): (&str, &impl Serialize),
    tensors: &[Tensor<'_>],
) -> Result<Vec<u8>, FileProblem> {
    let text = serde_json::to_string(metadata);
    let text = text.map_err(|error| FileProblem::Metadata(error.to_string()))?;
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|tensor| tensor.values.iter().flat_map(|v| v.to_le_bytes()).collect())
        .collect();
    let views: Result<Vec<(&str, TensorView<'_>)>, _> = tensors
        .iter()
        .zip(&bytes)
        .map(|(tensor, bytes)| {
            let view = TensorView::new(Dtype::F32, tensor.shape.clone(), bytes)?;
            Ok((tensor.name.as_str(), view))
        })
        .collect();
    views
        .and_then(|views| serialize(views, Some(HashMap::from([(key.to_owned(), text)]))))
        .map_err(|error| FileProblem::Damaged(error.to_string()))
}

/// A file in memory, checked to hold together: no size in it is beyond its own length.
pub(super) struct Container {
    bytes: Vec<u8>,
}

impl Container {
    pub(super) fn read(path: &Path) -> Result<Self, ModelError> {
        let bytes = fs::read(path).map_err(|error| ModelError::Io {
            path: path.to_owned(),
            error,
        })?;
        Ok(Self { bytes })
    }

    /// The metadata, read as `M`.
    pub(super) fn metadata<M: DeserializeOwned>(&self) -> Result<M, FileProblem> {
        let (_, header) = SafeTensors::read_metadata(&self.bytes)
            .map_err(|error| FileProblem::Damaged(error.to_string()))?;
        let entries = header.metadata().as_ref();
        let text = entries
            .and_then(|entries| entries.get(KEY))
            .ok_or(FileProblem::Foreign { key: KEY })?;
        serde_json::from_str(text).map_err(|error| FileProblem::Metadata(error.to_string()))
    }

    /// Whether there is such a key among the metadata.
    pub(super) fn has(&self, key: &str) -> Result<bool, FileProblem> {
        let (_, header) = SafeTensors::read_metadata(&self.bytes)
            .map_err(|error| FileProblem::Damaged(error.to_string()))?;
        let entries = header.metadata().as_ref();
        Ok(entries.is_some_and(|entries| entries.contains_key(key)))
    }

    /// The tensors.
    pub(super) fn tensors(&self) -> Result<SafeTensors<'_>, FileProblem> {
        SafeTensors::deserialize(&self.bytes)
            .map_err(|error| FileProblem::Damaged(error.to_string()))
    }
}

/// A tensor's numbers, if it is there, of single precision, of this shape, and finite.
pub(super) fn finite(
    tensors: &SafeTensors<'_>,
    name: &str,
    shape: &[usize],
) -> Result<Vec<f32>, FileProblem> {
    let tensor = tensors.tensor(name).map_err(|_| FileProblem::Missing {
        name: name.to_owned(),
    })?;
    if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
        return Err(FileProblem::Tensor {
            name: name.to_owned(),
            expected: format!("F32 {shape:?}"),
            found: format!("{:?} {:?}", tensor.dtype(), tensor.shape()),
        });
    }
    let values = floats(tensor.data());
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(index) => Err(FileProblem::NotFinite {
            name: name.to_owned(),
            index,
            found: values[index],
        }),
    }
}

pub(super) fn floats(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _rest) = bytes.as_chunks::<4>();
    numbers
        .iter()
        .map(|four| f32::from_le_bytes(*four))
        .collect()
}

pub(super) fn damaged(path: &Path, problem: FileProblem) -> ModelError {
    ModelError::File {
        path: path.to_owned(),
        problem,
    }
}
