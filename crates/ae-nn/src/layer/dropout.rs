use super::{Backward, Compute, Forward, Mode, stream_index};
use crate::Error;
use crate::flat::{CHUNK, slice, slice_mut};
use ae_choice::Range;
use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{elementwise, parallel};
use serde::{Deserialize, Serialize};

/// In training, each number becomes 0 with probability `rate` and the others are divided by
/// 1 − rate (Srivastava et al. 2014, scaled at training so that inference changes nothing).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dropout {
    /// Numbers in a row.
    pub width: usize,
    /// Probability in \[0, 1).
    pub rate: f32,
}

impl Dropout {
    /// What [`rate`](Self::rate) may be.
    pub const RANGE: Range = Range::half_open(0.0, 1.0);

    /// Factors of some of a batch's numbers: 0 or 1 / (1 − rate).
    fn draw(&self, stream: &mut Stream, factors: &mut [f32]) {
        let (rate, kept) = (self.rate, 1.0 / (1.0 - self.rate));
        stream.fill_uniform(factors);
        elementwise::map(factors, |u| if u < rate { 0.0 } else { kept });
    }
}

impl Compute for Dropout {
    fn inputs(&self) -> usize {
        self.width
    }

    fn outputs(&self) -> usize {
        self.width
    }

    fn check(&self) -> Result<(), Error> {
        Error::check_range("dropout", Self::RANGE, self.rate.into())
    }

    /// The factor of each number.
    fn cache(&self, rows: usize) -> usize {
        rows * self.width
    }

    /// y = x ⊙ factors.
    fn forward(&self, pass: Forward<'_>) {
        let mut output = pass.output;
        let Mode::Train {
            seed,
            step,
            layer,
            first_row,
        } = pass.mode
        else {
            output.assign(&pass.input);
            return;
        };
        // Rows have no more pieces than this before them, so that no two parts of a batch
        // draw from one stream.
        let before = first_row * self.width.div_ceil(CHUNK);
        let parts = (slice_mut(&mut output), slice(&pass.input), pass.cache);
        parallel::for_each(parts, CHUNK, |first, (output, input, factors)| {
            let index = stream_index(layer, step, before + first / CHUNK);
            self.draw(&mut Stream::new(seed, Purpose::Dropout, index), factors);
            elementwise::zip2(output, input, factors, |_, x, factor| x * factor);
        });
    }

    /// dx = dy ⊙ factors.
    fn backward(&self, pass: Backward<'_>) {
        let Some(mut input_gradient) = pass.input_gradient else {
            return;
        };
        let gradient = pass.output_gradient.view();
        let parts = (slice_mut(&mut input_gradient), slice(&gradient), pass.cache);
        parallel::for_each(parts, CHUNK, |_, (out, gradient, factors)| {
            elementwise::zip2(out, gradient, factors, |_, g, factor| g * factor);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn run(dropout: &Dropout, mode: Mode, rows: usize) -> Vec<f32> {
        let input = Array2::from_elem((rows, dropout.width), 1.0);
        let mut output = Array2::zeros(input.dim());
        let mut cache = vec![0.0; dropout.cache(rows)];
        dropout.forward(Forward {
            mode,
            parameters: &[],
            state: &[],
            input: input.view(),
            output: output.view_mut(),
            cache: &mut cache,
        });
        output.into_raw_vec_and_offset().0
    }

    #[test]
    fn keeps_the_mean_in_training_and_everything_in_inference() {
        let dropout = Dropout {
            width: 500,
            rate: 0.2,
        };
        let train = |step, layer| Mode::Train {
            first_row: 0,
            seed: 7,
            step,
            layer,
        };
        let first = run(&dropout, train(0, 1), 200);
        let zeros = first.iter().filter(|x| **x == 0.0).count() as f64 / first.len() as f64;
        // Five standard deviations of a share of 100 000.
        assert!((zeros - 0.2).abs() < 0.0063, "{zeros}");
        assert!(first.iter().all(|x| *x == 0.0 || *x == 1.25));
        assert_eq!(first, run(&dropout, train(0, 1), 200));
        assert_ne!(first, run(&dropout, train(1, 1), 200));
        assert_ne!(first, run(&dropout, train(0, 2), 200));
        assert_ne!(first[..500], first[500..1000]);
        // Two pieces of parallel work.
        assert_ne!(first[..CHUNK], first[CHUNK..2 * CHUNK]);
        assert!(run(&dropout, Mode::Infer, 200).iter().all(|x| *x == 1.0));
    }

    #[test]
    fn parts_of_a_batch_draw_different_masks() {
        for width in [32, 64, 100, 130, 300, 20_000] {
            let dropout = Dropout { width, rate: 0.5 };
            let masks = [0, 64, 128, 192].map(|first_row| {
                let mode = Mode::Train {
                    seed: 7,
                    step: 3,
                    layer: 1,
                    first_row,
                };
                run(&dropout, mode, 64)
            });
            // Rows, not whole masks: a piece of one part may be another's at another place.
            let mut rows: Vec<Vec<u32>> = masks
                .iter()
                .flat_map(|mask| mask.chunks_exact(width))
                .map(|row| row.iter().map(|x| x.to_bits()).collect())
                .collect();
            let count = rows.len();
            rows.sort();
            rows.dedup();
            // Of 256 rows of 32 coins, two alike by chance are one in 100,000.
            assert_eq!(rows.len(), count, "width {width}");
        }
    }
}
