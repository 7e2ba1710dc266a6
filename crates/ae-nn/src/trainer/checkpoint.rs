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
    /// The weight penalty at the last step.
    pub penalty: f64,
    /// What the schedule remembers.
    pub schedule: Memory,
    /// The epoch with the lowest validation loss, and that loss.
    pub best: Option<(usize, f64)>,
    /// Every finished epoch.
    pub history: Vec<Epoch>,
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
    ///
    /// # Errors
    /// A buffer that is missing or has another length, as after a change of the
    /// architecture or the optimiser; numbers of progress that can't be.
    pub fn restore<'b>(
        &mut self,
        progress: Progress,
        find: impl Fn(&str) -> Option<&'b [f32]>,
    ) -> Result<(), Error> {
        let fill = |name: &str, room: &mut [f32]| fill(name, room, find(name));
        let network = self.autoencoder.network_mut();
        fill("parameters", network.parameters_mut())?;
        fill("state", network.state_mut())?;
        fill("slot0", &mut self.slots[0])?;
        fill("slot1", &mut self.slots[1])?;
        if progress.history.len() != progress.epoch {
            return Err(Error::Checkpoint {
                what: format!(
                    "{} epochs finished, {} in the history",
                    progress.epoch,
                    progress.history.len()
                ),
            });
        }
        if let Some((epoch, loss)) = progress.best {
            let mut best = Best::room_for(network);
            fill("best.parameters", &mut best.parameters)?;
            fill("best.state", &mut best.state)?;
            (best.epoch, best.loss) = (epoch.min(progress.epoch), loss);
            self.best = Some(best);
        }
        self.progress = progress;
        Ok(())
    }
}

fn fill(name: &str, room: &mut [f32], found: Option<&[f32]>) -> Result<(), Error> {
    let found = found.unwrap_or(&[]);
    if found.len() != room.len() {
        return Err(Error::Checkpoint {
            what: format!(
                "{name}: expected {} numbers, found {}",
                room.len(),
                found.len()
            ),
        });
    }
    room.copy_from_slice(found);
    Ok(())
}
