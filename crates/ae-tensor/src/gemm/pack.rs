//! Copies of operands in the order in which the micro-kernel reads them.

use super::Operand;
use super::kernel::Kernel;
use crate::AlignedBuffer;
use crate::instruction_set::compiled_for_each_instruction_set;
use std::cell::Cell;

/// The packing memory of one thread: it only grows.
#[derive(Default)]
pub(super) struct Buffers {
    pub a: AlignedBuffer,
    pub b: AlignedBuffer,
}

thread_local! {
    static BUFFERS: Cell<Option<Box<Buffers>>> = const { Cell::new(None) };
}

/// Lends the thread's packing memory to `work`. A product started inside of `work` (by a `finish`
/// closure) finds none and makes its own.
pub(super) fn with_buffers<R>(work: impl FnOnce(&mut Buffers) -> R) -> R {
    let mut buffers = BUFFERS.take().unwrap_or_default();
    let result = work(&mut buffers);
    BUFFERS.set(Some(buffers));
    result
}

/// Packs `rows` rows of a into tiles of `tile_rows`: tile after tile, k after k, the rows of a tile
/// adjacent; returns the first tile. Rows missing from the last tile stay as they were.
///
/// # Safety
/// `a` must be readable for rows × depth.
pub(super) unsafe fn pack_a(
    a: Operand,
    rows: usize,
    depth: usize,
    tile_rows: usize,
    packed: &mut AlignedBuffer,
) -> Operand {
    packed.grow(rows.div_ceil(tile_rows) * tile_rows * depth);
    if depth == 0 {
        return Operand { row_stride: 1, ..a };
    }
    // The buffer may have grown for a larger operand before.
    let tiles = packed
        .chunks_exact_mut(tile_rows * depth)
        .take(rows.div_ceil(tile_rows));
    for (tile, out) in tiles.enumerate() {
        let first = tile * tile_rows;
        let height = tile_rows.min(rows.saturating_sub(first));
        for (k, out) in out.chunks_exact_mut(tile_rows).enumerate() {
            if a.row_stride == 1 {
                // SAFETY: `height` adjacent rows from `first` on, k < depth.
                let column = unsafe { std::slice::from_raw_parts(a.at(first, k), height) };
                copy_short(column, &mut out[..height]);
                continue;
            }
            for (i, out) in out[..height].iter_mut().enumerate() {
                // SAFETY: first + i < rows and k < depth.
                *out = unsafe { *a.at(first + i, k) };
            }
        }
    }
    Operand {
        pointer: packed.as_ptr(),
        row_stride: 1,
        column_stride: tile_rows as isize,
    }
}

/// Copies a few values by fours, the last of which overlap: a call of `memcpy` would take longer
/// than the copy.
#[inline(always)]
fn copy_short(values: &[f32], out: &mut [f32]) {
    let mut fours = |at: usize| {
        if let (Some(value), Some(out)) = (
            values[at..].first_chunk::<4>(),
            out[at..].first_chunk_mut::<4>(),
        ) {
            *out = *value;
        }
    };
    let length = values.len();
    if length < 4 {
        for (out, value) in out.iter_mut().zip(values) {
            *out = *value;
        }
        return;
    }
    for at in (0..length - 3).step_by(4) {
        fours(at);
    }
    fours(length - 4);
}

/// Packs depth × columns of b into panels of `width`: panel after panel, k after k, the columns of
/// a panel adjacent. Columns missing from the last panel hold anything: the kernels mask them.
///
/// # Safety
/// `b` must be readable for depth × columns, and the processor must have the kernel's instructions.
pub(super) unsafe fn pack_b(
    kernel: &Kernel,
    b: Operand,
    depth: usize,
    columns: usize,
    width: usize,
    packed: &mut AlignedBuffer,
) {
    packed.grow(columns.div_ceil(width) * width * depth);
    if depth == 0 {
        return;
    }
    if b.column_stride == 1 {
        // SAFETY: the caller's promise.
        unsafe { pack_rows(b, depth, columns, width, packed) };
        return;
    }
    let panels = packed.chunks_exact_mut(width * depth);
    for (panel, first) in panels.zip((0..columns).step_by(width)) {
        let present = width.min(columns - first);
        let whole = if b.row_stride == 1 {
            present / kernel.lanes * kernel.lanes
        } else {
            0
        };
        for group in (0..whole).step_by(kernel.lanes) {
            // SAFETY: `lanes` columns of b from first + group are contiguous along k, and the panel
            // has room for depth rows of `width`, of which `lanes` are written from `group`.
            unsafe {
                let source = b.at(0, first + group);
                let target = panel.as_mut_ptr().add(group);
                (kernel.transpose)(source, b.column_stride, depth, target, width);
            }
        }
        for (k, row) in panel.chunks_exact_mut(width).enumerate() {
            for (j, out) in row[..present].iter_mut().enumerate().skip(whole) {
                // SAFETY: k < depth and first + j < columns.
                *out = unsafe { *b.at(k, first + j) };
            }
        }
    }
}

/// # Safety
/// `b` must be readable for depth × columns, with adjacent columns.
unsafe fn pack_rows(b: Operand, depth: usize, columns: usize, width: usize, packed: &mut [f32]) {
    for k in 0..depth {
        // SAFETY: the caller's promise: `columns` adjacent values in each row.
        let row = unsafe { std::slice::from_raw_parts(b.at(k, 0), columns) };
        copy_to_panels(row, width, depth, &mut packed[k * width..]);
    }
}

compiled_for_each_instruction_set! {
    /// Writes each `width` values of `row` `width · depth` after the last.
    fn copy_to_panels[](row: &[f32], width: usize, depth: usize, packed: &mut [f32]) {
        const GROUP: usize = 16;
        for (panel, values) in row.chunks(width).enumerate() {
            let out = &mut packed[panel * width * depth..][..values.len()];
            let (out_groups, out_rest) = out.as_chunks_mut::<GROUP>();
            let (groups, rest) = values.as_chunks::<GROUP>();
            for (out, values) in out_groups.iter_mut().zip(groups) {
                *out = *values;
            }
            for (out, value) in out_rest.iter_mut().zip(rest) {
                *out = *value;
            }
        }
    }
}
