//! How good a model is, what it should be compared with, and what to look at.

mod drawn;
mod drift;
mod look;
mod measure;
mod odd_rows;
mod quality;
mod reference;
mod series;
mod training;
mod types;
mod units;
mod verdict;

pub use drawn::{Drawn, LogLikelihood};
pub use quality::{Quality, quality};
pub use reference::Reference;
pub use types::*;

use crate::{Model, ModelError, Plan, Rows};
use ae_data::Parts;
use ae_nn::Samples;
use ae_tensor::parallel;
use measure::{Measured, measure};
use verdict::Facts;

/// Measures a model on some rows, with the noise they come with. `part` says which rows
/// they are. What can be said of its training needs the rows it learnt from: see
/// [`evaluate_run`].
///
/// # Errors
/// Rows of another width than the model's, or none.
pub fn evaluate(model: &Model, rows: &Rows<'_>, part: &str) -> Result<Evaluation, ModelError> {
    parallel::install(|| with_training(model, rows, part, None))
}

/// Measures a model on the part of its data that a report should speak of, and looks back
/// at how its training went.
///
/// # Errors
/// Data of another width than the model's.
pub fn evaluate_run(model: &Model, parts: &Parts, plan: &Plan) -> Result<Evaluation, ModelError> {
    let part = plan.reported_part();
    let rows = plan.noisy_rows(parts, part);
    let rows = rows.ok_or(ae_nn::Error::NoRows { what: "evaluate" })?;
    parallel::install(|| {
        let training = training::training(model, parts, plan)?;
        with_training(model, &rows, part.name(), Some(training))
    })
}

fn with_training(
    model: &Model,
    rows: &Rows<'_>,
    part: &str,
    training: Option<Training>,
) -> Result<Evaluation, ModelError> {
    if rows.row_count() == 0 {
        return Err(ae_nn::Error::NoRows { what: "evaluate" }.into());
    }
    let measured = measure(model, rows, model.reference())?;
    let rule = units::rule(model);
    let mut latent_units = measured.units.finish(measured.rows_vary(), rule);
    let drawn = drawn::drawn(model, rows)?;
    if let Some(drawn) = &drawn {
        drawn.mark(&mut latent_units);
    }
    let hidden_layers = units::hidden_layers(model, rows, measured.rows_vary());
    let drift = drift::drift(model, rows);
    let verdict = verdict::verdict(&Facts {
        model,
        measured: &measured,
        units: &latent_units,
        drawn: drawn.as_ref(),
        hidden: &hidden_layers,
        training: training.as_ref(),
        drift: &drift,
        part,
    });
    Ok(Evaluation {
        part: part.to_owned(),
        rows: measured.rows,
        rows_noun: model.rows_noun(),
        features: rows.width(),
        latent: model.autoencoder().latent(),
        loss: LossSummary {
            name: model.loss_name(),
            value: measured.loss,
            floor: (measured.floor > 0.0).then_some(measured.floor),
        },
        error: error_summary(model, &measured),
        baselines: baselines(model, &measured),
        left_out: left_out(model),
        training,
        verdict,
        per_feature: per_feature(model, &measured),
        odd_rows: odd_rows::odd_rows(model, rows)?,
        series: series::series(model, rows)?,
        drift,
        noise_matrix: None,
        drawn,
        examples: look::examples(model, rows, &measured)?,
        latent_map: look::latent_map(rows, &measured),
        traversals: look::traversals(model, &measured, &latent_units)?,
        code_use: units::code_use(&latent_units),
        latent_units,
        hidden_layers,
        filters: look::filters(model),
    })
}

fn error_summary(model: &Model, measured: &Measured) -> ErrorSummary {
    let mse = measured.mse();
    let features = model.autoencoder().features() as f64;
    let mut sorted = measured.row_errors.clone();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted[(share * (sorted.len() - 1) as f64).round() as usize];
    let unit_range = model.range() == Some((0.0, 1.0));
    ErrorSummary {
        mse,
        squared_error_per_row: mse * features,
        mae: measured.absolute_error,
        explained_variance: measured.explained_variance(),
        psnr: (unit_range && mse > 0.0).then(|| -10.0 * mse.log10()),
        row_quantiles: [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0].map(at),
    }
}

fn baselines(model: &Model, measured: &Measured) -> Vec<Baseline> {
    let latent = model.numbers_kept();
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

fn left_out(model: &Model) -> Vec<String> {
    let autoencoder = model.autoencoder();
    let reason = match model.reference().components {
        Some(_) => None,
        None => Reference::no_components(model.numbers_kept(), autoencoder.features()),
    };
    let sentence = |reason| format!("PCA not computed: {reason}");
    reason.map(sentence).into_iter().collect()
}

fn per_feature(model: &Model, measured: &Measured) -> Vec<FeatureError> {
    let layout = model.feature_layout();
    let features = measured.per_feature.iter().enumerate();
    features
        .map(|(index, sums)| FeatureError {
            name: layout.feature_name(index),
            mse: sums.squared_error / measured.rows as f64,
            variance: sums.target_variance(measured.rows),
        })
        .collect()
}
