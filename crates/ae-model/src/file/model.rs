use super::container::{Container, KEY, Tensor, damaged, finite, packed};
use super::scoring::{self, ScoringMetadata};
use super::write::write_beside;
use crate::evaluation::Reference;
use crate::model::{Model, Provenance, Steps};
use crate::scoring::Groups;
use crate::{FileProblem, ModelError, Settings};
use ae_data::source::Pictures;
use ae_data::{Layout, Preprocessing, Windowing};
use ae_nn::loss::Blocks;
use ae_nn::network::PlacedBlock;
use ae_nn::{Activation, Autoencoder, Epoch, Layer, Loss, Network};
use ae_tensor::Matrix;
use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::Path;

/// What the file says it is.
const KIND: &str = "ae model";

/// The newest layout of the metadata that this program knows.
const FORMAT: u32 = 3;

/// The layout of the metadata of models without windows: older programs read them too.
const FORMAT_OF_ROWS: u32 = 2;

/// The metadata of a model file.
#[derive(Serialize, Deserialize)]
struct Metadata<'a> {
    kind: Cow<'a, str>,
    format: u32,
    layout: Cow<'a, Layout>,
    /// How pictures became rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pictures: Option<Pictures>,
    #[serde(flatten)]
    preprocessing: Cow<'a, Preprocessing>,
    /// How the data are cut: then layout and preprocessing are those of a time step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    windows: Option<Windowing>,
    encoder: Cow<'a, [Layer]>,
    decoder: Cow<'a, [Layer]>,
    output: Activation,
    loss: Loss,
    /// The losses of a table's columns, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blocks: Option<Cow<'a, Blocks>>,
    settings: Cow<'a, Settings>,
    provenance: Cow<'a, Provenance>,
    history: Cow<'a, [Epoch]>,
    scoring: ScoringMetadata,
}

/// Enough of it to tell what a file is before the rest is read.
#[derive(Deserialize)]
pub(super) struct Label {
    pub(super) kind: String,
    format: u32,
}

impl Label {
    pub(super) fn check(&self, kind: &'static str, known: u32) -> Result<(), FileProblem> {
        if self.kind != kind {
            return Err(FileProblem::Kind {
                found: self.kind.clone(),
                expected: kind,
            });
        }
        if self.format > known {
            let found = self.format;
            return Err(FileProblem::Newer { found, known });
        }
        Ok(())
    }
}

pub(crate) fn write_model(model: &Model, path: &Path) -> Result<(), ModelError> {
    let bytes = model_bytes(model).map_err(|problem| damaged(path, problem))?;
    write_beside(path, true, |file| file.write_all(&bytes))
}

/// What a model's file holds.
pub(crate) fn model_bytes(model: &Model) -> Result<Vec<u8>, FileProblem> {
    let autoencoder = model.autoencoder();
    let (encoder, decoder) = autoencoder
        .network()
        .layers()
        .split_at(autoencoder.encoder_layers());
    let metadata = Metadata {
        kind: Cow::Borrowed(KIND),
        format: match model.windowing() {
            Some(_) => FORMAT,
            None => FORMAT_OF_ROWS,
        },
        layout: Cow::Borrowed(model.table()),
        pictures: model.pictures(),
        preprocessing: Cow::Borrowed(model.table_preprocessing()),
        windows: model.windowing(),
        encoder: Cow::Borrowed(encoder),
        decoder: Cow::Borrowed(decoder),
        output: autoencoder.output_activation(),
        loss: *model.loss(),
        blocks: autoencoder.output_blocks().map(Cow::Borrowed),
        settings: Cow::Borrowed(model.settings()),
        provenance: Cow::Borrowed(model.provenance()),
        history: Cow::Borrowed(model.history()),
        scoring: ScoringMetadata::of(model.scorer()),
    };
    let network = autoencoder.network();
    let parameters = (network.blocks(), network.parameters());
    let state = (network.state_blocks(), network.state());
    let mut tensors: Vec<Tensor<'_>> = [parameters, state]
        .into_iter()
        .flat_map(|(blocks, values)| {
            blocks.into_iter().map(|block| Tensor {
                name: autoencoder.block_name(block.layer, block.name),
                shape: block.shape,
                values: &values[block.range],
            })
        })
        .collect();
    let reference = model.reference();
    tensors.push(Tensor {
        name: MEAN.to_owned(),
        shape: vec![reference.mean.len()],
        values: &reference.mean,
    });
    if let Some(components) = &reference.components {
        tensors.push(Tensor {
            name: COMPONENTS.to_owned(),
            shape: vec![components.rows(), components.cols()],
            values: components.as_slice(),
        });
    }
    tensors.extend(scoring::tensors(model.scorer()));
    packed((KEY, &metadata), &tensors)
}

pub(crate) fn read_model(path: &Path) -> Result<Model, ModelError> {
    let container = Container::read(path)?;
    read(&container).map_err(|problem| damaged(path, problem))
}

fn read(container: &Container) -> Result<Model, FileProblem> {
    container.metadata::<Label>()?.check(KIND, FORMAT)?;
    let metadata: Metadata<'_> = container.metadata()?;
    let tensors = container.tensors()?;
    let encoder = part(&metadata.encoder, "encoder", &tensors)?;
    let decoder = part(&metadata.decoder, "decoder", &tensors)?;
    let bad = |what: String| FileProblem::Architecture(what);
    let mut autoencoder = Autoencoder::from_parts(&encoder, &decoder, metadata.output)
        .map_err(|error| bad(error.to_string()))?;
    if let Some(blocks) = metadata.blocks {
        autoencoder = autoencoder
            .with_output_blocks(blocks.into_owned())
            .map_err(|error| bad(error.to_string()))?;
    }
    let features = autoencoder.features();
    let (table, step) = (
        metadata.layout.into_owned(),
        metadata.preprocessing.into_owned(),
    );
    step.check().map_err(bad)?;
    let length = metadata.windows.map_or(1, Windowing::length);
    for (what, width, expected) in [
        // Before anything is made for as many steps as a file claims.
        ("scaling", step.width().saturating_mul(length), features),
        ("layout", checked_width(&table), step.cells()),
    ] {
        if width != expected {
            return Err(bad(format!(
                "{what} of {width} features, the network takes {expected}"
            )));
        }
    }
    let (layout, preprocessing, steps) = match metadata.windows {
        None => (table, step, None),
        Some(windowing) => {
            let whole = (windowing.layout(&table), step.tiled(length));
            let steps = Steps {
                windowing,
                table,
                preprocessing: step,
            };
            (whole.0, whole.1, Some(steps))
        }
    };
    let kept = metadata.settings.numbers_kept(autoencoder.latent());
    let reference = reference(&tensors, features, kept)?;
    let scorer = metadata
        .scoring
        .read(&tensors, features, Groups::of(&preprocessing))?;
    Ok(Model {
        autoencoder,
        loss: metadata.loss,
        layout,
        pictures: metadata.pictures,
        preprocessing,
        steps,
        reference,
        scorer,
        settings: metadata.settings.into_owned(),
        provenance: metadata.provenance.into_owned(),
        history: metadata.history.into_owned(),
    })
}

/// Tensors of the simplest models.
const MEAN: &str = "reference.mean";
const COMPONENTS: &str = "reference.components";

fn reference(
    tensors: &SafeTensors<'_>,
    features: usize,
    latent: usize,
) -> Result<Reference, FileProblem> {
    let mean = finite(tensors, MEAN, &[features])?;
    let components = match tensors.tensor(COMPONENTS) {
        Err(_) => None,
        Ok(_) => {
            let values = finite(tensors, COMPONENTS, &[features, latent])?;
            let mut components = Matrix::zeros(features, latent);
            components.as_mut_slice().copy_from_slice(&values);
            Some(components)
        }
    };
    Ok(Reference { mean, components })
}

/// The width of a layout from a file, which may claim an image of any size.
fn checked_width(layout: &Layout) -> usize {
    match layout {
        Layout::Image {
            height,
            width,
            channels,
        } => height
            .checked_mul(*width)
            .and_then(|pixels| pixels.checked_mul(*channels))
            .unwrap_or(usize::MAX),
        Layout::Columns(names) => names.len(),
        Layout::Table(schema) => schema.cells(),
    }
}

/// Encoder or decoder. Every tensor is looked up, and its shape compared, before any room
/// is made: what a description claims can't be larger than the file that holds it.
fn part(layers: &[Layer], name: &str, tensors: &SafeTensors<'_>) -> Result<Network, FileProblem> {
    for (index, layer) in layers.iter().enumerate() {
        for block in layer.parameters().into_iter().chain(layer.state()) {
            finite(
                tensors,
                &format!("{name}.{index}.{}", block.name),
                &block.shape,
            )?;
        }
    }
    let mut network = Network::zeros(layers.to_vec())
        .map_err(|error| FileProblem::Architecture(format!("{name}: {error}")))?;
    let (blocks, state) = (network.blocks(), network.state_blocks());
    fill(&blocks, name, tensors, network.parameters_mut())?;
    fill(&state, name, tensors, network.state_mut())?;
    Ok(network)
}

fn fill(
    blocks: &[PlacedBlock],
    name: &str,
    tensors: &SafeTensors<'_>,
    room: &mut [f32],
) -> Result<(), FileProblem> {
    for block in blocks {
        let name = format!("{name}.{}.{}", block.layer, block.name);
        let values = finite(tensors, &name, &block.shape)?;
        if block.name == "running_variance"
            && let Some(index) = values.iter().position(|value| *value < 0.0)
        {
            let found = values[index];
            return Err(FileProblem::NegativeVariance { name, index, found });
        }
        room[block.range.clone()].copy_from_slice(&values);
    }
    Ok(())
}
