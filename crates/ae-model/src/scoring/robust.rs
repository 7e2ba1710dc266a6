//! Location and scale that a few odd rows don't move.

/// The standard deviation of normal numbers over their median absolute deviation.
const NORMAL: f64 = 1.4826;

/// The median of the numbers and their scale: the median distance from it, as a standard
/// deviation of normal numbers. Sorts them on the way; of none, 0 and 0.
pub(super) fn median_and_scale(numbers: &mut [f64]) -> (f64, f64) {
    let middle = median(numbers);
    for number in numbers.iter_mut() {
        *number = (*number - middle).abs();
    }
    (middle, NORMAL * median(numbers))
}

/// The middle number, or the mean of the two in the middle.
pub(super) fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    let half = numbers.len() / 2;
    match numbers.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => numbers[half],
        _ => f64::midpoint(numbers[half - 1], numbers[half]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        assert_eq!(
            median_and_scale(&mut [3.0, 1.0, 2.0, 100.0, 4.0]),
            (3.0, 1.4826)
        );
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median_and_scale(&mut []), (0.0, 0.0));
    }
}
