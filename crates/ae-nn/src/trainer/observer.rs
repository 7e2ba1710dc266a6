use super::{Epoch, Trainer};

/// Is told how training goes. Both calls may ask it to stop.
pub trait Observer {
    /// After each batch.
    fn batch(&mut self, _now: Now) -> Flow {
        Flow::Continue
    }

    /// After each epoch, when a checkpoint can be taken.
    fn epoch(&mut self, _epoch: &Epoch, _trainer: &Trainer<'_>) -> Flow {
        Flow::Continue
    }
}

/// Watches nothing.
impl Observer for () {}

/// What an observer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop after this batch; [`Trainer::buffers`] and [`Trainer::progress`] then hold all
    /// that is needed to go on later.
    Stop,
}

/// Where training is, for a progress bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Now {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Epochs in all.
    pub epochs: usize,
    /// Rows seen in this epoch.
    pub rows: usize,
    /// Rows an epoch.
    pub rows_in_all: usize,
    /// Mean loss of the epoch so far.
    pub loss: f64,
}

/// How training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// After the last epoch.
    Finished,
    /// The validation loss stood still for as long as was allowed.
    StoppedEarly,
    /// The observer said so.
    Interrupted,
}
