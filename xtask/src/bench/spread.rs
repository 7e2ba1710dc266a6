use serde::Serialize;

/// A median with its neighbourhood.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    pub least: f64,
    pub median: f64,
    pub most: f64,
}

impl Spread {
    /// Not a number if there are no values.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        let last = values.len().saturating_sub(1);
        Self {
            least: at(0),
            median: (at(last / 2) + at(last.div_ceil(2))) / 2.0,
            most: at(last),
        }
    }
}

/// The same measured of ours and of another, in turns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Versus {
    pub ours: Spread,
    pub other: Spread,
    /// How many times as fast ours was, turn by turn: what slows the machine down for a while
    /// slows both of a turn, so that ratios of neighbours say more than a ratio of medians.
    pub times_as_fast: Spread,
}

impl Versus {
    /// From speeds of ours and of the other; the more the better.
    pub fn of_speeds(turns: &[(f64, f64)]) -> Self {
        Self::of(turns, |(ours, other)| ours / other)
    }

    /// From times of ours and of the other; the less the better.
    pub fn of_times(turns: &[(f64, f64)]) -> Self {
        Self::of(turns, |(ours, other)| other / ours)
    }

    fn of(turns: &[(f64, f64)], times_as_fast: fn((f64, f64)) -> f64) -> Self {
        Self {
            ours: Spread::of(turns.iter().map(|turn| turn.0)),
            other: Spread::of(turns.iter().map(|turn| turn.1)),
            times_as_fast: Spread::of(turns.iter().copied().map(times_as_fast)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(least: f64, median: f64, most: f64) -> Spread {
        Spread {
            least,
            median,
            most,
        }
    }

    #[test]
    fn a_median_lies_in_the_middle_or_halfway() {
        assert_eq!(Spread::of([3.0, 1.0, 9.0]), spread(1.0, 3.0, 9.0));
        assert_eq!(Spread::of([4.0, 1.0, 9.0, 2.0]), spread(1.0, 3.0, 9.0));
        assert_eq!(Spread::of([5.0]), spread(5.0, 5.0, 5.0));
        assert!(Spread::of([]).median.is_nan());
    }

    #[test]
    fn ratios_are_taken_within_a_turn() {
        // The machine was half as fast in the second turn: medians alone would say 1.5 to 1.
        let speeds = Versus::of_speeds(&[(200.0, 100.0), (100.0, 50.0), (150.0, 100.0)]);
        assert_eq!(speeds.ours, spread(100.0, 150.0, 200.0));
        assert_eq!(speeds.other, spread(50.0, 100.0, 100.0));
        assert_eq!(speeds.times_as_fast, spread(1.5, 2.0, 2.0));
    }

    #[test]
    fn less_time_is_faster() {
        let times = Versus::of_times(&[(2.0, 8.0), (4.0, 4.0)]);
        assert_eq!(times.times_as_fast, spread(1.0, 2.5, 4.0));
    }
}
