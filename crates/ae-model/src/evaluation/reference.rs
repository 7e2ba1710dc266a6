//! The simplest models there are, fitted on the training rows: what an autoencoder has to
//! beat before it is worth having.

use crate::Rows;
use ae_nn::Samples;
use ae_tensor::{Matrix, linalg, matmul, matmul_add, reduce};
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2};

/// Rows that principal components are fitted on, at most: on MNIST, 20,000 of the 60,000
/// rows change the error of 30 components by less than 1 %.
const MOST_ROWS: usize = 20_000;

/// Rows wider than this get no principal components: their covariance would be larger than
/// most models.
const MOST_FEATURES: usize = 4096;

/// Rows read at a time.
const BATCH: usize = 512;

/// The mean of the training rows, and their first principal components.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Mean of each feature, scaled.
    pub mean: Vec<f32>,
    /// As many directions as the code has numbers, in columns (features × latent); `None`
    /// where the code is as wide as the row or rows are too wide.
    pub components: Option<Matrix>,
}

impl Reference {
    /// Fitted on training rows, evenly spread if there are many.
    pub fn fit(rows: &Rows<'_>, latent: usize) -> Self {
        let features = rows.width();
        let stride = rows.row_count().div_ceil(MOST_ROWS);
        let numbers: Vec<u32> = (0..rows.row_count() as u32).step_by(stride).collect();
        let mean = mean(rows);
        let components = (latent < features && features <= MOST_FEATURES).then(|| {
            let covariance = covariance(rows, &numbers, &mean);
            linalg::top_eigen(covariance.view(), latent, 0).vectors
        });
        Self { mean, components }
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
