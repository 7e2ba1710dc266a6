//! Matrix products.
//!
//! Each element of a product is one chain of fused multiply-adds in the order of k. How the loops
//! are cut, which micro-kernel runs and how many threads work therefore never changes a bit of the
//! result.
//!
//! Layout: this file checks shapes and shares the product among threads, `block` holds the loops for
//! one thread's part, `pack` rearranges operands, `kernel` has the micro-kernels, `peak` runs one
//! of them alone. What was measured, chosen and dropped is in the crate's README.

mod block;
pub(crate) mod kernel;
mod pack;
mod peak;

pub use peak::multiply_adds_alone;

use crate::{Matrix, parallel};
use kernel::Kernel;
use ndarray::{ArrayView2, ArrayViewMut2};
use std::fmt;
use std::ops::Range;

/// A finished part of a product, still in the cache: a stretch of one row, or several whole rows.
#[derive(Debug)]
pub struct Segment<'a> {
    /// First row of the product.
    pub first_row: usize,
    /// First column of the product.
    pub first_column: usize,
    /// Columns of the product.
    pub columns: usize,
    /// The finished values, row after row, to be changed in place.
    pub values: &'a mut [f32],
}

/// out = a · b, with a of m × k, b of k × n and out of m × n.
///
/// Any strides are right. Views with unit stride along one axis, such as `.t()` of a row-major
/// matrix, are fast; others, and an `out` that is not row-major, are copied. With k = 0 the result
/// is 0.
///
/// # Panics
/// If the shapes do not fit.
pub fn matmul(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, out: ArrayViewMut2<'_, f32>) {
    run(a, b, out, false, None);
}

/// out += a · b: the chain of each element starts from what `out` holds.
///
/// # Panics
/// If the shapes do not fit.
pub fn matmul_add(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, out: ArrayViewMut2<'_, f32>) {
    run(a, b, out, true, None);
}

/// out = a · b, then `finish` once on each element, in parts that are still in the cache: the place
/// for a bias and an activation.
///
/// `finish` runs on several threads, in no particular order, and must do the same to an element
/// whatever the part around it.
///
/// # Panics
/// If the shapes do not fit.
pub fn matmul_then(
    a: ArrayView2<'_, f32>,
    b: ArrayView2<'_, f32>,
    out: ArrayViewMut2<'_, f32>,
    finish: &(dyn Fn(Segment<'_>) + Sync),
) {
    run(a, b, out, false, Some(finish));
}

/// Where a matrix lies; strides count elements.
#[derive(Clone, Copy)]
struct Operand {
    pointer: *const f32,
    row_stride: isize,
    column_stride: isize,
}

impl Operand {
    fn new(view: &ArrayView2<'_, f32>) -> Self {
        let strides = view.strides();
        Self {
            pointer: view.as_ptr(),
            row_stride: strides[0],
            column_stride: strides[1],
        }
    }

    /// The address of an element; to be read only where the matrix has one.
    fn at(&self, row: usize, column: usize) -> *const f32 {
        self.pointer
            .wrapping_offset(row as isize * self.row_stride + column as isize * self.column_stride)
    }

    /// The part from an element on.
    fn from(&self, row: usize, column: usize) -> Self {
        Self {
            pointer: self.at(row, column),
            ..*self
        }
    }
}

/// A checked product: a and b are readable for rows × depth and depth × columns, c for rows ×
/// columns whose columns are adjacent, and c overlaps neither.
struct Product<'a> {
    kernel: &'static Kernel,
    rows: usize,
    depth: usize,
    columns: usize,
    a: Operand,
    b: Operand,
    c: *mut f32,
    c_row: usize,
    accumulate: bool,
    finish: Option<&'a (dyn Fn(Segment<'_>) + Sync)>,
}

// SAFETY: a and b are only read; of c each thread touches the rows and columns given to it alone;
// `finish` is `Sync`.
unsafe impl Sync for Product<'_> {}

impl Product<'_> {
    fn c_at(&self, row: usize, column: usize) -> *mut f32 {
        self.c.wrapping_add(row * self.c_row + column)
    }
}

fn run(
    a: ArrayView2<'_, f32>,
    b: ArrayView2<'_, f32>,
    mut out: ArrayViewMut2<'_, f32>,
    accumulate: bool,
    finish: Option<&(dyn Fn(Segment<'_>) + Sync)>,
) {
    let (rows, depth, columns) = (a.nrows(), a.ncols(), b.ncols());
    assert!(
        b.nrows() == depth && out.dim() == (rows, columns),
        "{}",
        Misfit(a.dim(), b.dim(), out.dim())
    );
    if rows == 0 || columns == 0 {
        return;
    }
    let Some(c_row) = row_major_stride(&out) else {
        let mut copy = Matrix::from_view(out.view());
        run(a, b, copy.view_mut(), accumulate, finish);
        out.assign(&copy.view());
        return;
    };
    let product = Product {
        kernel: Kernel::best(),
        rows,
        depth,
        columns,
        a: Operand::new(&a),
        b: Operand::new(&b),
        c: out.as_mut_ptr(),
        c_row,
        accumulate,
        finish,
    };
    share(&product, 0..rows, 0..columns, product.grain());
}

/// The distance of the rows of `out` if its columns are adjacent and its rows in order.
fn row_major_stride(out: &ArrayViewMut2<'_, f32>) -> Option<usize> {
    let (rows, columns) = out.dim();
    let row = usize::try_from(out.strides()[0]).unwrap_or(0);
    let adjacent = columns == 1 || out.strides()[1] == 1;
    match adjacent {
        true if rows == 1 => Some(columns),
        true if row >= columns => Some(row),
        _ => None,
    }
}

/// Multiply-adds below which a product stays on one thread: two to five microseconds of work, about
/// what handing a part to another thread of a busy pool costs.
const SERIAL: usize = 256 * 1024;

/// Parts per thread, so that a thread that is held up delays the others less.
const PARTS_PER_THREAD: usize = 2;

impl Product<'_> {
    /// Multiply-adds that one thread should do at a time.
    fn grain(&self) -> usize {
        let work = self.rows * self.columns * self.depth;
        (work / (PARTS_PER_THREAD * parallel::threads())).max(SERIAL)
    }
}

/// Halves the product until a part is small enough, and computes the parts in parallel.
fn share(product: &Product<'_>, rows: Range<usize>, columns: Range<usize>, grain: usize) {
    let work = rows.len() * columns.len() * product.depth;
    let cut = if work > grain {
        block::cut(product, &rows, &columns)
    } else {
        None
    };
    match cut {
        None => {
            // SAFETY: the product was checked, and parts that run at the same time are disjoint.
            unsafe { block::compute(product, rows, columns) }
        }
        Some(block::Cut::Row(row)) => {
            parallel::join(
                || share(product, rows.start..row, columns.clone(), grain),
                || share(product, row..rows.end, columns.clone(), grain),
            );
        }
        Some(block::Cut::Column(column)) => {
            parallel::join(
                || share(product, rows.clone(), columns.start..column, grain),
                || share(product, rows.clone(), column..columns.end, grain),
            );
        }
    }
}

/// The message of a shape error.
struct Misfit((usize, usize), (usize, usize), (usize, usize));

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(a, b, out) = self;
        write!(
            formatter,
            "a product of {} x {} by {} x {} does not fit into {} x {}",
            a.0, a.1, b.0, b.1, out.0, out.1
        )
    }
}

#[cfg(test)]
mod tests;
