use super::{Backward, Compute, Forward, Mode, stream_index};
use crate::flat::{for_rows, slice, slice_mut};
use crate::{Error, Network};
use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{elementwise, parallel, scalar};
use serde::{Deserialize, Serialize};

/// A code drawn from a normal distribution of the row's own (Kingma & Welling 2014). What comes in
/// is the means of a row's code, then the logarithms of its variances; in training
/// z = μ + exp(½ ln σ²) ε goes out, with ε from the standard normal, in use z = μ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GaussianCode {
    /// Numbers in a code, half of those in a row coming in.
    pub latent: usize,
}

/// Rows drawn from one stream.
const ROWS: usize = 64;

impl GaussianCode {
    /// Means and logarithms of variances of one row.
    pub fn split<'a>(&self, row: &'a [f32]) -> (&'a [f32], &'a [f32]) {
        row.split_at(self.latent)
    }

    /// z of one row, for `noise` from the standard normal.
    pub fn draw(&self, row: &[f32], noise: &[f32], code: &mut [f32]) {
        let (means, log_variances) = self.split(row);
        code.copy_from_slice(means);
        elementwise::zip2(code, log_variances, noise, |mean, log_variance, noise| {
            mean + scalar::exp(0.5 * log_variance) * noise
        });
    }
}

impl Compute for GaussianCode {
    fn inputs(&self) -> usize {
        self.latent.saturating_mul(2)
    }

    fn outputs(&self) -> usize {
        self.latent
    }

    fn check(&self) -> Result<(), Error> {
        match self.latent {
            0 => Err(Error::Zero { what: "latent" }),
            latent if latent as u64 > Network::LIMIT => Err(Error::TooLarge {
                limit: Network::LIMIT,
            }),
            _ => Ok(()),
        }
    }

    /// ε of each number.
    fn cache(&self, rows: usize) -> usize {
        rows * self.latent
    }

    fn forward(&self, pass: Forward<'_>) {
        let Mode::Train {
            seed,
            step,
            layer,
            first_row,
        } = pass.mode
        else {
            for_rows(pass.input, pass.output, |_, input, output| {
                output.copy_from_slice(self.split(input).0);
            });
            return;
        };
        let (latent, mut output) = (self.latent, pass.output);
        let noise = &mut pass.cache[..output.len()];
        let rows = slice_mut(&mut output).chunks_exact_mut(latent);
        // Parts have no more pieces than rows, so that no two parts of a batch draw from one stream.
        parallel::for_each_chunk(noise, ROWS * latent, |first, noise| {
            let index = stream_index(layer, step, first_row + first / (ROWS * latent));
            Stream::new(seed, Purpose::Code, index).fill_normal(noise);
        });
        let inputs = slice(&pass.input).chunks_exact(2 * latent);
        for ((row, input), noise) in rows.zip(inputs).zip(noise.chunks_exact(latent)) {
            self.draw(input, noise, row);
        }
    }

    /// dμ = dz, d ln σ² = dz ⊙ ½ σ ε: from ε, as of z − μ little is left beside a large μ.
    fn backward(&self, pass: Backward<'_>) {
        let Some(mut input_gradient) = pass.input_gradient else {
            return;
        };
        let latent = self.latent;
        let gradient = pass.output_gradient.view();
        let rows = slice(&pass.input).chunks_exact(2 * latent);
        let noise = pass.cache.chunks_exact(latent);
        let gradients = slice(&gradient).chunks_exact(latent);
        let out = slice_mut(&mut input_gradient).chunks_exact_mut(2 * latent);
        for (((out, row), noise), gradient) in out.zip(rows).zip(noise).zip(gradients) {
            let (means, log_variances) = out.split_at_mut(latent);
            means.copy_from_slice(gradient);
            log_variances.copy_from_slice(gradient);
            elementwise::zip2(log_variances, self.split(row).1, noise, |g, x, noise| {
                0.5 * g * scalar::exp(0.5 * x) * noise
            });
        }
    }
}
