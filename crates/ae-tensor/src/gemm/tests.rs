use super::*;
use crate::random::{Purpose, Stream};
use crate::reference;
use ndarray::{Array2, s};

fn random(seed: u64, rows: usize, columns: usize) -> Array2<f32> {
    let mut values = vec![0.0; rows * columns];
    Stream::new(seed, Purpose::Generator, 0).fill_normal(&mut values);
    Array2::from_shape_vec((rows, columns), values).unwrap()
}

fn available() -> impl Iterator<Item = InstructionSet> {
    InstructionSet::ALL.into_iter().filter(|set| set.is_available())
}

/// Kernels with fused multiply-add give the reference's bits; the portable one is near.
fn assert_matches(set: InstructionSet, found: &Array2<f32>, expected: &Array2<f32>, depth: usize) {
    if set != InstructionSet::Baseline || cfg!(target_arch = "aarch64") {
        assert_eq!(found, expected, "{set:?}");
        return;
    }
    for (found, expected) in found.iter().zip(expected) {
        let tolerance = 1e-6 * (depth as f32 + 1.0) * (1.0 + expected.abs());
        assert!((found - expected).abs() <= tolerance, "{found} for {expected}");
    }
}

fn check(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, seed: u64) {
    let start = random(seed, a.nrows(), b.ncols());
    let mut expected = start.clone();
    reference::matmul_add(a, b, expected.view_mut());
    for set in available() {
        let mut found = start.clone();
        matmul_add_with(set, a, b, found.view_mut());
        assert_matches(set, &found, &expected, a.ncols());
    }
}

/// All four combinations of transposed operands.
fn check_sizes(m: usize, k: usize, n: usize) {
    let (a, b) = (random(1, m, k), random(2, k, n));
    let (at, bt) = (random(3, k, m), random(4, n, k));
    check(a.view(), b.view(), 5);
    check(at.t(), b.view(), 6);
    check(a.view(), bt.t(), 7);
    check(at.t(), bt.t(), 8);
}

#[test]
fn all_small_sizes() {
    for m in 0..=17 {
        for n in 0..=17 {
            for k in [0, 1, 2, 3, 4, 5, 7, 8, 16, 17] {
                check_sizes(m, k, n);
            }
        }
    }
}

#[test]
fn block_edges() {
    for m in [13, 14, 15, 27, 28, 29, 43, 511, 513] {
        check_sizes(m, 9, 33);
    }
    for n in [31, 32, 33, 47, 63, 64, 65, 127, 129, 511, 512, 513] {
        check_sizes(15, 5, n);
        check_sizes(2, 5, n);
        check_sizes(5, 5, n);
        check_sizes(40, 5, n);
    }
    for k in [255, 256, 257, 511, 512, 513] {
        check_sizes(15, k, 33);
        check_sizes(1, k, 300);
    }
}
