use super::image::{Image, Padding, Window};
use super::{Backward, Compute, Forward};
use crate::Error;
use crate::flat::{for_rows, slice};
use ae_tensor::Pooling;
use serde::{Deserialize, Serialize};

/// The largest or the mean of each window, channel by channel: an image goes out smaller by
/// `stride`. What of a window lies outside of the image doesn't count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    /// The image coming in.
    pub image: Image,
    /// What becomes of a window.
    pub of: Pooled,
    /// Height and width of the window.
    pub size: usize,
    /// From one window to the next.
    pub stride: usize,
    /// How far windows reach out of the image.
    pub padding: Padding,
}

/// What becomes of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooled {
    /// Its largest number.
    Max,
    /// The mean of its numbers.
    Average,
}

impl Pool {
    fn window(&self) -> Window {
        Window {
            size: self.size,
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
            channels: self.image.channels,
        }
    }

    /// How far the first window reaches out of the image coming in: above and left.
    pub fn before(&self) -> [usize; 2] {
        self.window().before(self.image)
    }

    fn pooling(&self) -> Pooling {
        Pooling {
            input: self.image.sides(),
            output: self.window().places(self.image),
            size: self.size,
            stride: self.stride,
            padding: self.before(),
        }
    }
}

impl Compute for Pool {
    fn inputs(&self) -> usize {
        self.image.numbers()
    }

    fn outputs(&self) -> usize {
        self.output().numbers()
    }

    fn images(&self) -> Option<[Image; 2]> {
        Some([self.image, self.output()])
    }

    fn resizes(&self) -> bool {
        true
    }

    fn check(&self) -> Result<(), Error> {
        self.window().check()
    }

    fn forward(&self, pass: Forward<'_>) {
        let pooling = self.pooling();
        for_rows(pass.input, pass.output, |_, input, output| match self.of {
            Pooled::Max => pooling.max(input, output),
            Pooled::Average => pooling.average(input, output),
        });
    }

    /// The derivative goes to the first of the largest numbers, or in equal shares to all.
    fn backward(&self, pass: Backward<'_>) {
        let Some(input_gradient) = pass.input_gradient else {
            return;
        };
        let pooling = self.pooling();
        let (input, output) = (slice(&pass.input), slice(&pass.output));
        let (inputs, outputs) = (self.inputs(), self.outputs());
        let slopes = pass.output_gradient.view();
        for_rows(slopes, input_gradient, |row, slope, gradient| {
            match self.of {
                Pooled::Max => {
                    let input = &input[row * inputs..][..inputs];
                    let output = &output[row * outputs..][..outputs];
                    pooling.max_gradient((input, output), slope, gradient);
                }
                Pooled::Average => pooling.average_gradient(slope, gradient),
            }
        });
    }
}
