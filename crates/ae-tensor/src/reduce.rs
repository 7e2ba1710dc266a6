//! Sums over slices and over the columns of matrices, in orders that do not depend on the number
//! of threads.

use crate::instruction_set::compiled_for_each_instruction_set;
use crate::parallel;
use ndarray::{ArrayView2, Axis};

/// Values that one thread sums alone.
const CHUNK: usize = 64 * 1024;

/// Columns that one thread sums alone, and matrix elements from which it is worth it.
const COLUMNS: usize = 64;
const PARALLEL_FROM: usize = 256 * 1024;

/// Running sums of a slice reduction in `f64`.
const LANES: usize = 8;

/// out\[j\] = the sum of column j of `a`, each in the order of the rows.
///
/// # Panics
/// If `out` is not as long as a row.
pub fn column_sums(a: ArrayView2<'_, f32>, out: &mut [f32]) {
    assert_eq!(a.ncols(), out.len(), "columns of a and length of out");
    if let Some(values) = a.as_slice() {
        let body = |first: usize, out: &mut [f32]| {
            add_rows(values.get(first..).unwrap_or_default(), a.ncols(), out);
        };
        if a.len() >= PARALLEL_FROM {
            parallel::for_each(out, COLUMNS, body);
        } else {
            body(0, out);
        }
        return;
    }
    out.fill(0.0);
    for_column_groups(a, out, |a, out| {
        for row in a.rows() {
            out.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
    });
}

compiled_for_each_instruction_set! {
    /// out\[j\] = the sum of values\[j\], values\[j + stride\], …
    fn add_rows[](values: &[f32], stride: usize, out: &mut [f32]) {
        // Sums of as many columns as stay in registers while the rows go by.
        let first = add_groups::<32>(values, stride, 0, out);
        let first = add_groups::<16>(values, stride, first, out);
        let first = add_groups::<8>(values, stride, first, out);
        add_groups::<1>(values, stride, first, out);
    }
}

/// Sums as many whole groups of columns as there are from `first` on; returns where the rest begins.
#[inline(always)]
fn add_groups<const GROUP: usize>(
    values: &[f32],
    stride: usize,
    mut first: usize,
    out: &mut [f32],
) -> usize {
    for out in out[first..].as_chunks_mut::<GROUP>().0 {
        let mut sums = [0.0; GROUP];
        for row in values.chunks(stride) {
            for (sum, &x) in sums.iter_mut().zip(&row[first..][..GROUP]) {
                *sum += x;
            }
        }
        *out = sums;
        first += GROUP;
    }
    first
}

/// The mean and the population variance of each column: two passes, sums in `f64`. Both are 0 for
/// a matrix without rows.
///
/// # Panics
/// If `mean` or `variance` is not as long as a row.
pub fn column_mean_variance(a: ArrayView2<'_, f32>, mean: &mut [f32], variance: &mut [f32]) {
    assert_eq!(a.ncols(), mean.len(), "columns of a and length of mean");
    assert_eq!(
        a.ncols(),
        variance.len(),
        "columns of a and length of variance"
    );
    let scale = 1.0 / a.nrows().max(1) as f64;
    for_column_groups(a, (mean, variance), |a, (mean, variance)| {
        // Groups are narrow, so that their running sums stay on the stack.
        let mut means = [0.0f64; COLUMNS];
        for row in a.rows() {
            for (sum, &x) in means.iter_mut().zip(row) {
                *sum += f64::from(x);
            }
        }
        means.iter_mut().for_each(|sum| *sum *= scale);
        let mut variances = [0.0f64; COLUMNS];
        for row in a.rows() {
            for ((sum, &x), mean) in variances.iter_mut().zip(row).zip(means) {
                let difference = f64::from(x) - mean;
                *sum += difference * difference;
            }
        }
        for (out, value) in mean.iter_mut().zip(means) {
            *out = value as f32;
        }
        for (out, value) in variance.iter_mut().zip(variances) {
            *out = (value * scale) as f32;
        }
    });
}

/// Calls `f` on groups of at most [`COLUMNS`] columns, in parallel when there is enough to do.
fn for_column_groups<S: parallel::Split>(
    a: ArrayView2<'_, f32>,
    outputs: S,
    f: impl Fn(ArrayView2<'_, f32>, S) + Sync,
) {
    let body = |first: usize, outputs: S| {
        let (_, right) = a.split_at(Axis(1), first);
        let (group, _) = right.split_at(Axis(1), outputs.len());
        f(group, outputs);
    };
    if a.len() >= PARALLEL_FROM {
        parallel::for_each(outputs, COLUMNS, body);
    } else {
        serial_groups(outputs, body);
    }
}

fn serial_groups<S: parallel::Split>(mut outputs: S, f: impl Fn(usize, S)) {
    let mut first = 0;
    while !outputs.is_empty() {
        let width = COLUMNS.min(outputs.len());
        let (group, rest) = outputs.split(width);
        f(first, group);
        first += width;
        outputs = rest;
    }
}

/// The sum of `values`.
#[must_use]
pub fn sum(values: &[f32]) -> f64 {
    sum_terms(values, values, |x, _| f64::from(x))
}

/// The sum of the squares of `values`.
#[must_use]
pub fn sum_squares(values: &[f32]) -> f64 {
    dot(values, values)
}

/// The sum of the products of `a` and `b`, each exact in `f64`.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len(), "lengths of a and b");
    sum_terms(a, b, |a, b| f64::from(a) * f64::from(b))
}

/// Whether no value is infinite or NaN.
#[must_use]
pub fn all_finite(values: &[f32]) -> bool {
    // A finite number times 0 is 0; infinity and NaN give NaN, which a sum keeps.
    values
        .chunks(CHUNK)
        .all(|chunk| crate::elementwise::sum_map(chunk, |x| x * 0.0) == 0.0)
}

fn sum_terms(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f64 + Sync) -> f64 {
    parallel::sum((a, b), CHUNK, |_, (a, b)| {
        let mut lanes = [0.0; LANES];
        let (a_lines, a_rest) = a.as_chunks::<LANES>();
        let (b_lines, b_rest) = b.as_chunks::<LANES>();
        for (a, b) in a_lines.iter().zip(b_lines) {
            for lane in 0..LANES {
                lanes[lane] += term(a[lane], b[lane]);
            }
        }
        for ((lane, &a), &b) in lanes.iter_mut().zip(a_rest).zip(b_rest) {
            *lane += term(a, b);
        }
        let [a, b, c, d, e, f, g, h] = lanes;
        ((a + e) + (c + g)) + ((b + f) + (d + h))
    })
}

#[cfg(test)]
mod tests;
