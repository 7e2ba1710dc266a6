//! What is needed to go on later as if nothing had happened.

use super::{Epoch, Trainer};
use crate::Error;
use crate::network::Network;
use crate::schedule::Memory;
use ae_tensor::AlignedBuffer;
use serde::{Deserialize, Serialize};

/// Where a run is; together with [`Buffers`], all of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Epochs finished.
    pub epoch: usize,
    /// Batches of the next one already taken.
    pub batch: usize,
    /// Steps taken in all.
    pub step: u64,
    /// Rows of the unfinished epoch, and the sum of their losses.
    pub rows: usize,
    /// See `rows`.
    pub loss_sum: f64,
    /// The sum of their codes' divergences, in nats.
    #[serde(default)]
    pub divergence_sum: f64,
    /// Penalties and other terms at the last step.
    pub penalty: f64,
    /// What the schedule remembers.
    pub schedule: Memory,
    /// The epoch with the lowest validation loss, and that loss.
    pub best: Option<(usize, f64)>,
    /// The last epoch whose loss was lower by what early stopping asks for, and that loss:
    /// patience counts from it.
    pub improved: Option<(usize, f64)>,
    /// Every finished epoch.
    pub history: Vec<Epoch>,
}

impl Progress {
    /// Steps that streams of random numbers have names for.
    const MOST_STEPS: u64 = 1 << 32;

    /// Whether its numbers agree with each other.
    fn check(&self) -> Result<(), Error> {
        let refuse = |what: String| Err(Error::Checkpoint { what });
        let epochs = self.epoch;
        if self.history.len() != epochs {
            let found = self.history.len();
            return refuse(format!("{epochs} epochs finished, {found} in the history"));
        }
        if self.step > Self::MOST_STEPS {
            return refuse(format!("{} steps taken", self.step));
        }
        for (what, place) in [("best", self.best), ("last improved", self.improved)] {
            match place {
                Some((epoch, _)) if epoch == 0 || epoch > epochs => {
                    return refuse(format!("{what} epoch {epoch} of {epochs}"));
                }
                Some((_, loss)) if !loss.is_finite() => {
                    return refuse(format!("{what} loss {loss}"));
                }
                None if epochs > 0 => return refuse(format!("no {what} epoch in {epochs}")),
                _ => {}
            }
        }
        let memory = &self.schedule;
        if !(0.0..=1.0).contains(&memory.factor) || memory.waited as usize > epochs {
            let (factor, waited) = (memory.factor, memory.waited);
            return refuse(format!(
                "a schedule at factor {factor} that has waited {waited} of {epochs} epochs"
            ));
        }
        let losses = [
            self.loss_sum,
            self.divergence_sum,
            self.penalty,
            memory.best.unwrap_or(0.0),
        ];
        match losses.iter().find(|loss| !loss.is_finite()) {
            Some(loss) => refuse(format!("a loss of {loss}")),
            None => Ok(()),
        }
    }

    /// Whether it stands at a batch that there is.
    pub(super) fn check_batches(&self, batch_rows: usize, rows: usize) -> Result<(), Error> {
        let expected = self
            .batch
            .checked_mul(batch_rows)
            .map(|seen| seen.min(rows));
        let batches = rows.div_ceil(batch_rows);
        if self.batch <= batches && expected == Some(self.rows) {
            return Ok(());
        }
        Err(Error::Checkpoint {
            what: format!(
                "{} rows seen in {} batches of an epoch, which has {rows} rows in {batches} batches",
                self.rows, self.batch
            ),
        })
    }
}

/// The numbers of a checkpoint, by name: `parameters`, `state`, `slot0`, `slot1`,
/// `best.parameters`, `best.state`. Empty ones are left out.
pub type Buffers<'a> = Vec<(&'static str, &'a [f32])>;

/// The weights of the epoch with the lowest validation loss.
pub(super) struct Best {
    pub(super) epoch: usize,
    pub(super) loss: f64,
    parameters: AlignedBuffer,
    state: AlignedBuffer,
}

impl Best {
    pub(super) fn room_for(network: &Network) -> Self {
        Self {
            epoch: 0,
            loss: f64::INFINITY,
            parameters: AlignedBuffer::zeros(network.parameters().len()),
            state: AlignedBuffer::zeros(network.state().len()),
        }
    }

    pub(super) fn take(&mut self, epoch: usize, loss: f64, network: &Network) {
        (self.epoch, self.loss) = (epoch, loss);
        self.parameters.copy_from_slice(network.parameters());
        self.state.copy_from_slice(network.state());
    }

    pub(super) fn put_back(&self, network: &mut Network) {
        network.parameters_mut().copy_from_slice(&self.parameters);
        network.state_mut().copy_from_slice(&self.state);
    }
}

impl Trainer<'_> {
    /// Where the run is.
    pub fn progress(&self) -> Progress {
        Progress {
            best: self.best.as_ref().map(|best| (best.epoch, best.loss)),
            ..self.progress.clone()
        }
    }

    /// The numbers that belong to [`progress`](Self::progress).
    ///
    /// To go on later, take them in [`Observer::epoch`](super::Observer::epoch) or after
    /// [`Outcome::Interrupted`](super::Outcome::Interrupted): when training has ended and the
    /// best weights are kept, they are `parameters`, and the last ones are gone.
    pub fn buffers(&self) -> Buffers<'_> {
        let network = self.autoencoder.network();
        let [slot0, slot1] = &self.slots;
        let mut buffers: Buffers<'_> = vec![
            ("parameters", network.parameters()),
            ("state", network.state()),
            ("slot0", slot0),
            ("slot1", slot1),
        ];
        if let Some(best) = &self.best {
            buffers.push(("best.parameters", &best.parameters));
            buffers.push(("best.state", &best.state));
        }
        buffers.retain(|(_, values)| !values.is_empty());
        buffers
    }

    /// Goes on from a checkpoint: `find` gives the numbers of each buffer by its name.
    /// Nothing changes if there is an error.
    ///
    /// # Errors
    /// A buffer that is missing or has another length, as after a change of the
    /// architecture or the optimiser; a number in it that isn't finite; numbers of progress
    /// that can't be.
    pub fn restore<'b>(
        &mut self,
        progress: Progress,
        find: impl Fn(&str) -> Option<&'b [f32]>,
    ) -> Result<(), Error> {
        progress.check()?;
        let network = self.autoencoder.network();
        let (weights, statistics) = (network.parameters().len(), network.state().len());
        let find = |name, length| self.checked(name, length, find(name).unwrap_or(&[]));
        let parameters = find("parameters", weights)?;
        let state = find("state", statistics)?;
        let slots = [
            find("slot0", self.slots[0].len())?,
            find("slot1", self.slots[1].len())?,
        ];
        let best = match progress.best {
            None => None,
            Some((epoch, loss)) => Some(Best {
                epoch,
                loss,
                parameters: find("best.parameters", weights)?.into(),
                state: find("best.state", statistics)?.into(),
            }),
        };
        let network = self.autoencoder.network_mut();
        network.parameters_mut().copy_from_slice(parameters);
        network.state_mut().copy_from_slice(state);
        for (slot, values) in self.slots.iter_mut().zip(slots) {
            slot.copy_from_slice(values);
        }
        (self.best, self.progress) = (best, progress);
        Ok(())
    }

    fn checked<'b>(&self, name: &str, length: usize, found: &'b [f32]) -> Result<&'b [f32], Error> {
        if found.len() != length {
            let what = format!("{name}: expected {length} numbers, found {}", found.len());
            return Err(Error::Checkpoint { what });
        }
        match found.iter().position(|value| !value.is_finite()) {
            None => Ok(found),
            Some(position) => {
                let (layer, index) = self.place(name, position);
                let found = found[position];
                Err(Error::BadWeight {
                    layer,
                    index,
                    found,
                })
            }
        }
    }

    /// The block in which a number of a buffer is, and its place there.
    fn place(&self, buffer: &str, position: usize) -> (String, usize) {
        let network = self.autoencoder.network();
        let blocks = if buffer.ends_with("state") {
            network.state_blocks()
        } else {
            network.blocks()
        };
        match blocks.iter().find(|block| block.range.contains(&position)) {
            None => (buffer.to_owned(), position),
            Some(block) => {
                let name = self.autoencoder.block_name(block.layer, block.name);
                (format!("{name} ({buffer})"), position - block.range.start)
            }
        }
    }
}
