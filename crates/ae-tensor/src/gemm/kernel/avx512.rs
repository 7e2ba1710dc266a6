//! AVX-512: 32 registers of 16 values. 14 × 32 uses 28 of them for sums, 2 for b and 1 for a.
//!
//! Up to eight columns take half registers: there are as many of these, and two units that multiply
//! them where a whole one keeps both busy.

use super::{Kernel, Shape, Simd, Tile};
use std::arch::x86_64::*;

struct Avx512;

impl Simd for Avx512 {
    type Vector = __m512;
    type Mask = __mmask16;
    const LANES: usize = 16;

    #[inline(always)]
    unsafe fn zero() -> __m512 {
        // SAFETY: the trait's contract.
        unsafe { _mm512_setzero_ps() }
    }

    #[inline(always)]
    unsafe fn broadcast(value: *const f32) -> __m512 {
        // SAFETY: the trait's contract.
        unsafe { _mm512_set1_ps(*value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        // SAFETY: the trait's contract.
        unsafe { _mm512_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: __m512) {
        // SAFETY: the trait's contract.
        unsafe { _mm512_storeu_ps(to, vector) }
    }

    #[inline(always)]
    unsafe fn mask(lanes: usize) -> __mmask16 {
        u16::MAX >> (Self::LANES - lanes)
    }

    #[inline(always)]
    unsafe fn load_masked(from: *const f32, mask: __mmask16) -> __m512 {
        // SAFETY: the trait's contract; lanes outside of the mask are not touched.
        unsafe { _mm512_maskz_loadu_ps(mask, from) }
    }

    #[inline(always)]
    unsafe fn store_masked(to: *mut f32, mask: __mmask16, vector: __m512) {
        // SAFETY: the trait's contract; lanes outside of the mask are not touched.
        unsafe { _mm512_mask_storeu_ps(to, mask, vector) }
    }

    #[inline(always)]
    unsafe fn prefetch(address: *const f32) {
        // SAFETY: a prefetch reads nothing and cannot fault.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
    }

    #[inline(always)]
    unsafe fn mul_add(a: __m512, b: __m512, c: __m512) -> __m512 {
        // SAFETY: the trait's contract.
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
}

struct Half;

impl Simd for Half {
    type Vector = __m256;
    type Mask = __mmask8;
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
    unsafe fn mask(lanes: usize) -> __mmask8 {
        u8::MAX >> (Self::LANES - lanes)
    }

    #[inline(always)]
    unsafe fn load_masked(from: *const f32, mask: __mmask8) -> __m256 {
        // SAFETY: the trait's contract; lanes outside of the mask are not touched.
        unsafe { _mm256_maskz_loadu_ps(mask, from) }
    }

    #[inline(always)]
    unsafe fn store_masked(to: *mut f32, mask: __mmask8, vector: __m256) {
        // SAFETY: the trait's contract; lanes outside of the mask are not touched.
        unsafe { _mm256_mask_storeu_ps(to, mask, vector) }
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
#[target_feature(enable = "avx512f")]
unsafe fn tile<const ROWS: usize, const VECTORS: usize, const ADJACENT: usize>(arguments: &Tile) {
    // SAFETY: the caller's promise.
    unsafe { super::tile::<Avx512, ROWS, VECTORS, ADJACENT>(arguments) }
}

/// # Safety
/// As `TileFunction`.
#[target_feature(enable = "avx512f,avx512vl")]
unsafe fn half_tile<const ROWS: usize, const VECTORS: usize, const ADJACENT: usize>(
    arguments: &Tile,
) {
    // SAFETY: the caller's promise.
    unsafe { super::tile::<Half, ROWS, VECTORS, ADJACENT>(arguments) }
}

/// Four rows of each quarter register at a time: quarter q of register i is row 4 q + i, so that
/// transposing the quarters in place leaves rows 0..16 side by side.
///
/// # Safety
/// As `Kernel::transpose`.
#[target_feature(enable = "avx512f,avx512dq")]
unsafe fn transpose(
    source: *const f32,
    source_row: isize,
    depth: usize,
    target: *mut f32,
    target_row: usize,
) {
    let whole = depth / 4 * 4;
    for k in (0..whole).step_by(4) {
        // SAFETY: rows below 16 and k + 3 below `depth`, which the caller promised.
        unsafe {
            let quarter = |row: isize| _mm_loadu_ps(source.offset(row * source_row).add(k));
            let rows = |i: isize| {
                let register = _mm512_castps128_ps512(quarter(i));
                let register = _mm512_insertf32x4::<1>(register, quarter(i + 4));
                let register = _mm512_insertf32x4::<2>(register, quarter(i + 8));
                _mm512_insertf32x4::<3>(register, quarter(i + 12))
            };
            let (r0, r1, r2, r3) = (rows(0), rows(1), rows(2), rows(3));
            let low01 = _mm512_castps_pd(_mm512_unpacklo_ps(r0, r1));
            let high01 = _mm512_castps_pd(_mm512_unpackhi_ps(r0, r1));
            let low23 = _mm512_castps_pd(_mm512_unpacklo_ps(r2, r3));
            let high23 = _mm512_castps_pd(_mm512_unpackhi_ps(r2, r3));
            let columns = [
                _mm512_unpacklo_pd(low01, low23),
                _mm512_unpackhi_pd(low01, low23),
                _mm512_unpacklo_pd(high01, high23),
                _mm512_unpackhi_pd(high01, high23),
            ];
            for (i, column) in columns.into_iter().enumerate() {
                _mm512_storeu_ps(target.add((k + i) * target_row), _mm512_castpd_ps(column));
            }
        }
    }
    // SAFETY: the steps that are left of what the caller promised.
    unsafe {
        let (source, target) = (source.add(whole), target.add(whole * target_row));
        super::transpose::<Avx512>(source, source_row, depth - whole, target, target_row);
    }
}

pub(super) static KERNEL: Kernel = Kernel {
    lanes: Avx512::LANES,
    shapes: &[
        Shape {
            rows: 14,
            vectors: 2,
            tiles: tiles!(1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14; 2: 1 2 3 4 5 6 7 8 9 10 11 12 13 14),
        },
        Shape {
            rows: 6,
            vectors: 4,
            tiles: tiles!(1: 1 2 3 4 5 6; 2: 1 2 3 4 5 6; 3: 1 2 3 4 5 6; 4: 1 2 3 4 5 6),
        },
        Shape {
            rows: 3,
            vectors: 8,
            tiles: tiles!(
                1: 1 2 3; 2: 1 2 3; 3: 1 2 3; 4: 1 2 3; 5: 1 2 3; 6: 1 2 3; 7: 1 2 3; 8: 1 2 3
            ),
        },
    ],
    transpose,
};

/// For products of up to eight columns.
pub(super) static NARROW: Kernel = Kernel {
    lanes: Half::LANES,
    shapes: &[Shape {
        rows: 14,
        vectors: 1,
        tiles: tiles!(half_tile, 1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14),
    }],
    transpose: super::transpose::<Half>,
};
