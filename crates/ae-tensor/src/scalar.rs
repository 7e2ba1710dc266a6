//! Branch-free functions of one number, to be called inside the loops of
//! [`elementwise`](crate::elementwise), where the compiler turns them into vector code.
//!
//! Errors are stated in units in the last place (ulp) of the correctly rounded result and checked
//! against `f64` over dense grids and over random bit patterns. NaN gives NaN. The polynomials are
//! Chebyshev approximations made by `fit.py`, beside this file.
//!
//! Every step is an IEEE operation or a fused multiply-add, so the results are the same bits in
//! every instruction set and for every position in a slice.

mod polynomials;

use polynomials::{
    COS_QUARTER, ERF_NEAR_ZERO, EXP, LN, LN_1P_UNIT, LN_ERFC, SIN_QUARTER, polynomial,
};
use std::f32::consts::{FRAC_1_SQRT_2, LN_2, LOG2_E};

/// ln 2 - LN_2: what the nearest `f32` leaves out.
const LN_2_REST: f32 = -1.904_654_3e-9;

/// Adding and subtracting 1.5 · 2²³ rounds a number below 2²² to the nearest integer, and leaves
/// that integer in the low bits of the sum.
const ROUND: f32 = 12_582_912.0;

/// a · b + c, rounded once where the processor has such an instruction.
///
/// x86-64 and AArch64 always round once (an x86 processor older than 2013 does it in software,
/// slowly); other targets round the product first.
#[inline(always)]
#[must_use]
pub fn mul_add(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
        a.mul_add(b, c)
    } else {
        a * b + c
    }
}

/// 2ⁿ for integral n in [-126, 127].
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) << 23) as u32)
}

/// The n and r of x = n · ln 2 + r with |r| ≤ ln 2 / 2; n as integer too.
#[inline(always)]
fn reduce(x: f32) -> (i32, f32) {
    let shifted = mul_add(x, LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = mul_add(n, -LN_2_REST, mul_add(n, -LN_2, x));
    let integer = shifted.to_bits().wrapping_sub(ROUND.to_bits()) as i32;
    (integer, r)
}

/// eʳ - 1 for |r| ≤ ln 2 / 2.
#[inline(always)]
fn exp_minus_one_reduced(r: f32) -> f32 {
    mul_add(r * r, polynomial(r, EXP), r)
}

/// eˣ: at most 1 ulp off, 2 where the result is subnormal; infinity from 88.73, 0 below -103.98.
#[inline(always)]
#[must_use]
pub fn exp(x: f32) -> f32 {
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -105.0 { -105.0 } else { x };
    let (n, r) = reduce(x);
    // Two factors, as 2ⁿ alone would overflow early and could not reach subnormal results.
    let half = n >> 1;
    (exp_minus_one_reduced(r) + 1.0) * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

/// eˣ for x ≤ 0, or NaN: cheaper than [`exp`], 0 below -87.
#[inline(always)]
fn exp_of_negative(x: f32) -> f32 {
    let (n, r) = reduce(x);
    let result = (exp_minus_one_reduced(r) + 1.0) * power_of_two(n);
    if x < -87.0 { 0.0 } else { result }
}

/// The natural logarithm: at most 1 ulp off; -infinity at ±0, NaN below.
#[inline(always)]
#[must_use]
pub fn ln(x: f32) -> f32 {
    let subnormal = x < f32::MIN_POSITIVE;
    let scaled = if subnormal { x * 8_388_608.0 } else { x };
    let offset = if subnormal { -23.0 } else { 0.0 };
    let result = ln_of_normal(scaled, offset);
    let result = if x < f32::INFINITY { result } else { x };
    let result = if x == 0.0 { f32::NEG_INFINITY } else { result };
    if x < 0.0 { f32::NAN } else { result }
}

/// ln(x) + offset · ln 2 for normal positive x.
#[inline(always)]
pub(crate) fn ln_of_normal(x: f32, offset: f32) -> f32 {
    // The mantissa is taken in [√½, √2), so that results near 0 come from t alone.
    const ROOT_HALF: u32 = 0x3f35_04f3;
    let shifted = x.to_bits().wrapping_sub(ROOT_HALF);
    let exponent = (shifted as i32) >> 23;
    let t = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(ROOT_HALF)) - 1.0;
    let n = exponent as f32 + offset;
    let square = t * t;
    let tail = mul_add(
        square * t,
        polynomial(t, LN),
        mul_add(n, LN_2_REST, -0.5 * square),
    );
    mul_add(n, LN_2, tail + t)
}

/// ln(1 + x): at most 2 ulp off for all x; -infinity at -1, NaN below.
#[inline(always)]
#[must_use]
pub fn ln_1p(x: f32) -> f32 {
    let y = 1.0 + x;
    // What the rounding of y lost, to first order.
    let lost = (x - (y - 1.0)) / y;
    let result = ln_of_normal(y, 0.0) + lost;
    let result = if x < f32::INFINITY { result } else { x };
    let result = if x == -1.0 { f32::NEG_INFINITY } else { result };
    if x < -1.0 { f32::NAN } else { result }
}

/// 1 / (1 + e⁻ˣ): at most 3 ulp off; 0 below -87.
#[inline(always)]
#[must_use]
pub fn sigmoid(x: f32) -> f32 {
    sigmoid_and_factor(x).0
}

/// [`sigmoid`], and 1 + e^-|x|, which lies between 1 and 2: ln(1 + eˣ) is its logarithm and
/// max(x, 0).
#[inline(always)]
#[must_use]
pub fn sigmoid_and_factor(x: f32) -> (f32, f32) {
    let e = exp_of_negative(-x.abs());
    let top = if x < 0.0 { e } else { 1.0 };
    let factor = 1.0 + e;
    (top / factor, factor)
}

/// The hyperbolic tangent: at most 3 ulp off.
#[inline(always)]
#[must_use]
pub fn tanh(x: f32) -> f32 {
    let magnitude = x.abs();
    // tanh is 1 in f32 from 9.02 on.
    let magnitude = if magnitude > 9.1 { 9.1 } else { magnitude };
    let (n, r) = reduce(2.0 * magnitude);
    let scale = power_of_two(n);
    let exp_minus_one = mul_add(scale, exp_minus_one_reduced(r), scale - 1.0);
    (exp_minus_one / (exp_minus_one + 2.0)).copysign(x)
}

/// ln(1 + eˣ): at most 3 ulp off above -87, where it falls to 0.
#[inline(always)]
#[must_use]
pub fn softplus(x: f32) -> f32 {
    let e = exp_of_negative(-x.abs());
    let positive = if x < 0.0 { 0.0 } else { x };
    mul_add(e, polynomial(e, LN_1P_UNIT), positive)
}

/// The error function: at most 3 ulp off.
#[inline(always)]
#[must_use]
pub fn erf(x: f32) -> f32 {
    let magnitude = x.abs();
    let near = magnitude * polynomial(magnitude * magnitude, ERF_NEAR_ZERO);
    let bounded = if magnitude > 4.0 { 4.0 } else { magnitude };
    let far = 1.0 - exp_of_negative(polynomial(bounded, LN_ERFC));
    let result = if magnitude < 1.0 { near } else { far };
    result.copysign(x)
}

/// The distribution function of the standard normal, as GELU uses it: at most 2e-7 off.
#[inline(always)]
#[must_use]
pub fn normal_cdf(x: f32) -> f32 {
    mul_add(0.5, erf(x * FRAC_1_SQRT_2), 0.5)
}

/// A point on the unit circle whose direction is uniform when `word` is.
///
/// 30 bits choose an angle within 45 degrees of the x axis; the other two turn the point over to
/// the remaining three quarters of the circle.
#[inline(always)]
pub(crate) fn unit_vector(word: u32) -> (f32, f32) {
    let t = mul_add(
        (word & 0x3fff_ffff) as i32 as f32,
        1.0 / 1_073_741_824.0,
        -0.5,
    );
    let square = t * t;
    let cosine = mul_add(square, polynomial(square, COS_QUARTER), 1.0);
    let sine = t * polynomial(square, SIN_QUARTER);
    let swap = word & 0x4000_0000 != 0;
    let (x, y) = if swap { (sine, cosine) } else { (cosine, sine) };
    let sign = word & 0x8000_0000;
    (
        f32::from_bits(x.to_bits() ^ sign),
        f32::from_bits(y.to_bits() ^ sign),
    )
}

#[cfg(test)]
mod tests;
