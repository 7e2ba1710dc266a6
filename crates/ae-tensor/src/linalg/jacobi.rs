//! Jacobi's eigenvalue method: slow for large matrices, and as exact as the numbers allow.

use super::dense::Columns;

/// Sweeps over all pairs; ten are rarely needed.
const MAX_SWEEPS: usize = 60;

/// All eigenvalues of a symmetric matrix, and the matrix of their eigenvectors as columns, in no
/// particular order.
pub(super) fn eigen(symmetric: &Columns) -> (Vec<f64>, Columns) {
    let n = symmetric.rows();
    let mut a = symmetric.clone();
    let mut vectors = Columns::identity(n);
    for _ in 0..MAX_SWEEPS {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                rotated |= rotate(&mut a, &mut vectors, p, q);
            }
        }
        if !rotated {
            break;
        }
    }
    let values = (0..n).map(|i| a.column(i)[i]).collect();
    (values, vectors)
}

/// Makes a_pq zero by a plane rotation; false when it is already negligible.
fn rotate(a: &mut Columns, vectors: &mut Columns, p: usize, q: usize) -> bool {
    let (app, aqq, apq) = (a.column(p)[p], a.column(q)[q], a.column(q)[p]);
    if apq.abs() <= f64::EPSILON * (app * aqq).abs().sqrt() || apq.abs() < f64::MIN_POSITIVE {
        return false;
    }
    // The smaller root of t² + 2 θ t - 1 = 0, t being the tangent of the angle.
    let theta = (aqq - app) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let cosine = 1.0 / t.hypot(1.0);
    let sine = t * cosine;
    let turn = |x: &mut f64, y: &mut f64| {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    };
    let (column_p, column_q) = a.pair_mut(p, q);
    column_p
        .iter_mut()
        .zip(column_q)
        .for_each(|(x, y)| turn(x, y));
    for j in 0..a.rows() {
        let column = a.column_mut(j);
        let (head, tail) = column.split_at_mut(q);
        turn(&mut head[p], &mut tail[0]);
    }
    let (column_p, column_q) = vectors.pair_mut(p, q);
    column_p
        .iter_mut()
        .zip(column_q)
        .for_each(|(x, y)| turn(x, y));
    true
}
