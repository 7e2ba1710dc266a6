use super::*;
use crate::InstructionSet;
use crate::instruction_set::forced::on_each;
use crate::random::{Purpose, Stream};
use crate::reference;
use ndarray::{Array2, s};

fn random(seed: u64, rows: usize, columns: usize) -> Array2<f32> {
    let mut values = vec![0.0; rows * columns];
    Stream::new(seed, Purpose::Generator, 0).fill_normal(&mut values);
    Array2::from_shape_vec((rows, columns), values).unwrap()
}

/// Kernels with fused multiply-add give the reference's bits; the portable one is near.
fn assert_matches(set: InstructionSet, found: &Array2<f32>, expected: &Array2<f32>, depth: usize) {
    if set != InstructionSet::Baseline || cfg!(target_arch = "aarch64") {
        assert_eq!(found, expected, "{set:?}");
        return;
    }
    for (found, expected) in found.iter().zip(expected) {
        let tolerance = 1e-6 * (depth as f32 + 1.0) * (1.0 + expected.abs());
        assert!(
            (found - expected).abs() <= tolerance,
            "{found} for {expected}"
        );
    }
}

fn check(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, seed: u64) {
    let start = random(seed, a.nrows(), b.ncols());
    let mut expected = start.clone();
    reference::matmul_add(a, b, expected.view_mut());
    on_each(|set| {
        let mut found = start.clone();
        matmul_add(a, b, found.view_mut());
        assert_matches(set, &found, &expected, a.ncols());
    });
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

#[test]
fn inner_and_outer_blocks_meet_without_a_seam() {
    // Rows, columns and steps beyond every group size, once each.
    check_sizes(600, 20, 40);
    check_sizes(40, 20, 1100);
    check_sizes(17, 2100, 20);
    check_sizes(33, 300, 530);
    // A row distance of 1024 makes the packing of a pay.
    check_sizes(30, 1024, 129);
}

#[test]
fn any_strides() {
    let big_a = random(1, 40, 60);
    let big_b = random(2, 60, 80);
    let (row, column) = (big_a.slice(s![..1, ..30]), big_b.slice(s![..30, ..1]));
    let a_views = [
        big_a.slice(s![..20, ..30]),
        big_a.slice(s![..;2, ..;2]),
        big_a.slice(s![..20;-1, ..30;-1]),
        big_a
            .slice(s![..30;2, ..20])
            .reversed_axes()
            .slice_move(s![..20, ..;-1]),
        row.broadcast((20, 30)).unwrap(),
    ];
    let b_views = [
        big_b.slice(s![..30, ..40]),
        big_b.slice(s![..;2, ..;2]),
        big_b.slice(s![..30;-1, ..40;-1]),
        big_b.slice(s![..40, ..30]).reversed_axes(),
        column.broadcast((30, 40)).unwrap(),
    ];
    for a in &a_views {
        for b in &b_views {
            let depth = a.ncols().min(b.nrows());
            check(a.slice(s![.., ..depth]), b.slice(s![..depth, ..]), 3);
        }
    }
}

#[test]
fn any_output_strides() {
    let (a, b) = (random(1, 9, 5), random(2, 5, 7));
    let mut expected = Array2::zeros((9, 7));
    reference::matmul(a.view(), b.view(), expected.view_mut());
    let near = |found: ArrayView2<'_, f32>| {
        assert_matches(InstructionSet::best(), &found.to_owned(), &expected, 5)
    };
    let mut storage = Array2::from_elem((20, 20), 7.0);
    matmul(a.view(), b.view(), storage.slice_mut(s![..9, ..7]));
    near(storage.slice(s![..9, ..7]));
    assert!(storage.slice(s![9.., ..]).iter().all(|&x| x == 7.0));
    assert!(storage.slice(s![..9, 7..]).iter().all(|&x| x == 7.0));
    matmul(a.view(), b.view(), storage.slice_mut(s![..18;2, ..14;2]));
    near(storage.slice(s![..18;2, ..14;2]));
    matmul(
        a.view(),
        b.view(),
        storage.slice_mut(s![..7, ..9]).reversed_axes(),
    );
    near(storage.slice(s![..7, ..9]).t());
    matmul(a.view(), b.view(), storage.slice_mut(s![..9;-1, ..7]));
    near(storage.slice(s![..9;-1, ..7]));
}

#[test]
fn finish_sees_each_element_once_when_it_is_complete() {
    for (m, k, n) in [
        (1, 3, 5),
        (1, 700, 300),
        (30, 300, 20),
        (70, 0, 9),
        (300, 40, 600),
    ] {
        let (a, b) = (random(1, m, k), random(2, k, n));
        let bias: Vec<f32> = (0..m * n).map(|i| i as f32).collect();
        let finish = |segment: Segment<'_>| {
            let start = segment.first_row * n + segment.first_column;
            for (value, bias) in segment.values.iter_mut().zip(&bias[start..]) {
                *value = 2.0 * *value + bias;
            }
        };
        let mut expected = Array2::from_elem((m, n), f32::NAN);
        reference::matmul_then(a.view(), b.view(), expected.view_mut(), &finish);
        let mut found = Array2::from_elem((m, n), f32::NAN);
        matmul_then(a.view(), b.view(), found.view_mut(), &finish);
        assert_matches(InstructionSet::best(), &found, &expected, k + m * n);
    }
}

#[test]
fn finish_may_multiply_too() {
    let (a, b) = (random(1, 40, 30), random(2, 30, 20));
    let mut out = Array2::zeros((40, 20));
    matmul_then(a.view(), b.view(), out.view_mut(), &|segment| {
        let mut inner = Array2::zeros((40, 20));
        matmul(a.view(), b.view(), inner.view_mut());
        let inner = &inner.as_slice().unwrap()[segment.first_row * 20 + segment.first_column..];
        for (value, &x) in segment.values.iter_mut().zip(inner) {
            *value -= x;
        }
    });
    assert!(out.iter().all(|&x| x == 0.0));
}

#[test]
fn the_same_bits_with_any_number_of_threads() {
    for (m, k, n) in [
        (256, 784, 32),
        (256, 32, 784),
        (100, 300, 1000),
        (1, 1000, 1000),
    ] {
        let (x, w, z) = (random(1, m, k), random(2, k, n), random(3, m, n));
        let products = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let mut forward = Array2::zeros((m, n));
                let mut weights = Array2::zeros((k, n));
                let mut inputs = Array2::zeros((m, k));
                matmul(x.view(), w.view(), forward.view_mut());
                matmul(x.t(), z.view(), weights.view_mut());
                matmul(z.view(), w.t(), inputs.view_mut());
                (forward, weights, inputs)
            })
        };
        let one = products(1);
        assert!(products(2) == one);
        assert!(products(3) == one);
    }
}

#[test]
fn nan_and_infinity_go_through() {
    let a = ndarray::array![[f32::INFINITY, 1.0], [0.0, 1.0], [1.0, f32::NAN]];
    let b = ndarray::array![[1.0, 0.0], [2.0, 3.0]];
    let mut out = Array2::zeros((3, 2));
    matmul(a.view(), b.view(), out.view_mut());
    assert_eq!(out[(0, 0)], f32::INFINITY);
    assert!(out[(0, 1)].is_nan() && out[(2, 0)].is_nan() && out[(2, 1)].is_nan());
    assert_eq!(out.row(1).to_vec(), [2.0, 3.0]);
}

#[test]
#[should_panic(expected = "a product of 2 x 3 by 4 x 5 does not fit into 2 x 5")]
fn shapes_that_do_not_fit() {
    matmul(
        random(1, 2, 3).view(),
        random(2, 4, 5).view(),
        Array2::zeros((2, 5)).view_mut(),
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn random_shapes(m in 0usize..90, k in 0usize..90, n in 0usize..90, seed in 0u64..1000) {
        let (a, b) = (random(seed, m, k), random(seed + 1, k, n));
        check(a.view(), b.view(), seed + 2);
        check(a.view(), random(seed + 3, n, k).t(), seed + 4);
        check(random(seed + 5, k, m).t(), b.view(), seed + 6);
    }
}
