//! What a variational autoencoder says of rows: bounds on how likely they are, how much each
//! number of the code tells, and codes without a row.

use crate::loss::Measure;
use crate::network::{Network, Scratch};
use crate::term::divergence_of_number;
use crate::trainer::{BATCH, count_rows, read_batch};
use crate::{Autoencoder, Error, Loss, Samples};
use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{Matrix, parallel};
use ndarray::Array2;

/// Variance of a number's mean over rows above which it is in use (Burda et al. 2016).
pub const ACTIVE: f64 = 0.01;

/// What rows cost, as means over them: see [`bound`].
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The loss of a row, summed over its features, with one code drawn for it.
    pub loss: f64,
    /// The negative log likelihood of the row given its code, in nats. Of binary cross-entropy, as
    /// if the features were chances of 0 and 1: grey ones have no such likelihood. Of a loss that
    /// is no likelihood (huber, blocks of a mixed table), the loss itself.
    pub reconstruction: f64,
    /// Kullback-Leibler divergence of each number of the code from the standard normal, in nats.
    pub divergences: Vec<f64>,
    /// Variance of each number's mean from row to row.
    pub variances: Vec<f64>,
}

impl Bound {
    /// The divergence of the whole code, in nats a row.
    pub fn divergence(&self) -> f64 {
        self.divergences.iter().sum()
    }

    /// The negative evidence lower bound, in nats a row.
    pub fn negative_elbo(&self) -> f64 {
        self.reconstruction + self.divergence()
    }

    /// How many numbers of the code are in use: see [`ACTIVE`].
    pub fn active(&self) -> usize {
        let active = self.variances.iter().filter(|variance| **variance > ACTIVE);
        active.count()
    }
}

/// The bound that training minimises (with β = 1), over all rows; each draws one code, the same
/// at every call. Noisy samples are seen with the noise of epoch 0. Nothing of an autoencoder
/// that isn't variational.
///
/// # Errors
/// No rows, or rows of another width than the autoencoder's.
pub fn bound(
    autoencoder: &Autoencoder,
    samples: &dyn Samples,
    loss: &Loss,
) -> Result<Option<Bound>, Error> {
    let Some(mut way) = Way::of(autoencoder, samples)? else {
        return Ok(None);
    };
    let measure = autoencoder.measure(loss);
    let (rows, latent) = (samples.row_count() as f64, autoencoder.latent());
    let (mut sum, mut divergences) = (0.0, vec![0.0; latent]);
    let [mut sums, mut squares] = [(); 2].map(|()| vec![0.0; latent]);
    way.for_batches(samples, |way, batch| {
        way.draw(batch, 0);
        sum += way.losses(measure, batch.len()).iter().sum::<f64>();
        for row in 0..batch.len() {
            let (means, log_variances) = way.posterior.row(row).split_at(latent);
            for (unit, (&mean, &log_variance)) in means.iter().zip(log_variances).enumerate() {
                divergences[unit] += f64::from(divergence_of_number(mean, log_variance));
                sums[unit] += f64::from(mean);
                squares[unit] += f64::from(mean) * f64::from(mean);
            }
        }
    });
    divergences.iter_mut().for_each(|sum| *sum /= rows);
    let moments = sums.iter().zip(&squares);
    let loss = sum / rows;
    Ok(Some(Bound {
        loss,
        reconstruction: loss * f64::from(measure.nats())
            + constant(autoencoder, measure).unwrap_or(0.0),
        divergences,
        variances: moments
            .map(|(sum, square)| (square / rows - (sum / rows).powi(2)).max(0.0))
            .collect(),
    }))
}

/// An estimate of the mean log likelihood of a row, in nats, from so many codes drawn for each
/// by importance (Burda et al. 2016): never above the truth on average, and nearer to it the
/// more are drawn. Nothing of an autoencoder that isn't variational, or whose loss is no
/// likelihood.
///
/// # Errors
/// No rows, rows of another width than the autoencoder's, or no draws.
pub fn log_likelihood(
    autoencoder: &Autoencoder,
    samples: &dyn Samples,
    loss: &Loss,
    draws: u32,
) -> Result<Option<f64>, Error> {
    let measure = autoencoder.measure(loss);
    if draws == 0 {
        let what = "the number of draws";
        return Err(Error::Zero { what });
    }
    let way = Way::of(autoencoder, samples)?;
    let (Some(mut way), Some(constant)) = (way, constant(autoencoder, measure)) else {
        return Ok(None);
    };
    let mut total = 0.0;
    way.for_batches(samples, |way, batch| {
        let mut sums = vec![LogSum::default(); batch.len()];
        for draw in 0..draws {
            way.draw(batch, draw);
            let losses = way.losses(measure, batch.len());
            for (row, (sum, loss)) in sums.iter_mut().zip(losses).enumerate() {
                let likelihood = -f64::from(measure.nats()) * loss - constant;
                sum.add(likelihood + way.log_weight(row));
            }
        }
        let draws = f64::from(draws).ln();
        total += sums.iter().map(|sum| sum.value() - draws).sum::<f64>();
    });
    Ok(Some(total / samples.row_count() as f64))
}

/// The negative log likelihood, in nats, of a row whose loss is 0, if the loss is one.
fn constant(autoencoder: &Autoencoder, measure: &dyn Measure) -> Option<f64> {
    Some(measure.normaliser()? * autoencoder.features() as f64)
}

/// So many codes drawn from the standard normal, the same for the same seed: a number's code
/// doesn't depend on how many are drawn.
pub fn prior(codes: usize, latent: usize, seed: u64) -> Array2<f32> {
    let mut drawn = Array2::zeros((codes, latent));
    for (index, mut code) in (0..).zip(drawn.rows_mut()) {
        if let Some(code) = code.as_slice_mut() {
            Stream::new(seed, Purpose::Prior, index).fill_normal(code);
        }
    }
    drawn
}

/// ln Σ exp of numbers that come one by one.
#[derive(Debug, Clone, Copy)]
struct LogSum {
    most: f64,
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self {
            most: f64::NEG_INFINITY,
            sum: 0.0,
        }
    }
}

impl LogSum {
    fn add(&mut self, number: f64) {
        if number > self.most {
            self.sum *= (self.most - number).exp();
            self.most = number;
        }
        self.sum += (number - self.most).exp();
    }

    fn value(self) -> f64 {
        self.most + self.sum.ln()
    }
}

/// Rows that one thread measures at a time.
const PIECE: usize = 16;

/// Rows on their way through a code that is drawn.
struct Way<'a> {
    autoencoder: &'a Autoencoder,
    /// At a time.
    rows: usize,
    scratch: Scratch,
    input: Matrix,
    target: Matrix,
    /// B × 2 latent: means, logarithms of variances.
    posterior: Matrix,
    noise: Matrix,
    codes: Matrix,
    logits: Matrix,
}

impl<'a> Way<'a> {
    fn of(autoencoder: &'a Autoencoder, samples: &dyn Samples) -> Result<Option<Self>, Error> {
        let rows = count_rows(samples, "evaluate")? as usize;
        autoencoder.check_features(samples.width())?;
        let network = autoencoder.network();
        let at_a_time = network.rows_at_a_time(&(0..network.layers().len()));
        let rows = rows.min(BATCH).min(at_a_time);
        let matrix = |width| Matrix::zeros(rows, width);
        let (features, latent) = (autoencoder.features(), autoencoder.latent());
        Ok(autoencoder.gaussian_code().map(|_code| Self {
            autoencoder,
            rows,
            scratch: Scratch::default(),
            input: matrix(features),
            target: matrix(features),
            posterior: matrix(2 * latent),
            noise: matrix(latent),
            codes: matrix(latent),
            logits: matrix(features),
        }))
    }

    fn network(&self) -> &'a Network {
        self.autoencoder.network()
    }

    /// Calls `work` with the rows' numbers once what the encoder says of them is known.
    fn for_batches(
        &mut self,
        samples: &dyn Samples,
        mut work: impl FnMut(&mut Self, &[u32]) + Send,
    ) {
        let order: Vec<u32> = (0..).take(samples.row_count()).collect();
        let before = 0..self.autoencoder.encoder_layers() - 1;
        parallel::install(|| {
            for batch in order.chunks(self.rows) {
                let rows = batch.len();
                read_batch(samples, batch, 0, &mut self.input, &mut self.target);
                let noisy = samples.is_noisy();
                let seen = if noisy { &self.input } else { &self.target }.top(rows);
                let posterior = self.posterior.top_mut(rows);
                let network = self.autoencoder.network();
                network.infer(before.clone(), seen, posterior, &mut self.scratch);
                work(self, batch);
            }
        });
    }

    /// Draws a code for each of the rows, and takes it through the decoder.
    fn draw(&mut self, batch: &[u32], draw: u32) {
        let Some(code) = self.autoencoder.gaussian_code() else {
            return;
        };
        let rows = batch.len();
        for (place, &row) in batch.iter().enumerate() {
            let noise = self.noise.row_mut(place);
            let index = u64::from(draw) << 32 | u64::from(row);
            Stream::new(0, Purpose::CodeInUse, index).fill_normal(noise);
            code.draw(self.posterior.row(place), noise, self.codes.row_mut(place));
        }
        let layers = self.network().layers().len();
        self.network().infer(
            self.autoencoder.encoder_layers()..layers,
            self.codes.top(rows),
            self.logits.top_mut(rows),
            &mut self.scratch,
        );
    }

    /// The loss of each row, summed over its features.
    fn losses(&self, measure: &dyn Measure, rows: usize) -> Vec<f64> {
        let loss = |row| f64::from(measure.value(self.logits.row(row), self.target.row(row)));
        let mut losses = vec![0.0; rows];
        parallel::for_each(&mut losses[..], PIECE, |first, losses| {
            for (loss_of, row) in losses.iter_mut().zip(first..) {
                *loss_of = loss(row);
            }
        });
        losses
    }

    /// ln p(z) − ln q(z | x) of a row's code: −½ Σ (z² − ε² − ln σ²).
    fn log_weight(&self, row: usize) -> f64 {
        let (_means, log_variances) = self.posterior.row(row).split_at(self.codes.cols());
        let pairs = self.codes.row(row).iter().zip(self.noise.row(row));
        let terms = pairs
            .zip(log_variances)
            .map(|((&z, &noise), &log_variance)| {
                let [z, noise, log_variance] = [z, noise, log_variance].map(f64::from);
                noise * noise + log_variance - z * z
            });
        0.5 * terms.sum::<f64>()
    }
}
