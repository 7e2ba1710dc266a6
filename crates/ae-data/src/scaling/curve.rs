use serde::{Deserialize, Serialize};

use super::sample::quantile_place;

/// Knots of a curve, at most: finer steps are below what a thousand ranks tell.
const MOST_KNOTS: usize = 1001;

/// An ascending line through some points, before the affine part of a scaling; without points
/// it changes nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Curve {
    /// Values of a feature, strictly ascending.
    from: Vec<f64>,
    /// What they become, strictly ascending.
    to: Vec<f64>,
}

impl Curve {
    /// From the sorted values of a feature, which are not all the same, to normal quantiles of
    /// their ranks; equal values share their middle rank.
    pub(super) fn through_ranks(sorted: &[f32]) -> Self {
        let count = sorted.len();
        let knots = count.min(MOST_KNOTS);
        let (mut from, mut to): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for knot in 0..knots {
            let share = knot as f64 / (knots - 1).max(1) as f64;
            let value = sorted[quantile_place(count, share)];
            if from.last() == Some(&f64::from(value)) {
                continue;
            }
            let first = sorted.partition_point(|&other| other < value);
            let last = sorted.partition_point(|&other| other <= value);
            from.push(f64::from(value));
            to.push(normal_quantile((first + last) as f64 / (2 * count) as f64));
        }
        Self { from, to }
    }

    /// Whether it changes nothing.
    pub(super) fn is_straight(&self) -> bool {
        self.from.is_empty()
    }

    /// Whether it could have been fitted.
    pub(super) fn holds_together(&self) -> bool {
        let ascends = |values: &[f64]| {
            values.iter().all(|value| value.is_finite())
                && values.windows(2).all(|pair| pair[0] < pair[1])
        };
        self.from.len() == self.to.len()
            && self.from.len() != 1
            && ascends(&self.from)
            && ascends(&self.to)
    }

    /// The places of its points, ascending, and its pieces: one before the first point, and one
    /// behind each.
    pub fn pieces(&self) -> (&[f64], Vec<Piece>) {
        pieces(&self.from, &self.to)
    }

    /// The same of the way back.
    pub fn pieces_back(&self) -> (&[f64], Vec<Piece>) {
        pieces(&self.to, &self.from)
    }

    pub(super) fn apply(&self, value: f64) -> f64 {
        along(&self.from, &self.to, value)
    }

    pub(super) fn invert(&self, value: f64) -> f64 {
        along(&self.to, &self.from, value)
    }
}

fn pieces<'a>(xs: &'a [f64], ys: &[f64]) -> (&'a [f64], Vec<Piece>) {
    let count = if xs.is_empty() { 0 } else { xs.len() + 1 };
    (xs, (0..count).map(|behind| piece(xs, ys, behind)).collect())
}

/// The height at `x` of the line through the points; beyond the ends, with the slope from the
/// middle point to the end.
fn along(xs: &[f64], ys: &[f64], x: f64) -> f64 {
    if xs.is_empty() {
        return x;
    }
    let piece = piece(xs, ys, xs.partition_point(|known| *known <= x));
    piece.height + piece.slope * (x - piece.at)
}

/// A straight piece of a curve: through (`at`, `height`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// A point's place.
    pub at: f64,
    /// Its height.
    pub height: f64,
    /// How much higher it is 1 further on.
    pub slope: f64,
}

/// The piece behind the first so many points, of which there are at least two.
fn piece(xs: &[f64], ys: &[f64], behind: usize) -> Piece {
    let (last, middle) = (xs.len() - 1, xs.len() / 2);
    let (from, to, through) = match behind {
        0 => (0, middle, 0),
        _ if behind > last => (last - middle.max(1).min(last), last, last),
        _ => (behind - 1, behind, behind - 1),
    };
    Piece {
        at: xs[through],
        height: ys[through],
        slope: (ys[to] - ys[from]) / (xs[to] - xs[from]),
    }
}

/// The number that a standard normal variable is below with probability `p`, by halving: exact
/// to 10⁻¹² for the few hundred knots of a curve.
fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-9.0, 9.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if normal_cdf(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// The normal distribution's function by its series ½ + φ(x) (x + x³/3 + x⁵/(3·5) + …), all of
/// whose terms have one sign (Marsaglia 2004).
fn normal_cdf(x: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term.abs() > 1e-17 * sum.abs() {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    0.5 + sum * (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known values: R's `qnorm`.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, expected) in [
            (0.5, 0.0),
            (0.975, 1.959963984540054),
            (0.01, -2.326347874040841),
            (1e-6, -4.753424308822899),
        ] {
            let found = normal_quantile(p);
            assert!((found - expected).abs() < 1e-9, "{p}: {found}");
        }
    }

    #[test]
    fn comes_back_inside_and_outside() {
        let sorted: Vec<f32> = (0..5000).map(|i| (i as f32 * 0.002).exp()).collect();
        let curve = Curve::through_ranks(&sorted);
        for value in [-50.0, 0.5, 1.0, 1.5, 300.0, 22_000.0, 1e6] {
            let back = curve.invert(curve.apply(value));
            assert!(
                (back - value).abs() < 1e-9 * value.abs().max(1.0),
                "{value}: {back}"
            );
        }
        assert!(curve.apply(f64::from(sorted[2500])).abs() < 1e-3);
        assert!(curve.holds_together());
    }
}
