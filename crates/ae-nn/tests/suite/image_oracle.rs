//! Twins of the layers on images, in double precision, pixel by pixel.

use ae_nn::layer::{Image, Padding, Pool, Pooled, Upsample};
use ndarray::{Array1, Array2};

/// Numbers of a window, how it moves, and how far the first reaches out.
pub struct Window {
    pub size: usize,
    pub stride: usize,
    /// Above and left.
    pub before: [usize; 2],
}

impl Window {
    /// Over `image`, in `places` lines and columns.
    pub fn over(image: Image, places: Image, size: usize, stride: usize, padding: Padding) -> Self {
        let same =
            |places: usize, side: usize| ((places - 1) * stride + size).saturating_sub(side) / 2;
        let before = match padding {
            Padding::Same => [
                same(places.height, image.height),
                same(places.width, image.width),
            ],
            Padding::Valid => [0, 0],
            Padding::Sides([top, _, left, _]) => [top, left],
        };
        Self {
            size,
            stride,
            before,
        }
    }

    /// The pixels of `image` under a place: (number of the pixel, number in the window).
    fn under(&self, image: Image, y: usize, x: usize) -> Vec<(usize, usize)> {
        let mut pixels = Vec::new();
        for (ky, kx) in (0..self.size).flat_map(|ky| (0..self.size).map(move |kx| (ky, kx))) {
            let line = (y * self.stride + ky).checked_sub(self.before[0]);
            let column = (x * self.stride + kx).checked_sub(self.before[1]);
            if let (Some(line), Some(column)) = (line, column)
                && line < image.height
                && column < image.width
            {
                pixels.push((line * image.width + column, ky * self.size + kx));
            }
        }
        pixels
    }
}

/// What a convolution and its transpose have in common.
pub struct Weights {
    pub weight: Array1<f64>,
    pub bias: Array1<f64>,
}

/// Z of each row.
pub fn convolved(
    x: &Array2<f64>,
    [from, to]: [Image; 2],
    window: &Window,
    weights: &Weights,
) -> Array2<f64> {
    let (inputs, outputs) = (from.channels, to.channels);
    Array2::from_shape_fn((x.nrows(), to.numbers()), |(row, number)| {
        let (pixel, output) = (number / outputs, number % outputs);
        let under = window.under(from, pixel / to.width, pixel % to.width);
        let terms = under.iter().flat_map(|(pixel, place)| {
            (0..inputs).map(move |input| {
                let weight = weights.weight[(place * inputs + input) * outputs + output];
                x[(row, pixel * inputs + input)] * weight
            })
        });
        terms.sum::<f64>() + weights.bias[output]
    })
}

/// Z of each row.
pub fn convolved_transposed(
    x: &Array2<f64>,
    [from, to]: [Image; 2],
    window: &Window,
    weights: &Weights,
) -> Array2<f64> {
    let (inputs, outputs) = (from.channels, to.channels);
    let mut z = Array2::from_shape_fn((x.nrows(), to.numbers()), |(_, number)| {
        weights.bias[number % outputs]
    });
    for ((row, number), x) in x.indexed_iter() {
        let (pixel, input) = (number / inputs, number % inputs);
        for (target, place) in window.under(to, pixel / from.width, pixel % from.width) {
            for output in 0..outputs {
                let weight = weights.weight[(place * outputs + output) * inputs + input];
                z[(row, target * outputs + output)] += x * weight;
            }
        }
    }
    z
}

pub fn pooled(x: &Array2<f64>, pool: &Pool) -> Array2<f64> {
    let (from, to) = (pool.image, pool.output());
    let window = Window::over(from, to, pool.size, pool.stride, pool.padding);
    let channels = from.channels;
    Array2::from_shape_fn((x.nrows(), to.numbers()), |(row, number)| {
        let (pixel, channel) = (number / channels, number % channels);
        let under = window.under(from, pixel / to.width, pixel % to.width);
        let values: Vec<f64> = under
            .iter()
            .map(|(pixel, _)| x[(row, pixel * channels + channel)])
            .collect();
        match pool.of {
            Pooled::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Pooled::Average => values.iter().sum::<f64>() / values.len() as f64,
        }
    })
}

pub fn upsampled(x: &Array2<f64>, up: &Upsample) -> Array2<f64> {
    let (from, to) = (up.image, up.output());
    let channels = from.channels;
    Array2::from_shape_fn((x.nrows(), to.numbers()), |(row, number)| {
        let (pixel, channel) = (number / channels, number % channels);
        let (line, column) = (pixel / to.width / up.factor, pixel % to.width / up.factor);
        x[(row, (line * from.width + column) * channels + channel)]
    })
}
