//! Batches as flat slices, for work that doesn't care where a row ends.

use ae_tensor::parallel;
use ndarray::{ArrayView2, ArrayViewMut2};

/// Numbers in a piece of parallel work: 64 KiB, a good part of a core's first two caches.
const CHUNK: usize = 16 * 1024;

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
