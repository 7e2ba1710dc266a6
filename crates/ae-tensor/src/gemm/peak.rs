//! The limit of every product: the micro-kernel with nothing to fetch.

use super::kernel::{Kernel, ROWS_ADJACENT, Tile};
use std::hint::black_box;

/// Runs the micro-kernel's largest tile for `steps` steps over the same few numbers, which stay in
/// the first cache; returns how many multiplications and additions that were.
///
/// Timed, it says what this crate's products could reach on one core of this processor, were memory
/// free. The tile has the independent sums that the multiply-adds' latency asks for, 12 with AVX2
/// and 28 with AVX-512.
#[must_use]
pub fn multiply_adds_alone(steps: usize) -> f64 {
    2.0 * black_box(sums(steps)).len() as f64 * steps as f64
}

/// What the tile holds afterwards.
fn sums(steps: usize) -> Vec<f32> {
    let kernel = Kernel::best();
    let shape = kernel.shape(usize::MAX);
    let (rows, columns) = (shape.rows, shape.vectors * kernel.lanes);
    let (a, b) = (vec![1.0; rows], vec![1.0; columns]);
    let mut c = vec![0.0; rows * columns];
    let tile = Tile {
        depth: steps,
        a: a.as_ptr(),
        a_row: 1,
        a_step: 0,
        b: b.as_ptr(),
        b_step: 0,
        c: c.as_mut_ptr(),
        c_row: columns,
        columns,
        accumulate: false,
    };
    let run = shape.tile(rows, shape.vectors, ROWS_ADJACENT);
    // SAFETY: `best` chose what the processor has; with steps of 0, a and b are read at their
    // `rows` and `columns` numbers alone, and c has a row of `columns` for each row of the tile.
    unsafe { run(&tile) };
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction_set::forced;

    #[test]
    fn each_step_multiplies_and_adds_once_for_each_number_of_the_tile() {
        forced::on_each(|set| {
            let sums = sums(1000);
            assert!(sums.iter().all(|&sum| sum == 1000.0), "{set:?}");
            let flop = 2.0 * 1000.0 * sums.len() as f64;
            assert_eq!(multiply_adds_alone(1000), flop, "{set:?}");
        });
    }
}
