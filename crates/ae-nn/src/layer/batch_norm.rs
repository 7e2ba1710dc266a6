use super::{Backward, Block, Compute, Forward, Mode, check_epsilon, padded, split, split_mut};
use crate::Error;
use crate::flat::{column_sums, row_chunk, slice, slice_mut};
use ae_tensor::random::Stream;
use ae_tensor::{elementwise, parallel, reduce};
use serde::{Deserialize, Serialize};

/// Share of the running statistics kept at each step, once there have been enough of them
/// (Keras's default).
const MOMENTUM: f32 = 0.99;

/// Steps until then: 1 / (1 − [`MOMENTUM`]).
const WARM: f32 = 100.0;

/// Batch normalisation (Ioffe & Szegedy 2015): each feature is shifted and scaled to mean 0
/// and variance 1 over the batch, then to a learnt mean and scale. Inference uses running
/// statistics, so that a row's result doesn't depend on its neighbours.
///
/// The running statistics are the mean of all batches so far up to the hundredth, and an
/// exponential mean from there on: a short training leaves no trace of where they began.
///
/// A batch of one row has variance 0 and comes out as the learnt mean; as it says nothing
/// about variance, the running statistics leave it out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchNorm {
    /// Numbers in a row.
    pub width: usize,
    /// Added to the variance; at least 0.
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

    /// Parameters: scale, shift.
    fn lengths(&self) -> [usize; 2] {
        [self.width; 2]
    }

    /// State: running mean, running variance, batches taken into them (at most [`WARM`]).
    fn state_lengths(&self) -> [usize; 3] {
        [self.width, self.width, 1]
    }

    /// Cache: x̂ of each row, then mean, variance and 1/σ of the batch.
    fn cache_lengths(&self, rows: usize) -> [usize; 4] {
        [rows * self.width, self.width, self.width, self.width]
    }

    /// x̂ and y of the rows of a batch, and the batch's statistics.
    fn train(&self, pass: Forward<'_>) {
        let [scale, shift] = split(pass.parameters, self.lengths());
        let lengths = self.cache_lengths(pass.input.nrows());
        let [normalised, mean, variance, inverse] = split_mut(pass.cache, lengths);
        reduce::column_mean_variance(pass.input, mean, variance);
        inverse.copy_from_slice(variance);
        elementwise::map(inverse, |v| 1.0 / (v + self.epsilon).sqrt());
        let (mean, inverse, width) = (&*mean, &*inverse, self.width);
        let mut output = pass.output;
        let parts = (slice(&pass.input), slice_mut(&mut output), normalised);
        parallel::for_each(parts, row_chunk(width), |_, (input, output, kept)| {
            kept.copy_from_slice(input);
            let rows = kept.chunks_exact_mut(width);
            for (kept, out) in rows.zip(output.chunks_exact_mut(width)) {
                elementwise::zip2(kept, mean, inverse, |x, mean, inverse| (x - mean) * inverse);
                out.copy_from_slice(kept);
                elementwise::zip2(out, scale, shift, |x, scale, shift| scale * x + shift);
            }
        });
    }

    /// y by the running statistics.
    fn infer(&self, pass: Forward<'_>) {
        let [scale, shift] = split(pass.parameters, self.lengths());
        let [mean, variance, _batches] = split(pass.state, self.state_lengths());
        let (epsilon, width) = (self.epsilon, self.width);
        let mut output = pass.output;
        let parts = (slice(&pass.input), slice_mut(&mut output));
        parallel::for_each(parts, row_chunk(width), |_, (input, output)| {
            output.copy_from_slice(input);
            for out in output.chunks_exact_mut(width) {
                elementwise::zip2(out, mean, variance, |x, mean, v| {
                    (x - mean) / (v + epsilon).sqrt()
                });
                elementwise::zip2(out, scale, shift, |x, scale, shift| scale * x + shift);
            }
        });
    }
}

impl Compute for BatchNorm {
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

    fn state(&self) -> Vec<Block> {
        vec![
            Block::vector("running_mean", self.width),
            Block::vector("running_variance", self.width),
            Block::vector("batches", 1),
        ]
    }

    fn cache(&self, rows: usize) -> usize {
        self.cache_lengths(rows).map(padded).iter().sum()
    }

    fn initialise(&self, parameters: &mut [f32], state: &mut [f32], _stream: &mut Stream) {
        let [scale, _shift] = split_mut(parameters, self.lengths());
        scale.fill(1.0);
        let [_mean, variance, _batches] = split_mut(state, self.state_lengths());
        variance.fill(1.0);
    }

    /// x̂ = (x − μ) / √(σ² + ε), y = γ x̂ + β, with σ² of the population.
    fn forward(&self, pass: Forward<'_>) {
        match pass.mode {
            Mode::Train { .. } => self.train(pass),
            Mode::Infer => self.infer(pass),
        }
    }

    /// dβ = Σ dy, dγ = Σ dy x̂ over the rows, and
    /// dx = γ/σ · (dy − (dβ + x̂ dγ) / B).
    fn backward(&self, pass: Backward<'_>) {
        let (rows, width) = pass.input.dim();
        let [scale, _shift] = split(pass.parameters, self.lengths());
        let [normalised, _mean, _variance, inverse] = split(pass.cache, self.cache_lengths(rows));
        let [scale_gradient, shift_gradient] = split_mut(pass.gradients, self.lengths());
        let gradient = pass.output_gradient.view();
        column_sums(slice(&gradient), normalised, shift_gradient, scale_gradient);
        let Some(mut input_gradient) = pass.input_gradient else {
            return;
        };
        let (scale_gradient, shift_gradient) = (&*scale_gradient, &*shift_gradient);
        let share = 1.0 / rows as f32;
        let parts = (slice_mut(&mut input_gradient), slice(&gradient), normalised);
        parallel::for_each(parts, row_chunk(width), |_, (out, gradient, normalised)| {
            out.copy_from_slice(normalised);
            let rows = out.chunks_exact_mut(width);
            for (out, gradient) in rows.zip(gradient.chunks_exact(width)) {
                elementwise::zip2(out, scale_gradient, shift_gradient, |x, dscale, dshift| {
                    -share * (dshift + x * dscale)
                });
                elementwise::zip(out, gradient, |o, g| o + g);
                elementwise::zip2(out, scale, inverse, |o, scale, inverse| o * scale * inverse);
            }
        });
    }

    fn couples_rows(&self) -> bool {
        true
    }

    /// running ← kept · running + (1 − kept) · batch, with the batch's population variance;
    /// kept = n / (n + 1) after n batches, at most 0.99.
    fn update_state(&self, rows: usize, cache: &[f32], state: &mut [f32]) {
        if rows == 1 {
            return;
        }
        let [_normalised, mean, variance, _inverse] = split(cache, self.cache_lengths(rows));
        let [running_mean, running_variance, batches] = split_mut(state, self.state_lengths());
        let kept = (batches[0] / (batches[0] + 1.0)).min(MOMENTUM);
        batches[0] = (batches[0] + 1.0).min(WARM);
        let mix = |running: f32, batch: f32| kept * running + (1.0 - kept) * batch;
        elementwise::zip(running_mean, mean, mix);
        elementwise::zip(running_variance, variance, mix);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ae_tensor::random::Purpose;
    use ndarray::{Array2, array};

    const TRAIN: Mode = Mode::Train {
        first_row: 0,
        seed: 0,
        step: 0,
        layer: 0,
    };

    /// A layer with all that it works on.
    struct Bench {
        norm: BatchNorm,
        parameters: Vec<f32>,
        state: Vec<f32>,
        cache: Vec<f32>,
    }

    impl Bench {
        fn new(norm: BatchNorm) -> Self {
            let room = |blocks: Vec<Block>| blocks.iter().map(|b| padded(b.len())).sum();
            let mut parameters = vec![0.0; room(norm.parameters())];
            let mut state = vec![0.0; room(norm.state())];
            let mut stream = Stream::new(0, Purpose::Weights, 0);
            norm.initialise(&mut parameters, &mut state, &mut stream);
            Self {
                norm,
                parameters,
                state,
                cache: Vec::new(),
            }
        }

        fn forward(&mut self, mode: Mode, input: &Array2<f32>) -> Array2<f32> {
            let mut output = Array2::zeros(input.dim());
            self.cache = vec![0.0; self.norm.cache(input.nrows())];
            self.norm.forward(Forward {
                mode,
                parameters: &self.parameters,
                state: &self.state,
                input: input.view(),
                output: output.view_mut(),
                cache: &mut self.cache,
            });
            output
        }

        fn step(&mut self, input: &Array2<f32>) {
            self.forward(TRAIN, input);
            let rows = input.nrows();
            self.norm.update_state(rows, &self.cache, &mut self.state);
        }

        fn running(&self) -> [&[f32]; 3] {
            split(&self.state, self.norm.state_lengths())
        }
    }

    #[test]
    fn normalises_by_the_batch_then_by_running_statistics() {
        let mut bench = Bench::new(BatchNorm {
            width: 2,
            epsilon: 0.0,
        });
        let input = array![[10.0, 1.0], [12.0, 1.5], [14.0, 2.0]];
        let output = bench.forward(TRAIN, &input);
        // mean 12, population standard deviation 1.632993
        let expected = 2.0 / 1.632_993_f32;
        for column in 0..2 {
            assert!((output[(0, column)] + expected).abs() < 1e-5);
            assert!(output[(1, column)].abs() < 1e-6);
            assert!((output[(2, column)] - expected).abs() < 1e-5);
        }
        bench.step(&input);
        assert!(
            (&bench.forward(Mode::Infer, &input) - &output)
                .iter()
                .all(|d| d.abs() < 1e-5)
        );
    }

    #[test]
    fn running_statistics_are_a_mean_first_and_exponential_later() {
        let mut bench = Bench::new(BatchNorm::new(1));
        let (low, high) = (array![[-1.0], [1.0]], array![[8.0], [12.0]]);
        bench.step(&low);
        assert_eq!(bench.running(), [&[0.0][..], &[1.0], &[1.0]]);
        bench.step(&high);
        assert_eq!(bench.running(), [&[5.0][..], &[2.5], &[2.0]]);
        for _ in 2..150 {
            bench.step(&low);
        }
        let before = bench.running()[0][0];
        assert_eq!(bench.running()[2], [WARM]);
        bench.step(&high);
        let expected = MOMENTUM * before + (1.0 - MOMENTUM) * 10.0;
        assert!((bench.running()[0][0] - expected).abs() < 1e-6);
    }

    #[test]
    fn one_row_alone_comes_out_as_the_learnt_mean_and_is_no_statistic() {
        let mut bench = Bench::new(BatchNorm::new(2));
        let lengths = bench.norm.lengths();
        let [_, shift] = split_mut(&mut bench.parameters, lengths);
        shift.copy_from_slice(&[3.0, -1.0]);
        let before = bench.state.clone();
        let row = array![[5.0, 6.0]];
        assert_eq!(bench.forward(TRAIN, &row), array![[3.0, -1.0]]);
        bench.step(&row);
        assert_eq!(bench.state, before);
    }
}
