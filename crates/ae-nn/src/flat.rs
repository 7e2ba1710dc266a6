//! Batches as flat slices, and the pieces in which they are worked on in parallel.
//!
//! Pieces have sizes that don't depend on the number of threads, so that neither do results.

use ae_tensor::{elementwise, parallel};
use ndarray::{ArrayView2, ArrayViewMut2};

/// Numbers in a piece of parallel work: 64 KiB, a good part of a core's first two caches.
pub(crate) const CHUNK: usize = 16 * 1024;

/// Columns in a piece of a reduction over rows.
const COLUMNS: usize = 64;

/// The numbers of a contiguous batch.
pub(crate) fn slice<'a>(view: &'a ArrayView2<'_, f32>) -> &'a [f32] {
    view.as_slice()
        .expect("the network's buffers are contiguous")
}

/// The same, to be written.
pub(crate) fn slice_mut<'a>(view: &'a mut ArrayViewMut2<'_, f32>) -> &'a mut [f32] {
    view.as_slice_mut()
        .expect("the network's buffers are contiguous")
}

/// Calls `work` with pieces of `values` and where they begin, in parallel.
pub(crate) fn for_chunks(values: &mut [f32], work: impl Fn(usize, &mut [f32]) + Sync) {
    parallel::for_each_chunk(values, CHUNK, work);
}

/// Rows of this width in a piece of parallel work.
pub(crate) fn rows_per_chunk(width: usize) -> usize {
    (CHUNK / width).max(1)
}

/// Numbers in a piece that holds whole rows.
pub(crate) fn row_chunk(width: usize) -> usize {
    rows_per_chunk(width) * width
}

/// sums\[j\] = Σᵢ a\[i,j\] b\[i,j\], each in the order of the rows; `a` and `b` hold rows as long
/// as `sums`.
pub(crate) fn column_sums_of_products(a: &[f32], b: &[f32], sums: &mut [f32]) {
    let width = sums.len();
    parallel::for_each(sums, COLUMNS, |first, sums| {
        sums.fill(0.0);
        let columns = first..first + sums.len();
        for (a, b) in a.chunks_exact(width).zip(b.chunks_exact(width)) {
            let (a, b) = (&a[columns.clone()], &b[columns.clone()]);
            elementwise::zip2(sums, a, b, |sum, a, b| sum + a * b);
        }
    });
}
