//! What training asks for besides a good reconstruction: terms added to the loss of each row,
//! so that they weigh the same at any batch size.
//!
//! To add a penalty on codes: write its file after the model of [`L1`]'s, and name it in
//! [`Sparsity`].

mod contraction;
mod divergence;
mod kl;
mod l1;
mod revival;

pub use divergence::Divergence;
pub(crate) use divergence::of_number as divergence_of_number;
pub use kl::Kl;
pub use l1::L1;
pub use revival::Revival;

use crate::network::{Network, Tape};
use crate::{Autoencoder, Error, TrainSettings};
use ae_choice::Range;
use ae_tensor::AlignedBuffer;
use contraction::Contraction;
use divergence::Diverging;
use ndarray::{ArrayView2, ArrayViewMut2};
use revival::Reviving;

/// A penalty on codes.
pub trait Penalise: Sync {
    /// Its mean over the rows of a batch of `batch_rows`, as far as these rows (B × latent) are
    /// concerned; `gradient` gets its derivative by them added. `room` has a number for each of
    /// the code's.
    fn add(
        &self,
        codes: ArrayView2<f32>,
        batch_rows: usize,
        gradient: ArrayViewMut2<f32>,
        room: &mut [f32],
    ) -> f64;

    /// Whether it wants to see all rows of a batch together.
    fn couples_rows(&self) -> bool {
        false
    }

    /// The values of a code it is made for.
    fn range(&self) -> (f32, f32) {
        (f32::NEG_INFINITY, f32::INFINITY)
    }

    /// Whether there is none.
    fn is_none(&self) -> bool {
        false
    }
}

ae_choice::choice! {
    /// None.
    pub struct NoSparsity = "none", "codes as they come" {}
}

impl Penalise for NoSparsity {
    fn add(
        &self,
        _codes: ArrayView2<f32>,
        _batch_rows: usize,
        _gradient: ArrayViewMut2<f32>,
        _room: &mut [f32],
    ) -> f64 {
        0.0
    }

    fn is_none(&self) -> bool {
        true
    }
}

ae_choice::choices! {
    /// Every penalty that makes codes sparse, as users write it.
    pub enum Sparsity = "sparsity", dyn Penalise {
        NoSparsity(NoSparsity),
        L1(L1),
        Kl(Kl),
    }
}

/// What the contractive penalty's weight may be.
pub const CONTRACTIVE: Range = Range::at_least(0.0);

/// All terms of a run.
pub(crate) struct Terms {
    encoder_layers: usize,
    sparsity: Sparsity,
    contraction: Option<Contraction>,
    reviving: Option<Reviving>,
    diverging: Option<Diverging>,
}

/// What a lane keeps for them.
pub(crate) struct Room {
    units: AlignedBuffer,
    divergences: AlignedBuffer,
    contraction: Option<contraction::Room>,
    reviving: Option<revival::Room>,
}

/// The rows of a lane on their way through a training step.
pub(crate) struct Pass<'a> {
    pub(crate) autoencoder: &'a Autoencoder,
    /// Seed and step.
    pub(crate) key: (u64, u64),
    /// Where in the batch the lane begins.
    pub(crate) first_row: usize,
    /// Rows of the whole batch.
    pub(crate) batch_rows: usize,
    /// Epochs gone by, parts of one included.
    pub(crate) time: f64,
    /// B × features, as the encoder sees them.
    pub(crate) input: ArrayView2<'a, f32>,
    /// B × features, as they should be reconstructed.
    pub(crate) target: ArrayView2<'a, f32>,
}

impl Pass<'_> {
    fn rows(&self) -> usize {
        self.input.nrows()
    }

    fn network(&self) -> &Network {
        self.autoencoder.network()
    }
}

impl Terms {
    pub(crate) fn new(autoencoder: &Autoencoder, settings: &TrainSettings) -> Result<Self, Error> {
        let encoder_layers = autoencoder.encoder_layers();
        let layers = autoencoder.network().layers();
        let last = &layers[encoder_layers - 1];
        let (low, high) = settings.sparsity.range();
        let found = last.activation();
        let fits = found.is_some_and(|found| found.range().0 >= low && found.range().1 <= high);
        if (low, high) != (f32::NEG_INFINITY, f32::INFINITY) && !fits {
            return Err(Error::CodeRange {
                what: settings.sparsity.to_string(),
                low,
                high,
                found: found.map_or_else(|| last.kind().to_owned(), |found| found.to_string()),
            });
        }
        Ok(Self {
            encoder_layers,
            sparsity: settings.sparsity,
            contraction: Contraction::of(autoencoder, settings.contractive),
            reviving: Reviving::of(autoencoder, settings.revival),
            diverging: Diverging::of(autoencoder, settings.divergence, &settings.loss),
        })
    }

    /// Whether the rows of a batch must go through together.
    pub(crate) fn couples_rows(&self) -> bool {
        let diverging = self.diverging();
        self.sparsity.couples_rows() || diverging.is_some_and(Diverging::couples_rows)
    }

    /// The divergence of codes that are drawn.
    pub(crate) fn diverging(&self) -> Option<&Diverging> {
        self.diverging.as_ref()
    }

    /// What a lane of so many rows keeps.
    pub(crate) fn room(&self, network: &Network, rows: usize) -> Room {
        let latent = network.layers()[self.encoder_layers - 1].outputs();
        let units = if self.sparsity.is_none() { 0 } else { latent };
        Room {
            units: AlignedBuffer::zeros(units),
            divergences: AlignedBuffer::zeros(self.diverging.as_ref().map_or(0, Diverging::room)),
            contraction: self
                .contraction
                .as_ref()
                .map(|term| term.room(network, rows)),
            reviving: self.reviving.as_ref().map(|term| term.room(rows)),
        }
    }

    /// The way back from the derivative by the network's output to `gradients`, with what the
    /// terms add on it; their sum as far as these rows are concerned, and the sum of the rows'
    /// divergences in nats.
    pub(crate) fn backward(
        &self,
        pass: &Pass<'_>,
        tape: &mut Tape,
        gradients: &mut [f32],
        room: &mut Room,
    ) -> (f64, f64) {
        let (network, input) = (pass.network(), pass.input);
        let (all, code) = (network.layers().len(), self.encoder_layers - 1);
        let (mut value, mut divergence) = (0.0, 0.0);
        network.backward(code + 1..all, input, tape, gradients);
        if !self.sparsity.is_none() {
            let (codes, _kept, gradient) = tape.at(code, pass.rows());
            value += self
                .sparsity
                .add(codes, pass.batch_rows, gradient, &mut room.units);
        }
        if let (Some(term), Some(room)) = (&self.contraction, &mut room.contraction) {
            value += term.add_at_code(pass, tape, room);
        }
        network.backward(code..code + 1, input, tape, gradients);
        if let (Some(term), Some(room)) = (&self.reviving, &mut room.reviving) {
            value += term.add_before_the_code(pass, tape, gradients, room);
        }
        if let Some(term) = &self.diverging {
            let (sum, term) = term.add_before_the_code(pass, tape, code, &mut room.divergences);
            value += term;
            divergence += sum;
        }
        network.backward(0..code, input, tape, gradients);
        if let (Some(term), Some(room)) = (&self.contraction, &mut room.contraction) {
            term.add_to_weights(pass, gradients, room);
        }
        (value, divergence)
    }
}
