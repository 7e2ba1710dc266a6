//! Small data, small models, and model files taken apart.

use ae_data::{Dataset, Layout, Parts, Values};
use ae_model::{Model, Plan, Settings, train};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A table of these rows.
pub fn table(width: usize, values: Vec<f32>) -> Dataset {
    let names = (0..width).map(|column| format!("c{column}")).collect();
    Dataset::new(
        "table",
        Layout::Columns(names),
        Values::Floats(values),
        None,
    )
    .unwrap()
}

pub fn images(height: usize, width: usize, channels: usize, bytes: Vec<u8>) -> Dataset {
    let layout = Layout::Image {
        height,
        width,
        channels,
    };
    Dataset::new("images", layout, Values::Bytes(bytes), None).unwrap()
}

pub fn alone(train: Dataset) -> Parts {
    Parts { train, test: None }
}

/// Rows on a bent line: `rows` × 4.
pub fn curve(rows: usize) -> Dataset {
    let values = (0..rows).flat_map(|row| {
        let x = (row as f32 * 0.731).rem_euclid(4.0) - 2.0;
        [x, x * x, x.sin(), x * x - x.sin()]
    });
    table(4, values.collect())
}

/// What trains in a few milliseconds.
pub fn short() -> Settings {
    Settings {
        hidden: vec![6],
        latent: Some(2),
        epochs: 2,
        batch: 16,
        ..Settings::default()
    }
}

pub fn trained(parts: &Parts, settings: &Settings) -> (Plan, Model) {
    let plan = Plan::new(parts, settings).unwrap();
    let model = train(parts, &plan, &mut ()).unwrap();
    (plan, model)
}

/// A model file in its parts, to be put together wrongly.
#[derive(Clone)]
pub struct Parted {
    pub header: Map<String, Value>,
    pub data: Vec<u8>,
}

impl Parted {
    pub fn of(model: &Model) -> Self {
        Self::from_bytes(&bytes_of(model))
    }

    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (length, rest) = bytes.split_at(8);
        let length = u64::from_le_bytes(length.try_into().unwrap()) as usize;
        Self {
            header: serde_json::from_slice(&rest[..length]).unwrap(),
            data: rest[length..].to_vec(),
        }
    }

    pub fn metadata(&self) -> Value {
        let text = self.header["__metadata__"]["ae"].as_str().unwrap();
        serde_json::from_str(text).unwrap()
    }

    pub fn set_metadata(&mut self, metadata: &Value) {
        self.header["__metadata__"]["ae"] = metadata.to_string().into();
    }

    /// The place of a tensor in `data`.
    pub fn place(&self, name: &str) -> std::ops::Range<usize> {
        let offsets = &self.header[name]["data_offsets"];
        let at = |end: usize| offsets[end].as_u64().unwrap() as usize;
        at(0)..at(1)
    }

    pub fn set_tensor(&mut self, name: &str, values: &[f32]) {
        let place = self.place(name);
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.data[place].copy_from_slice(&bytes);
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let header = serde_json::to_vec(&self.header).unwrap();
        let length = (header.len() as u64).to_le_bytes();
        [&length[..], &header, &self.data].concat()
    }

    pub fn load(&self) -> Result<Model, ae_model::ModelError> {
        load_bytes(&self.to_bytes())
    }
}

pub fn bytes_of(model: &Model) -> Vec<u8> {
    let (_folder, path) = place();
    model.save(&path).unwrap();
    std::fs::read(path).unwrap()
}

pub fn load_bytes(bytes: &[u8]) -> Result<Model, ae_model::ModelError> {
    let (_folder, path) = place();
    std::fs::write(&path, bytes).unwrap();
    Model::load(&path)
}

/// Where a model may be written.
pub fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    (folder, path)
}

/// Names of the files in a folder, sorted.
pub fn listing(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
