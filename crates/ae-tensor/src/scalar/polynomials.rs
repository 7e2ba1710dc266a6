//! Coefficients, lowest power first, as printed by `fit.py`.

use super::mul_add;
use std::f32::consts::{FRAC_2_SQRT_PI, FRAC_PI_2};

/// (eʳ - 1 - r) / r² for |r| ≤ ln 2 / 2, error 1.4e-9.
pub(super) const EXP: [f32; 6] = [
    0.5,
    0.166_666_67,
    0.041_666_463,
    0.008_333_31,
    0.001_393_373_1,
    0.000_198_910_8,
];

/// (ln(1 + t) - t + t²/2) / t³ for √½ - 1 ≤ t ≤ √2 - 1, error 2.9e-8.
pub(super) const LN: [f32; 9] = [
    0.333_333_3,
    -0.249_999_97,
    0.200_007_16,
    -0.166_678_03,
    0.142_490_58,
    -0.124_256_87,
    0.116_854_2,
    -0.114_797_34,
    0.069_716_12,
];

/// ln(1 + e) / e for 0 ≤ e ≤ 1, error 5.2e-9.
pub(super) const LN_1P_UNIT: [f32; 10] = [
    1.0,
    -0.499_998_93,
    0.333_297_1,
    -0.249_516_16,
    0.196_632_74,
    -0.152_696_67,
    0.105_436_236,
    -0.056_373_61,
    0.019_542_526,
    -0.003_176_057,
];

/// erf(x) / x in x² for |x| ≤ 1, error 1.2e-9.
pub(super) const ERF_NEAR_ZERO: [f32; 7] = [
    FRAC_2_SQRT_PI,
    -0.376_126_26,
    0.112_835_94,
    -0.026_854_211,
    0.005_189_087,
    -0.000_801_686_43,
    7.875_875e-5,
];

/// ln(1 - erf(x)) for 1 ≤ x ≤ 4, error 1.7e-8.
pub(super) const LN_ERFC: [f32; 9] = [
    0.000_320_914_38,
    -1.130_236_7,
    -0.631_820_26,
    -0.110_085_68,
    0.026_424_37,
    -0.004_760_748,
    0.000_597_053,
    -4.608_744_7e-5,
    1.638_637_3e-6,
];

/// sin(πt/2) / t in t² for |t| ≤ ½, error 6.8e-12.
pub(super) const SIN_QUARTER: [f32; 5] = [
    FRAC_PI_2,
    -0.645_964_1,
    0.079_692_58,
    -0.004_681_266_4,
    0.000_158_206_3,
];

/// (cos(πt/2) - 1) / t² in t² for |t| ≤ ½, error 8.9e-13.
pub(super) const COS_QUARTER: [f32; 5] = [
    -1.233_700_5,
    0.253_669_5,
    -0.020_863_475,
    0.000_919_196_35,
    -2.490_922_8e-5,
];

/// The polynomial with these coefficients at x, by Horner's rule.
#[inline(always)]
pub(super) fn polynomial<const TERMS: usize>(x: f32, coefficients: [f32; TERMS]) -> f32 {
    let mut sum = coefficients[TERMS - 1];
    for &coefficient in coefficients[..TERMS - 1].iter().rev() {
        sum = mul_add(sum, x, coefficient);
    }
    sum
}
