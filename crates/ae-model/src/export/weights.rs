//! Weights in the order that other programs keep them in.

/// The numbers of an array of four sides with its sides in another order: side `order[i]` of
/// what comes in is side `i` of what goes out.
pub(super) fn permuted<T: Copy>(values: &[T], shape: [usize; 4], order: [usize; 4]) -> Vec<T> {
    let mut steps = [1; 4];
    for side in (0..3).rev() {
        steps[side] = steps[side + 1] * shape[side + 1];
    }
    let [a, b, c, d] = order.map(|side| (shape[side], steps[side]));
    let mut permuted = Vec::with_capacity(values.len());
    for i in 0..a.0 {
        for j in 0..b.0 {
            for k in 0..c.0 {
                let first = i * a.1 + j * b.1 + k * c.1;
                permuted.extend((0..d.0).map(|l| values[first + l * d.1]));
            }
        }
    }
    permuted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_change_places() {
        let values: Vec<f32> = (0..24).map(|value| value as f32).collect();
        let shape = [2, 3, 1, 4];
        assert_eq!(permuted(&values, shape, [0, 1, 2, 3]), values);
        let turned = permuted(&values, shape, [3, 2, 0, 1]);
        // Out: 4 × 1 × 2 × 3; number [1, 0, 1, 2] was [1, 2, 0, 1].
        assert_eq!(turned[6 + 3 + 2], values[12 + 2 * 4 + 1]);
        assert_eq!(permuted(&turned, [4, 1, 2, 3], [2, 3, 1, 0]), values);
    }
}
