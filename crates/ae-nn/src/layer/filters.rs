use super::ending::Ending;
use super::image::{Image, Padding, Window};
use super::{Backward, Forward, split, split_mut};
use crate::activation::Activation;
use crate::flat::{slice, slice_mut};
use crate::initialiser::Initialiser;
use ae_tensor::random::Stream;
use ae_tensor::{elementwise, reduce};
use ndarray::{ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

/// What a convolution and a transposed one have in common: windows over an image, with weights W
/// and a bias b (filters) that are the same everywhere, and an activation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filters {
    /// The image coming in.
    pub image: Image,
    /// Channels of the image going out.
    pub filters: usize,
    /// Height and width of the window.
    pub kernel: usize,
    /// From one window to the next.
    pub stride: usize,
    /// Zeros around the larger image; of the image going out of a transposed convolution, what
    /// is cut off.
    pub padding: Padding,
    /// f.
    pub activation: Activation,
    /// Where W begins; b begins at 0.
    pub initialiser: Initialiser,
}

/// What is done to finished lines of an image going out.
pub(super) type Finish<'a> = &'a (dyn Fn(&mut [f32]) + Sync);

impl Filters {
    pub(super) fn window(&self) -> Window {
        Window {
            size: self.kernel,
            stride: self.stride,
            padding: self.padding,
        }
    }

    /// The image going out, if it has this height and width.
    pub(super) fn output(&self, [height, width]: [usize; 2]) -> Image {
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

    pub(super) fn initialise(&self, parameters: &mut [f32], stream: &mut Stream) {
        let [weight, _bias] = split_mut(parameters, self.lengths());
        let places = self.kernel * self.kernel;
        let (fan_in, fan_out) = (places * self.image.channels, places * self.filters);
        self.initialiser.fill(fan_in, fan_out, weight, stream);
    }

    /// Y = f(Z + b), where `sums` makes Z of X and W.
    pub(super) fn forward(
        &self,
        pass: Forward<'_>,
        sums: impl FnOnce(ArrayView2<f32>, &[f32], ArrayViewMut2<f32>, Finish<'_>),
    ) {
        let [weight, bias] = split(pass.parameters, self.lengths());
        let (ending, cache) = (Ending(self.activation), pass.cache);
        let (mut output, kept) = (pass.output, &*cache);
        sums(pass.input, weight, output.view_mut(), &|line| {
            elementwise::zip_rows(line, bias, |z, b| z + b);
            ending.apply_early(kept, line);
        });
        ending.apply_late(cache, slice_mut(&mut output));
    }

    /// dZ = dY ⊙ f′, db = sums of dZ over all pixels; `weights` makes dW of X and dZ, `inputs` dX
    /// of dZ and W.
    pub(super) fn backward(
        &self,
        pass: Backward<'_>,
        weights: impl FnOnce(ArrayView2<f32>, ArrayView2<f32>, &mut [f32]),
        inputs: impl FnOnce(ArrayView2<f32>, &[f32], ArrayViewMut2<f32>),
    ) {
        let [weight, _bias] = split(pass.parameters, self.lengths());
        let [weight_gradient, bias_gradient] = split_mut(pass.gradients, self.lengths());
        let mut gradient = pass.output_gradient;
        Ending(self.activation).derive(slice(&pass.output), pass.cache, slice_mut(&mut gradient));
        let gradient = gradient.view();
        weights(pass.input, gradient, weight_gradient);
        reduce::column_sums(pixels(&gradient, self.filters), bias_gradient);
        if let Some(input_gradient) = pass.input_gradient {
            inputs(gradient, weight, input_gradient);
        }
    }
}

/// A batch of images as a matrix of pixels × channels.
fn pixels<'a>(images: &'a ArrayView2<'_, f32>, channels: usize) -> ArrayView2<'a, f32> {
    let values = slice(images);
    ArrayView2::from_shape((values.len() / channels, channels), values)
        .expect("images hold whole pixels")
}
