//! Training: [`Trainer::fit`] is the whole loop.

mod batch;
mod checkpoint;
mod evaluate;
mod history;
mod settings;

pub use checkpoint::{Buffers, Progress};
pub use evaluate::evaluate;
pub use history::Epoch;
pub use settings::{EarlyStopping, Keep, TrainSettings};

use crate::network::{PlacedBlock, Tape};
use crate::optimizer::{self, Moment};
use crate::schedule::Time;
use crate::{Autoencoder, Error, Samples};
use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{AlignedBuffer, Matrix, parallel, reduce};
use batch::{loss_and_gradient, read_batch};
use checkpoint::Best;
use std::time::Instant;

/// Trains an autoencoder. Everything a step needs is allocated here, none of it in a step.
pub struct Trainer<'a> {
    autoencoder: &'a mut Autoencoder,
    settings: TrainSettings,
    blocks: Vec<PlacedBlock>,
    progress: Progress,
    best: Option<Best>,
    slots: [AlignedBuffer; 2],
    gradients: AlignedBuffer,
    tape: Tape,
    input: Matrix,
    target: Matrix,
    order: Vec<u32>,
}

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

impl<'a> Trainer<'a> {
    /// A trainer at the very beginning.
    ///
    /// # Errors
    /// Settings outside their range.
    pub fn new(autoencoder: &'a mut Autoencoder, settings: TrainSettings) -> Result<Self, Error> {
        settings.check()?;
        let network = autoencoder.network();
        let length = network.parameters().len();
        let used = settings.optimizer.slots();
        let slot = |index| AlignedBuffer::zeros(if index < used { length } else { 0 });
        Ok(Self {
            blocks: network.blocks(),
            progress: Progress::default(),
            best: None,
            slots: [slot(0), slot(1)],
            gradients: AlignedBuffer::zeros(length),
            tape: Tape::new(network, settings.batch),
            input: Matrix::zeros(settings.batch, network.inputs()),
            target: Matrix::zeros(settings.batch, network.inputs()),
            order: Vec::new(),
            autoencoder,
            settings,
        })
    }

    /// Trains to the end, or until stopped. Without `validation`, early stopping and the
    /// choice of the best weights go by the training loss.
    ///
    /// # Errors
    /// Rows of another width than the autoencoder's, no rows, or a loss or weights that
    /// are not finite.
    pub fn fit(
        &mut self,
        train: &dyn Samples,
        validation: Option<&dyn Samples>,
        observer: &mut (dyn Observer + Send),
    ) -> Result<Outcome, Error> {
        self.check_rows(train, validation)?;
        parallel::install(|| {
            let mut outcome = self.outcome();
            while outcome.is_none() {
                let started = Instant::now();
                self.shuffle(train.row_count());
                while self.progress.batch < self.batches() {
                    self.step(train)?;
                    if observer.batch(self.now()) == Flow::Stop {
                        return Ok(Outcome::Interrupted);
                    }
                }
                let epoch = self.finish_epoch(validation, started)?;
                outcome = self.outcome();
                if observer.epoch(&epoch, self) == Flow::Stop && outcome.is_none() {
                    return Ok(Outcome::Interrupted);
                }
            }
            self.restore_best();
            Ok(outcome.unwrap_or(Outcome::Finished))
        })
    }

    /// One batch: forward, loss, backward, and the optimiser's move.
    fn step(&mut self, train: &dyn Samples) -> Result<(), Error> {
        let first = self.progress.batch * self.settings.batch;
        let last = self.order.len().min(first + self.settings.batch);
        let (batch, rows) = (&self.order[first..last], last - first);
        let learning_rate = self.learning_rate();
        let epoch = self.progress.epoch as u64;
        read_batch(train, batch, epoch, &mut self.input, &mut self.target);
        let noisy = train.is_noisy();
        let input = if noisy { &self.input } else { &self.target }.top(rows);

        let network = self.autoencoder.network();
        let (seed, step) = (self.settings.seed, self.progress.step);
        network.forward(seed, step, input, &mut self.tape);
        let (output, gradient) = self.tape.output_and_gradient(rows);
        let loss = loss_and_gradient(&self.settings.loss, output, self.target.top(rows), gradient);
        if !loss.is_finite() {
            return Err(self.not_finite("loss"));
        }
        network.backward(input, &mut self.tape, &mut self.gradients);
        let penalty = self.settings.penalty;
        let parameters = network.parameters();
        self.progress.penalty = penalty.add(&self.blocks, parameters, &mut self.gradients);
        self.settings.clipping.clip(&mut self.gradients);

        self.progress.step += 1;
        self.progress.batch += 1;
        self.progress.loss_sum += loss * rows as f64;
        self.progress.rows += rows;
        self.move_parameters(learning_rate);
        let network = self.autoencoder.network_mut();
        network.update_state(rows, &self.tape);
        Ok(())
    }

    fn move_parameters(&mut self, learning_rate: f64) {
        let rule = self.settings.optimizer;
        let parameters = self.autoencoder.network_mut().parameters_mut();
        for block in &self.blocks {
            let moment = Moment {
                step: self.progress.step,
                learning_rate: learning_rate as f32,
                decays: block.decays,
            };
            let slots = self.slots.each_mut().map(|slot| {
                let range = if slot.is_empty() {
                    0..0
                } else {
                    block.range.clone()
                };
                &mut slot[range]
            });
            optimizer::update(
                &*rule,
                moment,
                &mut parameters[block.range.clone()],
                &self.gradients[block.range.clone()],
                slots,
            );
        }
    }

    fn finish_epoch(
        &mut self,
        validation: Option<&dyn Samples>,
        started: Instant,
    ) -> Result<Epoch, Error> {
        if !reduce::all_finite(self.autoencoder.network().parameters()) {
            return Err(self.not_finite("weights"));
        }
        let train_loss = self.progress.loss_sum / self.progress.rows as f64;
        let trained = started.elapsed();
        let validation_loss = match validation {
            Some(rows) => Some(evaluate(self.autoencoder, rows, &self.settings.loss)?),
            None => None,
        };
        let epoch = Epoch {
            epoch: self.progress.epoch + 1,
            train_loss,
            validation_loss,
            penalty: self.progress.penalty,
            learning_rate: self.learning_rate(),
            rows_per_second: self.progress.rows as f64 / trained.as_secs_f64(),
            seconds: started.elapsed().as_secs_f64(),
        };
        let judged = validation_loss.unwrap_or(train_loss);
        let schedule = self.settings.schedule;
        schedule.after_epoch(judged, &mut self.progress.schedule);
        self.progress.epoch += 1;
        self.progress.batch = 0;
        self.progress.loss_sum = 0.0;
        self.progress.rows = 0;
        self.progress.history.push(epoch.clone());
        self.keep_if_best(judged);
        Ok(epoch)
    }

    fn keep_if_best(&mut self, loss: f64) {
        let least = match &self.best {
            Some(best) => best.loss - self.settings.least_improvement(),
            None => f64::INFINITY,
        };
        if loss >= least {
            return;
        }
        let network = self.autoencoder.network();
        let best = self.best.get_or_insert_with(|| Best::room_for(network));
        best.take(self.progress.epoch, loss, network);
    }

    fn restore_best(&mut self) {
        if let (Keep::Best, Some(best)) = (self.settings.keep, &self.best) {
            best.put_back(self.autoencoder.network_mut());
        }
    }

    /// How training ended, if it has.
    fn outcome(&self) -> Option<Outcome> {
        if self.progress.epoch >= self.settings.epochs {
            return Some(Outcome::Finished);
        }
        let (Some(early), Some(best)) = (self.settings.early_stopping, &self.best) else {
            return None;
        };
        (self.progress.epoch - best.epoch >= early.patience).then_some(Outcome::StoppedEarly)
    }

    /// The epoch's order of rows: from the seed and the epoch alone, so that a resumed run
    /// goes on in the middle of it.
    fn shuffle(&mut self, rows: usize) {
        self.order.clear();
        self.order.extend(0..rows as u32);
        if self.settings.shuffle {
            let epoch = self.progress.epoch as u64;
            Stream::new(self.settings.seed, Purpose::Shuffle, epoch).shuffle(&mut self.order);
        }
    }

    fn batches(&self) -> usize {
        self.order.len().div_ceil(self.settings.batch)
    }

    fn learning_rate(&self) -> f64 {
        let batch = 1.0 / self.batches().max(1) as f64;
        let time = Time {
            now: self.progress.epoch as f64 + self.progress.batch as f64 * batch,
            batch,
            end: self.settings.epochs as f64,
        };
        let base = f64::from(self.settings.optimizer.learning_rate());
        base * self.settings.schedule.factor(time, &self.progress.schedule)
    }

    fn now(&self) -> Now {
        Now {
            epoch: self.progress.epoch + 1,
            epochs: self.settings.epochs,
            rows: self.progress.rows,
            rows_in_all: self.order.len(),
            loss: self.progress.loss_sum / self.progress.rows as f64,
        }
    }

    fn check_rows(
        &self,
        train: &dyn Samples,
        validation: Option<&dyn Samples>,
    ) -> Result<(), Error> {
        let parts = [(Some(train), "train on"), (validation, "validate on")];
        for (samples, what) in parts {
            let Some(samples) = samples else { continue };
            if samples.row_count() == 0 {
                return Err(Error::NoRows { what });
            }
            if samples.width() != self.autoencoder.features() {
                return Err(Error::Width {
                    what: "features",
                    expected: self.autoencoder.features(),
                    found: samples.width(),
                });
            }
        }
        Ok(())
    }

    fn not_finite(&self, what: &'static str) -> Error {
        let batch = self.progress.batch + usize::from(what == "loss");
        Error::NotFinite {
            what,
            epoch: self.progress.epoch + 1,
            batch,
            learning_rate: self.learning_rate(),
        }
    }
}
