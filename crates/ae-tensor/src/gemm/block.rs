//! The loops around the micro-kernel, for the part of the product that one thread computes.
//!
//! ```text
//! for rows in groups                        sizes of the groups: see `Blocking`
//!   for columns in groups
//!     for k in groups
//!       pack b (k × columns) unless it is read in place
//!       for rows in blocks of BLOCK_TILES   rows × k of a stay in the second-level cache
//!         pack a (rows × k) unless it is read in place
//!         for panels of columns             a panel of b stays in the first-level cache
//!           for tiles of rows: micro-kernel
//!         after the last k: finish rows × columns
//! ```
//!
//! The sums continue from what the product holds when k moves on to its next group, so each element
//! is one chain of multiply-adds over k however the loops are cut.

use super::kernel::{Kernel, ROWS_ADJACENT, STEPS_ADJACENT, Shape, Tile};
use super::pack::{self, Buffers};
use super::{Operand, Product, Segment};
use std::ops::Range;

/// Tiles in a block of rows. Going through all panels for a few tiles before the next ones writes
/// the product along its rows, which the processor's prefetchers follow.
const BLOCK_TILES: usize = 8;

/// Rows below which an operand is used too rarely to be worth a packed copy.
const FEW_ROWS: usize = 32;

/// Rows of b at most this far apart are read in place without loss.
const NEAR: isize = 256;

/// Adjacent rows of a that lie a multiple of this apart share one set of the first-level cache and
/// drive each other out while a tile reads them side by side.
const ALIASING: usize = 1024;

/// Columns and steps from which an a is used often enough for a packed copy.
const MANY_COLUMNS: usize = 256;
const MANY_STEPS: usize = 64;

/// Computes `rows` × `columns` of the product.
///
/// # Safety
/// The operands must be readable, and the rows × columns of c readable and writable by this thread
/// alone.
pub(super) unsafe fn compute(product: &Product<'_>, rows: Range<usize>, columns: Range<usize>) {
    let block = Block::new(product, rows.len());
    let Blocking {
        rows: height,
        columns: width,
        depth,
    } = block.blocking();
    pack::with_buffers(|buffers| {
        for rows in groups(rows, height) {
            for columns in groups(columns.clone(), width) {
                for steps in groups(0..product.depth, depth) {
                    // SAFETY: parts of the ranges that the caller promised.
                    unsafe { block.accumulate(buffers, &rows, &columns, steps) };
                }
            }
        }
    });
}

/// Cuts `range` into groups of at most `size`; an empty range is one empty group.
fn groups(range: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let count = range.len().div_ceil(size).max(1);
    (0..count).map(move |i| {
        let start = range.start + i * size;
        start..range.end.min(start.saturating_add(size))
    })
}

/// The largest groups of the outer loops.
struct Blocking {
    rows: usize,
    columns: usize,
    depth: usize,
}

/// What is decided once for a part of the product.
struct Block<'a> {
    product: &'a Product<'a>,
    kernel: &'static Kernel,
    shape: &'static Shape,
    rows: usize,
    pack_a: bool,
    pack_b: bool,
}

impl<'a> Block<'a> {
    fn new(product: &'a Product<'a>, rows: usize) -> Self {
        Self {
            product,
            kernel: product.kernel,
            shape: product.kernel.shape(rows),
            rows,
            pack_a: must_pack_a(product),
            pack_b: must_pack_b(product, rows),
        }
    }

    /// The sizes were measured on the shapes of autoencoders, see the crate's README.
    fn blocking(&self) -> Blocking {
        let transposed_a = !self.pack_a && self.product.a.row_stride == 1;
        let wide = self.product.columns > self.shape.vectors * self.kernel.lanes;
        if self.pack_b {
            // 256 steps of a panel of 32 are 32 KiB; of 512 columns, 512 KiB.
            let (rows, columns, depth) = (512, 512, 256);
            Blocking {
                rows,
                columns,
                depth,
            }
        } else if transposed_a {
            // Tiles walk across the rows of a: few of these at a time.
            let depth = if wide { 64 } else { 128 };
            let (rows, columns) = (usize::MAX, usize::MAX);
            Blocking {
                rows,
                columns,
                depth,
            }
        } else {
            // Few rows pass over b so quickly that its memory counts: it is read in long rows.
            let depth = if wide && self.rows <= FEW_ROWS {
                64
            } else {
                1024
            };
            let (rows, columns) = (BLOCK_TILES * self.shape.rows, usize::MAX);
            Blocking {
                rows,
                columns,
                depth,
            }
        }
    }

    /// # Safety
    /// As [`compute`].
    unsafe fn accumulate(
        &self,
        buffers: &mut Buffers,
        rows: &Range<usize>,
        columns: &Range<usize>,
        steps: Range<usize>,
    ) {
        let product = self.product;
        let depth = steps.len();
        let width = self.shape.vectors * self.kernel.lanes;
        let b = product.b.from(steps.start, columns.start);
        if self.pack_b {
            // SAFETY: steps × columns lie inside of b; the kernel was made for this processor.
            unsafe {
                pack::pack_b(self.kernel, b, depth, columns.len(), width, &mut buffers.b);
            }
        }
        for rows in groups(rows.clone(), BLOCK_TILES * self.shape.rows) {
            // Tiles of about equal height: a last tile of one row would be slow.
            let tiles = rows.len().div_ceil(self.shape.rows).max(1);
            let tile_rows = rows.len().div_ceil(tiles).max(1);
            let mut a = product.a.from(rows.start, steps.start);
            if self.pack_a {
                // SAFETY: rows × steps lie inside of a.
                a = unsafe { pack::pack_a(a, rows.len(), depth, tile_rows, &mut buffers.a) };
            }
            for (panel, first) in columns.clone().step_by(width).enumerate() {
                let (b, b_step) = if self.pack_b {
                    (buffers.b[panel * width * depth..].as_ptr(), width as isize)
                } else {
                    (b.at(0, panel * width), b.row_stride)
                };
                let panel = Tile {
                    depth,
                    b,
                    b_step,
                    columns: width.min(columns.end - first),
                    accumulate: product.accumulate || steps.start > 0,
                    a: a.pointer,
                    a_row: a.row_stride,
                    a_step: a.column_stride,
                    c: product.c_at(rows.start, first),
                    c_row: product.c_row,
                };
                // SAFETY: rows × columns of the panel lie inside of c, and so on for a and b.
                unsafe { self.panel(panel, rows.len(), tile_rows) };
            }
            if steps.end == product.depth {
                // SAFETY: the caller's promise.
                unsafe { finish(product, rows, columns.clone()) };
            }
        }
    }

    /// Runs the micro-kernel down the rows of one panel.
    ///
    /// # Safety
    /// `panel` describes rows × depth × columns as a `TileFunction` wants them.
    unsafe fn panel(&self, mut panel: Tile, rows: usize, tile_rows: usize) {
        let vectors = panel.columns.div_ceil(self.kernel.lanes);
        let adjacent = if panel.a_row == 1 {
            ROWS_ADJACENT
        } else {
            STEPS_ADJACENT
        };
        let next_a = if self.pack_a {
            (tile_rows * panel.depth) as isize
        } else {
            tile_rows as isize * panel.a_row
        };
        for first in (0..rows).step_by(tile_rows) {
            let tile = self
                .shape
                .tile(tile_rows.min(rows - first), vectors, adjacent);
            // SAFETY: the caller's promise, for the next rows.
            unsafe { tile(&panel) };
            panel.a = panel.a.wrapping_offset(next_a);
            panel.c = panel.c.wrapping_add(tile_rows * panel.c_row);
        }
    }
}

fn must_pack_b(product: &Product<'_>, rows: usize) -> bool {
    product.b.column_stride != 1 || (rows > FEW_ROWS && product.b.row_stride.abs() > NEAR)
}

fn must_pack_a(product: &Product<'_>) -> bool {
    let Operand {
        row_stride,
        column_stride,
        ..
    } = product.a;
    if row_stride != 1 && column_stride != 1 {
        return true;
    }
    let scattered = row_stride == 1 || row_stride.unsigned_abs().is_multiple_of(ALIASING);
    scattered && product.columns >= MANY_COLUMNS && product.depth >= MANY_STEPS
}

/// Hands finished rows to the closure.
///
/// # Safety
/// As [`compute`].
unsafe fn finish(product: &Product<'_>, rows: Range<usize>, columns: Range<usize>) {
    let Some(finish) = product.finish else { return };
    if columns.is_empty() {
        return;
    }
    // Whole rows that lie one after the other go in one piece.
    let together = columns.len() == product.c_row;
    let rows_at_once = if together { rows.len() } else { 1 };
    for rows in groups(rows, rows_at_once) {
        let start = product.c_at(rows.start, columns.start);
        let length = rows.len() * columns.len();
        // SAFETY: these values are adjacent in c, and this thread alone uses them now.
        let values = unsafe { std::slice::from_raw_parts_mut(start, length) };
        finish(Segment {
            first_row: rows.start,
            first_column: columns.start,
            columns: columns.len(),
            values,
        });
    }
}

/// Where to cut a part of the product in two.
pub(super) enum Cut {
    Row(usize),
    Column(usize),
}

/// The middle of the rows or of the columns, or nothing when both are narrow.
///
/// Cutting columns keeps two threads from packing the same b; cutting rows keeps them from reading
/// the same a, and keeps panels whole.
pub(super) fn cut(
    product: &Product<'_>,
    rows: &Range<usize>,
    columns: &Range<usize>,
) -> Option<Cut> {
    let shape = product.kernel.shape(rows.len());
    let width = shape.vectors * product.kernel.lanes;
    let panels = columns.len().div_ceil(width);
    let by_columns = panels > 1;
    let by_rows = rows.len() >= 2 * shape.rows;
    let prefer_columns = must_pack_b(product, rows.len()) || !by_rows;
    if by_columns && prefer_columns {
        Some(Cut::Column(columns.start + panels / 2 * width))
    } else if by_rows {
        Some(Cut::Row(rows.start + rows.len() / 2))
    } else {
        None
    }
}
