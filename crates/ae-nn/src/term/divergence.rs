use super::Pass;
use crate::flat::{slice, slice_mut};
use crate::layer::{GaussianCode, Layer};
use crate::network::Tape;
use crate::{Autoencoder, Error, Loss};
use ae_choice::Range;
use ae_tensor::{elementwise, reduce, scalar};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// How a variational autoencoder weighs what its codes tell of their rows.
///
/// Minimised is a row's negative log likelihood, as its loss says it, plus β times the
/// Kullback-Leibler divergence of the code's distribution from the standard normal, in nats: for
/// β = 1 the negative evidence lower bound (Kingma & Welling 2014), for more a β-VAE (Higgins et
/// al. 2017).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Divergence {
    /// β.
    pub beta: f32,
    /// Epochs over which β rises evenly from 0 (Bowman et al. 2016).
    pub warm_up: f32,
    /// Nats that each number of a code has for nothing, as a mean over a batch (Kingma et al.
    /// 2016).
    pub free_nats: f32,
}

impl Default for Divergence {
    fn default() -> Self {
        Self {
            beta: 1.0,
            warm_up: 0.0,
            free_nats: 0.0,
        }
    }
}

impl Divergence {
    /// What each of the settings may be.
    pub const RANGE: Range = Range::at_least(0.0);

    pub(crate) fn check(self) -> Result<(), Error> {
        for (what, value) in [
            ("beta", self.beta),
            ("kl-warm-up", self.warm_up),
            ("free-nats", self.free_nats),
        ] {
            Error::check_range(what, Self::RANGE, value.into())?;
        }
        Ok(())
    }
}

/// KL(N(μ, σ²) ‖ N(0, 1)) = ½ (μ² + σ² − 1 − ln σ²) of one number of a code, in nats.
pub(crate) fn of_number(mean: f32, log_variance: f32) -> f32 {
    0.5 * (mean * mean + scalar::exp(log_variance) - 1.0 - log_variance)
}

/// The term of a run.
pub(crate) struct Diverging {
    settings: Divergence,
    code: GaussianCode,
    /// Losses a feature that a nat is worth.
    nat: f64,
}

impl Diverging {
    pub(super) fn of(autoencoder: &Autoencoder, settings: Divergence, loss: &Loss) -> Option<Self> {
        let code = autoencoder.gaussian_code()?.clone();
        let nats = f64::from(autoencoder.measure(loss).nats());
        Some(Self {
            settings,
            code,
            nat: 1.0 / (nats * autoencoder.features() as f64),
        })
    }

    /// Whether the rows of a batch must go through together.
    pub(super) fn couples_rows(&self) -> bool {
        self.settings.free_nats > 0.0
    }

    /// Numbers it keeps for a batch.
    pub(super) fn room(&self) -> usize {
        self.code.latent
    }

    /// What a row's divergence in nats adds to its loss a feature, once β has risen.
    fn weight(&self) -> f64 {
        f64::from(self.settings.beta) * self.nat
    }

    /// What numbers of codes with these mean divergences, in nats, add to the loss a feature once
    /// β has risen.
    pub(crate) fn once_risen(&self, divergences: &[f64]) -> f64 {
        let free = f64::from(self.settings.free_nats);
        let nats = divergences.iter().map(|nats| nats.max(free));
        self.weight() * nats.sum::<f64>()
    }

    /// Whether β still rises when so many epochs are over.
    pub(crate) fn is_rising(&self, epochs: usize) -> bool {
        (epochs as f64) < f64::from(self.settings.warm_up)
    }

    /// Adds the derivatives by μ and ln σ², β (μ, ½ (σ² − 1)), to those by what comes in at the
    /// code. Returns the sum of the rows' divergences in nats, and what the term comes to.
    pub(super) fn add_before_the_code(
        &self,
        pass: &Pass<'_>,
        tape: &mut Tape,
        code: usize,
        room: &mut [f32],
    ) -> (f64, f64) {
        let latent = self.code.latent;
        let (rows, _, mut gradient) = tape.at(code - 1, pass.rows());
        let warm_up = f64::from(self.settings.warm_up);
        let risen = if pass.time < warm_up {
            pass.time / warm_up
        } else {
            1.0
        };
        let factor = self.weight() * risen / pass.batch_rows as f64;
        let sum = self.sum(rows, room);
        let free = f64::from(self.settings.free_nats) * pass.batch_rows as f64;
        let mut value = 0.0;
        for nats in room.iter_mut() {
            value += f64::from(*nats).max(free);
            let counts = free == 0.0 || f64::from(*nats) > free;
            *nats = if counts { factor as f32 } else { 0.0 };
        }
        let factors: &[f32] = room;
        let inputs = slice(&rows).chunks_exact(2 * latent);
        let gradients = slice_mut(&mut gradient).chunks_exact_mut(2 * latent);
        for (gradient, row) in gradients.zip(inputs) {
            let (means, log_variances) = self.code.split(row);
            let (by_mean, by_log_variance) = gradient.split_at_mut(latent);
            elementwise::zip2(by_mean, means, factors, |g, mean, factor| g + factor * mean);
            elementwise::zip2(by_log_variance, log_variances, factors, |g, x, factor| {
                g + factor * 0.5 * (scalar::exp(x) - 1.0)
            });
        }
        (sum, factor * value)
    }

    /// The divergences of all rows, and in `room` those of each number of the code.
    fn sum(&self, rows: ArrayView2<f32>, room: &mut [f32]) -> f64 {
        room.fill(0.0);
        for row in slice(&rows).chunks_exact(2 * self.code.latent) {
            let (means, log_variances) = self.code.split(row);
            elementwise::zip2(room, means, log_variances, |sum, mean, log_variance| {
                sum + of_number(mean, log_variance)
            });
        }
        reduce::sum(room)
    }
}

impl Autoencoder {
    /// The layer that draws the code, if it is a variational one.
    pub fn gaussian_code(&self) -> Option<&GaussianCode> {
        match &self.network().layers()[self.encoder_layers() - 1] {
            Layer::GaussianCode(code) => Some(code),
            _ => None,
        }
    }
}
