use super::*;
use crate::random::{Purpose, Stream};
use crate::reference;
use ndarray::{Array2, s};

fn random(rows: usize, columns: usize) -> Array2<f32> {
    let mut values = vec![0.0; rows * columns];
    Stream::new(1, Purpose::Generator, 0).fill_normal(&mut values);
    Array2::from_shape_vec((rows, columns), values).unwrap()
}

const SHAPES: [(usize, usize); 8] = [
    (0, 3),
    (3, 0),
    (1, 1),
    (5, 17),
    (256, 32),
    (100, 65),
    (4000, 130),
    (7, 784),
];

#[test]
fn column_sums_match_the_reference_in_every_bit() {
    for (rows, columns) in SHAPES {
        let a = random(rows, columns);
        let transposed = random(columns, rows);
        for a in [a.view(), transposed.t(), a.slice(s![..;2, ..])] {
            let (mut found, mut expected) = (vec![7.0; columns], vec![7.0; columns]);
            column_sums(a, &mut found);
            reference::column_sums(a, &mut expected);
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn mean_and_variance_of_known_columns() {
    let a = ndarray::array![[10.0, 1e6], [12.0, 1e6 + 1.0], [14.0, 1e6 + 2.0]];
    let (mut mean, mut variance) = ([0.0; 2], [0.0; 2]);
    column_mean_variance(a.view(), &mut mean, &mut variance);
    assert_eq!(mean, [12.0, 1e6 + 1.0]);
    assert_eq!(variance, [8.0 / 3.0, 2.0 / 3.0]);
    column_mean_variance(Array2::zeros((0, 2)).view(), &mut mean, &mut variance);
    assert_eq!((mean, variance), ([0.0; 2], [0.0; 2]));
}

#[test]
fn mean_and_variance_of_any_shape() {
    for (rows, columns) in SHAPES {
        let a = random(rows, columns);
        let (mut mean, mut variance) = (vec![0.0; columns], vec![0.0; columns]);
        column_mean_variance(a.view(), &mut mean, &mut variance);
        for j in 0..columns {
            let column: Vec<f64> = a.column(j).iter().map(|&x| f64::from(x)).collect();
            let count = rows.max(1) as f64;
            let exact = column.iter().sum::<f64>() / count;
            let spread = column.iter().map(|x| (x - exact).powi(2)).sum::<f64>() / count;
            assert!((f64::from(mean[j]) - exact).abs() < 1e-6);
            assert!((f64::from(variance[j]) - spread).abs() < 1e-6 * (1.0 + spread));
        }
    }
}

#[test]
fn sums_of_slices() {
    for length in [0, 1, 7, 8, 9, 65_535, 65_537, 200_000] {
        let values = random(1, length).into_raw_vec_and_offset().0;
        let exact: f64 = values.iter().map(|&x| f64::from(x)).sum();
        let squares: f64 = values.iter().map(|&x| f64::from(x).powi(2)).sum();
        assert!((sum(&values) - exact).abs() < 1e-9);
        assert!((sum_squares(&values) - squares).abs() <= 1e-12 * squares);
        assert!((dot(&values, &values) - squares).abs() <= 1e-12 * squares);
        assert!(all_finite(&values));
    }
}

#[test]
fn what_is_not_finite_is_found_anywhere() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for place in [0, 5, 16, 99_990, 99_999] {
            let mut values = vec![f32::MAX; 100_000];
            values[place] = bad;
            assert!(!all_finite(&values));
        }
    }
    assert!(all_finite(&[
        f32::MAX,
        f32::MIN,
        -0.0,
        f32::MIN_POSITIVE / 2.0
    ]));
}
