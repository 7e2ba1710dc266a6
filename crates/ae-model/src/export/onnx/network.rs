//! Layers as operators.

use super::graph::{Attribute, Graph, Name};
use crate::export::weights::permuted;
use crate::export::windows::Windows;
use ae_nn::layer::{Image, Pooled};
use ae_nn::loss::BlockKind;
use ae_nn::{Activation, Autoencoder, Layer, Network};
use std::ops::Range;

/// What passes between layers: rows of numbers, or images with their channels first, as ONNX
/// has them. Images stay images until a layer wants rows.
struct Flow {
    value: Name,
    image: Option<Image>,
}

impl Flow {
    fn rows(value: Name) -> Self {
        Self { value, image: None }
    }

    fn into_rows(self, graph: &mut Graph) -> Name {
        let Some(image) = self.image else {
            return self.value;
        };
        let last = [("perm", Attribute::Integers(&[0, 2, 3, 1]))];
        let value = graph.op_with("Transpose", &[&self.value], &last);
        graph.reshaped(&value, &[image.numbers()])
    }

    /// As images of this size.
    fn into_images(self, graph: &mut Graph, image: Image) -> Name {
        if self.image.is_some() {
            return self.value;
        }
        let sides = [image.height, image.width, image.channels];
        let value = graph.reshaped(&self.value, &sides);
        let first = [("perm", Attribute::Integers(&[0, 3, 1, 2]))];
        graph.op_with("Transpose", &[&value], &first)
    }
}

/// The network's numbers, by layer and name.
struct Numbers<'a> {
    network: &'a Network,
    layer: usize,
}

impl<'a> Numbers<'a> {
    fn of(&self, name: &str) -> &'a [f32] {
        let (parameters, state) = (self.network.blocks(), self.network.state_blocks());
        let is =
            |block: &&ae_nn::network::PlacedBlock| block.layer == self.layer && block.name == name;
        let found = parameters.iter().find(is).map(|block| block.range.clone());
        match (found, state.iter().find(is)) {
            (Some(range), _) => &self.network.parameters()[range],
            (None, Some(block)) => &self.network.state()[block.range.clone()],
            (None, None) => &[],
        }
    }
}

/// Rows through some of the layers.
pub(super) fn through(
    graph: &mut Graph,
    network: &Network,
    layers: Range<usize>,
    rows: Name,
) -> Name {
    let mut flow = Flow::rows(rows);
    for index in layers {
        let numbers = Numbers {
            network,
            layer: index,
        };
        flow = layer(graph, &network.layers()[index], &numbers, flow);
    }
    flow.into_rows(graph)
}

/// What turns the network's output into a reconstruction.
pub(super) fn output(graph: &mut Graph, autoencoder: &Autoencoder, rows: Name) -> Name {
    let Some(blocks) = autoencoder.output_blocks() else {
        return activation(graph, autoencoder.output_activation(), rows);
    };
    let mut parts = Vec::new();
    for block in blocks.blocks() {
        let features: Vec<usize> = block.features.clone().collect();
        let part = graph.columns(&rows, &features);
        parts.push(match block.kind {
            BlockKind::Each(loss) => activation(graph, loss.output_activation(), part),
            BlockKind::Choice => {
                graph.op_with("Softmax", &[&part], &[("axis", Attribute::Integer(1))])
            }
        });
    }
    graph.beside(&parts)
}

fn layer(graph: &mut Graph, layer: &Layer, numbers: &Numbers<'_>, flow: Flow) -> Flow {
    let row = |graph: &mut Graph, name: &str| {
        let values = numbers.of(name);
        graph.constant(values, &[1, values.len()])
    };
    match layer {
        Layer::Dense(dense) => {
            let rows = flow.into_rows(graph);
            let weight = graph.constant(numbers.of("weight"), &[dense.inputs, dense.outputs]);
            let bias = graph.constant(numbers.of("bias"), &[dense.outputs]);
            let sums = graph.op("Gemm", &[&rows, &weight, &bias]);
            Flow::rows(activation(graph, dense.activation, sums))
        }
        Layer::Activate(layer) => Flow {
            value: activation(graph, layer.activation, flow.value),
            image: flow.image,
        },
        // Drops in training only.
        Layer::Dropout(_) => flow,
        Layer::BatchNorm(layer) => {
            let lines = numbers.of("running_variance").iter();
            let factors = lines.zip(numbers.of("scale")).map(|(variance, scale)| {
                f64::from(*scale) / (f64::from(*variance) + f64::from(layer.epsilon)).sqrt()
            });
            let factors: Vec<f32> = factors.map(|factor| factor as f32).collect();
            let rows = flow.into_rows(graph);
            let mean = row(graph, "running_mean");
            let factor = graph.constant(&factors, &[1, layer.width]);
            let shift = row(graph, "shift");
            let centred = graph.op("Sub", &[&rows, &mean]);
            let scaled = graph.op("Mul", &[&centred, &factor]);
            Flow::rows(graph.op("Add", &[&scaled, &shift]))
        }
        Layer::LayerNorm(layer) => {
            let rows = flow.into_rows(graph);
            let over = [("axes", Attribute::Integers(&[1]))];
            let mean = graph.op_with("ReduceMean", &[&rows], &over);
            let centred = graph.op("Sub", &[&rows, &mean]);
            let squares = graph.op("Mul", &[&centred, &centred]);
            let variance = graph.op_with("ReduceMean", &[&squares], &over);
            let epsilon = graph.number(layer.epsilon);
            let variance = graph.op("Add", &[&variance, &epsilon]);
            let deviation = graph.op("Sqrt", &[&variance]);
            let normal = graph.op("Div", &[&centred, &deviation]);
            let (scale, shift) = (row(graph, "scale"), row(graph, "shift"));
            let scaled = graph.op("Mul", &[&normal, &scale]);
            Flow::rows(graph.op("Add", &[&scaled, &shift]))
        }
        Layer::Shift(_) => {
            let rows = flow.into_rows(graph);
            let shift = row(graph, "shift");
            Flow::rows(graph.op("Add", &[&rows, &shift]))
        }
        Layer::TopK(layer) => {
            let rows = flow.into_rows(graph);
            Flow::rows(top_k(graph, layer.k, &rows))
        }
        Layer::GaussianCode(layer) => {
            let rows = flow.into_rows(graph);
            let means: Vec<usize> = (0..layer.latent).collect();
            Flow::rows(graph.columns(&rows, &means))
        }
        Layer::Convolve(layer) => {
            let (filters, output) = (&layer.0, layer.output());
            let (kernel, channels) = (filters.kernel, filters.image.channels);
            let shape = [kernel, kernel, channels, filters.filters];
            let weight = permuted(numbers.of("weight"), shape, [3, 2, 0, 1]);
            let shape = [filters.filters, channels, kernel, kernel];
            let weight = graph.constant(&weight, &shape);
            let bias = graph.constant(numbers.of("bias"), &[filters.filters]);
            let images = flow.into_images(graph, filters.image);
            let windows = Windows::of_convolution(layer);
            let settings = [
                ("strides", Attribute::Integers(&sizes([windows.stride; 2]))),
                ("pads", Attribute::Integers(&sizes(windows.pads))),
            ];
            let sums = graph.op_with("Conv", &[&images, &weight, &bias], &settings);
            Flow {
                value: activation(graph, filters.activation, sums),
                image: Some(output),
            }
        }
        Layer::ConvolveTransposed(layer) => {
            let (filters, output) = (&layer.0, layer.output());
            let (kernel, channels) = (filters.kernel, filters.image.channels);
            let shape = [kernel, kernel, filters.filters, channels];
            let weight = permuted(numbers.of("weight"), shape, [3, 2, 0, 1]);
            let shape = [channels, filters.filters, kernel, kernel];
            let weight = graph.constant(&weight, &shape);
            let bias = graph.constant(numbers.of("bias"), &[filters.filters]);
            let images = flow.into_images(graph, filters.image);
            let windows = Windows::of_transposed(layer);
            let settings = [
                ("strides", Attribute::Integers(&sizes([windows.stride; 2]))),
                ("pads", Attribute::Integers(&sizes(windows.pads))),
                (
                    "output_padding",
                    Attribute::Integers(&sizes(windows.behind)),
                ),
            ];
            let sums = graph.op_with("ConvTranspose", &[&images, &weight, &bias], &settings);
            Flow {
                value: activation(graph, filters.activation, sums),
                image: Some(output),
            }
        }
        Layer::Pool(layer) => {
            let images = flow.into_images(graph, layer.image);
            let windows = Windows::of_pool(layer);
            let kind = match layer.of {
                Pooled::Max => "MaxPool",
                // What lies outside of the image doesn't count: ONNX's default.
                Pooled::Average => "AveragePool",
            };
            let settings = [
                (
                    "kernel_shape",
                    Attribute::Integers(&sizes([windows.size; 2])),
                ),
                ("strides", Attribute::Integers(&sizes([windows.stride; 2]))),
                ("pads", Attribute::Integers(&sizes(windows.pads))),
            ];
            Flow {
                value: graph.op_with(kind, &[&images], &settings),
                image: Some(layer.output()),
            }
        }
        Layer::Upsample(layer) => {
            let images = flow.into_images(graph, layer.image);
            let factor = layer.factor as f32;
            let scales = graph.constant(&[1.0, 1.0, factor, factor], &[4]);
            let settings = [
                ("mode", Attribute::Text("nearest")),
                (
                    "coordinate_transformation_mode",
                    Attribute::Text("asymmetric"),
                ),
                ("nearest_mode", Attribute::Text("floor")),
            ];
            // No region of interest.
            let none = Name::new();
            Flow {
                value: graph.op_with("Resize", &[&images, &none, &scales], &settings),
                image: Some(layer.output()),
            }
        }
    }
}

/// Numbers as settings hold them.
fn sizes<const N: usize>(sizes: [usize; N]) -> [i64; N] {
    sizes.map(|size| size as i64)
}

/// The `k` largest numbers, those below 0 as 0, and 0 elsewhere. Of equal ones, ONNX takes the
/// first, too.
fn top_k(graph: &mut Graph, k: usize, rows: &Name) -> Name {
    let count = graph.list(&[k as i64]);
    let [largest, places] = graph.op_of_two("TopK", &[rows, &count]);
    let kept = graph.op("Relu", &[&largest]);
    let shape = graph.op("Shape", &[rows]);
    let zeros = graph.op("ConstantOfShape", &[&shape]);
    let along = [("axis", Attribute::Integer(1))];
    graph.op_with("ScatterElements", &[&zeros, &places, &kept], &along)
}

fn activation(graph: &mut Graph, activation: Activation, value: Name) -> Name {
    match activation {
        Activation::Linear(_) => value,
        Activation::Relu(_) => graph.op("Relu", &[&value]),
        Activation::LeakyRelu(leaky) => {
            let slope = [("alpha", Attribute::Float(leaky.slope))];
            graph.op_with("LeakyRelu", &[&value], &slope)
        }
        Activation::Elu(elu) => {
            let alpha = [("alpha", Attribute::Float(elu.alpha))];
            graph.op_with("Elu", &[&value], &alpha)
        }
        Activation::Gelu(_) => {
            let root = graph.number(std::f32::consts::FRAC_1_SQRT_2);
            let (one, half) = (graph.number(1.0f32), graph.number(0.5f32));
            let scaled = graph.op("Mul", &[&value, &root]);
            let error = graph.op("Erf", &[&scaled]);
            let twice = graph.op("Add", &[&error, &one]);
            let share = graph.op("Mul", &[&twice, &half]);
            graph.op("Mul", &[&value, &share])
        }
        Activation::Silu(_) => {
            let share = graph.op("Sigmoid", &[&value]);
            graph.op("Mul", &[&value, &share])
        }
        Activation::Sigmoid(_) => graph.op("Sigmoid", &[&value]),
        Activation::Tanh(_) => graph.op("Tanh", &[&value]),
        Activation::Softplus(_) => graph.op("Softplus", &[&value]),
    }
}
