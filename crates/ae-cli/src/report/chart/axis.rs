//! Where a value stands along an axis, and which values are written beside it.

/// One side of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    low: f64,
    high: f64,
    logarithmic: bool,
    /// How many labels fit.
    room: usize,
    /// The values to label, where they are known.
    labelled: Option<Vec<(f64, String)>>,
}

/// From this ratio of the largest to the smallest value on, a scale of powers shows more.
const DECADES: f64 = 30.0;

/// Empty space kept at both ends, as a share of the span.
const MARGIN: f64 = 0.04;

impl Axis {
    /// An even scale with a little space around the finite ones of `values`.
    pub fn linear(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = bounds(values).unwrap_or((0.0, 1.0));
        // A flat line runs through the middle.
        let margin = match high - low {
            span if span > 0.0 => MARGIN * span,
            _ if low == 0.0 => 1.0,
            _ => 0.1 * low.abs(),
        };
        Self::between(low - margin, high + margin)
    }

    /// Like [`Axis::linear`], or a scale of powers where the values span more than a decade
    /// and a half.
    pub fn fitting(values: impl IntoIterator<Item = f64> + Clone) -> Self {
        match bounds(values.clone()) {
            Some((low, high)) if low > 0.0 && high / low >= DECADES => {
                let margin = (high / low).powf(MARGIN);
                Self {
                    logarithmic: true,
                    ..Self::between(low / margin, high * margin)
                }
            }
            _ => Self::linear(values),
        }
    }

    /// An even scale from `low` to `high`.
    pub fn between(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            logarithmic: false,
            room: 5,
            labelled: None,
        }
    }

    /// A scale of powers with a little space around `values`, which are above 0 and which alone
    /// are labelled.
    pub fn labelled_at(values: Vec<f64>) -> Self {
        let (low, high) = bounds(values.iter().copied()).unwrap_or((1.0, 10.0));
        let margin = (high / low).powf(MARGIN).max(1.01);
        Self {
            logarithmic: true,
            labelled: Some(
                values
                    .iter()
                    .map(|value| (*value, value.to_string()))
                    .collect(),
            ),
            ..Self::between(low / margin, high * margin)
        }
    }

    /// With these words at these values, and nothing else written beside it.
    pub fn with_labels(self, labels: Vec<(f64, String)>) -> Self {
        Self {
            labelled: Some(labels),
            ..self
        }
    }

    /// With nothing written beside it.
    pub fn without_labels(self) -> Self {
        Self {
            labelled: Some(Vec::new()),
            ..self
        }
    }

    /// With about `labels` labels in place of five.
    pub fn with_room(self, labels: usize) -> Self {
        Self {
            room: labels,
            ..self
        }
    }

    /// Whether equal ratios, not equal differences, are equally far apart.
    pub fn is_logarithmic(&self) -> bool {
        self.logarithmic
    }

    /// Where `value` stands: 0 at the low end, 1 at the high end; `None` if it isn't finite.
    pub fn position(&self, value: f64) -> Option<f64> {
        let scale = |value: f64| if self.logarithmic { value.ln() } else { value };
        let share = (scale(value) - scale(self.low)) / (scale(self.high) - scale(self.low));
        share.is_finite().then_some(share)
    }

    /// Round values inside the axis, and how to write them.
    pub fn labels(&self) -> Vec<(f64, String)> {
        let values = if let Some(values) = &self.labelled {
            values.clone()
        } else if self.logarithmic {
            self.powers()
        } else {
            self.multiples()
        };
        values
            .into_iter()
            .filter(|(value, _)| (self.low..=self.high).contains(value))
            .collect()
    }

    /// Multiples of 1, 2 or 5 times a power of ten.
    fn multiples(&self) -> Vec<(f64, String)> {
        let step = round_step((self.high - self.low) / self.room as f64);
        let decimals = -step.log10().floor() as i32;
        let (first, last) = ((self.low / step).ceil(), (self.high / step).floor());
        (0..=(last - first) as usize)
            .map(|index| {
                let value = (first + index as f64) * step;
                (value, write(value, decimals))
            })
            .collect()
    }

    /// Powers of ten, with 2 and 5 times them as long as there is room.
    fn powers(&self) -> Vec<(f64, String)> {
        let (first, last) = (self.low.log10().floor(), self.high.log10().ceil());
        let decades = (last - first) as i32;
        let stride = 1 + decades as usize / (2 * self.room);
        let factors: &[f64] = if decades <= 2 {
            &[1.0, 2.0, 5.0]
        } else {
            &[1.0]
        };
        (0..=decades)
            .step_by(stride)
            .flat_map(|decade| {
                let exponent = first as i32 + decade;
                factors.iter().map(move |factor| {
                    let value = factor * 10f64.powi(exponent);
                    (value, write(value, -exponent))
                })
            })
            .collect()
    }
}

/// A label with the decimals that its step needs (below 0: zeros before the point), as a
/// power of ten where that is shorter.
fn write(value: f64, decimals: i32) -> String {
    let places = |decimals: i32| decimals.max(0) as usize;
    if value == 0.0 {
        "0".to_owned()
    } else if decimals > 4 || value.abs() >= 1e5 {
        // A multiple of the step may lie a rounding below its power of ten.
        let magnitude = (value.abs().log10() + 1e-9).floor() as i32;
        format!("{value:.*e}", places(magnitude + decimals))
    } else {
        format!("{value:.*}", places(decimals))
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `step`.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|factor| factor * power >= step * (1.0 - 1e-9))
        .unwrap_or(10.0);
    factor * power
}

/// Smallest and largest of the finite values.
fn bounds(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .into_iter()
        .filter(|value| value.is_finite())
        .fold(None, |bounds, value| match bounds {
            None => Some((value, value)),
            Some((low, high)) => Some((value.min(low), value.max(high))),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.labels().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn even_scales_are_labelled_with_round_numbers() {
        let axis = Axis::between(0.0, 1.0);
        assert_eq!(labels(&axis), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        let axis = Axis::linear([-31.0, 42.0]);
        assert_eq!(labels(&axis), ["-20", "0", "20", "40"]);
        assert_eq!(axis.position(5.5), Some(0.5));
    }

    #[test]
    fn labels_far_from_zero_differ() {
        let axis = Axis::between(1.2e6, 1.6e6);
        assert_eq!(labels(&axis), ["1.2e6", "1.3e6", "1.4e6", "1.5e6", "1.6e6"]);
        let axis = Axis::between(0.1, 0.100_02);
        assert!(labels(&axis).contains(&"1.00010e-1".to_owned()));
        let axis = Axis::between(0.0, 2e7);
        assert_eq!(labels(&axis), ["0", "5e6", "1.0e7", "1.5e7", "2.0e7"]);
    }

    #[test]
    fn decades_get_a_scale_of_powers() {
        let axis = Axis::fitting([0.001, 1.0, f64::NAN]);
        assert!(axis.is_logarithmic());
        assert_eq!(labels(&axis), ["0.001", "0.01", "0.1", "1"]);
        assert!((axis.position(0.1).unwrap() - 2.0 / 3.0).abs() < 0.02);
        assert_eq!(axis.position(-1.0), None);
        assert!(!Axis::fitting([0.1, 1.0]).is_logarithmic());
        assert!(!Axis::fitting([-0.001, 1.0]).is_logarithmic());
    }

    #[test]
    fn a_single_value_and_no_value_make_an_axis() {
        for axis in [Axis::linear([0.5]), Axis::linear([0.0]), Axis::linear([])] {
            assert!(!axis.labels().is_empty());
        }
        let middle = Axis::linear([0.5, 0.5]).position(0.5).unwrap();
        assert!((middle - 0.5).abs() < 1e-9);
    }

    #[test]
    fn labels_stay_few() {
        for high in [1e-9, 3.3e-3, 0.7, 12.0, 999.0, 4e7] {
            let axis = Axis::between(0.0, high);
            assert!((2..=7).contains(&axis.labels().len()), "{high}");
            let axis = Axis::fitting([high * 1e-12, high]);
            assert!((2..=14).contains(&axis.labels().len()), "{high}");
        }
    }
}
