use super::ending::Ending;
use super::filters::Filters;
use super::image::Image;
use super::{Backward, Block, Compute, Forward};
use crate::Error;
use crate::activation::Activation;
use ae_tensor::Convolution;
use ae_tensor::random::Stream;
use serde::{Deserialize, Serialize};

/// A transposed convolution with its activation: each pixel coming in adds a window, times W
/// (kernel × kernel × filters × channels), to the image going out; then b (filters) and f.
///
/// It is the backward pass of a convolution going forward: `padding` is what is cut off from the
/// image going out. With `same`, that is `stride` times as large as the one coming in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConvolveTransposed(pub Filters);

impl ConvolveTransposed {
    /// The image going out.
    pub fn output(&self) -> Image {
        self.0.output(self.0.window().spread(self.0.image))
    }

    /// What is cut off from the image going out: above and left.
    pub fn before(&self) -> [usize; 2] {
        self.0.window().before(self.output())
    }

    /// The convolution whose way back this is.
    fn convolution(&self) -> Convolution {
        Convolution {
            input: self.output().sides(),
            output: self.0.image.sides(),
            kernel: [self.0.kernel; 2],
            stride: self.0.stride,
            padding: self.before(),
        }
    }
}

impl Compute for ConvolveTransposed {
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
        let shape = [*kernel, *kernel, self.0.filters, image.channels];
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

    /// Z = the windows added up + b, Y = f(Z).
    fn forward(&self, pass: Forward<'_>) {
        let convolution = self.convolution();
        self.0.forward(pass, |input, weight, output, finish| {
            convolution.input_gradient(input, weight, output, finish);
        });
    }

    /// dZ = dY ⊙ f′; dX is the convolution of dZ, dW that of a convolution whose input is dZ
    /// and whose output's derivative is X.
    fn backward(&self, pass: Backward<'_>) {
        let convolution = self.convolution();
        self.0.backward(
            pass,
            |input, gradient, out| convolution.weight_gradient(gradient, input, out),
            |gradient, weight, out| convolution.forward(gradient, weight, out, &|_| {}),
        );
    }

    fn products(&self) -> usize {
        self.convolution().products()
    }

    fn activation(&self) -> Option<Activation> {
        Some(self.0.activation)
    }
}
