//! Orthonormal columns and leading eigenvectors, computed in `f64`.

mod dense;
mod jacobi;

use crate::Matrix;
use crate::random::{Purpose, Stream};
use dense::Columns;
use ndarray::ArrayView2;

/// A residual ‖A v - λ v‖ below this part of the largest |λ| counts as converged.
pub const TOLERANCE: f64 = 1e-7;

/// Subspace iterations before [`top_eigen`] settles for what it has.
const MAX_ITERATIONS: usize = 2000;

/// Iterations between two Rayleigh–Ritz steps, which cost about as much as two iterations.
const ITERATIONS_PER_CHECK: usize = 4;

/// Leading eigenvalues and eigenvectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigen {
    /// Eigenvalues, the largest first.
    pub values: Vec<f64>,
    /// Eigenvectors of length 1 as columns, n × k. The component of largest magnitude is positive.
    pub vectors: Matrix,
}

/// Replaces the columns of `a` by orthonormal ones that span the same space (Gram–Schmidt, twice
/// over, as in Giraud, Langou and Rozložník 2005). A column that depends on those before it is
/// replaced by one that does not.
///
/// # Panics
/// If there are more columns than rows.
pub fn orthonormal_columns(a: &mut Matrix) {
    let mut columns = Columns::from_view(a.view());
    columns.orthonormalise();
    columns.write_to(a);
}

/// The `k` leading eigenpairs of a symmetric matrix, by subspace iteration with Rayleigh–Ritz
/// steps from a seeded start, or by Jacobi's method when k is near n.
///
/// Leading means of largest magnitude, as in a covariance matrix, where none is negative; they are
/// returned in falling order of their value. Only symmetric input makes sense; the residual of each
/// pair is below [`TOLERANCE`] times the largest magnitude unless more than 2000 iterations would
/// be needed.
///
/// # Panics
/// If the matrix is not square or `k` exceeds its size.
#[must_use]
pub fn top_eigen(symmetric: ArrayView2<'_, f32>, k: usize, seed: u64) -> Eigen {
    let n = symmetric.nrows();
    assert_eq!(
        n,
        symmetric.ncols(),
        "rows and columns of a symmetric matrix"
    );
    assert!(k <= n, "{k} eigenvectors asked of a matrix of size {n}");
    let a = Columns::from_view(symmetric);
    // Spare columns beyond k make the last wanted ones converge faster.
    let width = k + (k / 2).max(8);
    let (values, vectors) = if n <= 32 || 2 * width >= n {
        jacobi::eigen(&a)
    } else {
        subspace(&a, k, width, seed)
    };
    leading(values, &vectors, k)
}

/// Block power iteration on `width` vectors until the first k have converged.
fn subspace(a: &Columns, k: usize, width: usize, seed: u64) -> (Vec<f64>, Columns) {
    let mut start = Matrix::zeros(a.rows(), width);
    Stream::new(seed, Purpose::Linalg, 0).fill_normal(start.as_mut_slice());
    let mut basis = Columns::from_view(start.view());
    basis.orthonormalise();
    let mut image = a.times(&basis);
    for iteration in 0.. {
        if iteration % ITERATIONS_PER_CHECK == 0 {
            let (values, rotation) = jacobi::eigen(&basis.transposed_times(&image));
            let rotation = by_magnitude(&values, &rotation);
            basis = basis.times(&rotation.vectors);
            image = image.times(&rotation.vectors);
            let limit = TOLERANCE * rotation.values.first().map_or(0.0, |value| value.abs());
            let converged = (0..k).all(|j| basis.residual(&image, j, rotation.values[j]) <= limit);
            if converged || iteration >= MAX_ITERATIONS {
                return (rotation.values, basis);
            }
        }
        std::mem::swap(&mut basis, &mut image);
        basis.orthonormalise();
        image = a.times(&basis);
    }
    unreachable!("the loop returns")
}

struct Sorted {
    values: Vec<f64>,
    vectors: Columns,
}

fn by_magnitude(values: &[f64], vectors: &Columns) -> Sorted {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[j].abs().total_cmp(&values[i].abs()));
    Sorted {
        values: order.iter().map(|&i| values[i]).collect(),
        vectors: vectors.select(&order),
    }
}

/// The first k by magnitude, then by value, with the sign convention of [`Eigen`].
fn leading(values: Vec<f64>, vectors: &Columns, k: usize) -> Eigen {
    let sorted = by_magnitude(&values, vectors);
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|&i, &j| sorted.values[j].total_cmp(&sorted.values[i]));
    let mut chosen = sorted.vectors.select(&order);
    chosen.make_largest_positive();
    let mut vectors = Matrix::zeros(chosen.rows(), k);
    chosen.write_to(&mut vectors);
    Eigen {
        values: order.iter().map(|&i| sorted.values[i]).collect(),
        vectors,
    }
}

#[cfg(test)]
mod tests;
