use super::{Backward, Block, Compute, Forward, Mode};
use crate::Error;
use crate::flat::{for_rows, slice};
use ae_choice::Range;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// The `k` largest numbers of a row, those of them below 0 as 0; all others become 0 (Makhzani
/// & Frey 2014; Gao et al. 2024). Of equal numbers the first ones are kept.
///
/// It counts how many training rows have gone by since each number was last kept, so that
/// numbers no row wakes any more can be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopK {
    /// Numbers in a row.
    pub width: usize,
    /// How many are kept, in 1 to `width`.
    pub k: usize,
}

/// Beyond this, counting on adds nothing to a single-precision number.
const MOST_COUNTED: f32 = 16_777_216.0;

impl TopK {
    /// One row; `output` serves as scratch first.
    pub(crate) fn keep(&self, input: &[f32], output: &mut [f32]) {
        output.copy_from_slice(input);
        let (above, least, _) = output.select_nth_unstable_by(self.k - 1, |a, b| b.total_cmp(a));
        let least = *least;
        let larger = above
            .iter()
            .filter(|value| value.total_cmp(&least).is_gt())
            .count();
        let mut equal = self.k - larger;
        for (out, value) in output.iter_mut().zip(input) {
            let kept = match value.total_cmp(&least) {
                std::cmp::Ordering::Greater => true,
                std::cmp::Ordering::Equal if equal > 0 => {
                    equal -= 1;
                    true
                }
                _ => false,
            };
            // Written so that NaN stays NaN and reaches the guard in the trainer.
            *out = if !kept || *value < 0.0 { 0.0 } else { *value };
        }
    }
}

impl Compute for TopK {
    fn inputs(&self) -> usize {
        self.width
    }

    fn outputs(&self) -> usize {
        self.width
    }

    fn check(&self) -> Result<(), Error> {
        let range = Range::closed(1.0, self.width as f64);
        Error::check_range("top-k", range, self.k as f64)
    }

    /// Training rows since each number was last kept.
    fn state(&self) -> Vec<Block> {
        vec![Block::vector("rows_since_kept", self.width)]
    }

    /// Whether any row of the batch kept a number: 0 or 1.
    fn cache(&self, _rows: usize) -> usize {
        self.width
    }

    fn forward(&self, pass: Forward<'_>) {
        let mut output = pass.output;
        for_rows(pass.input, output.view_mut(), |_, input, output| {
            self.keep(input, output);
        });
        if matches!(pass.mode, Mode::Train { .. }) {
            note_kept(output.view(), pass.cache);
        }
    }

    /// dx = dy where y is above 0, else 0.
    fn backward(&self, pass: Backward<'_>) {
        let Some(input_gradient) = pass.input_gradient else {
            return;
        };
        let output = slice(&pass.output);
        let gradient = pass.output_gradient.view();
        for_rows(gradient, input_gradient, |row, from, to| {
            let output = &output[row * self.width..][..self.width];
            for ((to, from), y) in to.iter_mut().zip(from).zip(output) {
                *to = if *y > 0.0 { *from } else { 0.0 };
            }
        });
    }

    fn update_state(&self, rows: usize, cache: &[f32], state: &mut [f32]) {
        for (since, kept) in state.iter_mut().zip(cache) {
            *since = if *kept > 0.0 {
                0.0
            } else {
                (*since + rows as f32).min(MOST_COUNTED)
            };
        }
    }

    /// What is counted is counted over the whole batch.
    fn couples_rows(&self) -> bool {
        true
    }
}

fn note_kept(output: ArrayView2<f32>, kept: &mut [f32]) {
    kept.fill(0.0);
    for row in slice(&output).chunks_exact(kept.len()) {
        for (kept, y) in kept.iter_mut().zip(row) {
            if *y > 0.0 {
                *kept = 1.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(k: usize, row: &[f32]) -> Vec<f32> {
        let mut output = vec![f32::NAN; row.len()];
        let width = row.len();
        TopK { width, k }.keep(row, &mut output);
        output
    }

    #[test]
    fn keeps_the_largest_the_first_of_equals_and_nothing_below_0() {
        assert_eq!(kept(2, &[1.0, 3.0, -1.0, 2.0]), [0.0, 3.0, 0.0, 2.0]);
        assert_eq!(kept(2, &[1.0, 3.0, 1.0, 1.0]), [1.0, 3.0, 0.0, 0.0]);
        assert_eq!(kept(3, &[-1.0, 3.0, -2.0, -3.0]), [0.0, 3.0, 0.0, 0.0]);
        assert_eq!(kept(4, &[1.0, 0.0, 2.0, 5.0]), [1.0, 0.0, 2.0, 5.0]);
        assert!(kept(1, &[1.0, f32::NAN])[1].is_nan());
    }

    #[test]
    fn counts_rows_since_a_number_was_kept() {
        let layer = TopK { width: 3, k: 1 };
        let mut state = vec![0.0; 3];
        for (row, expected) in [
            ([5.0, 1.0, 0.0], [0.0, 4.0, 4.0]),
            ([0.0, 1.0, 0.0], [4.0, 0.0, 8.0]),
            // Below 0, even the largest is not kept.
            ([-3.0, -1.0, -2.0], [8.0, 4.0, 12.0]),
        ] {
            let input = ndarray::Array2::from_shape_fn((4, 3), |(_, column)| row[column]);
            let mut output = input.clone();
            let mut cache = vec![0.0; layer.cache(4)];
            layer.forward(Forward {
                mode: Mode::Train {
                    seed: 0,
                    step: 0,
                    layer: 0,
                    first_row: 0,
                },
                parameters: &[],
                state: &[],
                input: input.view(),
                output: output.view_mut(),
                cache: &mut cache,
            });
            layer.update_state(4, &cache, &mut state);
            assert_eq!(state, expected);
        }
    }
}
