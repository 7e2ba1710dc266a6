//! Batches as flat slices, and the pieces in which they are worked on in parallel.
//!
//! Pieces have sizes that don't depend on the number of threads, so that neither do results.

use ae_tensor::parallel;
use ndarray::{ArrayView2, ArrayViewMut2};

/// Numbers in a piece of parallel work: 64 KiB, a good part of a core's first two caches.
pub(crate) const CHUNK: usize = 16 * 1024;

/// Numbers that stay in a core's first cache from one pass over them to the next: 16 KiB.
pub(crate) const FIRST_CACHE: usize = 4 * 1024;

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

/// Calls `work` with each row's place, the row of `from` and that of `to`, in parallel.
pub(crate) fn for_rows(
    from: ArrayView2<'_, f32>,
    to: ArrayViewMut2<'_, f32>,
    work: impl Fn(usize, &[f32], &mut [f32]) + Sync,
) {
    let (inputs, outputs) = (from.ncols(), to.ncols());
    let chunk = rows_per_chunk(inputs.max(outputs));
    parallel::for_each((from, to), chunk, |first, (from, mut to)| {
        let rows = slice(&from).chunks_exact(inputs);
        let pairs = rows.zip(slice_mut(&mut to).chunks_exact_mut(outputs));
        pairs
            .enumerate()
            .for_each(|(row, (from, to))| work(first + row, from, to));
    });
}

/// Rows of this width in a piece of parallel work.
pub(crate) fn rows_per_chunk(width: usize) -> usize {
    (CHUNK / width).max(1)
}

/// Numbers in a piece of parallel work that holds whole rows.
pub(crate) fn row_chunk(width: usize) -> usize {
    row_chunk_of(CHUNK, width)
}

/// About `numbers` that are whole rows, one at least.
pub(crate) fn row_chunk_of(numbers: usize, width: usize) -> usize {
    (numbers / width).max(1) * width
}

/// The sums over the rows of `a` and of a ⊙ b, column by column, in double precision: where
/// a gradient is to be freed of its mean, an error of the mean is an error of every row. `a`
/// and `b` hold rows as long as `sums` and `products`.
pub(crate) fn column_sums(a: &[f32], b: &[f32], sums: &mut [f32], products: &mut [f32]) {
    let width = sums.len();
    parallel::for_each((sums, products), COLUMNS, |first, (sums, products)| {
        let columns = first..first + sums.len();
        let mut totals = [0.0f64; COLUMNS];
        let mut product_totals = [0.0f64; COLUMNS];
        for (a, b) in a.chunks_exact(width).zip(b.chunks_exact(width)) {
            let pairs = a[columns.clone()].iter().zip(&b[columns.clone()]);
            let totals = totals.iter_mut().zip(&mut product_totals);
            for ((a, b), (total, product)) in pairs.zip(totals) {
                *total += f64::from(*a);
                *product += f64::from(*a) * f64::from(*b);
            }
        }
        let round = |(out, total): (&mut f32, &f64)| *out = *total as f32;
        sums.iter_mut().zip(&totals).for_each(round);
        products.iter_mut().zip(&product_totals).for_each(round);
    });
}
