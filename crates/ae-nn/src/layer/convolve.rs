use super::ending::Ending;
use super::image::{Image, Padding, Window};
use super::{Backward, Block, Compute, Forward, split, split_mut};
use crate::Error;
use crate::activation::Activation;
use crate::flat::{slice, slice_mut};
use crate::initialiser::Initialiser;
use ae_tensor::random::Stream;
use ae_tensor::{Convolution, elementwise, reduce};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// A convolution with its activation: each pixel going out is f(window · W + b), with the same W
/// (kernel × kernel × channels × filters) and b (filters) everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Convolve {
    /// The image coming in.
    pub image: Image,
    /// Channels of the image going out.
    pub filters: usize,
    /// Height and width of the window.
    pub kernel: usize,
    /// From one window to the next.
    pub stride: usize,
    /// Zeros around the image.
    pub padding: Padding,
    /// f.
    pub activation: Activation,
    /// Where W begins; b begins at 0.
    pub initialiser: Initialiser,
}

impl Convolve {
    fn window(&self) -> Window {
        Window {
            size: self.kernel,
            stride: self.stride,
            padding: self.padding,
        }
    }

    /// The image going out.
    pub fn output(&self) -> Image {
        let [height, width] = self.window().places(self.image);
        Image {
            height,
            width,
            channels: self.filters,
        }
    }

    fn lengths(&self) -> [usize; 2] {
        let place = self.image.channels * self.filters;
        [self.kernel * self.kernel * place, self.filters]
    }

    fn convolution(&self) -> Convolution {
        Convolution {
            input: self.image.sides(),
            output: self.output().sides(),
            kernel: [self.kernel; 2],
            stride: self.stride,
            padding: self.window().before(self.image),
        }
    }
}

impl Compute for Convolve {
    fn inputs(&self) -> usize {
        self.image.numbers()
    }

    fn outputs(&self) -> usize {
        self.output().numbers()
    }

    fn images(&self) -> Option<[Image; 2]> {
        Some([self.image, self.output()])
    }

    fn check(&self) -> Result<(), Error> {
        self.window().check()
    }

    fn parameters(&self) -> Vec<Block> {
        let shape = [self.kernel, self.kernel, self.image.channels, self.filters];
        vec![
            Block::filters("weight", shape),
            Block::vector("bias", self.filters),
        ]
    }

    fn cache(&self, rows: usize) -> usize {
        Ending(self.activation).cache(rows * self.outputs())
    }

    fn initialise(&self, parameters: &mut [f32], _state: &mut [f32], stream: &mut Stream) {
        let [weight, _bias] = split_mut(parameters, self.lengths());
        let places = self.kernel * self.kernel;
        let (fan_in, fan_out) = (places * self.image.channels, places * self.filters);
        self.initialiser.fill(fan_in, fan_out, weight, stream);
    }

    /// Z = X ∗ W + b, Y = f(Z).
    fn forward(&self, pass: Forward<'_>) {
        let [weight, bias] = split(pass.parameters, self.lengths());
        let (ending, cache) = (Ending(self.activation), pass.cache);
        let (mut output, kept) = (pass.output, &*cache);
        let convolution = self.convolution();
        convolution.forward(pass.input, weight, output.view_mut(), &|line| {
            elementwise::zip_rows(line, bias, |z, b| z + b);
            ending.apply_early(kept, line);
        });
        ending.apply_late(cache, slice_mut(&mut output));
    }

    /// dZ = dY ⊙ f′; dW and dX as [`Convolution`] says, db = sums of dZ over all pixels.
    fn backward(&self, pass: Backward<'_>) {
        let [weight, _bias] = split(pass.parameters, self.lengths());
        let [weight_gradient, bias_gradient] = split_mut(pass.gradients, self.lengths());
        let mut gradient = pass.output_gradient;
        Ending(self.activation).derive(slice(&pass.output), pass.cache, slice_mut(&mut gradient));
        let gradient = gradient.view();
        let convolution = self.convolution();
        convolution.weight_gradient(pass.input, gradient, weight_gradient);
        reduce::column_sums(pixels(&gradient, self.filters), bias_gradient);
        if let Some(input_gradient) = pass.input_gradient {
            convolution.input_gradient(gradient, weight, input_gradient, &|_| {});
        }
    }

    fn products(&self) -> usize {
        self.convolution().products()
    }

    fn activation(&self) -> Option<Activation> {
        Some(self.activation)
    }
}

/// A batch of images as a matrix of pixels × channels.
pub(super) fn pixels<'a>(images: &'a ArrayView2<'_, f32>, channels: usize) -> ArrayView2<'a, f32> {
    let values = slice(images);
    ArrayView2::from_shape((values.len() / channels, channels), values)
        .expect("images hold whole pixels")
}
