use super::*;
use ndarray::Array2;

/// The largest difference between the Gram matrix of the columns and the identity.
fn orthogonality_error(a: &Matrix) -> f64 {
    let columns = Columns::from_view(a.view());
    let gram = columns.transposed_times(&columns);
    let mut worst = 0.0f64;
    for i in 0..a.cols() {
        for j in 0..a.cols() {
            let expected = f64::from(u8::from(i == j));
            worst = worst.max((gram.column(j)[i] - expected).abs());
        }
    }
    worst
}

fn random(rows: usize, cols: usize) -> Matrix {
    let mut matrix = Matrix::zeros(rows, cols);
    Stream::new(3, Purpose::Generator, 0).fill_normal(matrix.as_mut_slice());
    matrix
}

/// V · diag(values) · Vᵀ with random orthonormal V, and V.
fn with_eigenvalues(values: &[f64]) -> (Array2<f32>, Matrix) {
    let n = values.len();
    let mut vectors = random(n, n);
    orthonormal_columns(&mut vectors);
    let a = Array2::from_shape_fn((n, n), |(i, j)| {
        let terms =
            (0..n).map(|k| values[k] * f64::from(vectors.row(i)[k]) * f64::from(vectors.row(j)[k]));
        terms.sum::<f64>() as f32
    });
    (a, vectors)
}

fn check_leading(values: &[f64], k: usize) {
    let (a, expected) = with_eigenvalues(values);
    let found = top_eigen(a.view(), k, 7);
    assert!(orthogonality_error(&found.vectors) < 1e-6);
    for j in 0..k {
        let error = (found.values[j] - values[j]).abs();
        assert!(
            error < 2e-6 * values[0],
            "value {j}: {} for {}",
            found.values[j],
            values[j]
        );
        let cosine: f64 = (0..values.len())
            .map(|i| f64::from(found.vectors.row(i)[j]) * f64::from(expected.row(i)[j]))
            .sum();
        assert!(cosine.abs() > 1.0 - 1e-6, "vector {j}: cosine {cosine}");
    }
}

#[test]
fn orthonormal_columns_span_the_same_space() {
    for (rows, cols) in [(1, 1), (5, 3), (40, 40), (200, 7)] {
        let original = random(rows, cols);
        let mut q = original.clone();
        orthonormal_columns(&mut q);
        assert!(orthogonality_error(&q) < 1e-6);
        // Q · Qᵀ · A = A
        let (a, q) = (
            Columns::from_view(original.view()),
            Columns::from_view(q.view()),
        );
        let projected = q.times(&q.transposed_times(&a));
        for j in 0..cols {
            for (x, y) in projected.column(j).iter().zip(a.column(j)) {
                assert!((x - y).abs() < 1e-5);
            }
        }
    }
}

#[test]
fn dependent_columns_are_replaced() {
    let same = Array2::from_shape_fn((4, 3), |(row, _)| row as f32);
    let mut a = Matrix::from_view(same.view());
    orthonormal_columns(&mut a);
    assert!(orthogonality_error(&a) < 1e-6);
    let mut zeros = Matrix::zeros(3, 3);
    orthonormal_columns(&mut zeros);
    assert!(orthogonality_error(&zeros) < 1e-6);
}

#[test]
#[should_panic(expected = "3 orthonormal columns asked of 2 rows")]
fn more_columns_than_rows() {
    orthonormal_columns(&mut Matrix::zeros(2, 3));
}

#[test]
fn a_two_by_two_by_hand() {
    let a = ndarray::array![[2.0, 1.0], [1.0, 2.0]];
    let eigen = top_eigen(a.view(), 2, 0);
    assert!((eigen.values[0] - 3.0).abs() < 1e-12 && (eigen.values[1] - 1.0).abs() < 1e-12);
    let root = std::f32::consts::FRAC_1_SQRT_2;
    assert!((eigen.vectors.row(0)[0] - root).abs() < 1e-6);
    assert!((eigen.vectors.row(1)[0] - root).abs() < 1e-6);
}

#[test]
fn jacobi_and_subspace_find_known_pairs() {
    let small: Vec<f64> = (0..20).map(|i| 20.0 - f64::from(i)).collect();
    check_leading(&small, 20);
    let large: Vec<f64> = (0..120).map(|i| 0.9f64.powi(i)).collect();
    check_leading(&large, 10);
}

#[test]
fn zero_and_empty_matrices() {
    let zero = Array2::zeros((50, 50));
    let eigen = top_eigen(zero.view(), 2, 0);
    assert_eq!(eigen.values, [0.0, 0.0]);
    assert!(orthogonality_error(&eigen.vectors) < 1e-6);
    assert_eq!(top_eigen(zero.view(), 0, 0).values, []);
    assert_eq!(
        top_eigen(Array2::zeros((0, 0)).view(), 0, 0).vectors.rows(),
        0
    );
}

#[test]
fn the_same_bits_for_the_same_seed() {
    let values: Vec<f64> = (0..100).map(|i| 1.0 / f64::from(i + 1)).collect();
    let (a, _) = with_eigenvalues(&values);
    assert_eq!(top_eigen(a.view(), 5, 1), top_eigen(a.view(), 5, 1));
}
