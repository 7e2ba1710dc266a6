use super::*;
use crate::random::{Purpose, Stream};

/// Distance of `found` from the exact `expected`, in units in the last place of its nearest f32.
fn ulps(found: f32, expected: f64) -> f64 {
    if found.is_nan() || expected.is_nan() {
        return if found.is_nan() && expected.is_nan() {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let rounded = expected as f32;
    if found == rounded {
        return 0.0;
    }
    if !found.is_finite() || !rounded.is_finite() {
        return f64::INFINITY;
    }
    let next = f64::from(f32::from_bits(rounded.abs().to_bits() + 1));
    (f64::from(found) - expected).abs() / (next - f64::from(rounded.abs()))
}

/// A dense grid in [low, high], its ends included, and random bit patterns inside of it.
fn points(low: f32, high: f32) -> Vec<f32> {
    const COUNT: usize = 200_000;
    let step = (f64::from(high) - f64::from(low)) / COUNT as f64;
    let mut points: Vec<f32> = (0..=COUNT)
        .map(|i| (f64::from(low) + step * i as f64) as f32)
        .collect();
    let mut bits = vec![0; COUNT];
    Stream::new(1, Purpose::Generator, 0).fill_u32(&mut bits);
    points.extend(
        bits.into_iter()
            .map(f32::from_bits)
            .filter(|x| *x >= low && *x <= high),
    );
    points
}

fn check(low: f32, high: f32, limit: f64, f: fn(f32) -> f32, exact: fn(f64) -> f64) {
    let mut worst = (0.0, 0.0);
    for x in points(low, high) {
        let error = ulps(f(x), exact(f64::from(x)));
        if error > worst.0 {
            worst = (error, x);
        }
    }
    assert!(worst.0 <= limit, "{} ulp at {:e}", worst.0, worst.1);
}

#[test]
fn exp_is_near() {
    check(-87.3, 88.72, 1.0, exp, f64::exp);
    check(-110.0, -87.3, 2.0, exp, f64::exp);
    check(88.72, f32::MAX, 1.0, exp, f64::exp);
    check(-1e-3, 1e-3, 1.0, exp, f64::exp);
}

#[test]
fn ln_is_near() {
    check(0.0, f32::MAX, 1.0, ln, f64::ln);
    check(0.5, 2.0, 1.0, ln, f64::ln);
    check(0.0, f32::MIN_POSITIVE, 1.0, ln, f64::ln);
}

#[test]
fn ln_1p_is_near() {
    check(-1.0, f32::MAX, 2.0, ln_1p, f64::ln_1p);
    check(-1.0, 3.0, 2.0, ln_1p, f64::ln_1p);
    check(-1e-3, 1e-3, 2.0, ln_1p, f64::ln_1p);
}

#[test]
fn sigmoid_is_near() {
    let exact = |x: f64| 1.0 / (1.0 + (-x).exp());
    check(-87.0, 100.0, 3.0, sigmoid, exact);
    check(-4.0, 4.0, 3.0, sigmoid, exact);
}

#[test]
fn tanh_is_near() {
    check(-f32::MAX, f32::MAX, 3.0, tanh, f64::tanh);
    check(-10.0, 10.0, 3.0, tanh, f64::tanh);
    check(-0.1, 0.1, 3.0, tanh, f64::tanh);
}

#[test]
fn softplus_is_near() {
    let exact = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    check(-87.0, f32::MAX, 3.0, softplus, exact);
    check(-5.0, 5.0, 3.0, softplus, exact);
}

/// erf(x) = 2/√π · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n + 1)) · e^(-x²), whose terms are all positive.
fn exact_erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let (mut term, mut sum, mut n) = (x, x, 0.0);
    while term.abs() > 1e-18 * sum.abs() {
        n += 1.0;
        term *= 2.0 * x * x / (2.0 * n + 1.0);
        sum += term;
    }
    sum * (-x * x).exp() * std::f64::consts::FRAC_2_SQRT_PI
}

#[test]
fn erf_is_near() {
    check(-5.0, 5.0, 3.0, erf, exact_erf);
    check(-1.1, 1.1, 3.0, erf, exact_erf);
    check(-f32::MAX, f32::MAX, 3.0, erf, exact_erf);
}

#[test]
fn normal_cdf_is_near() {
    for x in points(-8.0, 8.0) {
        let exact = 0.5 + 0.5 * exact_erf(f64::from(x) / std::f64::consts::SQRT_2);
        assert!((f64::from(normal_cdf(x)) - exact).abs() < 2e-7, "at {x}");
    }
}

#[test]
fn ends_and_signs() {
    let infinity = f32::INFINITY;
    assert_eq!(
        (exp(infinity), exp(-infinity), exp(0.0)),
        (infinity, 0.0, 1.0)
    );
    assert_eq!((exp(88.73), exp(-103.98)), (infinity, 0.0));
    assert!(exp(-103.9) > 0.0 && exp(88.72) < infinity);
    assert_eq!(
        (ln(infinity), ln(0.0), ln(-0.0), ln(1.0)),
        (infinity, -infinity, -infinity, 0.0)
    );
    assert_eq!(
        (ln_1p(infinity), ln_1p(-1.0), ln_1p(0.0)),
        (infinity, -infinity, 0.0)
    );
    assert_eq!(
        (sigmoid(infinity), sigmoid(-infinity), sigmoid(0.0)),
        (1.0, 0.0, 0.5)
    );
    assert_eq!((tanh(infinity), tanh(-infinity)), (1.0, -1.0));
    assert_eq!(tanh(-0.0).to_bits(), (-0.0f32).to_bits());
    assert_eq!((softplus(infinity), softplus(-infinity)), (infinity, 0.0));
    assert_eq!((erf(infinity), erf(-infinity)), (1.0, -1.0));
    assert_eq!(
        (normal_cdf(infinity), normal_cdf(-infinity), normal_cdf(0.0)),
        (1.0, 0.0, 0.5)
    );
    assert!(ln(-1.0).is_nan() && ln(-infinity).is_nan() && ln_1p(-1.1).is_nan());
}

#[test]
fn nan_stays_nan() {
    for f in [exp, ln, ln_1p, sigmoid, tanh, softplus, erf, normal_cdf] {
        assert!(f(f32::NAN).is_nan() && f(-f32::NAN).is_nan());
    }
}

fn assert_same_bits(f: impl Fn(f32) -> f32 + Copy) {
    let inputs = points(-20.0, 20.0);
    let mut values = inputs.clone();
    crate::elementwise::map(&mut values, f);
    for (value, &x) in values.iter().zip(&inputs) {
        assert_eq!(value.to_bits(), f(x).to_bits(), "at {x}");
    }
}

#[test]
fn the_same_bits_alone_and_in_a_vector() {
    // Each by its own type, so that it becomes part of the vectorised loop.
    assert_same_bits(exp);
    assert_same_bits(ln_1p);
    assert_same_bits(sigmoid);
    assert_same_bits(tanh);
    assert_same_bits(softplus);
    assert_same_bits(erf);
}

#[test]
fn unit_vectors_go_all_around() {
    let mut quarters = [0; 4];
    let mut words = vec![0; 40_000];
    Stream::new(2, Purpose::Generator, 0).fill_u32(&mut words);
    for word in words {
        let (x, y) = unit_vector(word);
        assert!((x * x + y * y - 1.0).abs() < 3e-7);
        quarters[usize::from(x < 0.0) * 2 + usize::from(y < 0.0)] += 1;
    }
    for count in quarters {
        assert!((9_700..10_300).contains(&count), "{quarters:?}");
    }
}
