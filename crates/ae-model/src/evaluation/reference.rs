//! The simplest models there are, fitted on the training rows: what an autoencoder has to
//! beat before it is worth having.

use crate::Rows;
use ae_nn::Samples;
use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{Matrix, linalg, matmul, matmul_add, reduce};
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2};

/// Rows that principal components are fitted on, at most: on MNIST, 20,000 of the 60,000
/// rows change the error of 30 components by less than 1 %.
const MOST_ROWS: usize = 20_000;

/// Rows wider than this get no principal components: their covariance would be larger than
/// most models.
const MOST_FEATURES: usize = 4096;

/// The search for components ends when an iteration keeps less than this share of the
/// variance more, or after so many: on MNIST their error is then within 0.1 % of what it
/// could be, 600 of 784 take less than a second, and 128 of 3,136 a few.
const LEAST_GAIN: f64 = 1e-6;
const MOST_ITERATIONS: usize = 60;

/// Rows read at a time.
const BATCH: usize = 512;

/// The mean of the training rows, and their first principal components.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Mean of each feature, scaled.
    pub mean: Vec<f32>,
    /// As many directions as the code has numbers, in orthonormal columns (features ×
    /// latent), that span what the first principal components span; `None` where the code is
    /// as wide as the row or rows are too wide.
    pub components: Option<Matrix>,
}

impl Reference {
    /// Fitted on training rows, evenly spread if there are many.
    pub fn fit(rows: &Rows<'_>, latent: usize) -> Self {
        let features = rows.width();
        let numbers = rows.spread(MOST_ROWS);
        let mean = mean(rows);
        let components = match Self::no_components(latent, features) {
            Some(_) => None,
            None => Some(principal_space(&covariance(rows, &numbers, &mean), latent)),
        };
        Self { mean, components }
    }

    /// Why principal components are not computed for rows and codes of these widths, if
    /// they aren't.
    pub(super) fn no_components(latent: usize, features: usize) -> Option<String> {
        if latent >= features {
            Some(format!("{latent} components of {features} lose nothing"))
        } else if features > MOST_FEATURES {
            Some(format!(
                "rows of {features} numbers are too wide for it (at most {MOST_FEATURES})"
            ))
        } else {
            None
        }
    }

    /// Principal components' reconstruction of scaled rows, into `out`.
    pub(crate) fn project(&self, rows: ArrayView2<f32>, mut out: ArrayViewMut2<f32>) -> bool {
        let Some(components) = &self.components else {
            return false;
        };
        let mut centred = rows.to_owned();
        centre(&mut centred, &self.mean);
        let mut code = Array2::zeros((rows.nrows(), components.cols()));
        matmul(centred.view(), components.view(), code.view_mut());
        matmul(code.view(), components.view().t(), out.view_mut());
        out += &ArrayView1::from(&self.mean);
        true
    }
}

/// Orthonormal columns that span nearly what the first `count` eigenvectors span, by subspace
/// iteration (Golub & Van Loan, Matrix Computations, section 8.2.4). A projection needs the
/// space only, so that no eigenvector has to be told from its neighbours.
fn principal_space(covariance: &Matrix, count: usize) -> Matrix {
    let features = covariance.rows();
    let total: f64 = (0..features)
        .map(|feature| f64::from(covariance.row(feature)[feature]))
        .sum();
    let mut basis = Matrix::zeros(features, count);
    Stream::new(0, Purpose::Linalg, 0).fill_normal(basis.as_mut_slice());
    let mut image = basis.clone();
    let mut kept = 0.0;
    linalg::orthonormal_columns(&mut basis);
    for _ in 0..MOST_ITERATIONS {
        matmul(covariance.view(), basis.view(), image.view_mut());
        let before = std::mem::replace(&mut kept, reduce::dot(basis.as_slice(), image.as_slice()));
        if kept - before <= LEAST_GAIN * total {
            break;
        }
        std::mem::swap(&mut basis, &mut image);
        linalg::orthonormal_columns(&mut basis);
    }
    basis
}

fn centre(rows: &mut Array2<f32>, mean: &[f32]) {
    for mut row in rows.rows_mut() {
        for (value, mean) in row.iter_mut().zip(mean) {
            *value -= mean;
        }
    }
}

fn mean(rows: &Rows<'_>) -> Vec<f32> {
    let mut sums = vec![0.0f64; rows.width()];
    let mut part = vec![0.0f32; rows.width()];
    let numbers: Vec<u32> = (0..rows.row_count() as u32).collect();
    for_batches(rows, &numbers, |batch| {
        reduce::column_sums(batch.view(), &mut part);
        for (sum, part) in sums.iter_mut().zip(&part) {
            *sum += f64::from(*part);
        }
    });
    let count = rows.row_count() as f64;
    sums.iter().map(|sum| (sum / count) as f32).collect()
}

fn covariance(rows: &Rows<'_>, numbers: &[u32], mean: &[f32]) -> Matrix {
    let mut covariance = Matrix::zeros(rows.width(), rows.width());
    for_batches(rows, numbers, |mut batch| {
        centre(&mut batch, mean);
        matmul_add(batch.t(), batch.view(), covariance.view_mut());
    });
    covariance
}

fn for_batches(rows: &Rows<'_>, numbers: &[u32], mut work: impl FnMut(Array2<f32>)) {
    for batch in numbers.chunks(BATCH) {
        let mut values = Array2::zeros((batch.len(), rows.width()));
        rows.fill(batch, values.view_mut());
        work(values);
    }
}
