//! A network as PyTorch has it: a list of modules of `torch.nn`, and the names, shapes and order
//! of their numbers. What is said here of each number is where it is in our own buffers, so that
//! one description serves to write a file and to read one.
//!
//! Images have their channels first there, also when they are rows of numbers: then the numbers
//! of a row, and with them those of the layers behind it, come in another order than here.

use super::weights::permuted;
use super::windows::Windows;
use crate::ModelError;
use ae_nn::layer::{Image, Pool, Pooled};
use ae_nn::loss::BlockKind;
use ae_nn::network::PlacedBlock;
use ae_nn::{Activation, Autoencoder, Layer};
use serde_json::{Value, json};
use std::ops::Range;

/// A network in PyTorch's words.
pub(crate) struct Torch {
    /// Modules in order: `{"module": "Linear", "in_features": 784, …}`.
    pub(crate) encoder: Vec<Value>,
    pub(crate) decoder: Vec<Value>,
    /// Of features whose outputs differ: which, and what is applied to them.
    pub(crate) outputs: Vec<Value>,
    pub(crate) tensors: Vec<Placed>,
}

/// A tensor, and where its numbers are.
pub(crate) struct Placed {
    /// "encoder.0.weight".
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    /// Whether they are state, such as running means, and not parameters.
    pub(crate) is_state: bool,
    /// The place of each in its buffer.
    pub(crate) places: Vec<usize>,
}

impl Torch {
    /// # Errors
    /// A pool whose windows PyTorch can't place.
    pub(crate) fn of(autoencoder: &Autoencoder) -> Result<Self, ModelError> {
        let (encoder, layers) = (autoencoder.encoder_layers(), autoencoder.network().layers());
        let boundaries = boundaries(layers);
        let mut tensors = Vec::new();
        let mut part = |name: &'static str, range: Range<usize>| {
            let mut writer = Writer {
                autoencoder,
                boundaries: &boundaries,
                image: boundaries[range.start].filter(|_| layers[range.start].images().is_some()),
                name,
                modules: Vec::new(),
                tensors: &mut tensors,
            };
            for index in range {
                writer.layer(index)?;
            }
            Ok::<_, ModelError>(writer.modules)
        };
        let encoded = part("encoder", 0..encoder)?;
        let mut decoded = part("decoder", encoder..layers.len())?;
        let outputs = match autoencoder.output_blocks() {
            None => {
                decoded.extend(activation(autoencoder.output_activation()));
                Vec::new()
            }
            Some(blocks) => {
                let output = |block: &ae_nn::loss::Block| {
                    let made_by = match block.kind {
                        BlockKind::Each(loss) => activation(loss.output_activation()),
                        BlockKind::Choice => Some(json!({ "module": "Softmax", "dim": 1 })),
                    };
                    let Range { start, end } = block.features;
                    json!({ "features": [start, end], "made_by": made_by })
                };
                blocks.blocks().iter().map(output).collect()
            }
        };
        Ok(Self {
            encoder: encoded,
            decoder: decoded,
            outputs,
            tensors,
        })
    }
}

/// Between which layers rows are images: in front of the first, between it and the next, and so
/// on. What is done to numbers one by one leaves them images.
fn boundaries(layers: &[Layer]) -> Vec<Option<Image>> {
    let mut boundaries = vec![None; layers.len() + 1];
    for (index, layer) in layers.iter().enumerate() {
        match layer.images() {
            Some([from, to]) => {
                boundaries[index] = Some(from);
                boundaries[index + 1] = Some(to);
            }
            None if !mixes(layer) => boundaries[index + 1] = boundaries[index],
            None => {}
        }
    }
    for (index, layer) in layers.iter().enumerate().rev() {
        if layer.images().is_none() && !mixes(layer) {
            boundaries[index] = boundaries[index + 1];
        }
    }
    boundaries
}

/// Whether a layer makes its numbers of many, in no order.
fn mixes(layer: &Layer) -> bool {
    match layer {
        Layer::Dense(_) | Layer::GaussianCode(_) => true,
        Layer::Activate(_)
        | Layer::Dropout(_)
        | Layer::BatchNorm(_)
        | Layer::LayerNorm(_)
        | Layer::Shift(_)
        | Layer::TopK(_)
        | Layer::Convolve(_)
        | Layer::ConvolveTransposed(_)
        | Layer::Pool(_)
        | Layer::Upsample(_) => false,
    }
}

struct Writer<'a> {
    autoencoder: &'a Autoencoder,
    boundaries: &'a [Option<Image>],
    /// Of what passes at this point, if it has four sides.
    image: Option<Image>,
    name: &'static str,
    modules: Vec<Value>,
    tensors: &'a mut Vec<Placed>,
}

impl Writer<'_> {
    fn layer(&mut self, index: usize) -> Result<(), ModelError> {
        let network = self.autoencoder.network();
        let layer = &network.layers()[index];
        match layer.images() {
            Some([image, _]) => self.unflatten(image),
            None => self.flatten(),
        }
        match layer {
            Layer::Dense(dense) => {
                self.push(json!({
                    "module": "Linear",
                    "in_features": dense.inputs,
                    "out_features": dense.outputs,
                }));
                let [from, to] = [index, index + 1].map(|at| self.boundaries[at]);
                let from = from.unwrap_or(flat(dense.inputs));
                let to = to.unwrap_or(flat(dense.outputs));
                self.tensor(index, "weight", "weight", |places| {
                    let shape = [from.height, from.width, from.channels, dense.outputs];
                    let turned = permuted(places, shape, [3, 2, 0, 1]);
                    let shape = [to.height, to.width, to.channels, dense.inputs];
                    let numbers = permuted(&turned, shape, [2, 0, 1, 3]);
                    (numbers, vec![dense.outputs, dense.inputs])
                });
                self.row(index, ["bias", "bias"], Some(to));
                self.modules.extend(activation(dense.activation));
            }
            Layer::Activate(layer) => self.modules.extend(activation(layer.activation)),
            Layer::Dropout(layer) => self.push(json!({ "module": "Dropout", "p": layer.rate })),
            Layer::BatchNorm(layer) => {
                self.push(json!({
                    "module": "BatchNorm1d",
                    "num_features": layer.width,
                    "eps": layer.epsilon,
                }));
                for names in [
                    ["scale", "weight"],
                    ["shift", "bias"],
                    ["running_mean", "running_mean"],
                    ["running_variance", "running_var"],
                ] {
                    self.row(index, names, self.boundaries[index]);
                }
            }
            Layer::LayerNorm(layer) => {
                self.push(json!({
                    "module": "LayerNorm",
                    "normalized_shape": [layer.width],
                    "eps": layer.epsilon,
                }));
                for names in [["scale", "weight"], ["shift", "bias"]] {
                    self.row(index, names, self.boundaries[index]);
                }
            }
            // These three are no modules of PyTorch; the documentation has them.
            Layer::Shift(layer) => {
                self.push(json!({ "module": "Shift", "width": layer.width }));
                self.row(index, ["shift", "shift"], self.boundaries[index]);
            }
            Layer::GaussianCode(layer) => {
                self.push(json!({ "module": "Mean", "latent": layer.latent }));
            }
            Layer::TopK(layer) => self.push(json!({ "module": "TopK", "k": layer.k })),
            Layer::Convolve(layer) => {
                let (filters, windows) = (&layer.0, Windows::of_convolution(layer));
                let [top, left, below, right] = windows.pads;
                let is_even = [top, left] == [below, right];
                if !is_even {
                    let padding = [left, right, top, below];
                    self.push(json!({ "module": "ZeroPad2d", "padding": padding }));
                }
                self.push(json!({
                    "module": "Conv2d",
                    "in_channels": filters.image.channels,
                    "out_channels": filters.filters,
                    "kernel_size": filters.kernel,
                    "stride": filters.stride,
                    "padding": if is_even { [top, left] } else { [0, 0] },
                }));
                self.filters(index, [filters.image.channels, filters.filters]);
                self.modules.extend(activation(filters.activation));
                self.image = Some(layer.output());
            }
            Layer::ConvolveTransposed(layer) => {
                let (filters, windows) = (&layer.0, Windows::of_transposed(layer));
                let [top, left, below, right] = windows.pads;
                let (down, across) = (top.min(below), left.min(right));
                self.push(json!({
                    "module": "ConvTranspose2d",
                    "in_channels": filters.image.channels,
                    "out_channels": filters.filters,
                    "kernel_size": filters.kernel,
                    "stride": filters.stride,
                    "padding": [down, across],
                    "output_padding": windows.behind,
                }));
                self.filters(index, [filters.filters, filters.image.channels]);
                let rest = [left - across, right - across, top - down, below - down];
                if rest != [0; 4] {
                    // Cut off.
                    let padding = rest.map(|side| -(side as i64));
                    self.push(json!({ "module": "ZeroPad2d", "padding": padding }));
                }
                self.modules.extend(activation(filters.activation));
                self.image = Some(layer.output());
            }
            Layer::Pool(layer) => {
                self.push(pool(layer)?);
                self.image = Some(layer.output());
            }
            Layer::Upsample(layer) => {
                self.push(json!({ "module": "Upsample", "scale_factor": layer.factor }));
                self.image = Some(layer.output());
            }
        }
        Ok(())
    }

    fn push(&mut self, module: Value) {
        self.modules.push(module);
    }

    fn flatten(&mut self) {
        if self.image.take().is_some() {
            self.push(json!({ "module": "Flatten" }));
        }
    }

    fn unflatten(&mut self, image: Image) {
        if self.image.replace(image).is_none() {
            let shape = [image.channels, image.height, image.width];
            self.push(json!({ "module": "Unflatten", "dim": 1, "unflattened_size": shape }));
        }
    }

    /// Ours: kernel × kernel × `channels`; theirs: the channels in turn, then the kernel.
    fn filters(&mut self, index: usize, channels: [usize; 2]) {
        self.tensor(index, "weight", "weight", |places| {
            let kernel = (places.len() / (channels[0] * channels[1])).isqrt();
            let shape = [kernel, kernel, channels[0], channels[1]];
            let numbers = permuted(places, shape, [3, 2, 0, 1]);
            (numbers, vec![channels[1], channels[0], kernel, kernel])
        });
        self.row(index, ["bias", "bias"], None);
    }

    /// One number for each of a row.
    fn row(&mut self, index: usize, [ours, theirs]: [&str; 2], image: Option<Image>) {
        self.tensor(index, ours, theirs, |places| {
            let image = image.unwrap_or(flat(places.len()));
            let shape = [1, image.height, image.width, image.channels];
            (permuted(places, shape, [0, 3, 1, 2]), vec![places.len()])
        });
    }

    /// A tensor of the module that was pushed last, from the places of one of ours.
    fn tensor(
        &mut self,
        index: usize,
        ours: &str,
        theirs: &str,
        turn: impl FnOnce(&[usize]) -> (Vec<usize>, Vec<usize>),
    ) {
        let network = self.autoencoder.network();
        let is = |block: &&PlacedBlock| block.layer == index && block.name == ours;
        let (parameters, state) = (network.blocks(), network.state_blocks());
        let parameter = parameters.iter().find(is);
        let Some(block) = parameter.or_else(|| state.iter().find(is)) else {
            return;
        };
        let (places, shape) = turn(&block.range.clone().collect::<Vec<_>>());
        let module = self.modules.len().saturating_sub(1);
        self.tensors.push(Placed {
            name: format!("{}.{module}.{theirs}", self.name),
            shape,
            is_state: parameter.is_none(),
            places,
        });
    }
}

/// Numbers that are no image.
fn flat(numbers: usize) -> Image {
    Image {
        height: numbers,
        width: 1,
        channels: 1,
    }
}

/// PyTorch's pools reach out as far on both sides, or as far as it takes behind the image.
fn pool(layer: &Pool) -> Result<Value, ModelError> {
    let windows = Windows::of_pool(layer);
    let [top, left, below, right] = windows.pads;
    let is_even = [top, left] == [below, right];
    // Theirs, by their rule, along an axis: rounded up where windows reach out behind the image.
    let places = |side: usize, before: usize| {
        let reach = side + 2 * before - windows.size.min(side + 2 * before);
        let steps = match is_even {
            true => reach / windows.stride,
            false => reach.div_ceil(windows.stride),
        };
        // No window begins behind the image.
        let begins_behind = steps * windows.stride >= side + before;
        steps + 1 - usize::from(!is_even && begins_behind)
    };
    let found = [
        places(layer.image.height, top),
        places(layer.image.width, left),
    ];
    let output = layer.output();
    let is_far = top.max(left) * 2 > windows.size;
    if is_far || found != [output.height, output.width] {
        return Err(ModelError::Settings {
            what: format!(
                "a pool that reaches out of an image by {:?}, as no module of PyTorch does",
                windows.pads
            ),
            hint: "export as ONNX (`--format onnx`)".to_owned(),
        });
    }
    let mut module = json!({
        "module": match layer.of {
            Pooled::Max => "MaxPool2d",
            Pooled::Average => "AvgPool2d",
        },
        "kernel_size": windows.size,
        "stride": windows.stride,
        "padding": [top, left],
        "ceil_mode": !is_even,
    });
    if layer.of == Pooled::Average {
        module["count_include_pad"] = json!(false);
    }
    Ok(module)
}

fn activation(activation: Activation) -> Option<Value> {
    Some(match activation {
        Activation::Linear(_) => return None,
        Activation::Relu(_) => json!({ "module": "ReLU" }),
        Activation::LeakyRelu(leaky) => {
            json!({ "module": "LeakyReLU", "negative_slope": leaky.slope })
        }
        Activation::Elu(elu) => json!({ "module": "ELU", "alpha": elu.alpha }),
        Activation::Gelu(_) => json!({ "module": "GELU" }),
        Activation::Silu(_) => json!({ "module": "SiLU" }),
        Activation::Sigmoid(_) => json!({ "module": "Sigmoid" }),
        Activation::Tanh(_) => json!({ "module": "Tanh" }),
        Activation::Softplus(_) => json!({ "module": "Softplus" }),
    })
}
