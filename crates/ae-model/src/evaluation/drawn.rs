//! What the codes of a variational autoencoder tell, and rows that never were.

use super::{Drawn, Evaluation, LogLikelihood};
use crate::{Model, ModelError, Rows};
use ae_nn::variational::{Bound, bound, log_likelihood, prior};
use ndarray::Axis;

/// Rows drawn for the report, the same of every model with as wide a code.
const SAMPLES: usize = 32;
const SEED: u64 = 1;

pub(super) fn drawn(model: &Model, rows: &Rows<'_>) -> Result<Option<Drawn>, ModelError> {
    let autoencoder = model.autoencoder();
    let Some(bound) = bound(autoencoder, rows, model.loss())? else {
        return Ok(None);
    };
    let codes = prior(SAMPLES, autoencoder.latent(), SEED);
    let samples = autoencoder.decode(codes.view())?;
    let (negative_elbo, divergence) = (bound.negative_elbo(), bound.divergence());
    let active = bound.active();
    let Bound {
        reconstruction,
        divergences,
        variances,
        ..
    } = bound;
    Ok(Some(Drawn {
        negative_elbo,
        reconstruction,
        divergence,
        active,
        divergences,
        variances,
        log_likelihood: None,
        samples: samples.axis_iter(Axis(0)).map(|row| row.to_vec()).collect(),
    }))
}

impl Evaluation {
    /// With an estimate of how likely the rows are, from so many codes drawn for each.
    ///
    /// # Errors
    /// A model that isn't variational, or whose loss is no likelihood.
    pub fn with_likelihood(
        mut self,
        model: &Model,
        rows: &Rows<'_>,
        draws: u32,
    ) -> Result<Self, ModelError> {
        let value = log_likelihood(model.autoencoder(), rows, model.loss(), draws)?;
        match (value, &mut self.drawn) {
            (Some(nats), Some(drawn)) => {
                drawn.log_likelihood = Some(LogLikelihood { draws, nats });
                Ok(self)
            }
            (_, None) => Err(ModelError::Settings {
                what: "the likelihood of rows is known of variational models only".to_owned(),
                hint: "train with `--variational`".to_owned(),
            }),
            (None, _) => Err(ModelError::Settings {
                what: format!("a loss of {} is no likelihood", model.loss_name()),
                hint: "train with `--loss bce`, `mse` or `mae`, on plain numbers".to_owned(),
            }),
        }
    }
}
