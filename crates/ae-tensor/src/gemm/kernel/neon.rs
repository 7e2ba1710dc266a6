//! NEON: 32 registers of 4 values. 8 × 12 uses 24 of them for sums, 3 for b and 1 for a.

use super::{Kernel, Shape, Simd, Tile};
use std::arch::aarch64::*;

struct Neon;

impl Simd for Neon {
    type Vector = float32x4_t;
    type Mask = usize;
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn zero() -> float32x4_t {
        // SAFETY: every AArch64 processor has NEON.
        unsafe { vdupq_n_f32(0.0) }
    }

    #[inline(always)]
    unsafe fn broadcast(value: *const f32) -> float32x4_t {
        // SAFETY: the trait's contract.
        unsafe { vld1q_dup_f32(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> float32x4_t {
        // SAFETY: the trait's contract.
        unsafe { vld1q_f32(from) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: float32x4_t) {
        // SAFETY: the trait's contract.
        unsafe { vst1q_f32(to, vector) }
    }

    #[inline(always)]
    unsafe fn mask(lanes: usize) -> usize {
        lanes
    }

    #[inline(always)]
    unsafe fn load_masked(from: *const f32, mask: usize) -> float32x4_t {
        let mut lanes = [0.0; 4];
        for (lane, value) in lanes.iter_mut().enumerate().take(mask) {
            // SAFETY: the trait's contract covers the lanes of the mask.
            *value = unsafe { *from.add(lane) };
        }
        // SAFETY: four values.
        unsafe { vld1q_f32(lanes.as_ptr()) }
    }

    #[inline(always)]
    unsafe fn store_masked(to: *mut f32, mask: usize, vector: float32x4_t) {
        let mut lanes = [0.0; 4];
        // SAFETY: four values.
        unsafe { vst1q_f32(lanes.as_mut_ptr(), vector) };
        for (lane, value) in lanes.into_iter().enumerate().take(mask) {
            // SAFETY: the trait's contract covers the lanes of the mask.
            unsafe { *to.add(lane) = value };
        }
    }

    #[inline(always)]
    unsafe fn prefetch(_: *const f32) {}

    #[inline(always)]
    unsafe fn mul_add(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        // SAFETY: every AArch64 processor has NEON.
        unsafe { vfmaq_f32(c, a, b) }
    }
}

/// # Safety
/// As `TileFunction`.
unsafe fn tile<const ROWS: usize, const VECTORS: usize, const ADJACENT: usize>(arguments: &Tile) {
    // SAFETY: the caller's promise.
    unsafe { super::tile::<Neon, ROWS, VECTORS, ADJACENT>(arguments) }
}

pub(super) static KERNEL: Kernel = Kernel {
    lanes: Neon::LANES,
    shapes: &[
        Shape {
            rows: 8,
            vectors: 3,
            tiles: tiles!(1: 1 2 3 4 5 6 7 8; 2: 1 2 3 4 5 6 7 8; 3: 1 2 3 4 5 6 7 8),
        },
        Shape {
            rows: 2,
            vectors: 8,
            tiles: tiles!(1: 1 2; 2: 1 2; 3: 1 2; 4: 1 2; 5: 1 2; 6: 1 2; 7: 1 2; 8: 1 2),
        },
    ],
    transpose: super::transpose::<Neon>,
};
