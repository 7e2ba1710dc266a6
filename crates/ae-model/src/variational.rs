//! Settings of variational autoencoders, and rows drawn without data.

use crate::{Model, ModelError, Settings};
use ae_nn::Divergence;
use ae_nn::activation::{Activation, Linear};
use ae_nn::variational::prior;
use ndarray::Array2;

impl Settings {
    /// How a variational autoencoder weighs what its codes tell.
    pub(crate) fn divergence(&self) -> Divergence {
        Divergence {
            beta: self.beta,
            warm_up: self.kl_warm_up,
            free_nats: self.free_nats,
        }
    }
}

/// # Errors
/// Settings that only codes which are drawn have, without them; or an activation on such codes.
pub(crate) fn check(settings: &Settings) -> Result<(), ModelError> {
    let refuse = |what: String, hint: &str| {
        Err(ModelError::Settings {
            what,
            hint: hint.to_owned(),
        })
    };
    if !settings.variational && settings.divergence() != Divergence::default() {
        return refuse(
            "beta, kl-warm-up and free-nats are about codes that are drawn".to_owned(),
            "add `--variational`, or leave them out",
        );
    }
    let linear = Activation::Linear(Linear {});
    if settings.variational && settings.latent_activation != linear {
        return refuse(
            format!(
                "a code that is drawn has no activation, and `{}` was asked for",
                settings.latent_activation
            ),
            "leave out `--latent-activation`",
        );
    }
    Ok(())
}

impl Model {
    /// So many codes from the standard normal, which a variational autoencoder's codes are drawn
    /// towards: code × latent, to be [decoded](Self::decode) into rows that never were.
    ///
    /// # Errors
    /// A model of another kind.
    pub fn sample_codes(&self, count: usize, seed: u64) -> Result<Array2<f32>, ModelError> {
        if self.autoencoder().gaussian_code().is_none() {
            return Err(ModelError::Settings {
                what: "the model isn't variational: nothing says where its codes lie".to_owned(),
                hint: "train with `--variational`; or decode codes of your own with `ae decode`"
                    .to_owned(),
            });
        }
        Ok(prior(count, self.autoencoder().latent(), seed))
    }
}
