//! AVX2 with fused multiply-add: 16 registers of 8 values. 6 × 16 uses 12 of them for sums, 2 for b
//! and 1 for a.

use super::{Kernel, Shape, Simd, Tile};
use std::arch::x86_64::*;

struct Avx2;

/// A window of 8 into this, starting at 8 - n, selects the first n lanes.
static MASKS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

impl Simd for Avx2 {
    type Vector = __m256;
    type Mask = __m256i;
    const LANES: usize = 8;

    #[inline(always)]
    unsafe fn zero() -> __m256 {
        // SAFETY: the trait's contract.
        unsafe { _mm256_setzero_ps() }
    }

    #[inline(always)]
    unsafe fn broadcast(value: *const f32) -> __m256 {
        // SAFETY: the trait's contract.
        unsafe { _mm256_set1_ps(*value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m256 {
        // SAFETY: the trait's contract.
        unsafe { _mm256_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: __m256) {
        // SAFETY: the trait's contract.
        unsafe { _mm256_storeu_ps(to, vector) }
    }

    #[inline(always)]
    unsafe fn mask(lanes: usize) -> __m256i {
        let window = &MASKS[Self::LANES - lanes..][..Self::LANES];
        // SAFETY: the window holds 8 values of 32 bits.
        unsafe { _mm256_loadu_si256(window.as_ptr().cast()) }
    }

    #[inline(always)]
    unsafe fn load_masked(from: *const f32, mask: __m256i) -> __m256 {
        // SAFETY: the trait's contract; lanes outside of the mask are not touched.
        unsafe { _mm256_maskload_ps(from, mask) }
    }

    #[inline(always)]
    unsafe fn store_masked(to: *mut f32, mask: __m256i, vector: __m256) {
        // SAFETY: the trait's contract; lanes outside of the mask are not touched.
        unsafe { _mm256_maskstore_ps(to, mask, vector) }
    }

    #[inline(always)]
    unsafe fn prefetch(address: *const f32) {
        // SAFETY: a prefetch reads nothing and cannot fault.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
    }

    #[inline(always)]
    unsafe fn mul_add(a: __m256, b: __m256, c: __m256) -> __m256 {
        // SAFETY: the trait's contract.
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }
}

/// # Safety
/// As `TileFunction`.
#[target_feature(enable = "avx2,fma")]
unsafe fn tile<const ROWS: usize, const VECTORS: usize, const ADJACENT: usize>(arguments: &Tile) {
    // SAFETY: the caller's promise.
    unsafe { super::tile::<Avx2, ROWS, VECTORS, ADJACENT>(arguments) }
}

/// Four rows of each half register at a time: half h of register i is row 4 h + i, so that
/// transposing the halves in place leaves rows 0..8 side by side.
///
/// # Safety
/// As `Kernel::transpose`.
#[target_feature(enable = "avx2")]
unsafe fn transpose(
    source: *const f32,
    source_row: isize,
    depth: usize,
    target: *mut f32,
    target_row: usize,
) {
    let whole = depth / 4 * 4;
    for k in (0..whole).step_by(4) {
        // SAFETY: rows below 8 and k + 3 below `depth`, which the caller promised.
        unsafe {
            let half = |row: isize| _mm_loadu_ps(source.offset(row * source_row).add(k));
            let rows =
                |i: isize| _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(half(i)), half(i + 4));
            let (r0, r1, r2, r3) = (rows(0), rows(1), rows(2), rows(3));
            let low01 = _mm256_castps_pd(_mm256_unpacklo_ps(r0, r1));
            let high01 = _mm256_castps_pd(_mm256_unpackhi_ps(r0, r1));
            let low23 = _mm256_castps_pd(_mm256_unpacklo_ps(r2, r3));
            let high23 = _mm256_castps_pd(_mm256_unpackhi_ps(r2, r3));
            let columns = [
                _mm256_unpacklo_pd(low01, low23),
                _mm256_unpackhi_pd(low01, low23),
                _mm256_unpacklo_pd(high01, high23),
                _mm256_unpackhi_pd(high01, high23),
            ];
            for (i, column) in columns.into_iter().enumerate() {
                _mm256_storeu_ps(target.add((k + i) * target_row), _mm256_castpd_ps(column));
            }
        }
    }
    // SAFETY: the steps that are left of what the caller promised.
    unsafe {
        let (source, target) = (source.add(whole), target.add(whole * target_row));
        super::transpose::<Avx2>(source, source_row, depth - whole, target, target_row);
    }
}

pub(super) static KERNEL: Kernel = Kernel {
    lanes: Avx2::LANES,
    shapes: &[
        Shape {
            rows: 6,
            vectors: 2,
            tiles: tiles!(1: 1 2 3 4 5 6; 2: 1 2 3 4 5 6),
        },
        Shape {
            rows: 1,
            vectors: 8,
            tiles: tiles!(1: 1; 2: 1; 3: 1; 4: 1; 5: 1; 6: 1; 7: 1; 8: 1),
        },
    ],
    transpose,
};
