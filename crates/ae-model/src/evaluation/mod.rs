//! How good a model is, what it should be compared with, and what to look at.

mod look;
mod measure;
mod reference;
mod types;
mod verdict;

pub use reference::Reference;
pub use types::*;

use crate::{Model, ModelError, Rows};
use ae_nn::Samples;
use measure::{Measured, measure};
use verdict::{Facts, explained_variance};

/// Measures a model on some rows, with the noise they come with. `part` says which rows
/// they are.
///
/// # Errors
/// Rows of another width than the model's, or none.
pub fn evaluate(model: &Model, rows: &Rows<'_>, part: &str) -> Result<Evaluation, ModelError> {
    if rows.row_count() == 0 {
        return Err(ae_nn::Error::NoRows { what: "evaluate" }.into());
    }
    let measured = measure(model, rows, model.reference())?;
    let latent_units = look::latent_units(&measured);
    let verdict = verdict::verdict(&Facts {
        model,
        measured: &measured,
        units: &latent_units,
        part,
    });
    Ok(Evaluation {
        part: part.to_owned(),
        rows: measured.rows,
        features: rows.width(),
        latent: model.autoencoder().latent(),
        loss: LossSummary {
            name: model.loss().to_string(),
            value: measured.loss,
            floor: (measured.floor > 0.0).then_some(measured.floor),
        },
        error: error_summary(model, &measured),
        baselines: baselines(model, &measured),
        verdict,
        per_feature: per_feature(rows, &measured),
        examples: look::examples(model, rows, &measured)?,
        latent_map: look::latent_map(rows, &measured),
        traversals: look::traversals(model, &measured)?,
        latent_units,
        filters: look::filters(model),
    })
}

fn error_summary(model: &Model, measured: &Measured) -> ErrorSummary {
    let mse = measured.mse();
    let features = model.autoencoder().features() as f64;
    let mut sorted = measured.row_errors.clone();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted[(share * (sorted.len() - 1) as f64).round() as usize];
    let unit_range = model.scaling().range() == Some((0.0, 1.0));
    ErrorSummary {
        mse,
        squared_error_per_row: mse * features,
        mae: measured.absolute_error,
        explained_variance: explained_variance(measured),
        psnr: (unit_range && mse > 0.0).then(|| -10.0 * mse.log10()),
        row_quantiles: [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0].map(at),
    }
}

fn baselines(model: &Model, measured: &Measured) -> Vec<Baseline> {
    let latent = model.autoencoder().latent();
    let mut baselines = vec![Baseline {
        name: "mean predictor".to_owned(),
        explanation: "always answers the mean of the training rows".to_owned(),
        mse: measured.mean_predictor,
        loss: Some(measured.mean_predictor_loss),
    }];
    if let Some(mse) = measured.components {
        baselines.push(Baseline {
            name: format!("PCA, {latent}"),
            explanation: format!(
                "the best linear code of {latent}: projects on as many principal components"
            ),
            mse,
            loss: None,
        });
    }
    if let Some(mse) = measured.noisy_input {
        baselines.push(Baseline {
            name: "noisy input".to_owned(),
            explanation: "leaves the noisy rows as they are".to_owned(),
            mse,
            loss: None,
        });
    }
    baselines.sort_by(|a, b| a.mse.total_cmp(&b.mse));
    baselines
}

fn per_feature(rows: &Rows<'_>, measured: &Measured) -> Vec<FeatureError> {
    let features = measured.per_feature.iter().enumerate();
    features
        .map(|(index, sums)| FeatureError {
            name: rows.dataset().feature_name(index),
            mse: sums.squared_error / measured.rows as f64,
            variance: sums.target_variance(measured.rows),
        })
        .collect()
}
