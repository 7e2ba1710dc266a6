//! The micro-kernel: a tile of the product that stays in registers while k runs.
//!
//! It is written once over a vector type ([`Simd`]) and compiled for each instruction set in the
//! files below; which one runs is decided in [`Kernel::best`].
//!
//! Per step of k the kernel loads one row of the panel of b (`VECTORS` registers) and, for each row
//! of the tile, broadcasts one element of a and multiplies it into the sums:
//!
//! ```text
//!                 b: depth × columns, one row of VECTORS registers at a time
//!                 ┌───────────┐
//!   a[i, k] ───▶  │ sums[i]   │ += a[i, k] · b[k, ..]
//!                 └───────────┘
//! ```
//!
//! The number of rows and vectors is the largest that the registers hold: many sums hide the
//! latency of the multiply-add, and each loaded value is used as often as possible.

/// The tables of [`Shape::tiles`] from the `tile` function of the calling file:
/// `tiles!(1: 1 2 3; 2: 1 2 3)` has up to two vectors and three rows.
macro_rules! tiles {
    ($($vectors:literal: $($rows:literal)*);*) => {
        tiles!(tile, $($vectors: $($rows)*);*)
    };
    ($tile:ident, $($vectors:literal: $($rows:literal)*);*) => {
        &[$(&[$([$tile::<$rows, $vectors, 0>, $tile::<$rows, $vectors, 1>]),*]),*]
    };
}

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(not(target_arch = "aarch64"))]
mod portable;

use crate::InstructionSet;

/// A vector register and what the kernels do with it.
///
/// # Safety
/// All functions need the instruction set of the implementing type. Pointers must be valid for
/// `LANES` values (for the masked forms: for as many as the mask has), without alignment.
pub(crate) trait Simd {
    type Vector: Copy;
    /// Selects the first lanes, for the ragged right edge.
    type Mask: Copy;
    const LANES: usize;

    unsafe fn zero() -> Self::Vector;
    unsafe fn broadcast(value: *const f32) -> Self::Vector;
    unsafe fn load(from: *const f32) -> Self::Vector;
    unsafe fn store(to: *mut f32, vector: Self::Vector);
    /// The first `lanes` of `LANES`; `lanes` in 1..=LANES.
    unsafe fn mask(lanes: usize) -> Self::Mask;
    unsafe fn load_masked(from: *const f32, mask: Self::Mask) -> Self::Vector;
    unsafe fn store_masked(to: *mut f32, mask: Self::Mask, vector: Self::Vector);
    /// Asks for the cache line of an address, which need not be valid.
    unsafe fn prefetch(address: *const f32);
    /// a · b + c
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
}

/// What a micro-kernel works on: c (rows × columns) from a (rows × depth) and b (depth × columns).
/// Strides count elements.
#[derive(Clone, Copy)]
pub(crate) struct Tile {
    pub depth: usize,
    pub a: *const f32,
    /// From one row of a to the next, and from one k to the next; one of them is 1.
    pub a_row: isize,
    pub a_step: isize,
    pub b: *const f32,
    pub b_step: isize,
    pub c: *mut f32,
    pub c_row: usize,
    pub columns: usize,
    /// Whether the sums start from what c holds, rather than from zero.
    pub accumulate: bool,
}

/// Which stride of a is 1.
pub(crate) const ROWS_ADJACENT: usize = 0;
pub(crate) const STEPS_ADJACENT: usize = 1;

/// # Safety
/// The instruction set must be available; a, b and c must be valid for the shape and strides of
/// the tile (reads of a and b, reads and writes of c), c overlapping neither; the stride of a that
/// the function was made for must be 1; `columns` must fill its vectors but for the last one,
/// which must not be empty.
pub(crate) type TileFunction = unsafe fn(&Tile);

/// The kernels of one panel width.
pub(crate) struct Shape {
    /// The most rows of a tile.
    pub rows: usize,
    /// The width of a full panel, in vectors.
    pub vectors: usize,
    /// By vectors - 1, by rows - 1, by the adjacency of a.
    tiles: &'static [&'static [[TileFunction; 2]]],
}

/// One instruction set's kernels.
pub(crate) struct Kernel {
    pub lanes: usize,
    /// From the tallest and narrowest to the flattest and widest.
    shapes: &'static [Shape],
    /// Writes `lanes` rows of `depth` contiguous values as `depth` rows of `lanes` values.
    ///
    /// # Safety
    /// (source, its row stride, depth, target, its row stride): the instruction set must be
    /// available, source readable and target writable for those shapes, and they must not overlap.
    pub transpose: unsafe fn(*const f32, isize, usize, *mut f32, usize),
}

impl Kernel {
    /// The one place where an instruction set is chosen for matrix products.
    pub(crate) fn best() -> &'static Self {
        match InstructionSet::best() {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => &avx512::KERNEL,
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => &avx2::KERNEL,
            #[cfg(target_arch = "aarch64")]
            _ => &neon::KERNEL,
            #[cfg(not(target_arch = "aarch64"))]
            _ => &portable::KERNEL,
        }
    }

    /// The same for products of so few columns that whole registers would stay half empty.
    pub(crate) fn narrow(columns: usize) -> &'static Self {
        match InstructionSet::best() {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 if columns <= avx512::NARROW.lanes => &avx512::NARROW,
            _ => Self::best(),
        }
    }

    /// The widest shape whose tiles hold all `rows`, else the tallest: few rows need wide panels to
    /// have enough independent sums.
    pub(crate) fn shape(&self, rows: usize) -> &'static Shape {
        let fitting = self.shapes.iter().rev().find(|shape| shape.rows >= rows);
        fitting.unwrap_or(&self.shapes[0])
    }
}

impl Shape {
    pub(crate) fn tile(&self, rows: usize, vectors: usize, adjacent: usize) -> TileFunction {
        self.tiles[vectors - 1][rows - 1][adjacent]
    }
}

/// # Safety
/// As [`TileFunction`].
#[inline(always)]
unsafe fn tile<S: Simd, const ROWS: usize, const VECTORS: usize, const ADJACENT: usize>(
    tile: &Tile,
) {
    debug_assert!(tile.columns.div_ceil(S::LANES) == VECTORS);
    // A constant stride turns into address offsets.
    let a_row = if ADJACENT == ROWS_ADJACENT {
        1
    } else {
        tile.a_row
    };
    let a_step = if ADJACENT == STEPS_ADJACENT {
        1
    } else {
        tile.a_step
    };
    let last = VECTORS - 1;
    // SAFETY: the caller's promise covers every address formed here: rows below ROWS, steps below
    // `depth`, columns below `columns`, the last vector being masked to them.
    unsafe {
        let mask = S::mask(tile.columns - last * S::LANES);
        let mut sums = [[S::zero(); VECTORS]; ROWS];
        if tile.accumulate {
            for (i, sums) in sums.iter_mut().enumerate() {
                load_row::<S, VECTORS>(tile.c.add(i * tile.c_row), mask, sums);
            }
        }
        let (mut a, mut b) = (tile.a, tile.b);
        let mut row = [S::zero(); VECTORS];
        for _ in 0..tile.depth {
            load_row::<S, VECTORS>(b, mask, &mut row);
            if ADJACENT == ROWS_ADJACENT {
                // The next tile reads on from here, in rows of a too far apart for the processor
                // to foresee.
                S::prefetch(a.wrapping_add(2 * ROWS - 1));
            }
            for (i, sums) in sums.iter_mut().enumerate() {
                let x = S::broadcast(a.offset(i as isize * a_row));
                for (sum, &y) in sums.iter_mut().zip(&row) {
                    *sum = S::mul_add(x, y, *sum);
                }
            }
            a = a.wrapping_offset(a_step);
            b = b.wrapping_offset(tile.b_step);
        }
        for (i, sums) in sums.iter().enumerate() {
            let row = tile.c.add(i * tile.c_row);
            for (v, &sum) in sums[..last].iter().enumerate() {
                S::store(row.add(v * S::LANES), sum);
            }
            S::store_masked(row.add(last * S::LANES), mask, sums[last]);
        }
    }
}

/// # Safety
/// The instruction set must be available, and `from` readable for VECTORS vectors, the last one
/// masked.
#[inline(always)]
unsafe fn load_row<S: Simd, const VECTORS: usize>(
    from: *const f32,
    mask: S::Mask,
    row: &mut [S::Vector; VECTORS],
) {
    let last = VECTORS - 1;
    // SAFETY: the caller's promise.
    unsafe {
        for (v, vector) in row[..last].iter_mut().enumerate() {
            *vector = S::load(from.add(v * S::LANES));
        }
        row[last] = S::load_masked(from.add(last * S::LANES), mask);
    }
}

/// [`Kernel::transpose`] element by element.
///
/// # Safety
/// As there, whatever the instruction set.
#[inline(always)]
unsafe fn transpose<S: Simd>(
    source: *const f32,
    source_row: isize,
    depth: usize,
    target: *mut f32,
    target_row: usize,
) {
    for k in 0..depth {
        for row in 0..S::LANES {
            // SAFETY: rows below LANES and k below `depth`, which the caller promised.
            unsafe {
                *target.add(k * target_row + row) =
                    *source.offset(row as isize * source_row).add(k);
            }
        }
    }
}
