use super::{Backward, Block, Compute, Forward, Mode, split, split_mut};
use crate::flat::{slice, slice_mut};
use ae_tensor::random::Stream;
use ae_tensor::{elementwise, reduce};
use serde::{Deserialize, Serialize};

/// Share of the running statistics kept at each step (Keras's default).
const MOMENTUM: f32 = 0.99;

/// Batch normalisation (Ioffe & Szegedy 2015): each feature is shifted and scaled to mean 0
/// and variance 1 over the batch, then to a learnt mean and scale. Inference uses running
/// statistics, so that a row's result doesn't depend on its neighbours.
///
/// A batch of one row has variance 0 and comes out as the learnt mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchNorm {
    /// Numbers in a row.
    pub width: usize,
    /// Added to the variance.
    pub epsilon: f32,
}

impl BatchNorm {
    /// With the customary ε = 1e-3 (Keras's default).
    pub fn new(width: usize) -> Self {
        Self {
            width,
            epsilon: 1e-3,
        }
    }

    fn lengths(&self) -> [usize; 2] {
        [self.width; 2]
    }

    /// Cache: normalised rows, then mean, variance and 1/σ of the batch.
    fn cache_parts<'a>(&self, cache: &'a [f32], rows: usize) -> [&'a [f32]; 4] {
        split(
            cache,
            [rows * self.width, self.width, self.width, self.width],
        )
    }
}

impl Compute for BatchNorm {
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

    fn state(&self) -> Vec<Block> {
        vec![
            Block::vector("running_mean", self.width),
            Block::vector("running_variance", self.width),
        ]
    }

    fn cache(&self, rows: usize) -> usize {
        super::padded(rows * self.width) + 3 * super::padded(self.width)
    }

    fn initialise(&self, parameters: &mut [f32], state: &mut [f32], _stream: &mut Stream) {
        let [scale, _shift] = split_mut(parameters, self.lengths());
        scale.fill(1.0);
        let [_mean, variance] = split_mut(state, self.lengths());
        variance.fill(1.0);
    }

    /// x̂ = (x − μ) / √(σ² + ε), y = γ x̂ + β.
    fn forward(&self, pass: Forward<'_>) {
        let [scale, shift] = split(pass.parameters, self.lengths());
        let mut output = pass.output;
        match pass.mode {
            Mode::Infer => {
                let [mean, variance] = split(pass.state, self.lengths());
                for (input, mut row) in pass.input.rows().into_iter().zip(output.rows_mut()) {
                    for j in 0..self.width {
                        let normalised = (input[j] - mean[j]) / (variance[j] + self.epsilon).sqrt();
                        row[j] = scale[j] * normalised + shift[j];
                    }
                }
            }
            Mode::Train { .. } => {
                let rows = pass.input.nrows();
                let parts = [rows * self.width, self.width, self.width, self.width];
                let [normalised, mean, variance, inverse] = split_mut(pass.cache, parts);
                reduce::column_mean_variance(pass.input, mean, variance);
                inverse.copy_from_slice(variance);
                let epsilon = self.epsilon;
                elementwise::map(inverse, |v| 1.0 / (v + epsilon).sqrt());
                let rows_in = slice(&pass.input).chunks_exact(self.width);
                let rows_out = slice_mut(&mut output).chunks_exact_mut(self.width);
                let rows_kept = normalised.chunks_exact_mut(self.width);
                for ((input, kept), out) in rows_in.zip(rows_kept).zip(rows_out) {
                    kept.copy_from_slice(input);
                    elementwise::zip2(kept, mean, inverse, |x, mean, inverse| (x - mean) * inverse);
                    out.copy_from_slice(kept);
                    elementwise::zip2(out, scale, shift, |x, scale, shift| scale * x + shift);
                }
            }
        }
    }

    /// dβ = Σ dy, dγ = Σ dy x̂ over the rows, and
    /// dx = γ/σ · (dy − (dβ + x̂ dγ) / B).
    fn backward(&self, pass: Backward<'_>) {
        let rows = pass.input.nrows();
        let [scale, _shift] = split(pass.parameters, self.lengths());
        let [normalised, _mean, _variance, inverse] = self.cache_parts(pass.cache, rows);
        let [scale_gradient, shift_gradient] = split_mut(pass.gradients, self.lengths());
        let gradient = pass.output_gradient.view();
        reduce::column_sums(gradient, shift_gradient);
        let gradient = slice(&gradient);
        let Some(mut input_gradient) = pass.input_gradient else {
            column_sums_of_product(gradient, normalised, scale_gradient);
            return;
        };
        // The input's gradient is scratch for the products until it is written.
        let width = self.width;
        {
            let products = slice_mut(&mut input_gradient);
            products.copy_from_slice(gradient);
            elementwise::zip(products, normalised, |g, x| g * x);
        }
        reduce::column_sums(input_gradient.view(), scale_gradient);
        let share = 1.0 / rows as f32;
        for (row, out) in slice_mut(&mut input_gradient)
            .chunks_exact_mut(width)
            .enumerate()
        {
            let range = row * width..(row + 1) * width;
            out.copy_from_slice(&normalised[range.clone()]);
            elementwise::zip2(out, scale_gradient, shift_gradient, |x, dscale, dshift| {
                -share * (dshift + x * dscale)
            });
            elementwise::zip(out, &gradient[range], |o, g| o + g);
            elementwise::zip2(out, scale, inverse, |o, scale, inverse| o * scale * inverse);
        }
    }

    /// running ← 0.99 running + 0.01 batch, with the batch's population variance.
    fn update_state(&self, rows: usize, cache: &[f32], state: &mut [f32]) {
        let [_normalised, mean, variance, _inverse] = self.cache_parts(cache, rows);
        let [running_mean, running_variance] = split_mut(state, self.lengths());
        let mix = |running: f32, batch: f32| MOMENTUM * running + (1.0 - MOMENTUM) * batch;
        elementwise::zip(running_mean, mean, mix);
        elementwise::zip(running_variance, variance, mix);
    }
}

/// Without a buffer for the products, for a first layer, whose input's gradient nobody wants.
fn column_sums_of_product(a: &[f32], b: &[f32], sums: &mut [f32]) {
    let width = sums.len();
    sums.fill(0.0);
    for (a, b) in a.chunks_exact(width).zip(b.chunks_exact(width)) {
        elementwise::zip2(sums, a, b, |sum, a, b| sum + a * b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn normalises_by_the_batch_then_by_running_statistics() {
        let norm = BatchNorm {
            width: 2,
            epsilon: 0.0,
        };
        let mut parameters = vec![0.0; 32];
        let mut state = vec![0.0; 32];
        norm.initialise(
            &mut parameters,
            &mut state,
            &mut Stream::new(0, ae_tensor::random::Purpose::Weights, 0),
        );
        let input = array![[10.0, 1.0], [12.0, 1.5], [14.0, 2.0]];
        let mut output = Array2::zeros((3, 2));
        let mut cache = vec![0.0; norm.cache(3)];
        let mode = Mode::Train {
            seed: 0,
            step: 0,
            layer: 0,
        };
        let mut run = |mode, state: &[f32], output: &mut Array2<f32>| {
            norm.forward(Forward {
                mode,
                parameters: &parameters,
                state,
                input: input.view(),
                output: output.view_mut(),
                cache: &mut cache,
            });
        };
        run(mode, &state, &mut output);
        // mean 12, population standard deviation 1.632993
        let expected = 2.0 / 1.632_993_f32;
        for column in 0..2 {
            assert!((output[(0, column)] + expected).abs() < 1e-5);
            assert!(output[(1, column)].abs() < 1e-6);
            assert!((output[(2, column)] - expected).abs() < 1e-5);
        }
        norm.update_state(3, &cache, &mut state);
        let [mean, variance] = split(&state, norm.lengths());
        assert!((mean[0] - 0.12).abs() < 1e-6);
        assert!((variance[0] - (0.99 + 0.01 * 8.0 / 3.0)).abs() < 1e-5);
    }

    #[test]
    fn one_row_alone_comes_out_as_the_learnt_mean() {
        let norm = BatchNorm::new(2);
        let mut parameters = vec![0.0; 32];
        let mut state = vec![0.0; 32];
        let mut stream = Stream::new(0, ae_tensor::random::Purpose::Weights, 0);
        norm.initialise(&mut parameters, &mut state, &mut stream);
        let [_, shift] = split_mut(&mut parameters, norm.lengths());
        shift.copy_from_slice(&[3.0, -1.0]);
        let input = array![[5.0, 6.0]];
        let mut output = Array2::zeros((1, 2));
        let mut cache = vec![0.0; norm.cache(1)];
        norm.forward(Forward {
            mode: Mode::Train {
                seed: 0,
                step: 0,
                layer: 0,
            },
            parameters: &parameters,
            state: &state,
            input: input.view(),
            output: output.view_mut(),
            cache: &mut cache,
        });
        assert_eq!(output, array![[3.0, -1.0]]);
    }
}
