//! A batch on its way through the network: all of it at once, or cut into lanes that go
//! side by side.
//!
//! A wide network keeps every core busy within each matrix product. A narrow one is through
//! with a product before another core has woken up to help: there, each core takes a part of
//! the batch through the whole network, with gradients of its own that are added up at the
//! end. Where the cut lies depends on the network and the batch, never on the number of
//! threads, so that neither do the sums.

use super::batch::{loss_and_gradient, read_batch};
use crate::flat::CHUNK;
use crate::loss::Measure;
use crate::network::{Network, Tape};
use crate::term::{Pass, Room, Terms};
use crate::{Autoencoder, Samples};
use ae_tensor::{AlignedBuffer, Matrix, elementwise, parallel};
use std::ops::Range;

/// Rows of a lane: enough for the matrix products to run at full speed.
const LANE_ROWS: usize = 64;

/// Numbers between the layers of a lane, at most, where rows are images: convolutions are at full
/// speed with one row, and what is on its way should stay in a core's own cache.
const LANE_NUMBERS: usize = 128 * 1024;

/// Lanes of a batch, at most: each has gradients of its own.
const MOST_LANES: usize = 16;

/// Parameters beyond which adding up gradients costs more than lanes win: a lane's gradients
/// should stay in a core's own cache.
const MOST_PARAMETERS: usize = 512 * 1024;

/// What a batch came to: means over its rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    /// The loss a feature.
    pub(super) loss: f64,
    /// What the terms add to it.
    pub(super) terms: f64,
    /// The divergence of a row's code, in nats.
    pub(super) divergence: f64,
}

impl Sums {
    fn and(self, other: Self) -> Self {
        Self {
            loss: self.loss + other.loss,
            terms: self.terms + other.terms,
            divergence: self.divergence + other.divergence,
        }
    }
}

/// Room for a batch, and its gradients.
pub(super) struct Lanes {
    rows: usize,
    rows_per_lane: usize,
    /// Lanes whose gradients are still to be added up.
    used: usize,
    lanes: Vec<Lane>,
    gradients: Vec<AlignedBuffer>,
}

struct Lane {
    tape: Tape,
    room: Room,
    input: Matrix,
    target: Matrix,
}

/// What a batch is, for all of its lanes.
pub(super) struct Batch<'a> {
    pub(super) samples: &'a dyn Samples,
    pub(super) rows: &'a [u32],
    pub(super) epoch: u64,
    pub(super) seed: u64,
    pub(super) step: u64,
    /// Epochs gone by, parts of one included.
    pub(super) time: f64,
}

impl Lanes {
    /// Room for batches of up to `rows`.
    pub(super) fn new(network: &Network, terms: &Terms, rows: usize) -> Self {
        let length = network.parameters().len();
        let together = length > MOST_PARAMETERS
            || terms.couples_rows()
            || network.layers().iter().any(|layer| layer.couples_rows());
        let rows_per_lane = if together {
            rows
        } else {
            let least = rows_of_a_lane(network);
            least.max(rows.div_ceil(MOST_LANES)).min(rows)
        };
        let count = if rows == 0 {
            0
        } else {
            rows.div_ceil(rows_per_lane)
        };
        let lane = || Lane {
            tape: Tape::new(network, rows_per_lane),
            room: terms.room(network, rows_per_lane),
            input: Matrix::zeros(rows_per_lane, network.inputs()),
            target: Matrix::zeros(rows_per_lane, network.inputs()),
        };
        Self {
            rows,
            rows_per_lane,
            used: 0,
            lanes: (0..count).map(|_| lane()).collect(),
            gradients: (0..count.max(1))
                .map(|_| AlignedBuffer::zeros(length))
                .collect(),
        }
    }

    /// Rows of the largest batch there is room for.
    pub(super) fn room(&self) -> usize {
        self.rows
    }

    /// The batch forward and back: its mean loss a feature, and the derivative of that by
    /// the parameters, in parts, in [`gradients`](Self::gradients).
    pub(super) fn run(
        &mut self,
        (autoencoder, terms): (&Autoencoder, &Terms),
        loss: &dyn Measure,
        batch: &Batch<'_>,
    ) -> Sums {
        let numbers = (batch.rows.len() * autoencoder.features()) as f64;
        let scale = (1.0 / numbers) as f32;
        let rows_per_lane = self.rows_per_lane;
        self.used = batch.rows.len().div_ceil(rows_per_lane);
        let lanes = (
            &mut self.lanes[..self.used],
            &mut self.gradients[..self.used],
        );
        let run = |index: usize, (lanes, gradients): (&mut [Lane], &mut [AlignedBuffer])| {
            let first = index * rows_per_lane;
            let last = batch.rows.len().min(first + rows_per_lane);
            let pairs = lanes.iter_mut().zip(gradients);
            pairs
                .map(|(lane, gradients)| {
                    let range = first..last;
                    lane.run((autoencoder, terms), loss, scale, batch, range, gradients)
                })
                .fold(Sums::default(), Sums::and)
        };
        let sums = parallel::reduce(lanes, 1, &run, &Sums::and);
        Sums {
            loss: sums.loss / numbers,
            divergence: sums.divergence / batch.rows.len() as f64,
            ..sums
        }
    }

    /// Derivatives of the last batch by the parameters: the sum of the first slice and of what
    /// the others hold.
    pub(super) fn gradients(&mut self) -> (&mut [f32], Others<'_>) {
        let (first, others) = self.gradients.split_at_mut(1);
        let others = &others[..self.used.saturating_sub(1)];
        (&mut first[0], Others(others))
    }

    /// The same, added up; then the others hold nothing more.
    pub(super) fn added_up(&mut self) -> &mut [f32] {
        let (gradients, others) = self.gradients();
        parallel::for_each_chunk(gradients, CHUNK, |first, total| others.add_to(first, total));
        self.used = 1;
        &mut self.gradients[0]
    }

    /// Lets running statistics take in the last batch.
    pub(super) fn update_state(&self, rows: usize, network: &mut Network) {
        // Only layers that need the whole batch have any: then there is one lane.
        if let [lane] = &self.lanes[..] {
            network.update_state(rows, &lane.tape);
        }
    }
}

fn rows_of_a_lane(network: &Network) -> usize {
    let layers = network.layers();
    if layers.iter().all(|layer| layer.images().is_none()) {
        return LANE_ROWS;
    }
    let widths = layers.iter().map(|layer| layer.outputs());
    (LANE_NUMBERS / widths.sum::<usize>()).clamp(1, LANE_ROWS)
}

/// The gradients of all lanes but the first.
pub(super) struct Others<'a>(&'a [AlignedBuffer]);

impl Others<'_> {
    /// Adds their parts from `first` on to `total`, in the order of the lanes.
    pub(super) fn add_to(&self, first: usize, total: &mut [f32]) {
        for other in self.0 {
            let other = &other[first..first + total.len()];
            elementwise::zip(total, other, |total, other| total + other);
        }
    }
}

impl Lane {
    fn run(
        &mut self,
        (autoencoder, terms): (&Autoencoder, &Terms),
        loss: &dyn Measure,
        scale: f32,
        batch: &Batch<'_>,
        range: Range<usize>,
        gradients: &mut [f32],
    ) -> Sums {
        let (first, rows) = (range.start, range.len());
        let samples = batch.samples;
        let (input, target) = (&mut self.input, &mut self.target);
        read_batch(samples, &batch.rows[range], batch.epoch, input, target);
        let noisy = samples.is_noisy();
        let input = if noisy { &self.input } else { &self.target }.top(rows);
        let key = (batch.seed, batch.step);
        let network = autoencoder.network();
        let layers = network.layers().len();
        network.forward(layers, key, first, input, &mut self.tape);
        let target = self.target.top(rows);
        let (output, gradient) = self.tape.output_and_gradient(rows);
        let loss = loss_and_gradient(loss, scale, output, target, gradient);
        let pass = Pass {
            autoencoder,
            key,
            first_row: first,
            batch_rows: batch.rows.len(),
            time: batch.time,
            input,
            target,
        };
        let (terms, divergence) = terms.backward(&pass, &mut self.tape, gradients, &mut self.room);
        Sums {
            loss,
            terms,
            divergence,
        }
    }
}
