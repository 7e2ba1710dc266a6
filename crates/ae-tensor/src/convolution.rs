//! Convolutions, and their gradients.
//!
//! An image is a row of numbers: line after line, pixel after pixel, the channels of a pixel side
//! by side. Weights are window lines × window columns × channels in × channels out. As the numbers
//! of a line of a window are adjacent in such an image, a convolution is a product whose rows
//! overlap, one for each line of the window:
//!
//! ```text
//! forward          output[pixel, ..]  += window[pixel, ..] · weight      steps: a line of the window
//! weight gradient  gradient[place, ..] += window[.., place] · d output   steps: a line of the output
//! input gradient   forward, over d output with weights turned around
//! ```
//!
//! They run on the micro-kernels of [`gemm`](crate::gemm), reading windows where they lie: nothing
//! is copied but an image that needs a border of zeros. Each number is one chain of multiply-adds,
//! whatever the instruction set, the tiles and the number of threads. A transposed convolution is
//! [`Convolution::input_gradient`] going forward.
//!
//! ```
//! use ae_tensor::Convolution;
//! use ndarray::array;
//! // Sums of neighbours in a line of three pixels.
//! let sums = Convolution {
//!     input: [1, 3, 1],
//!     output: [1, 2, 1],
//!     kernel: [1, 2],
//!     stride: 1,
//!     padding: [0, 0],
//! };
//! let mut output = array![[0.0, 0.0]];
//! sums.forward(array![[1.0, 2.0, 4.0]].view(), &[1.0, 1.0], output.view_mut(), &|_| {});
//! assert_eq!(output, array![[3.0, 6.0]]);
//! ```

mod canvas;
mod products;

use crate::{AlignedBuffer, parallel};
use canvas::Placing;
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2};
use std::cell::Cell;

/// A convolution's sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convolution {
    /// Height, width and channels of an image coming in.
    pub input: [usize; 3],
    /// The same of an image going out.
    pub output: [usize; 3],
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// From one window to the next, in pixels, down and across; at least 1.
    pub stride: usize,
    /// Lines of zeros above and columns of zeros left of the image, less than the window's. Below
    /// and to the right there are as many as the output asks for.
    pub padding: [usize; 2],
}

/// Multiply-adds worth handing to another thread: some twenty microseconds of work.
const GRAIN: usize = 1024 * 1024;

/// One thread's room: it only grows.
#[derive(Default)]
struct Buffers {
    canvas: AlignedBuffer,
    weight: AlignedBuffer,
}

thread_local! {
    static BUFFERS: Cell<Option<Box<Buffers>>> = const { Cell::new(None) };
}

/// Lends the thread's room to `work`.
fn with_buffers(work: impl FnOnce(&mut Buffers)) {
    let mut buffers = BUFFERS.take().unwrap_or_default();
    work(&mut buffers);
    BUFFERS.set(Some(buffers));
}

impl Convolution {
    /// How many weights there are.
    #[must_use]
    pub fn weights(&self) -> usize {
        self.kernel[0] * self.line()
    }

    /// Images in, images out: `input` is B × numbers of an image, `output` likewise. `finish` is
    /// called once on each line of the output, while it is in the cache: the place for a bias and
    /// an activation.
    ///
    /// # Panics
    /// If sizes don't fit, or rows aren't contiguous.
    pub fn forward(
        &self,
        input: ArrayView2<'_, f32>,
        weight: &[f32],
        output: ArrayViewMut2<'_, f32>,
        finish: &(dyn Fn(&mut [f32]) + Sync),
    ) {
        self.check(input.dim(), output.dim(), weight.len());
        let placing = Placing::of_input(self);
        let prepare = |buffers: &mut Buffers| placing.clear(&mut buffers.canvas);
        self.for_images(input, output, prepare, |image, output, buffers| {
            let canvas = placing.place(image, &mut buffers.canvas);
            products::correlate(self, canvas, weight, output, finish);
        });
    }

    /// The derivative by the images that came in, from that by the images that went out; going
    /// forward, a transposed convolution. `finish` as in [`forward`](Self::forward).
    ///
    /// # Panics
    /// If sizes don't fit, or rows aren't contiguous.
    pub fn input_gradient(
        &self,
        output_gradient: ArrayView2<'_, f32>,
        weight: &[f32],
        input_gradient: ArrayViewMut2<'_, f32>,
        finish: &(dyn Fn(&mut [f32]) + Sync),
    ) {
        self.check(input_gradient.dim(), output_gradient.dim(), weight.len());
        let (placing, back) = (Placing::of_output(self), self.turned());
        let prepare = |buffers: &mut Buffers| {
            placing.clear(&mut buffers.canvas);
            buffers.weight.grow(weight.len());
            self.turn(weight, &mut buffers.weight[..weight.len()]);
        };
        let images = (output_gradient, input_gradient);
        self.for_images(images.0, images.1, prepare, |image, output, buffers| {
            let canvas = placing.place(image, &mut buffers.canvas);
            let weight = &buffers.weight[..weight.len()];
            products::correlate(&back, canvas, weight, output, finish);
        });
    }

    /// The derivative by the weights, of all images together, in their order.
    ///
    /// # Panics
    /// If sizes don't fit, or rows aren't contiguous.
    pub fn weight_gradient(
        &self,
        input: ArrayView2<'_, f32>,
        output_gradient: ArrayView2<'_, f32>,
        weight_gradient: &mut [f32],
    ) {
        let images = input.nrows();
        self.check(input.dim(), output_gradient.dim(), weight_gradient.len());
        let placing = Placing::of_input(self);
        // Lines of the window are sums of their own: threads may share them, where each has enough
        // to do to make up for placing the images again.
        let is_much = images * self.products() > 8 * GRAIN;
        let lines = if is_much { 1 } else { self.kernel[0] };
        let chunk = lines * self.line();
        parallel::for_each_chunk(weight_gradient, chunk, |first, part| {
            let lines = first / self.line()..(first + part.len()) / self.line();
            part.fill(0.0);
            with_buffers(|buffers| {
                placing.clear(&mut buffers.canvas);
                for (image, output) in input.rows().into_iter().zip(output_gradient.rows()) {
                    let canvas = placing.place(contiguous(&image), &mut buffers.canvas);
                    let output = contiguous(&output);
                    products::add_weight_gradient(self, lines.clone(), canvas, output, part);
                }
            });
        });
    }

    /// Weights of a line of the window.
    fn line(&self) -> usize {
        self.kernel[1] * self.input[2] * self.output[2]
    }

    /// Multiply-adds of an image, zeros around it included.
    #[must_use]
    pub fn products(&self) -> usize {
        self.weights() * self.output[0] * self.output[1]
    }

    /// The convolution that leads back, over a canvas of the output.
    fn turned(&self) -> Self {
        Self {
            input: self.output,
            output: self.input,
            stride: 1,
            padding: [0, 0],
            kernel: self.kernel,
        }
    }

    /// The weights of [`turned`](Self::turned): windows upside down, channels swapped.
    fn turn(&self, weight: &[f32], turned: &mut [f32]) {
        let (inputs, outputs) = (self.input[2], self.output[2]);
        let places = weight.chunks_exact(inputs * outputs).rev();
        for (place, turned) in places.zip(turned.chunks_exact_mut(inputs * outputs)) {
            for (o, turned) in turned.chunks_exact_mut(inputs).enumerate() {
                for (i, turned) in turned.iter_mut().enumerate() {
                    *turned = place[i * outputs + o];
                }
            }
        }
    }

    /// Calls `each` with every image and its result, and `prepare` before the first that a thread
    /// sees of a piece.
    fn for_images(
        &self,
        from: ArrayView2<'_, f32>,
        to: ArrayViewMut2<'_, f32>,
        prepare: impl Fn(&mut Buffers) + Sync,
        each: impl Fn(&[f32], &mut [f32], &mut Buffers) + Sync,
    ) {
        let images = (GRAIN / self.products().max(1)).max(1);
        parallel::for_each((from, to), images, |_, (from, mut to)| {
            with_buffers(|buffers| {
                prepare(buffers);
                for (from, mut to) in from.rows().into_iter().zip(to.rows_mut()) {
                    let to = to.as_slice_mut().expect("contiguous rows");
                    each(contiguous(&from), to, buffers);
                }
            });
        });
    }

    fn check(&self, input: (usize, usize), output: (usize, usize), weights: usize) {
        let size = |[height, width, channels]: [usize; 3]| height * width * channels;
        let Self {
            kernel, padding, ..
        } = self;
        let sides = self.input.iter().chain(&self.output).chain(kernel);
        assert!(
            self.stride > 0 && sides.into_iter().all(|side| *side > 0),
            "a side of 0 in {self:?}"
        );
        assert!(
            padding[0] < kernel[0] && padding[1] < kernel[1],
            "a border as wide as the window in {self:?}"
        );
        assert_eq!(input.0, output.0, "images in and out");
        let found = (input.1, output.1, weights);
        let expected = (size(self.input), size(self.output), self.weights());
        assert_eq!(found, expected, "numbers of images and weights of {self:?}");
    }
}

fn contiguous<'a>(row: &'a ArrayView1<'_, f32>) -> &'a [f32] {
    row.as_slice().expect("contiguous rows")
}

#[cfg(test)]
mod tests;
