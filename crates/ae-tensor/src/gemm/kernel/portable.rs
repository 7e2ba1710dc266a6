//! No instruction set assumed: arrays of four values that the compiler maps to what the target has.
//! Products and sums are rounded separately, since a fused multiply-add in software would be a
//! hundred times slower.

use super::{Kernel, Shape, Simd, Tile};

struct Portable;

impl Simd for Portable {
    type Vector = [f32; 4];
    type Mask = usize;
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn zero() -> [f32; 4] {
        [0.0; 4]
    }

    #[inline(always)]
    unsafe fn broadcast(value: *const f32) -> [f32; 4] {
        // SAFETY: the trait's contract.
        [unsafe { *value }; 4]
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> [f32; 4] {
        // SAFETY: the trait's contract.
        unsafe { from.cast::<[f32; 4]>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: [f32; 4]) {
        // SAFETY: the trait's contract.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(vector) }
    }

    #[inline(always)]
    unsafe fn mask(lanes: usize) -> usize {
        lanes
    }

    #[inline(always)]
    unsafe fn load_masked(from: *const f32, mask: usize) -> [f32; 4] {
        let mut vector = [0.0; 4];
        for (lane, value) in vector.iter_mut().enumerate().take(mask) {
            // SAFETY: the trait's contract covers the lanes of the mask.
            *value = unsafe { *from.add(lane) };
        }
        vector
    }

    #[inline(always)]
    unsafe fn store_masked(to: *mut f32, mask: usize, vector: [f32; 4]) {
        for (lane, value) in vector.into_iter().enumerate().take(mask) {
            // SAFETY: the trait's contract covers the lanes of the mask.
            unsafe { *to.add(lane) = value };
        }
    }

    #[inline(always)]
    unsafe fn prefetch(_: *const f32) {}

    #[inline(always)]
    unsafe fn mul_add(a: [f32; 4], b: [f32; 4], c: [f32; 4]) -> [f32; 4] {
        let mut sum = c;
        for lane in 0..4 {
            sum[lane] += a[lane] * b[lane];
        }
        sum
    }
}

/// # Safety
/// As `TileFunction`.
unsafe fn tile<const ROWS: usize, const VECTORS: usize, const ADJACENT: usize>(arguments: &Tile) {
    // SAFETY: the caller's promise; every processor will do.
    unsafe { super::tile::<Portable, ROWS, VECTORS, ADJACENT>(arguments) }
}

pub(super) static KERNEL: Kernel = Kernel {
    lanes: Portable::LANES,
    shapes: &[Shape {
        rows: 4,
        vectors: 2,
        tiles: tiles!(1: 1 2 3 4; 2: 1 2 3 4),
    }],
    transpose: super::transpose::<Portable>,
};
