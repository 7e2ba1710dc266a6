//! Images on a ground of zeros, so that every window lies inside.

use super::Convolution;
use crate::AlignedBuffer;

/// An image to be read by windows.
#[derive(Clone, Copy)]
pub(super) struct Canvas<'a> {
    pub values: &'a [f32],
    /// Numbers from one line to the next.
    pub line: usize,
}

/// How images are placed.
pub(super) struct Placing {
    image: [usize; 3],
    /// Lines and columns of the canvas.
    size: [usize; 2],
    /// The place of the first pixel.
    at: [usize; 2],
    /// From one pixel to the next.
    step: usize,
}

impl Placing {
    /// What comes into a convolution, as its windows go over it.
    pub fn of_input(convolution: &Convolution) -> Self {
        let Convolution {
            output,
            kernel,
            stride,
            ..
        } = *convolution;
        let reach = |axis: usize| (output[axis] - 1) * stride + kernel[axis];
        Self {
            image: convolution.input,
            size: [reach(0), reach(1)],
            at: convolution.padding,
            step: 1,
        }
    }

    /// What goes out of it, as the windows of its way back go over it: spread by the stride, so
    /// far in that each pixel is met by all windows that it came from.
    pub fn of_output(convolution: &Convolution) -> Self {
        let Convolution {
            input,
            kernel,
            padding,
            ..
        } = *convolution;
        Self {
            image: convolution.output,
            size: [0, 1].map(|axis| input[axis] + kernel[axis] - 1),
            at: [0, 1].map(|axis| kernel[axis] - 1 - padding[axis]),
            step: convolution.stride,
        }
    }

    /// Whether windows can go over the image where it lies.
    fn is_in_place(&self) -> bool {
        let [height, width, _] = self.image;
        let is_inside = self.size[0] <= height && self.size[1] <= width;
        self.at == [0, 0] && self.step == 1 && is_inside
    }

    /// Makes the ground, once for all images placed after.
    pub fn clear(&self, room: &mut AlignedBuffer) {
        if !self.is_in_place() {
            let length = self.size[0] * self.size[1] * self.image[2];
            room.grow(length);
            room[..length].fill(0.0);
        }
    }

    /// Puts an image over the one placed before.
    pub fn place<'a>(&self, image: &'a [f32], room: &'a mut AlignedBuffer) -> Canvas<'a> {
        let [height, width, channels] = self.image;
        if self.is_in_place() {
            let line = width * channels;
            return Canvas {
                values: image,
                line,
            };
        }
        let line = self.size[1] * channels;
        // Pixels beyond the canvas are met by no window.
        let seen = |axis: usize, all: usize| {
            let room = self.size[axis].saturating_sub(self.at[axis]);
            all.min(room.div_ceil(self.step))
        };
        let (height, seen_width) = (seen(0, height), seen(1, width));
        let lines = image.chunks_exact(width * channels).take(height);
        for (y, pixels) in lines.enumerate() {
            let start = (self.at[0] + y * self.step) * line + self.at[1] * channels;
            let pixels = &pixels[..seen_width * channels];
            if self.step == 1 {
                room[start..][..pixels.len()].copy_from_slice(pixels);
                continue;
            }
            for (x, pixel) in pixels.chunks_exact(channels).enumerate() {
                room[start + x * self.step * channels..][..channels].copy_from_slice(pixel);
            }
        }
        let values = &room[..self.size[0] * line];
        Canvas { values, line }
    }
}
