//! Weights for and from PyTorch: a safetensors file with the names, shapes and order of a state
//! dict.

use super::container::{Container, KEY, Tensor, damaged, finite, write};
use super::model::read_model;
use crate::export::{Placed, Torch};
use crate::{FileProblem, Model, ModelError};
use ae_data::Preprocessing;
use ae_nn::Autoencoder;
use safetensors::SafeTensors;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

/// The metadata key: with two of them, their order would be another in each file.
const ABOUT: &str = "autoencoder";

#[derive(Serialize)]
struct About<'a> {
    program: &'a str,
    data: &'a str,
    shape: String,
    /// Modules of `torch.nn`.
    encoder: &'a [Value],
    decoder: &'a [Value],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    outputs: &'a [Value],
    features: Vec<String>,
    #[serde(flatten)]
    preprocessing: &'a Preprocessing,
}

pub(crate) fn write_torch(model: &Model, path: &Path) -> Result<(), ModelError> {
    let torch = Torch::of(model.autoencoder())?;
    let about = About {
        program: &model.provenance().program,
        data: &model.provenance().data,
        shape: model.autoencoder().shape(),
        encoder: &torch.encoder,
        decoder: &torch.decoder,
        outputs: &torch.outputs,
        features: model.feature_layout().feature_names(),
        preprocessing: model.preprocessing(),
    };
    let network = model.autoencoder().network();
    let values = |tensor: &Placed| -> Vec<f32> {
        let from = if tensor.is_state {
            network.state()
        } else {
            network.parameters()
        };
        tensor.places.iter().map(|place| from[*place]).collect()
    };
    let values: Vec<Vec<f32>> = torch.tensors.iter().map(values).collect();
    let tensors: Vec<Tensor<'_>> = torch
        .tensors
        .iter()
        .zip(&values)
        .map(|(tensor, values)| Tensor {
            name: tensor.name.clone(),
            shape: tensor.shape.clone(),
            values,
        })
        .collect();
    write(path, true, (ABOUT, &about), &tensors)
}

/// Fills a network with the weights in a file: those of a model of ours, or a state dict.
pub(crate) fn read_weights(autoencoder: &mut Autoencoder, path: &Path) -> Result<(), ModelError> {
    let container = Container::read(path)?;
    if container
        .has(KEY)
        .map_err(|problem| damaged(path, problem))?
    {
        let found = read_model(path)?.autoencoder;
        return copy(autoencoder, &found).map_err(|problem| damaged(path, problem));
    }
    let torch = Torch::of(autoencoder)?;
    fill(autoencoder, &torch.tensors, &container).map_err(|problem| damaged(path, problem))
}

fn copy(to: &mut Autoencoder, from: &Autoencoder) -> Result<(), FileProblem> {
    let (wanted, found) = (to.network().blocks(), from.network().blocks());
    for block in &wanted {
        let name = to.block_name(block.layer, block.name);
        let same = found
            .iter()
            .find(|other| from.block_name(other.layer, other.name) == name);
        let Some(same) = same else {
            return Err(FileProblem::Missing { name });
        };
        if same.shape != block.shape {
            return Err(FileProblem::Tensor {
                name,
                expected: format!("{:?}", block.shape),
                found: format!("{:?}", same.shape),
            });
        }
    }
    if found.len() != wanted.len() {
        let (wanted, found) = (to.shape(), from.shape());
        let what = format!("a network of {found}, where one of {wanted} is to be trained");
        return Err(FileProblem::Architecture(what));
    }
    // The same blocks in the same order: the same buffer.
    let parameters = from.network().parameters();
    to.network_mut()
        .parameters_mut()
        .copy_from_slice(parameters);
    if to.network().state_blocks() == from.network().state_blocks() {
        let state = from.network().state();
        to.network_mut().state_mut().copy_from_slice(state);
    }
    Ok(())
}

fn fill(
    autoencoder: &mut Autoencoder,
    placed: &[Placed],
    container: &Container,
) -> Result<(), FileProblem> {
    let tensors = container.tensors()?;
    check_all_used(placed, &tensors)?;
    for tensor in placed {
        let values = finite(&tensors, &tensor.name, &tensor.shape)?;
        let network = autoencoder.network_mut();
        let to = if tensor.is_state {
            network.state_mut()
        } else {
            network.parameters_mut()
        };
        for (place, value) in tensor.places.iter().zip(values) {
            to[*place] = value;
        }
    }
    Ok(())
}

/// Weights that no layer wants are those of another network. PyTorch counts batches as well.
fn check_all_used(placed: &[Placed], tensors: &SafeTensors<'_>) -> Result<(), FileProblem> {
    let is_used = |name: &&str| {
        name.ends_with("num_batches_tracked") || placed.iter().any(|tensor| tensor.name == **name)
    };
    // The same one each time.
    match tensors
        .names()
        .into_iter()
        .filter(|name| !is_used(name))
        .min()
    {
        None => Ok(()),
        Some(name) => Err(FileProblem::Unused {
            name: name.to_owned(),
        }),
    }
}
