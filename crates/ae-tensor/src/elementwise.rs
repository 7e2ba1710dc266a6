//! One-pass loops over slices.
//!
//! Each loop is written once and compiled for the baseline of the target, AVX2 + FMA and AVX-512;
//! the best one is chosen at run time. The closure becomes part of the loop body and is turned into
//! vector code when it is branch-free arithmetic: comparisons with `if … { a } else { b }` of two
//! values are fine, early returns, divisions of integers and calls of `std` functions such as
//! `f32::exp` are not. The functions of [`scalar`] are made for it.
//!
//! All loops run on the calling thread; [`parallel`](crate::parallel) cuts long slices.
//!
//! ```
//! use ae_tensor::{elementwise, scalar};
//! let mut values = [-1.0, 0.0, 1.0];
//! elementwise::map(&mut values, |x| scalar::sigmoid(x) - 0.5);
//! assert_eq!(values[1], 0.0);
//! assert!((values[0] + values[2]).abs() < 1e-6);
//! ```

use crate::instruction_set::compiled_for_each_instruction_set;
use crate::scalar;

/// Independent running sums of a reduction: one AVX-512 register, two of AVX2, four of NEON. The
/// number is part of the result's rounding, so it is the same everywhere.
pub(crate) const LANES: usize = 16;

compiled_for_each_instruction_set! {
    /// values\[i\] = f(values\[i\])
    pub fn map[F: Fn(f32) -> f32](values: &mut [f32], f: F) {
        for value in values {
            *value = f(*value);
        }
    }

    /// out\[i\] = f(out\[i\], x\[i\])
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn zip[F: Fn(f32, f32) -> f32](out: &mut [f32], x: &[f32], f: F) {
        assert_eq!(out.len(), x.len(), "lengths of out and x");
        for (out, &x) in out.iter_mut().zip(x) {
            *out = f(*out, x);
        }
    }

    /// out\[i\] = f(out\[i\], a\[i\], b\[i\])
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn zip2[F: Fn(f32, f32, f32) -> f32](out: &mut [f32], a: &[f32], b: &[f32], f: F) {
        assert_eq!(out.len(), a.len(), "lengths of out and a");
        assert_eq!(out.len(), b.len(), "lengths of out and b");
        for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
            *out = f(*out, a, b);
        }
    }

    /// (p\[i\], m\[i\]) = f(p\[i\], g\[i\], m\[i\]): a parameter, its gradient and one slot of an
    /// optimiser. [`zip`] is the form without a slot.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn update1[F: Fn(f32, f32, f32) -> (f32, f32)](p: &mut [f32], g: &[f32], m: &mut [f32], f: F) {
        assert_eq!(p.len(), g.len(), "lengths of p and g");
        assert_eq!(p.len(), m.len(), "lengths of p and m");
        for ((p, &g), m) in p.iter_mut().zip(g).zip(m) {
            (*p, *m) = f(*p, g, *m);
        }
    }

    /// (p\[i\], m\[i\], v\[i\]) = f(p\[i\], g\[i\], m\[i\], v\[i\]): a parameter, its gradient and
    /// two slots of an optimiser.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn update2[F: Fn(f32, f32, f32, f32) -> (f32, f32, f32)](
        p: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], f: F
    ) {
        assert_eq!(p.len(), g.len(), "lengths of p and g");
        assert_eq!(p.len(), m.len(), "lengths of p and m");
        assert_eq!(p.len(), v.len(), "lengths of p and v");
        for (((p, &g), m), v) in p.iter_mut().zip(g).zip(m).zip(v) {
            (*p, *m, *v) = f(*p, g, *m, *v);
        }
    }

    /// The sum of f(x\[i\]), in a fixed order.
    pub fn sum_map[F: Fn(f32) -> f32](x: &[f32], f: F) -> f32 {
        let mut lanes = [0.0; LANES];
        let (lines, rest) = x.as_chunks::<LANES>();
        for line in lines {
            for lane in 0..LANES {
                lanes[lane] += f(line[lane]);
            }
        }
        for (lane, &x) in lanes.iter_mut().zip(rest) {
            *lane += f(x);
        }
        tree_sum(lanes)
    }

    /// The sum of f(a\[i\], b\[i\]), in a fixed order.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn sum_map2[F: Fn(f32, f32) -> f32](a: &[f32], b: &[f32], f: F) -> f32 {
        assert_eq!(a.len(), b.len(), "lengths of a and b");
        let mut lanes = [0.0; LANES];
        let (a_lines, a_rest) = a.as_chunks::<LANES>();
        let (b_lines, b_rest) = b.as_chunks::<LANES>();
        for (a, b) in a_lines.iter().zip(b_lines) {
            for lane in 0..LANES {
                lanes[lane] += f(a[lane], b[lane]);
            }
        }
        for ((lane, &a), &b) in lanes.iter_mut().zip(a_rest).zip(b_rest) {
            *lane += f(a, b);
        }
        tree_sum(lanes)
    }

    /// Each row of `out` as long as `x`: out\[r, i\] = f(out\[r, i\], x\[i\]), as where a bias is
    /// added.
    ///
    /// # Panics
    /// If `out` doesn't hold whole rows.
    pub fn zip_rows[F: Fn(f32, f32) -> f32](out: &mut [f32], x: &[f32], f: F) {
        assert!(out.is_empty() || out.len().is_multiple_of(x.len()), "out holds rows as long as x");
        for row in out.chunks_exact_mut(x.len().max(1)) {
            for (out, &x) in row.iter_mut().zip(x) {
                *out = f(*out, x);
            }
        }
    }

    /// (out\[i\], term) = f(out\[i\], x\[i\]); returns the sum of the terms, in a fixed order: a
    /// penalty and its gradient in one pass.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn zip_sum[F: Fn(f32, f32) -> (f32, f32)](out: &mut [f32], x: &[f32], f: F) -> f32 {
        assert_eq!(out.len(), x.len(), "lengths of out and x");
        let mut lanes = [0.0; LANES];
        let (out_lines, out_rest) = out.as_chunks_mut::<LANES>();
        let (x_lines, x_rest) = x.as_chunks::<LANES>();
        for (out, x) in out_lines.iter_mut().zip(x_lines) {
            for lane in 0..LANES {
                let term;
                (out[lane], term) = f(out[lane], x[lane]);
                lanes[lane] += term;
            }
        }
        for ((lane, out), &x) in lanes.iter_mut().zip(out_rest).zip(x_rest) {
            let term;
            (*out, term) = f(*out, x);
            *lane += term;
        }
        tree_sum(lanes)
    }

    /// (out\[i\], term) = f(a\[i\], b\[i\]); returns the sum of the terms, in a fixed order: a
    /// loss and its gradient in one pass.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn map2_sum[F: Fn(f32, f32) -> (f32, f32)](
        out: &mut [f32], a: &[f32], b: &[f32], f: F
    ) -> f32 {
        map2_sum_ln(out, a, b, |a, b| {
            let (out, term) = f(a, b);
            (out, term, 1.0)
        })
    }

    /// (out\[i\], term, factor) = f(a\[i\], b\[i\]) with factors in \[1, 2\]; returns the sum of the
    /// terms and of the logarithms of the factors, in a fixed order.
    ///
    /// A sum of logarithms is the logarithm of a product, and a multiplication is several times
    /// cheaper than a logarithm. The factors themselves are rounded, so a logarithm below 6e-8 may
    /// be lost: right for a loss that guides training, not for one that is reported.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn map2_sum_ln[F: Fn(f32, f32) -> (f32, f32, f32)](
        out: &mut [f32], a: &[f32], b: &[f32], f: F
    ) -> f32 {
        assert_eq!(out.len(), a.len(), "lengths of out and a");
        assert_eq!(out.len(), b.len(), "lengths of out and b");
        // 2 to this power is far from the end of f32.
        const FACTORS: usize = 64;
        let mut lanes = [0.0; LANES];
        let groups = out.chunks_mut(FACTORS * LANES).zip(a.chunks(FACTORS * LANES));
        for ((out, a), b) in groups.zip(b.chunks(FACTORS * LANES)) {
            let mut products = [1.0; LANES];
            let (out_lines, out_rest) = out.as_chunks_mut::<LANES>();
            let (a_lines, a_rest) = a.as_chunks::<LANES>();
            let (b_lines, b_rest) = b.as_chunks::<LANES>();
            for ((out, a), b) in out_lines.iter_mut().zip(a_lines).zip(b_lines) {
                for lane in 0..LANES {
                    let (term, factor);
                    (out[lane], term, factor) = f(a[lane], b[lane]);
                    lanes[lane] += term;
                    products[lane] *= factor;
                }
            }
            for (lane, ((out, &a), &b)) in out_rest.iter_mut().zip(a_rest).zip(b_rest).enumerate() {
                let (term, factor);
                (*out, term, factor) = f(a, b);
                lanes[lane] += term;
                products[lane] *= factor;
            }
            for (lane, product) in lanes.iter_mut().zip(products) {
                *lane += scalar::ln(product);
            }
        }
        tree_sum(lanes)
    }
}

/// The upper half is added to the lower one until one number is left.
#[inline(always)]
pub(crate) fn tree_sum(mut lanes: [f32; LANES]) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests;
