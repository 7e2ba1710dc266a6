use super::container::{Container, KEY, Tensor, damaged, floats, write};
use super::model::Label;
use crate::{FileProblem, ModelError, Settings};
use ae_nn::Trainer;
use ae_nn::trainer::Progress;
use safetensors::tensor::Dtype;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

const KIND: &str = "ae checkpoint";
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Metadata<'a> {
    kind: Cow<'a, str>,
    format: u32,
    settings: Cow<'a, Settings>,
    fingerprint: Cow<'a, str>,
    /// Of the source's own test rows, where they were watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    test_fingerprint: Option<Cow<'a, str>>,
    progress: Progress,
}

/// A checkpoint as it was read.
pub(crate) struct CheckpointFile {
    pub(crate) settings: Settings,
    /// Of the data it was made with.
    pub(crate) fingerprint: String,
    /// Of the source's own test rows, where they were watched and the file says it.
    pub(crate) test_fingerprint: Option<String>,
    pub(crate) progress: Progress,
    buffers: BTreeMap<String, Vec<f32>>,
}

impl CheckpointFile {
    pub(crate) fn buffer(&self, name: &str) -> Option<&[f32]> {
        self.buffers.get(name).map(Vec::as_slice)
    }
}

/// Not flushed to the disk each time: losing the machine's power loses the newest
/// checkpoint, not the time of a flush an epoch. A half-written one is told as such.
pub(crate) fn write_checkpoint(
    path: &Path,
    settings: &Settings,
    fingerprint: &str,
    test_fingerprint: Option<&str>,
    trainer: &Trainer<'_>,
) -> Result<(), ModelError> {
    let metadata = Metadata {
        kind: Cow::Borrowed(KIND),
        format: FORMAT,
        settings: Cow::Borrowed(settings),
        fingerprint: Cow::Borrowed(fingerprint),
        test_fingerprint: test_fingerprint.map(Cow::Borrowed),
        progress: trainer.progress(),
    };
    let tensors: Vec<Tensor<'_>> = trainer
        .buffers()
        .into_iter()
        .map(|(name, values)| Tensor {
            name: name.to_owned(),
            shape: vec![values.len()],
            values,
        })
        .collect();
    write(path, false, (KEY, &metadata), &tensors)
}

pub(crate) fn read_checkpoint(path: &Path) -> Result<CheckpointFile, ModelError> {
    let container = Container::read(path)?;
    read(&container).map_err(|problem| damaged(path, problem))
}

fn read(container: &Container) -> Result<CheckpointFile, FileProblem> {
    container.metadata::<Label>()?.check(KIND, FORMAT)?;
    let metadata: Metadata<'_> = container.metadata()?;
    let mut buffers = BTreeMap::new();
    for (name, tensor) in container.tensors()?.tensors() {
        if tensor.dtype() != Dtype::F32 {
            return Err(FileProblem::Tensor {
                name,
                expected: "F32".to_owned(),
                found: format!("{:?}", tensor.dtype()),
            });
        }
        buffers.insert(name, floats(tensor.data()));
    }
    Ok(CheckpointFile {
        settings: metadata.settings.into_owned(),
        fingerprint: metadata.fingerprint.into_owned(),
        test_fingerprint: metadata.test_fingerprint.map(Cow::into_owned),
        progress: metadata.progress,
        buffers,
    })
}
