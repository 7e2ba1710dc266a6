//! Convolutions on the way to the code, and back.

use super::Architecture;
use crate::activation::Activation;
use crate::layer::{Convolve, Dropout, Filters, Image, Layer, Padding, Pool, Pooled, Upsample};
use serde::{Deserialize, Serialize};

/// What stands between images and the code: stages of a convolution with windows of 3 × 3 and
/// a max-pool that halves the image; and on the way back, as many of a convolution and a
/// doubling, and a last convolution to the channels of the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stages {
    /// What a row is.
    pub image: Image,
    /// Channels of each stage, from the input on.
    pub filters: Vec<usize>,
    /// Whether dense layers follow, down to the code; otherwise the last stage's image is the
    /// code.
    pub has_dense_code: bool,
}

const WINDOW: usize = 3;
const FACTOR: usize = 2;

impl Stages {
    /// The sizes between stages, from the input on.
    fn images(&self) -> Vec<Image> {
        let mut images = vec![self.image];
        let mut image = self.image;
        for channels in &self.filters {
            image = Image {
                height: image.height.div_ceil(FACTOR),
                width: image.width.div_ceil(FACTOR),
                channels: *channels,
            };
            images.push(image);
        }
        images
    }

    /// The image that the last stage gives.
    pub fn smallest(&self) -> Image {
        self.images().pop().unwrap_or(self.image)
    }

    /// From the input to the last stage's image. `last` is the activation of the last stage.
    pub(super) fn encoder(&self, architecture: &Architecture, last: Activation) -> Vec<Layer> {
        let mut layers = Vec::new();
        let images = self.images();
        for (stage, channels) in self.filters.iter().enumerate() {
            let is_last = stage + 1 == self.filters.len();
            let activation = if is_last {
                last
            } else {
                architecture.activation
            };
            let image = images[stage];
            let convolve = convolve(architecture, image, *channels, [0; 2], activation);
            let image = convolve.output();
            let pool = Pool {
                image,
                of: Pooled::Max,
                size: FACTOR,
                stride: FACTOR,
                padding: Padding::Same,
            };
            layers.extend([convolve.into(), pool.into()]);
            push_dropout(architecture, images[stage + 1], &mut layers);
        }
        layers
    }

    /// From the last stage's image to one as large as the input.
    ///
    /// Doubling gives an even image where an odd one was halved. What is too much is cut off by
    /// convolutions without a border: two pixels as soon as there are so many, as in the
    /// best-known tutorial, or what is left.
    pub(super) fn decoder(&self, architecture: &Architecture, last: Activation) -> Vec<Layer> {
        let mut layers = Vec::new();
        let images = self.images();
        let mut image = self.smallest();
        for (stage, channels) in self.filters.iter().enumerate().rev() {
            let (larger, smaller) = (images[stage], images[stage + 1]);
            let cut = excess(image, smaller, |excess, axis| {
                let is_odd = !sides(larger)[axis].is_multiple_of(FACTOR);
                // Doubled, it would be more than a window can cut off.
                let would_be_too_much = FACTOR * excess + usize::from(is_odd) >= WINDOW;
                if would_be_too_much { excess } else { 0 }
            });
            let convolve = convolve(architecture, image, *channels, cut, architecture.activation);
            let upsample = Upsample {
                image: convolve.output(),
                factor: FACTOR,
            };
            image = upsample.output();
            layers.extend([convolve.into(), upsample.into()]);
            push_dropout(architecture, image, &mut layers);
        }
        let cut = excess(image, self.image, |excess, _| excess);
        layers.push(convolve(architecture, image, self.image.channels, cut, last).into());
        layers
    }
}

fn sides(image: Image) -> [usize; 2] {
    [image.height, image.width]
}

/// How much to cut off along each axis, from by how much an image is too large.
fn excess(image: Image, wanted: Image, cut: impl Fn(usize, usize) -> usize) -> [usize; 2] {
    let [found, wanted] = [sides(image), sides(wanted)];
    [0, 1].map(|axis| cut(found[axis] - wanted[axis], axis))
}

/// A convolution whose image is smaller by `cut`.
fn convolve(
    architecture: &Architecture,
    image: Image,
    filters: usize,
    cut: [usize; 2],
    activation: Activation,
) -> Convolve {
    // Where one line is too much, it is the last.
    let border = |cut: usize| [usize::from(cut < 2), usize::from(cut < 1)];
    let ([top, bottom], [left, right]) = (border(cut[0]), border(cut[1]));
    let padding = match [top, bottom, left, right] {
        [1, 1, 1, 1] => Padding::Same,
        [0, 0, 0, 0] => Padding::Valid,
        sides => Padding::Sides(sides),
    };
    Convolve(Filters {
        image,
        filters,
        kernel: WINDOW,
        stride: 1,
        padding,
        activation,
        initialiser: architecture.initialiser,
    })
}

fn push_dropout(architecture: &Architecture, image: Image, layers: &mut Vec<Layer>) {
    if architecture.dropout > 0.0 {
        layers.push(Layer::Dropout(Dropout {
            width: image.numbers(),
            rate: architecture.dropout,
        }));
    }
}
