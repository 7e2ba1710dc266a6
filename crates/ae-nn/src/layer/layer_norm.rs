use super::{Backward, Block, Compute, Forward, check_epsilon, padded, split, split_mut};
use crate::Error;
use crate::flat::{column_sums, row_chunk, rows_per_chunk, slice, slice_mut};
use ae_tensor::random::Stream;
use ae_tensor::{elementwise, parallel, reduce};
use ndarray::{ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

/// Layer normalisation (Ba et al. 2016): each row is shifted and scaled to mean 0 and
/// variance 1 over its features, then to a learnt mean and scale a feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerNorm {
    /// Numbers in a row.
    pub width: usize,
    /// Added to the variance; at least 0.
    pub epsilon: f32,
}

impl LayerNorm {
    /// With the customary ε = 1e-5 (PyTorch's default).
    pub fn new(width: usize) -> Self {
        Self {
            width,
            epsilon: 1e-5,
        }
    }

    fn lengths(&self) -> [usize; 2] {
        [self.width; 2]
    }

    /// Writes x̂ of a row and returns its 1/σ.
    fn normalise(&self, row: &[f32], normalised: &mut [f32]) -> f32 {
        let mean = (reduce::sum(row) / self.width as f64) as f32;
        let squares = elementwise::sum_map(row, |x| (x - mean) * (x - mean));
        let variance = squares / self.width as f32;
        let inverse = 1.0 / (variance + self.epsilon).sqrt();
        elementwise::zip(normalised, row, |_, x| (x - mean) * inverse);
        inverse
    }
}

impl Compute for LayerNorm {
    fn inputs(&self) -> usize {
        self.width
    }

    fn outputs(&self) -> usize {
        self.width
    }

    fn check(&self) -> Result<(), Error> {
        check_epsilon(self.epsilon)
    }

    fn parameters(&self) -> Vec<Block> {
        vec![
            Block::vector("scale", self.width),
            Block::vector("shift", self.width),
        ]
    }

    /// x̂ of each row, then 1/σ of each.
    fn cache(&self, rows: usize) -> usize {
        padded(rows * self.width) + padded(rows)
    }

    fn initialise(&self, parameters: &mut [f32], _state: &mut [f32], _stream: &mut Stream) {
        let [scale, _shift] = split_mut(parameters, self.lengths());
        scale.fill(1.0);
    }

    /// x̂ = (x − μ) / √(σ² + ε), y = γ x̂ + β, with μ and σ² (of the population) of the row.
    fn forward(&self, pass: Forward<'_>) {
        let [scale, shift] = split(pass.parameters, self.lengths());
        let (rows, width) = pass.input.dim();
        let mut output = pass.output;
        let (input, output) = (slice(&pass.input), slice_mut(&mut output));
        if pass.cache.is_empty() {
            parallel::for_each((input, output), row_chunk(width), |_, (input, output)| {
                let pairs = input
                    .chunks_exact(width)
                    .zip(output.chunks_exact_mut(width));
                for (input, out) in pairs {
                    self.normalise(input, out);
                    elementwise::zip2(out, scale, shift, |x, scale, shift| scale * x + shift);
                }
            });
            return;
        }
        let [normalised, inverse] = split_mut(pass.cache, [rows * width, rows]);
        let parts = (
            matrix(input, width),
            matrix_mut(output, width),
            matrix_mut(normalised, width),
            inverse,
        );
        parallel::for_each(parts, rows_per_chunk(width), |_, part| {
            let (input, mut output, mut normalised, inverse) = part;
            let outputs = slice_mut(&mut output).chunks_exact_mut(width);
            let kept = slice_mut(&mut normalised).chunks_exact_mut(width);
            let rows = slice(&input).chunks_exact(width).zip(outputs).zip(kept);
            for (((input, out), kept), inverse) in rows.zip(inverse) {
                *inverse = self.normalise(input, kept);
                out.copy_from_slice(kept);
                elementwise::zip2(out, scale, shift, |x, scale, shift| scale * x + shift);
            }
        });
    }

    /// dβ = Σ dy, dγ = Σ dy x̂ over the rows; with g = γ dy and means over the features,
    /// dx = 1/σ · (g − mean(g) − x̂ mean(g x̂)).
    fn backward(&self, pass: Backward<'_>) {
        let [scale, _shift] = split(pass.parameters, self.lengths());
        let (rows, width) = pass.input.dim();
        let [normalised, inverse] = split(pass.cache, [rows * width, rows]);
        let [scale_gradient, shift_gradient] = split_mut(pass.gradients, self.lengths());
        let gradient = pass.output_gradient.view();
        column_sums(slice(&gradient), normalised, shift_gradient, scale_gradient);
        let Some(input_gradient) = pass.input_gradient else {
            return;
        };
        let parts = (input_gradient, gradient, matrix(normalised, width), inverse);
        parallel::for_each(parts, rows_per_chunk(width), |_, part| {
            let (mut out, gradient, normalised, inverse) = part;
            let outputs = slice_mut(&mut out).chunks_exact_mut(width);
            let rows = outputs
                .zip(slice(&gradient).chunks_exact(width))
                .zip(slice(&normalised).chunks_exact(width));
            for (((out, gradient), x), inverse) in rows.zip(inverse) {
                elementwise::zip2(out, gradient, scale, |_, g, scale| g * scale);
                let mean = (reduce::sum(out) / width as f64) as f32;
                let slope = (reduce::dot(out, x) / width as f64) as f32;
                elementwise::zip(out, x, |g, x| inverse * (g - mean - x * slope));
            }
        });
    }
}

fn matrix(values: &[f32], width: usize) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((values.len() / width, width), values).expect("whole rows")
}

fn matrix_mut(values: &mut [f32], width: usize) -> ArrayViewMut2<'_, f32> {
    ArrayViewMut2::from_shape((values.len() / width, width), values).expect("whole rows")
}
