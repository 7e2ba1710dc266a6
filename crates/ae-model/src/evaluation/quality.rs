//! The few figures by which many models are compared: no pictures, no verdict.

use super::measure::measure;
use crate::{Model, ModelError, Part, Plan};
use ae_data::Parts;
use ae_nn::Samples;
use ae_nn::variational::bound;
use ae_tensor::parallel;

/// How well a model does on some rows. Errors are in the scaled units the network works in.
#[derive(Debug, Clone, PartialEq)]
pub struct Quality {
    /// Rows measured.
    pub rows: usize,
    /// The loss that was trained on: mean over the features of a row, then over rows.
    pub loss: f64,
    /// Mean squared error over features and rows.
    pub mse: f64,
    /// Share of the variance explained; `None` where all rows are the same.
    pub explained_variance: Option<f64>,
    /// Mean squared error of always answering the mean of the training rows.
    pub mean_mse: f64,
    /// Mean squared error of as many principal components as the code has numbers, where
    /// they are computed (see [`Reference`](super::Reference)).
    pub components_mse: Option<f64>,
    /// The negative evidence lower bound of a row (see [`bound`]), of a variational model.
    pub negative_elbo: Option<f64>,
}

/// Measures a model on a part of its data, with the noise that its settings ask for.
///
/// # Errors
/// A part without rows.
pub fn quality(
    model: &Model,
    parts: &Parts,
    plan: &Plan,
    part: Part,
) -> Result<Quality, ModelError> {
    let rows = plan.noisy_rows(parts, part);
    let rows = rows.ok_or(ae_nn::Error::NoRows { what: "evaluate" })?;
    parallel::install(|| {
        let measured = measure(model, &rows, model.reference())?;
        let bound = bound(model.autoencoder(), &rows, model.loss())?;
        Ok(Quality {
            rows: rows.row_count(),
            loss: measured.loss,
            mse: measured.mse(),
            explained_variance: measured.explained_variance(),
            mean_mse: measured.mean_predictor,
            components_mse: measured.components,
            negative_elbo: bound.map(|bound| bound.negative_elbo()),
        })
    })
}
