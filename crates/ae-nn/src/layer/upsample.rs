use super::image::Image;
use super::{Backward, Compute, Forward};
use crate::Error;
use crate::flat::for_rows;
use ae_choice::Range;
use ae_tensor::pooling;
use serde::{Deserialize, Serialize};

/// Each pixel becomes `factor` × `factor` pixels: an image goes out larger, its nearest pixels
/// repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Upsample {
    /// The image coming in.
    pub image: Image,
    /// How many times as high and as wide it goes out.
    pub factor: usize,
}

impl Upsample {
    /// The image going out.
    pub fn output(&self) -> Image {
        Image {
            height: self.image.height.saturating_mul(self.factor),
            width: self.image.width.saturating_mul(self.factor),
            channels: self.image.channels,
        }
    }
}

impl Compute for Upsample {
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
        let range = Range::closed(1.0, 1024.0);
        Error::check_range("the factor of an upsampling", range, self.factor as f64)
    }

    fn forward(&self, pass: Forward<'_>) {
        for_rows(pass.input, pass.output, |_, input, output| {
            pooling::enlarge(self.image.sides(), self.factor, input, output);
        });
    }

    /// The derivatives of a pixel's copies, added up.
    fn backward(&self, pass: Backward<'_>) {
        if let Some(input_gradient) = pass.input_gradient {
            for_rows(
                pass.output_gradient.view(),
                input_gradient,
                |_, output, input| {
                    pooling::enlarge_gradient(self.image.sides(), self.factor, output, input);
                },
            );
        }
    }
}
