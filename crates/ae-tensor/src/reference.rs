//! The naive twin of each kernel: what the fast ones must agree with, and the place to read what
//! they compute.

use crate::Segment;
use ndarray::{ArrayView2, ArrayViewMut2};

/// out = a · b: each element is one chain of fused multiply-adds from 0, in the order of k. The
/// fast product gives the same bits on every processor with such an instruction.
///
/// # Panics
/// If the shapes do not fit.
pub fn matmul(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, mut out: ArrayViewMut2<'_, f32>) {
    out.fill(0.0);
    matmul_add(a, b, out);
}

/// out += a · b, the chain starting from what `out` held.
///
/// # Panics
/// If the shapes do not fit.
pub fn matmul_add(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, mut out: ArrayViewMut2<'_, f32>) {
    assert_eq!(a.ncols(), b.nrows(), "columns of a and rows of b");
    assert_eq!((a.nrows(), b.ncols()), out.dim(), "shapes of a · b and out");
    for ((i, j), sum) in out.indexed_iter_mut() {
        for k in 0..a.ncols() {
            *sum = a[(i, k)].mul_add(b[(k, j)], *sum);
        }
    }
}

/// out = a · b, then `finish` on each element by itself.
///
/// # Panics
/// If the shapes do not fit.
pub fn matmul_then(
    a: ArrayView2<'_, f32>,
    b: ArrayView2<'_, f32>,
    mut out: ArrayViewMut2<'_, f32>,
    finish: &dyn Fn(Segment<'_>),
) {
    matmul(a, b, out.view_mut());
    for ((row, first_column), value) in out.indexed_iter_mut() {
        finish(Segment {
            first_row: row,
            columns: 1,
            first_column,
            values: std::slice::from_mut(value),
        });
    }
}

/// out\[j\] = the sum of column j of `a`, in the order of the rows.
///
/// # Panics
/// If `out` is not as long as a row.
pub fn column_sums(a: ArrayView2<'_, f32>, out: &mut [f32]) {
    assert_eq!(a.ncols(), out.len(), "columns of a and length of out");
    out.fill(0.0);
    for row in a.rows() {
        for (sum, x) in out.iter_mut().zip(row) {
            *sum += x;
        }
    }
}
