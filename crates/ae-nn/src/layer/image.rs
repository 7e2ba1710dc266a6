//! What layers on images have in common: their sizes, and how windows lie over them.

use crate::Error;
use ae_choice::Range;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The size of an image. In a row it lies line after line, pixel after pixel, the channels of a
/// pixel side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Lines.
    pub height: usize,
    /// Pixels of a line.
    pub width: usize,
    /// Numbers of a pixel.
    pub channels: usize,
}

impl Image {
    /// How many numbers it has; the largest there are, if that is beyond counting.
    pub fn numbers(&self) -> usize {
        let [height, width, channels] = self.sides();
        height.saturating_mul(width).saturating_mul(channels)
    }

    pub(super) fn sides(&self) -> [usize; 3] {
        [self.height, self.width, self.channels]
    }
}

/// "28x28x1".
impl fmt::Display for Image {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [height, width, channels] = self.sides();
        write!(formatter, "{height}x{width}x{channels}")
    }
}

/// How far windows reach out of an image, to where there are zeros (or nothing, for a pool).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// As far as it takes for a window at every place of the stride: with a stride of 1, an
    /// image goes out as large as it came in. An odd one is below or right, as in Keras.
    Same,
    /// Not at all.
    Valid,
    /// So many lines above, below, and so many pixels left and right.
    Sides([usize; 4]),
}

/// The window of a convolution or a pool: square, and how it moves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub size: usize,
    pub stride: usize,
    pub padding: Padding,
}

/// The largest window and stride: beyond any use, and within reach of multiplication.
const LARGEST: usize = 1024;

impl Window {
    /// # Errors
    /// A size or stride out of range, or a border as wide as the window.
    pub fn check(&self) -> Result<(), Error> {
        let within = Range::closed(1.0, LARGEST as f64);
        Error::check_range("the size of a window", within, self.size as f64)?;
        Error::check_range("stride", within, self.stride as f64)?;
        if let Padding::Sides(sides) = self.padding {
            let within = Range::closed(0.0, (self.size - 1) as f64);
            for side in sides {
                Error::check_range("padding", within, side as f64)?;
            }
        }
        Ok(())
    }

    /// How many places it has on sides of this length, along an axis (0 is down); and how far
    /// the first reaches out.
    fn along(&self, side: usize, axis: usize) -> (usize, usize) {
        let Self {
            size,
            stride,
            padding,
        } = *self;
        let stride = stride.max(1);
        let (before, after) = match padding {
            Padding::Same => {
                let reach = (side.div_ceil(stride).saturating_sub(1)).saturating_mul(stride);
                let outside = reach.saturating_add(size).saturating_sub(side);
                (outside / 2, outside - outside / 2)
            }
            Padding::Valid => (0, 0),
            Padding::Sides(sides) => (sides[2 * axis], sides[2 * axis + 1]),
        };
        let padded = side.saturating_add(before).saturating_add(after);
        match padded.checked_sub(size) {
            Some(rest) => (rest / stride + 1, before),
            None => (0, before),
        }
    }

    /// Height and width of what it makes of an image.
    pub fn places(&self, image: Image) -> [usize; 2] {
        [self.along(image.height, 0).0, self.along(image.width, 1).0]
    }

    /// How far the first window reaches out, above and left.
    pub fn before(&self, image: Image) -> [usize; 2] {
        [self.along(image.height, 0).1, self.along(image.width, 1).1]
    }

    /// Height and width of an image of which it makes `places`: the way back.
    pub fn spread(&self, places: Image) -> [usize; 2] {
        let Self {
            size,
            stride,
            padding,
        } = *self;
        let reach = |places: usize| {
            (places.saturating_sub(1))
                .saturating_mul(stride)
                .saturating_add(size)
        };
        let sides = [places.height, places.width];
        match padding {
            Padding::Same => sides.map(|side| side.saturating_mul(stride)),
            Padding::Valid => sides.map(reach),
            Padding::Sides([top, bottom, left, right]) => [
                reach(sides[0]).saturating_sub(top.saturating_add(bottom)),
                reach(sides[1]).saturating_sub(left.saturating_add(right)),
            ],
        }
    }
}
