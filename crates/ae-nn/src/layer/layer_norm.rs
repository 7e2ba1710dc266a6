use super::{Backward, Block, Compute, Forward, split, split_mut};
use crate::flat::{slice, slice_mut};
use ae_tensor::random::Stream;
use ae_tensor::{elementwise, reduce};
use serde::{Deserialize, Serialize};

/// Layer normalisation (Ba et al. 2016): each row is shifted and scaled to mean 0 and
/// variance 1 over its features, then to a learnt mean and scale a feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerNorm {
    /// Numbers in a row.
    pub width: usize,
    /// Added to the variance.
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
}

impl Compute for LayerNorm {
    fn inputs(&self) -> usize {
        self.width
    }

    fn outputs(&self) -> usize {
        self.width
    }

    fn parameters(&self) -> Vec<Block> {
        vec![
            Block::vector("scale", self.width),
            Block::vector("shift", self.width),
        ]
    }

    /// Normalised rows, then 1/σ of each row.
    fn cache(&self, rows: usize) -> usize {
        super::padded(rows * self.width) + super::padded(rows)
    }

    fn initialise(&self, parameters: &mut [f32], _state: &mut [f32], _stream: &mut Stream) {
        let [scale, _shift] = split_mut(parameters, self.lengths());
        scale.fill(1.0);
    }

    /// x̂ = (x − μ) / √(σ² + ε), y = γ x̂ + β, with μ and σ of the row.
    fn forward(&self, pass: Forward<'_>) {
        let [scale, shift] = split(pass.parameters, self.lengths());
        let width = self.width;
        let mut output = pass.output;
        let input = slice(&pass.input);
        let outputs = slice_mut(&mut output).chunks_exact_mut(width);
        for (input, out) in input.chunks_exact(width).zip(outputs) {
            out.copy_from_slice(input);
            normalise(out, self.epsilon);
        }
        if !pass.cache.is_empty() {
            let rows = input.len() / width;
            let [normalised, inverse] = split_mut(pass.cache, [input.len(), rows]);
            normalised.copy_from_slice(slice_mut(&mut output));
            for (input, inverse) in input.chunks_exact(width).zip(inverse) {
                *inverse = 1.0 / (variance(input).1 + self.epsilon).sqrt();
            }
        }
        for out in slice_mut(&mut output).chunks_exact_mut(width) {
            elementwise::zip2(out, scale, shift, |x, scale, shift| scale * x + shift);
        }
    }

    /// dβ = Σ dy, dγ = Σ dy x̂ over the rows; with g = γ dy and means over the features,
    /// dx = 1/σ · (g − mean(g) − x̂ mean(g x̂)).
    fn backward(&self, pass: Backward<'_>) {
        let [scale, _shift] = split(pass.parameters, self.lengths());
        let (rows, width) = pass.input.dim();
        let [normalised, inverse] = split(pass.cache, [rows * width, rows]);
        let [scale_gradient, shift_gradient] = split_mut(pass.gradients, self.lengths());
        let mut gradient = pass.output_gradient;
        reduce::column_sums(gradient.view(), shift_gradient);
        scale_gradient.fill(0.0);
        let rows_in = slice_mut(&mut gradient).chunks_exact_mut(width);
        for (gradient, normalised) in rows_in.zip(normalised.chunks_exact(width)) {
            elementwise::zip2(scale_gradient, gradient, normalised, |sum, g, x| {
                sum + g * x
            });
            elementwise::zip(gradient, scale, |g, scale| g * scale);
        }
        let Some(mut input_gradient) = pass.input_gradient else {
            return;
        };
        input_gradient.assign(&gradient);
        let outputs = slice_mut(&mut input_gradient).chunks_exact_mut(width);
        for ((out, x), inverse) in outputs.zip(normalised.chunks_exact(width)).zip(inverse) {
            let mean = (reduce::sum(out) / width as f64) as f32;
            let slope = (reduce::dot(out, x) / width as f64) as f32;
            elementwise::zip(out, x, |g, x| inverse * (g - mean - x * slope));
        }
    }
}

/// Mean and population variance of a row.
fn variance(row: &[f32]) -> (f32, f32) {
    let mean = (reduce::sum(row) / row.len() as f64) as f32;
    let squares = elementwise::sum_map(row, |x| (x - mean) * (x - mean));
    (mean, squares / row.len() as f32)
}

fn normalise(row: &mut [f32], epsilon: f32) {
    let (mean, variance) = variance(row);
    let inverse = 1.0 / (variance + epsilon).sqrt();
    elementwise::map(row, |x| (x - mean) * inverse);
}
