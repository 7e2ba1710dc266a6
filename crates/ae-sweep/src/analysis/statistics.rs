//! Means, their spread, and how sure one can be of them.

use serde::Serialize;
use std::f64::consts::{FRAC_PI_2, PI};

/// A mean over runs and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeanSd {
    /// The mean.
    pub mean: f64,
    /// The standard deviation (of a sample: n − 1); `None` of one run.
    pub sd: Option<f64>,
    /// Runs.
    pub n: usize,
}

impl MeanSd {
    /// Of some values; the mean of none is not a number.
    pub fn of(values: &[f64]) -> Self {
        let n = values.len();
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let sd = (n > 1).then(|| (squares / (n as f64 - 1.0)).sqrt());
        Self { mean, sd, n }
    }

    /// Half the width of the interval that holds the true mean with a probability of
    /// `1 − alpha`, if the values are normal; `None` of one value.
    pub fn half_width(&self, alpha: f64) -> Option<f64> {
        let sd = self.sd?;
        Some(t_quantile(self.n - 1, alpha) * sd / (self.n as f64).sqrt())
    }
}

/// The t beyond which, on either side together, Student's distribution with so many degrees of
/// freedom has a share `alpha`.
///
/// From the finite series for whole degrees of freedom (Abramowitz & Stegun, 26.7.3 and
/// 26.7.4), by bisection.
///
/// # Panics
/// If there is no degree of freedom.
pub fn t_quantile(degrees: usize, alpha: f64) -> f64 {
    assert!(degrees > 0, "no degree of freedom");
    // t = √ν tan θ; the share within ±t rises with θ.
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    for _ in 0..64 {
        let middle = f64::midpoint(low, high);
        if within(degrees, middle) < 1.0 - alpha {
            low = middle;
        } else {
            high = middle;
        }
    }
    (degrees as f64).sqrt() * low.tan()
}

/// The share within ±√ν tan θ.
fn within(degrees: usize, theta: f64) -> f64 {
    let (sin, cos) = theta.sin_cos();
    let odd = degrees % 2 == 1;
    // Odd: 2/π (θ + sin θ (cos θ + 2/3 cos³ θ + 2·4/(3·5) cos⁵ θ + …)).
    // Even: sin θ (1 + 1/2 cos² θ + 1·3/(2·4) cos⁴ θ + …).
    let (mut term, first) = if odd { (cos, 1) } else { (1.0, 0) };
    let mut sum = 0.0;
    for power in (first..degrees.saturating_sub(1)).step_by(2) {
        sum += term;
        let power = power as f64;
        term *= cos * cos * (power + 1.0) / (power + 2.0);
    }
    if odd {
        2.0 / PI * (theta + sin * sum)
    } else {
        sin * sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the table of Abramowitz & Stegun, 26.10.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (degrees, alpha, t) in [
            (1, 0.05, 12.706),
            (2, 0.05, 4.303),
            (3, 0.05, 3.182),
            (4, 0.05, 2.776),
            (4, 0.01, 4.604),
            (5, 0.05, 2.571),
            (9, 0.05, 2.262),
            (30, 0.05, 2.042),
            (120, 0.05, 1.980),
        ] {
            let found = t_quantile(degrees, alpha);
            assert!((found - t).abs() < 6e-4, "{degrees}, {alpha}: {found}");
        }
    }

    #[test]
    fn means_and_intervals() {
        let values = MeanSd::of(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!((values.mean, values.n), (3.0, 5));
        assert!((values.sd.unwrap() - 2.5f64.sqrt()).abs() < 1e-12);
        assert!((values.half_width(0.05).unwrap() - 1.963).abs() < 1e-3);
        assert_eq!(MeanSd::of(&[2.0]).half_width(0.05), None);
        assert!(MeanSd::of(&[]).mean.is_nan());
    }
}
