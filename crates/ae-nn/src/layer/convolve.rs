use super::ending::Ending;
use super::filters::Filters;
use super::image::Image;
use super::{Backward, Block, Compute, Forward};
use crate::Error;
use crate::activation::Activation;
use ae_tensor::Convolution;
use ae_tensor::random::Stream;
use serde::{Deserialize, Serialize};

/// A convolution with its activation: each pixel going out is f(window · W + b), with the same W
/// (kernel × kernel × channels × filters) and b (filters) everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Convolve(pub Filters);

impl Convolve {
    /// The image going out.
    pub fn output(&self) -> Image {
        self.0.output(self.0.window().places(self.0.image))
    }

    /// How far the first window reaches out of the image coming in: above and left.
    pub fn before(&self) -> [usize; 2] {
        self.0.window().before(self.0.image)
    }

    fn convolution(&self) -> Convolution {
        Convolution {
            input: self.0.image.sides(),
            output: self.output().sides(),
            kernel: [self.0.kernel; 2],
            stride: self.0.stride,
            padding: self.before(),
        }
    }
}

impl Compute for Convolve {
    fn inputs(&self) -> usize {
        self.0.image.numbers()
    }

    fn outputs(&self) -> usize {
        self.output().numbers()
    }

    fn images(&self) -> Option<[Image; 2]> {
        Some([self.0.image, self.output()])
    }

    fn check(&self) -> Result<(), Error> {
        self.0.window().check()
    }

    fn parameters(&self) -> Vec<Block> {
        let Filters { kernel, image, .. } = &self.0;
        let shape = [*kernel, *kernel, image.channels, self.0.filters];
        vec![
            Block::filters("weight", shape),
            Block::vector("bias", self.0.filters),
        ]
    }

    fn cache(&self, rows: usize) -> usize {
        Ending(self.0.activation).cache(rows * self.outputs())
    }

    fn initialise(&self, parameters: &mut [f32], _state: &mut [f32], stream: &mut Stream) {
        self.0.initialise(parameters, stream);
    }

    /// Z = X ∗ W + b, Y = f(Z).
    fn forward(&self, pass: Forward<'_>) {
        let convolution = self.convolution();
        self.0.forward(pass, |input, weight, output, finish| {
            convolution.forward(input, weight, output, finish);
        });
    }

    /// dZ = dY ⊙ f′; dW and dX as [`Convolution`] says, db = sums of dZ over all pixels.
    fn backward(&self, pass: Backward<'_>) {
        let convolution = self.convolution();
        self.0.backward(
            pass,
            |input, gradient, out| convolution.weight_gradient(input, gradient, out),
            |gradient, weight, out| convolution.input_gradient(gradient, weight, out, &|_| {}),
        );
    }

    fn products(&self) -> usize {
        self.convolution().products()
    }

    fn activation(&self) -> Option<Activation> {
        Some(self.0.activation)
    }
}
