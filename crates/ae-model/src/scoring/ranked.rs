//! A sample's distribution, kept in little room and sharp in its tails.

/// Which places of a sorted sample of `rows` numbers are kept: all near both ends, then
/// ever fewer. Between two kept places, the number of rows beyond differs by 5 % at most, so
/// that five million rows are kept as 600 numbers.
pub(crate) fn kept_places(rows: usize) -> Vec<usize> {
    const GROWTH: f64 = 1.05;
    let (half, mut places, mut place) = (rows / 2, Vec::new(), 0);
    while place < half {
        places.push(place);
        place = (place + 1).max((place as f64 * GROWTH) as usize);
    }
    let mirrored: Vec<usize> = places.iter().rev().map(|place| rows - 1 - place).collect();
    places.extend((rows > 0).then_some(half));
    places.extend(mirrored);
    places.dedup();
    places
}

/// How many of a sample's numbers lie on either side of a number. Where that isn't known
/// exactly, the larger count is given: no row is called rarer than it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ranked<'a> {
    /// Numbers in the sample.
    pub(super) rows: usize,
    /// The places that are kept, ascending.
    pub(super) places: &'a [usize],
    /// The sorted sample's numbers at those places.
    pub(super) knots: &'a [f32],
}

impl Ranked<'_> {
    /// Numbers of the sample that are at least `value`.
    pub(super) fn at_least(&self, value: f32) -> usize {
        self.from(self.knots.partition_point(|knot| *knot < value))
    }

    /// The middle one, or one beside it.
    pub(crate) fn median(&self) -> f32 {
        self.knots[self.places.partition_point(|place| *place < self.rows / 2)]
    }

    /// The smallest and the largest.
    pub(crate) fn range(&self) -> Option<[f32; 2]> {
        Some([*self.knots.first()?, *self.knots.last()?])
    }

    /// Kolmogorov and Smirnov's distance between this sample and another, sorted one, or less,
    /// where this one isn't known exactly: in [0, 1].
    pub(crate) fn distance(&self, sorted: &[f32]) -> f64 {
        // Between the share here, as far as it is known, and that of the other sample.
        let gap = |[least, most]: [usize; 2], there: usize| {
            let [least, most] = [least, most].map(|count| count as f64 / self.rows as f64);
            let there = there as f64 / sorted.len() as f64;
            (least - there).max(there - most)
        };
        let (mut farthest, mut start) = (0.0_f64, 0);
        for same in self.knots.chunk_by(|a, b| a == b) {
            let end = start + same.len();
            let before = if start == 0 {
                0
            } else {
                self.places[start - 1] + 1
            };
            let below = sorted.partition_point(|value| *value < same[0]);
            let up_to = sorted.partition_point(|value| *value <= same[0]);
            farthest = farthest
                .max(gap([before, self.places[start]], below))
                .max(gap([self.places[end - 1] + 1, self.up_to(end)], up_to));
            start = end;
        }
        farthest
    }

    /// Numbers up to the first so many knots.
    fn up_to(&self, above: usize) -> usize {
        match above {
            0 => 0,
            // No number is known between this place and the next.
            _ => self.places.get(above).copied().unwrap_or(self.rows),
        }
    }

    /// Numbers beyond the first so many knots.
    pub(crate) fn from(&self, below: usize) -> usize {
        match below {
            0 => self.rows,
            _ => self.rows - 1 - self.places[below - 1],
        }
    }
}

/// What is said of a number by how many of a sample are as far out as it, on the side where they
/// are fewer: worked out once for each knot and each gap between two, then only looked up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OutwardTable {
    /// The knots, each once.
    pub(crate) knots: Vec<f32>,
    /// What is said of numbers below all knots, of the first knot, of numbers between it and
    /// the second, and so on.
    pub(crate) said: Vec<f64>,
}

impl OutwardTable {
    /// `say` makes something of a count.
    pub(super) fn new(ranked: Ranked<'_>, say: impl Fn(usize) -> f64) -> Self {
        let fewer = |above: usize, below: usize| say(ranked.up_to(above).min(ranked.from(below)));
        let (mut knots, mut said, mut place) = (Vec::new(), vec![fewer(0, 0)], 0);
        for same in ranked.knots.chunk_by(|a, b| a == b) {
            let end = place + same.len();
            knots.push(same[0]);
            said.extend([fewer(end, place), fewer(end, end)]);
            place = end;
        }
        Self { knots, said }
    }

    /// What is said of `value`.
    pub(super) fn of(&self, value: f32) -> f64 {
        let below = self.knots.partition_point(|knot| *knot < value);
        let is_knot = self.knots.get(below) == Some(&value);
        self.said[2 * below + usize::from(is_knot)]
    }
}

/// The knots of a sample, which is sorted on the way.
pub(super) fn knots(sample: &mut [f32], places: &[usize]) -> Vec<f32> {
    sample.sort_unstable_by(f32::total_cmp);
    places.iter().map(|place| sample[*place]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_ends_are_kept_and_the_middle_is_thinned() {
        assert!(kept_places(0).is_empty());
        assert_eq!(kept_places(1), [0]);
        assert_eq!(kept_places(4), [0, 1, 2, 3]);
        assert_eq!(kept_places(5), [0, 1, 2, 3, 4]);
        let places = kept_places(5_000_000);
        assert!(places.len() < 650, "{}", places.len());
        assert_eq!(places[..4], [0, 1, 2, 3]);
        assert_eq!(places[places.len() - 2..], [4_999_998, 4_999_999]);
        assert!(places.is_sorted_by(|a, b| a < b));
    }

    proptest! {
        #[test]
        fn counts_are_never_too_low_and_at_most_a_twentieth_too_high(
            sample in prop::collection::vec(-50i16..50, 1..600),
            value in -52i16..52,
        ) {
            let mut floats: Vec<f32> = sample.iter().map(|v| f32::from(*v)).collect();
            let places = kept_places(floats.len());
            let knots = knots(&mut floats, &places);
            let ranked = Ranked { rows: sample.len(), places: &places, knots: &knots };
            let at_most = sample.iter().filter(|v| **v <= value).count();
            let at_least = sample.iter().filter(|v| **v >= value).count();
            let value = f32::from(value);
            let found_at_most = ranked.up_to(knots.partition_point(|knot| *knot <= value));
            for (found, exact) in [(found_at_most, at_most), (ranked.at_least(value), at_least)] {
                prop_assert!(found >= exact, "{found} for {exact}");
                let middle = sample.len().div_ceil(2);
                if exact < middle {
                    prop_assert!(found as f64 <= 1.0 + 1.05 * exact as f64, "{found} for {exact}");
                }
            }
            let fewer = found_at_most.min(ranked.at_least(value));
            prop_assert_eq!(OutwardTable::new(ranked, |count| count as f64).of(value), fewer as f64);
        }

        #[test]
        fn distances_are_never_too_large_and_a_twentieth_too_small_at_most(
            ours in prop::collection::vec(-50i16..50, 1..600),
            theirs in prop::collection::vec(-80i16..40, 1..300),
        ) {
            let mut floats: Vec<f32> = ours.iter().map(|v| f32::from(*v)).collect();
            let places = kept_places(floats.len());
            let knots = knots(&mut floats, &places);
            let ranked = Ranked { rows: ours.len(), places: &places, knots: &knots };
            let mut sorted: Vec<f32> = theirs.iter().map(|v| f32::from(*v)).collect();
            sorted.sort_unstable_by(f32::total_cmp);
            let share = |of: &[i16], value: i16| {
                of.iter().filter(|v| **v <= value).count() as f64 / of.len() as f64
            };
            let exact = (-80..50)
                .map(|value| (share(&ours, value) - share(&theirs, value)).abs())
                .fold(0.0, f64::max);
            let found = ranked.distance(&sorted);
            prop_assert!(found <= exact + 1e-12, "{found} for {exact}");
            prop_assert!(found >= exact - 0.05, "{found} for {exact}");
        }
    }
}
