use super::{Column, Desk};
use ae_data::preprocess::Nature;

/// How sure an expectation is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Confidence {
    /// The interval, in the data's units, that holds about 95 % of such cells in ordinary rows of
    /// the same data, where there are enough of them.
    Interval([f32; 2]),
    /// The probability of what is expected, and of the value that is there.
    Probability([f32; 2]),
    /// The model doesn't know.
    Unknown,
}

/// Half of the interval that is given with an expected number where too few rows are at hand to
/// try it out, in robust standard deviations of the training rows' residuals: 95 % of them, if
/// they are normal.
const DEVIATIONS: f32 = 2.0;

/// Expected numbers are rounded to a power of ten that is at most this share of the standard
/// deviation: more digits would say more than is known.
const LEAST_DIGIT: f64 = 0.2;

impl Desk<'_> {
    /// The row of cells that these features stand for: numbers with as many digits as are known
    /// of them, whole where the column's are, and none beyond those of the training rows, where a
    /// network knows nothing.
    pub(super) fn cells(&self, features: &[f32], cells: &mut [f32]) {
        self.prepared.preprocessing().inverse_row(features, cells);
        for (place, column) in self.columns.iter().enumerate() {
            let cell = &mut cells[column.cells.start];
            if let Some([low, high]) = self.interval(place, features) {
                let deviation = f64::from(high - low) / f64::from(2.0 * DEVIATIONS);
                *cell = rounded(*cell, deviation);
            }
            if let Some([low, high]) = self.range(column) {
                *cell = cell.max(low).min(high);
            }
        }
        if let Some(schema) = self.model.layout().schema() {
            schema.settle(cells);
        }
    }

    /// How sure the network is of what it expects in a column; `known` are the features of
    /// what is there.
    pub(super) fn confidence(&self, place: usize, known: &[f32], expected: &[f32]) -> Confidence {
        if let Some(interval) = self.interval(place, expected) {
            return Confidence::Interval(interval);
        }
        let column = &self.columns[place];
        // Without blocks of their own, features of categories are no probabilities.
        let has_probabilities = self.model.autoencoder().output_blocks().is_some();
        let (own, expected) = (
            &known[column.features.clone()],
            &expected[column.features.clone()],
        );
        match column.nature {
            Nature::Binary if has_probabilities => {
                let of = |value: f32| match value >= 0.5 {
                    true => expected[0],
                    false => 1.0 - expected[0],
                };
                Confidence::Probability([of(expected[0]), of(own[0])])
            }
            Nature::Choice if has_probabilities => {
                let likeliest = expected.iter().copied().fold(0.0, f32::max);
                let pairs = own.iter().zip(expected);
                let own = pairs.map(|(is, probability)| is * probability).sum();
                Confidence::Probability([likeliest, own])
            }
            _ => Confidence::Unknown,
        }
    }

    /// Where the training rows' numbers of a column lie.
    fn range(&self, column: &Column) -> Option<[f32; 2]> {
        if column.nature != Nature::Number || column.cells.len() > 1 {
            return None;
        }
        let scaled = self
            .model
            .scorer()
            .distribution(column.features.start)?
            .range()?;
        let scaling = self.prepared.preprocessing().scaling();
        Some(scaled.map(|end| scaling.inverse_value(column.cells.start, end)))
    }

    /// Where a number lies that is expected to be as these features say.
    fn interval(&self, place: usize, expected: &[f32]) -> Option<[f32; 2]> {
        let column = &self.columns[place];
        if column.nature != Nature::Number || column.cells.len() > 1 {
            return None;
        }
        let feature = column.features.start;
        let errors = match self.errors[place] {
            Some(errors) => errors,
            None => {
                let spread = self.model.scorer().spread(feature)?;
                [-DEVIATIONS * spread, DEVIATIONS * spread]
            }
        };
        let scaling = self.prepared.preprocessing().scaling();
        let [least, most] = self.range(column).unwrap_or([f32::MIN, f32::MAX]);
        let end = |error| {
            let end = scaling.inverse_value(column.cells.start, expected[feature] + error);
            end.max(least).min(most)
        };
        Some(errors.map(end))
    }
}

/// A number without the digits that its standard deviation makes meaningless.
fn rounded(number: f32, deviation: f64) -> f32 {
    let step = 10.0_f64.powf((LEAST_DIGIT * deviation).log10().floor());
    let rounded = (f64::from(number) / step).round() * step;
    // Of a deviation of 0 or beyond all bounds, nothing is known.
    if rounded.is_finite() {
        rounded as f32
    } else {
        number
    }
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn digits_beyond_the_deviation_are_dropped() {
        assert_eq!(rounded(1234.567, 30.0), 1235.0);
        assert_eq!(rounded(1234.567, 60.0), 1230.0);
        assert_eq!(rounded(-0.123_456, 0.006), -0.123);
        assert_eq!(rounded(0.5, 0.0), 0.5);
        assert_eq!(rounded(0.5, f64::INFINITY), 0.5);
    }
}
