//! Training: [`Trainer::fit`] is the whole loop.

mod batch;
mod checkpoint;
mod evaluate;
mod history;
mod lanes;
mod observer;
mod settings;

pub use checkpoint::{Buffers, Progress};
pub use evaluate::evaluate;
pub use history::Epoch;
pub use observer::{Flow, Now, Observer, Outcome};
pub use settings::{EarlyStopping, Keep, TrainSettings};

use crate::constraint::{self, Constraint};
use crate::network::PlacedBlock;
use crate::optimizer::{self, Moment, Stretch};
use crate::schedule::Time;
use crate::term::Terms;
use crate::{Autoencoder, Error, Samples, variational};
use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{AlignedBuffer, parallel, reduce};
pub(crate) use batch::read_batch;
use checkpoint::Best;
pub(crate) use evaluate::{BATCH, count_rows};
use lanes::{Batch, Lanes};
use std::time::Instant;

/// Trains an autoencoder. Everything a step needs is allocated before the first, none of it
/// in a step.
pub struct Trainer<'a> {
    autoencoder: &'a mut Autoencoder,
    settings: TrainSettings,
    /// Before any schedule; the decimal number that was asked for, not its `f32`.
    base_rate: f64,
    blocks: Vec<PlacedBlock>,
    terms: Terms,
    constraints: Vec<Constraint>,
    progress: Progress,
    best: Option<Best>,
    slots: [AlignedBuffer; 2],
    /// Room for a batch, made when the number of rows is known.
    lanes: Lanes,
    /// The epoch's order of rows.
    order: Vec<u32>,
}

impl<'a> Trainer<'a> {
    /// A trainer at the very beginning.
    ///
    /// # Errors
    /// Settings outside their range, or a loss whose output activation isn't the
    /// autoencoder's; a penalty that the code isn't made for, or weights that can't be tied.
    pub fn new(autoencoder: &'a mut Autoencoder, settings: TrainSettings) -> Result<Self, Error> {
        settings.check()?;
        check_output(autoencoder, &settings)?;
        let terms = Terms::new(autoencoder, &settings)?;
        let constraints = constraint::of(autoencoder, settings.tied)?;
        for constraint in &constraints {
            constraint.restore(autoencoder.network_mut().parameters_mut());
        }
        let network = autoencoder.network();
        let mut blocks = network.blocks();
        for copy in constraints.iter().filter_map(Constraint::copy) {
            // Its original pays for both.
            let copies = blocks.iter_mut().filter(|block| block.range == *copy);
            copies.for_each(|block| block.decays = false);
        }
        let length = network.parameters().len();
        let used = settings.optimizer.slots();
        let slot = |index| AlignedBuffer::zeros(if index < used { length } else { 0 });
        Ok(Self {
            base_rate: shortest(settings.optimizer.learning_rate()),
            blocks,
            progress: Progress::default(),
            best: None,
            slots: [slot(0), slot(1)],
            lanes: Lanes::new(network, &terms, 0),
            terms,
            constraints,
            order: Vec::new(),
            autoencoder,
            settings,
        })
    }

    /// Whether an autoencoder can be trained so, without making room for it.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn check(autoencoder: &Autoencoder, settings: &TrainSettings) -> Result<(), Error> {
        settings.check()?;
        check_output(autoencoder, settings)?;
        Terms::new(autoencoder, settings)?;
        constraint::of(autoencoder, settings.tied)?;
        Ok(())
    }

    /// Trains to the end, or until stopped. Without `validation`, early stopping and the
    /// choice of the best weights go by the training loss.
    ///
    /// # Errors
    /// Rows of another width than the autoencoder's, no rows, a checkpoint that doesn't fit
    /// them, or a loss or weights that are not finite.
    pub fn fit(
        &mut self,
        train: &dyn Samples,
        validation: Option<&dyn Samples>,
        observer: &mut (dyn Observer + Send),
    ) -> Result<Outcome, Error> {
        self.prepare(train, validation)?;
        parallel::install(|| {
            let mut outcome = self.outcome();
            while outcome.is_none() {
                let flow = self.run_epoch(train, validation, observer)?;
                outcome = self.outcome();
                if flow == Flow::Stop && outcome.is_none() {
                    return Ok(Outcome::Interrupted);
                }
            }
            self.restore_best();
            Ok(outcome.unwrap_or(Outcome::Finished))
        })
    }

    /// From the batch where it stands to the end of the epoch, unless stopped.
    fn run_epoch(
        &mut self,
        train: &dyn Samples,
        validation: Option<&dyn Samples>,
        observer: &mut (dyn Observer + Send),
    ) -> Result<Flow, Error> {
        let (started, rows_before) = (Instant::now(), self.progress.rows);
        self.shuffle();
        while self.progress.batch < self.batches() {
            self.step(train)?;
            if observer.batch(self.now()) == Flow::Stop {
                self.check_weights()?;
                return Ok(Flow::Stop);
            }
        }
        self.check_weights()?;
        let rows = self.progress.rows - rows_before;
        let epoch = self.close_epoch(validation, rows, started)?;
        Ok(observer.epoch(&epoch, self))
    }

    /// One batch: forward, loss, backward, and the optimiser's move.
    fn step(&mut self, train: &dyn Samples) -> Result<(), Error> {
        let first = self.progress.batch * self.batch_rows();
        let last = self.order.len().min(first + self.batch_rows());
        let rows = last - first;
        let learning_rate = self.learning_rate(self.progress.batch);
        let batch = Batch {
            samples: train,
            rows: &self.order[first..last],
            epoch: self.progress.epoch as u64,
            seed: self.settings.seed,
            step: self.progress.step,
            time: self.progress.epoch as f64 + self.progress.batch as f64 / self.batches() as f64,
        };
        let measure = self.autoencoder.measure(&self.settings.loss);
        let model = (&*self.autoencoder, &self.terms);
        let sums = self.lanes.run(model, measure, &batch);
        if !(sums.loss + sums.terms).is_finite() {
            return Err(self.not_finite("loss", self.progress.batch));
        }

        self.progress.step += 1;
        self.progress.batch += 1;
        self.progress.loss_sum += sums.loss * rows as f64;
        self.progress.divergence_sum += sums.divergence * rows as f64;
        self.progress.rows += rows;
        self.progress.penalty = sums.terms;
        self.move_parameters(learning_rate);
        let network = self.autoencoder.network_mut();
        self.lanes.update_state(rows, network);
        Ok(())
    }

    /// Constraints, penalties and clipping want to see the whole gradient first; without them,
    /// its parts are added up where they are used.
    fn move_parameters(&mut self, learning_rate: f64) {
        let network = self.autoencoder.network_mut();
        let (penalty, clipping) = (self.settings.penalty, self.settings.clipping);
        if !penalty.is_none() || !clipping.is_none() || !self.constraints.is_empty() {
            let gradients = self.lanes.added_up();
            for constraint in &self.constraints {
                constraint.gather(network.parameters(), gradients);
            }
            self.progress.penalty += penalty.add(&self.blocks, network.parameters(), gradients);
            clipping.clip(gradients);
        }
        let (gradients, others) = self.lanes.gradients();
        let [first, second] = &mut self.slots;
        let moment = Moment {
            step: self.progress.step,
            learning_rate: learning_rate as f32,
            decays: true,
        };
        let stretch = Stretch {
            parameters: network.parameters_mut(),
            gradients,
            slots: [first, second],
        };
        let rule = self.settings.optimizer;
        optimizer::update(&*rule, moment, &self.blocks, stretch, |first, gradients| {
            others.add_to(first, gradients);
        });
        for constraint in &self.constraints {
            constraint.restore(network.parameters_mut());
        }
    }

    /// Judges the epoch and begins the next. `rows` have been trained on since `started`.
    fn close_epoch(
        &mut self,
        validation: Option<&dyn Samples>,
        rows: usize,
        started: Instant,
    ) -> Result<Epoch, Error> {
        let rows_per_second = rows as f64 / started.elapsed().as_secs_f64();
        let of_rows = |sum: f64| sum / self.progress.rows as f64;
        let train_loss = of_rows(self.progress.loss_sum);
        let diverging = self.terms.diverging();
        let divergence = diverging.map(|_| of_rows(self.progress.divergence_sum));
        let (validation_loss, divergences) = match validation {
            Some(rows) => self.validate(rows)?,
            None => (None, None),
        };
        let validation_divergence = divergences.as_ref().map(|nats| nats.iter().sum());
        // Of the training rows, only the divergence of whole codes is known.
        let kept = divergences.or(divergence.map(|nats| vec![nats]));
        let judged = diverging
            .zip(kept)
            .map(|(term, nats)| validation_loss.unwrap_or(train_loss) + term.once_risen(&nats));
        let last_batch = self.batches() - 1;
        let epoch = Epoch {
            epoch: self.progress.epoch + 1,
            train_loss,
            validation_loss,
            divergence,
            validation_divergence,
            judged,
            penalty: self.progress.penalty,
            learning_rate: self.learning_rate(last_batch),
            rows_per_second,
            seconds: started.elapsed().as_secs_f64(),
        };
        if !epoch.judged().is_finite() {
            return Err(self.not_finite("validation loss", last_batch));
        }
        self.progress.epoch += 1;
        self.progress.batch = 0;
        self.progress.loss_sum = 0.0;
        self.progress.divergence_sum = 0.0;
        self.progress.rows = 0;
        self.progress.history.push(epoch.clone());
        self.note(epoch.judged());
        Ok(epoch)
    }

    /// The loss a feature of rows that aren't trained on, and the divergence of each number of
    /// their codes, where these are drawn: then the loss is that of codes drawn, as in training.
    fn validate(&self, rows: &dyn Samples) -> Result<(Option<f64>, Option<Vec<f64>>), Error> {
        let (autoencoder, loss) = (&*self.autoencoder, &self.settings.loss);
        Ok(match variational::bound(autoencoder, rows, loss)? {
            Some(bound) => (
                Some(bound.loss / autoencoder.features() as f64),
                Some(bound.divergences),
            ),
            None => (Some(evaluate(autoencoder, rows, loss)?), None),
        })
    }

    /// Keeps the weights if their loss is the lowest, and lets patience begin anew if it is
    /// lower by enough. While β rises, what is judged isn't yet what is minimised: neither
    /// patience nor the schedule runs out by it.
    fn note(&mut self, loss: f64) {
        let epoch = self.progress.epoch;
        let is_rising = self
            .terms
            .diverging()
            .is_some_and(|term| term.is_rising(epoch));
        if !is_rising {
            let schedule = self.settings.schedule;
            schedule.after_epoch(loss, &mut self.progress.schedule);
        }
        let least = self.settings.least_improvement();
        let improved = &mut self.progress.improved;
        if is_rising || improved.is_none_or(|(_, before)| loss < before - least) {
            *improved = Some((epoch, loss));
        }
        if self.best.as_ref().is_none_or(|best| loss < best.loss) {
            let network = self.autoencoder.network();
            let best = self.best.get_or_insert_with(|| Best::room_for(network));
            best.take(epoch, loss, network);
        }
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
        let early = self.settings.early_stopping?;
        let (epoch, _loss) = self.progress.improved?;
        (self.progress.epoch - epoch >= early.patience).then_some(Outcome::StoppedEarly)
    }

    /// Checks what is to be trained on and makes room for its batches.
    fn prepare(
        &mut self,
        train: &dyn Samples,
        validation: Option<&dyn Samples>,
    ) -> Result<(), Error> {
        let rows = count_rows(train, "train on")?;
        self.autoencoder.check_features(train.width())?;
        if let Some(validation) = validation {
            count_rows(validation, "validate on")?;
            self.autoencoder.check_features(validation.width())?;
        }
        self.order = (0..rows).collect();
        self.progress
            .check_batches(self.batch_rows(), self.order.len())?;
        if self.lanes.room() != self.batch_rows() {
            let network = self.autoencoder.network();
            self.lanes = Lanes::new(network, &self.terms, self.batch_rows());
        }
        Ok(())
    }

    /// The epoch's order of rows: from the seed and the epoch alone, so that a resumed run
    /// goes on in the middle of it.
    fn shuffle(&mut self) {
        for (row, number) in self.order.iter_mut().zip(0..) {
            *row = number;
        }
        if self.settings.shuffle {
            let epoch = self.progress.epoch as u64;
            Stream::new(self.settings.seed, Purpose::Shuffle, epoch).shuffle(&mut self.order);
        }
    }

    /// Rows of all batches but perhaps an epoch's last.
    fn batch_rows(&self) -> usize {
        self.settings.batch.min(self.order.len())
    }

    fn batches(&self) -> usize {
        self.order.len().div_ceil(self.batch_rows())
    }

    /// The learning rate of a batch of this epoch, from 0.
    fn learning_rate(&self, batch: usize) -> f64 {
        let batches = self.batches() as f64;
        let time = Time {
            now: self.progress.epoch as f64 + batch as f64 / batches,
            batch: 1.0 / batches,
            end: self.settings.epochs as f64,
        };
        self.base_rate * self.settings.schedule.factor(time, &self.progress.schedule)
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

    /// After at least one batch of the epoch.
    fn check_weights(&self) -> Result<(), Error> {
        let network = self.autoencoder.network();
        if reduce::all_finite(network.parameters()) && reduce::all_finite(network.state()) {
            Ok(())
        } else {
            Err(self.not_finite("weights", self.progress.batch - 1))
        }
    }

    /// The error at a batch of this epoch, from 0.
    fn not_finite(&self, what: &'static str, batch: usize) -> Error {
        Error::NotFinite {
            what,
            epoch: self.progress.epoch + 1,
            batch: batch + 1,
            learning_rate: self.learning_rate(batch),
        }
    }
}

fn check_output(autoencoder: &Autoencoder, settings: &TrainSettings) -> Result<(), Error> {
    let own = autoencoder.measure(&settings.loss).output_activation();
    let found = autoencoder.output_activation();
    if own == found {
        return Ok(());
    }
    Err(Error::OutputActivation {
        loss: settings.loss.to_string(),
        own: own.to_string(),
        found: found.to_string(),
    })
}

/// 0.001 of the `f32` nearest to it, not 0.0010000000474974513.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(value.into())
}
