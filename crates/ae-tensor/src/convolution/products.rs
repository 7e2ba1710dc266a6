//! The loops around the micro-kernel.

use super::Convolution;
use super::canvas::Canvas;
use crate::elementwise::{LANES, tree_sum};
use crate::gemm::kernel::{Kernel, ROWS_ADJACENT, STEPS_ADJACENT, Shape, Tile};
use crate::instruction_set::compiled_for_each_instruction_set;
use crate::scalar;
use std::ops::Range;

/// Slides windows over the canvas: output\[pixel, ..\] = window\[pixel, ..\] · weight, line by line
/// of the window, and `finish` on each line of the output.
pub(super) fn correlate(
    convolution: &Convolution,
    canvas: Canvas<'_>,
    weight: &[f32],
    output: &mut [f32],
    finish: &(dyn Fn(&mut [f32]) + Sync),
) {
    let sweep = Sweep::new(convolution, canvas);
    let Sweep {
        pixels,
        channels,
        depth,
        ..
    } = sweep;
    if channels == 1 {
        for (y, line) in output.chunks_exact_mut(pixels).enumerate() {
            let canvas = Canvas {
                values: sweep.window(y, 0, 0),
                ..canvas
            };
            dots(canvas, sweep.step, weight, depth, line);
            finish(line);
        }
        return;
    }
    let (kernel, shape) = choose(channels, pixels);
    let height = tile_rows(shape, pixels);
    for (y, line) in output.chunks_exact_mut(pixels * channels).enumerate() {
        for first in (0..pixels).step_by(height) {
            let rows = height.min(pixels - first);
            for columns in panels(kernel, shape, channels) {
                let tile = shape.tile(rows, columns.len().div_ceil(kernel.lanes), STEPS_ADJACENT);
                for window_line in 0..convolution.kernel[0] {
                    let a = sweep.window(y, window_line, first);
                    let b = &weight[window_line * depth * channels..][..depth * channels];
                    let tile_of = Tile {
                        depth,
                        a: a.as_ptr(),
                        a_row: sweep.step as isize,
                        a_step: 1,
                        b: b[columns.start..].as_ptr(),
                        b_step: channels as isize,
                        c: line[first * channels + columns.start..].as_mut_ptr(),
                        c_row: channels,
                        columns: columns.len(),
                        accumulate: window_line > 0,
                    };
                    assert!(
                        a.len() >= (rows - 1) * sweep.step + depth,
                        "windows on the canvas"
                    );
                    // SAFETY: the kernel is the processor's. a holds windows for all rows, as just
                    // asserted; b holds depth × channels; c holds the line's pixels from `first`
                    // on, of which there are `rows`; the panel's columns are below `channels`.
                    unsafe { tile(&tile_of) };
                }
            }
        }
        finish(line);
    }
}

/// Pixels of one channel that are worked on together.
const TOGETHER: usize = 16;

compiled_for_each_instruction_set! {
    /// A line of one channel: output\[pixel\] = the window of the pixel · weight. With one column,
    /// vectors run along the window instead: as many sums as a reduction has, added up at the end.
    fn dots[](canvas: Canvas<'_>, step: usize, weight: &[f32], depth: usize, output: &mut [f32]) {
        for (group, output) in output.chunks_mut(TOGETHER).enumerate() {
            // Added up in a loop of their own: in one with the products, the compiler cuts these
            // into the short vectors in which the sums end.
            let (mut sums, mut rests) = ([[0.0; LANES]; TOGETHER], [0.0; TOGETHER]);
            for (pixel, (sums, rest)) in sums.iter_mut().zip(&mut rests).enumerate().take(output.len()) {
                let start = (group * TOGETHER + pixel) * step;
                let mut lanes = [0.0; LANES];
                for (line, weight) in weight.chunks_exact(depth).enumerate() {
                    let window = &canvas.values[start + line * canvas.line..][..depth];
                    let (xs, x_rest) = window.as_chunks::<LANES>();
                    let (weights, weight_rest) = weight.as_chunks::<LANES>();
                    for (x, weight) in xs.iter().zip(weights) {
                        for lane in 0..LANES {
                            lanes[lane] = scalar::mul_add(x[lane], weight[lane], lanes[lane]);
                        }
                    }
                    for (&x, &weight) in x_rest.iter().zip(weight_rest) {
                        *rest = scalar::mul_add(x, weight, *rest);
                    }
                }
                *sums = lanes;
            }
            for ((output, sums), rest) in output.iter_mut().zip(sums).zip(rests) {
                *output = tree_sum(sums) + rest;
            }
        }
    }
}

/// Adds an image to the derivatives of some lines of the weights: gradient\[place, ..\] +=
/// window\[.., place\] · d output, line by line of the output.
pub(super) fn add_weight_gradient(
    convolution: &Convolution,
    lines: Range<usize>,
    canvas: Canvas<'_>,
    output_gradient: &[f32],
    gradient: &mut [f32],
) {
    let sweep = Sweep::new(convolution, canvas);
    let Sweep {
        pixels,
        channels,
        depth,
        ..
    } = sweep;
    if channels == 1 {
        return add_weight_gradient_of_one(&sweep, lines, output_gradient, gradient);
    }
    let (kernel, shape) = choose(channels, depth);
    let height = tile_rows(shape, depth);
    let parts = gradient.chunks_exact_mut(depth * channels);
    for (window_line, gradient) in lines.zip(parts) {
        for first in (0..depth).step_by(height) {
            let rows = height.min(depth - first);
            for columns in panels(kernel, shape, channels) {
                let tile = shape.tile(rows, columns.len().div_ceil(kernel.lanes), ROWS_ADJACENT);
                let lines = output_gradient.chunks_exact(pixels * channels);
                for (y, line) in lines.enumerate() {
                    let a = &sweep.window(y, window_line, 0)[first..];
                    let tile_of = Tile {
                        depth: pixels,
                        a: a.as_ptr(),
                        a_row: 1,
                        a_step: sweep.step as isize,
                        b: line[columns.start..].as_ptr(),
                        b_step: channels as isize,
                        c: gradient[first * channels + columns.start..].as_mut_ptr(),
                        c_row: channels,
                        columns: columns.len(),
                        accumulate: true,
                    };
                    assert!(
                        a.len() >= (pixels - 1) * sweep.step + rows,
                        "windows on the canvas"
                    );
                    // SAFETY: the kernel is the processor's. a holds `rows` places of all windows
                    // of the line, as just asserted; b holds pixels × channels; c holds depth ×
                    // channels, of which `rows` follow `first`; the panel's columns are below
                    // `channels`.
                    unsafe { tile(&tile_of) };
                }
            }
        }
    }
}

/// The same for one channel going out. Its column of weights is a row as well, and as such as wide as
/// a line of a window: gradient\[..\] += d output\[pixel\] · window\[pixel, ..\].
fn add_weight_gradient_of_one(
    sweep: &Sweep<'_>,
    lines: Range<usize>,
    output_gradient: &[f32],
    gradient: &mut [f32],
) {
    let (pixels, depth) = (sweep.pixels, sweep.depth);
    let (kernel, shape) = choose(depth, 1);
    for (window_line, gradient) in lines.zip(gradient.chunks_exact_mut(depth)) {
        for (y, line) in output_gradient.chunks_exact(pixels).enumerate() {
            let windows = sweep.window(y, window_line, 0);
            for columns in panels(kernel, shape, depth) {
                let tile = shape.tile(1, columns.len().div_ceil(kernel.lanes), STEPS_ADJACENT);
                let b = &windows[columns.start..];
                let tile_of = Tile {
                    depth: pixels,
                    a: line.as_ptr(),
                    a_row: 1,
                    a_step: 1,
                    b: b.as_ptr(),
                    b_step: sweep.step as isize,
                    c: gradient[columns.start..].as_mut_ptr(),
                    c_row: depth,
                    columns: columns.len(),
                    accumulate: true,
                };
                assert!(
                    b.len() >= (pixels - 1) * sweep.step + columns.len(),
                    "windows on the canvas"
                );
                // SAFETY: the kernel is the processor's. a holds the line's pixels; b holds the
                // panel's columns of all windows of the line, as just asserted; c holds them too.
                unsafe { tile(&tile_of) };
            }
        }
    }
}

/// Windows over a canvas, as the rows of a matrix.
struct Sweep<'a> {
    canvas: Canvas<'a>,
    /// Pixels of a line going out, and their channels.
    pixels: usize,
    channels: usize,
    /// Numbers in a line of a window.
    depth: usize,
    /// Numbers from one window to the next.
    step: usize,
    stride: usize,
}

impl<'a> Sweep<'a> {
    fn new(convolution: &Convolution, canvas: Canvas<'a>) -> Self {
        let [_, pixels, channels] = convolution.output;
        let channels_in = convolution.input[2];
        Self {
            canvas,
            pixels,
            channels,
            depth: convolution.kernel[1] * channels_in,
            step: convolution.stride * channels_in,
            stride: convolution.stride,
        }
    }

    /// The canvas from a line of the window of an output pixel on.
    fn window(&self, y: usize, line: usize, pixel: usize) -> &'a [f32] {
        let start = (y * self.stride + line) * self.canvas.line + pixel * self.step;
        &self.canvas.values[start..]
    }
}

fn choose(columns: usize, rows: usize) -> (&'static Kernel, &'static Shape) {
    let kernel = Kernel::narrow(columns);
    (kernel, kernel.shape(rows))
}

/// Tiles of about equal height.
fn tile_rows(shape: &Shape, rows: usize) -> usize {
    rows.div_ceil(rows.div_ceil(shape.rows))
}

/// The columns, as many at a time as a tile is wide.
fn panels(kernel: &Kernel, shape: &Shape, columns: usize) -> impl Iterator<Item = Range<usize>> {
    let width = shape.vectors * kernel.lanes;
    let starts = (0..columns).step_by(width);
    starts.map(move |start| start..columns.min(start + width))
}
