//! What the codes of a variational autoencoder tell, and rows that never were.

use super::{Evaluation, LatentUnit};
use crate::{Model, ModelError, Rows};
use ae_nn::variational::{ACTIVE, Bound, bound, log_likelihood, prior};
use ndarray::Axis;
use serde::Serialize;

/// What the codes of a variational autoencoder tell of rows, as means over them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drawn {
    /// The negative evidence lower bound, in nats a row: the two parts below.
    pub negative_elbo: f64,
    /// Whether the loss is a likelihood; if not, as of a mixed table, whose columns are weighted,
    /// the bound and its first part are in the loss's own units.
    pub is_likelihood: bool,
    /// The negative log likelihood of a row given its code, in nats, as far as the loss says it.
    pub reconstruction: f64,
    /// Divergence of a row's code from the standard normal, in nats.
    pub divergence: f64,
    /// How many numbers of the code have means that vary from row to row.
    pub active: usize,
    /// The divergence of each number of the code.
    pub divergences: Vec<f64>,
    /// Variance of each number's mean from row to row.
    pub variances: Vec<f64>,
    /// How likely the rows are, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_likelihood: Option<LogLikelihood>,
    /// Rows of features drawn without data.
    #[serde(skip)]
    pub samples: Vec<Vec<f32>>,
}

impl Drawn {
    /// A number of a code whose mean hardly varies tells nothing, however lively its draws.
    pub(super) fn mark(&self, units: &mut [LatentUnit]) {
        for (number, unit) in units.iter_mut().enumerate() {
            unit.dead = !self.is_active(number);
        }
    }

    /// Whether a number of the code is in use.
    pub fn is_active(&self, number: usize) -> bool {
        self.variances[number] > ACTIVE
    }
}

/// An estimate by importance sampling.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LogLikelihood {
    /// Codes drawn for each row.
    pub draws: u32,
    /// Mean log likelihood of a row, in nats.
    pub nats: f64,
}

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
        is_likelihood: model.measure().normaliser().is_some(),
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
