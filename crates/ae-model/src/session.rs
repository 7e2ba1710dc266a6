//! Training a plan, with checkpoints.

use crate::evaluation::Reference;
use crate::file::{CheckpointFile, read_checkpoint, write_checkpoint};
use crate::model::Steps;
use crate::scoring::Scorer;
use crate::{Model, ModelError, Part, Plan, Provenance, Settings};
use ae_data::{Dataset, Parts};
use ae_nn::trainer::Now;
use ae_nn::{Epoch, Flow, Observer, Outcome, Samples, Trainer};
use std::path::{Path, PathBuf};

/// Trains a plan from the beginning to the end.
///
/// # Errors
/// A loss or weights that are not finite, or an observer that stopped it: use a
/// [`Session`] to be interrupted.
pub fn train(
    parts: &Parts,
    plan: &Plan,
    observer: &mut (dyn Observer + Send),
) -> Result<Model, ModelError> {
    match Session::new(parts, plan).run(observer)? {
        Finished::Model(model, _) => Ok(*model),
        Finished::Interrupted { epochs } => Err(ModelError::Interrupted { epochs }),
    }
}

/// How a session ended.
pub enum Finished {
    /// With a model.
    Model(Box<Model>, Outcome),
    /// The observer stopped it; the checkpoint, if there is one, holds where it was.
    Interrupted {
        /// Finished epochs.
        epochs: usize,
    },
}

/// What many runs on the same data need not compute again.
#[derive(Debug, Clone)]
pub struct Shared {
    /// [`Dataset::fingerprint`] of the data to train on.
    pub fingerprint: String,
    /// [`Reference::fit`] of the plan's clean training rows and code.
    pub reference: Reference,
}

/// One training run.
pub struct Session<'a> {
    parts: &'a Parts,
    plan: &'a Plan,
    fingerprint: String,
    reference: Option<Reference>,
    /// Of the source's own test rows, if they are watched: they decide which weights are kept.
    test_fingerprint: Option<String>,
    checkpoint: Option<PathBuf>,
    resume: Option<CheckpointFile>,
}

impl<'a> Session<'a> {
    /// A run of this plan on the data it was made for.
    pub fn new(parts: &'a Parts, plan: &'a Plan) -> Self {
        Self::begin(parts, plan, parts.train.fingerprint(), None)
    }

    /// As [`new`](Self::new), with what was computed for another run already. It is taken at
    /// its word and goes into the model.
    pub fn sharing(parts: &'a Parts, plan: &'a Plan, shared: Shared) -> Self {
        Self::begin(parts, plan, shared.fingerprint, Some(shared.reference))
    }

    fn begin(
        parts: &'a Parts,
        plan: &'a Plan,
        fingerprint: String,
        reference: Option<Reference>,
    ) -> Self {
        let watched = parts
            .test
            .as_ref()
            .filter(|_| plan.settings.validate_on_test);
        Self {
            test_fingerprint: watched.map(Dataset::fingerprint),
            parts,
            plan,
            fingerprint,
            reference,
            checkpoint: None,
            resume: None,
        }
    }

    /// The same, with a checkpoint written there after each epoch and when interrupted.
    pub fn with_checkpoint(mut self, path: PathBuf) -> Self {
        self.checkpoint = Some(path);
        self
    }

    /// The same, going on from a checkpoint. Only the number of epochs, and when to stop
    /// before the last, may have changed.
    ///
    /// # Errors
    /// A file that is no checkpoint, or one of other settings or data.
    pub fn resume(mut self, path: &Path) -> Result<Self, ModelError> {
        let checkpoint = read_checkpoint(path)?;
        let differs = difference(&checkpoint.settings, &self.plan.settings).or_else(|| {
            let (then, now) = (&checkpoint.fingerprint, &self.fingerprint);
            other_data("data (SHA-256)", then, now)
        });
        let tests = (checkpoint.test_fingerprint.as_ref()).zip(self.test_fingerprint.as_ref());
        let differs = differs
            .or_else(|| tests.and_then(|(then, now)| other_data("test data (SHA-256)", then, now)));
        if let Some(difference) = differs {
            return Err(ModelError::OtherRun {
                path: path.to_owned(),
                what: difference.what,
                found: difference.found,
                expected: difference.expected,
            });
        }
        let (done, asked) = (checkpoint.progress.epoch, self.plan.settings.epochs);
        if done > asked {
            return Err(ModelError::Settings {
                what: format!("{done} epochs are done already, {asked} in all were asked for"),
                hint: "ask for more epochs, or train anew".to_owned(),
            });
        }
        self.resume = Some(checkpoint);
        Ok(self)
    }

    /// What should be said about going on from the checkpoint.
    pub fn warnings(&self) -> Vec<String> {
        let Some(checkpoint) = &self.resume else {
            return Vec::new();
        };
        let (then, now) = (checkpoint.settings.epochs, self.plan.settings.epochs);
        let schedule = self.plan.settings.schedule;
        if then == now || !schedule.depends_on_the_end() {
            return Vec::new();
        }
        vec![format!(
            "the schedule {schedule} depends on the number of epochs, which was {then} and is {now}: \
             the result is not that of a run of {now} epochs from the start"
        )]
    }

    /// Epochs that a resumed checkpoint had finished.
    pub fn epochs_done(&self) -> usize {
        self.resume
            .as_ref()
            .map_or(0, |checkpoint| checkpoint.progress.epoch)
    }

    /// Trains to the end, or until the observer stops it.
    ///
    /// # Errors
    /// A loss or weights that are not finite (the last checkpoint stays as it is), or a
    /// checkpoint that can't be written.
    pub fn run(self, observer: &mut (dyn Observer + Send)) -> Result<Finished, ModelError> {
        let (parts, plan) = (self.parts, self.plan);
        let train = plan.noisy_rows(parts, Part::Train);
        let validation = plan.noisy_rows(parts, Part::Validation);
        let Some(train) = train else {
            return Err(ae_nn::Error::NoRows { what: "train on" }.into());
        };
        let validation_rows = validation.as_ref().map_or(0, Samples::row_count);
        let mut autoencoder = plan.initial.clone();
        let mut trainer = Trainer::new(&mut autoencoder, plan.training.clone())?;
        if let Some(checkpoint) = &self.resume {
            let progress = checkpoint.progress.clone();
            trainer.restore(progress, |name| checkpoint.buffer(name))?;
        }
        let mut watcher = Watcher {
            session: &self,
            observer,
            failure: None,
        };
        let validation = validation.as_ref().map(|rows| rows as &dyn Samples);
        let outcome = trainer.fit(&train, validation, &mut watcher)?;
        if let Some(failure) = watcher.failure {
            return Err(failure);
        }
        let progress = trainer.progress();
        if outcome == Outcome::Interrupted {
            self.save(&trainer)?;
            return Ok(Finished::Interrupted {
                epochs: progress.epoch,
            });
        }
        let epoch = match (plan.settings.keep, progress.best) {
            (ae_nn::Keep::Best, Some((epoch, _))) => epoch,
            _ => progress.epoch,
        };
        let provenance = Provenance {
            program: concat!("ae ", env!("CARGO_PKG_VERSION")).to_owned(),
            data: parts.train.name.clone(),
            fingerprint: self.fingerprint.clone(),
            train_rows: train.row_count(),
            validation_rows,
            epoch,
        };
        let clean = plan.rows(parts, Part::Train);
        let clean = clean.ok_or(ae_nn::Error::NoRows { what: "train on" })?;
        let watched = plan.rows(parts, Part::Validation);
        let scorer = Scorer::fit(
            &autoencoder,
            &plan.settings,
            plan.groups(),
            (&clean, watched.as_ref()),
        )?;
        let reference = match &self.reference {
            Some(reference) => reference.clone(),
            None => Reference::fit(&clean, plan.numbers_kept()),
        };
        let model = Model {
            scorer,
            reference,
            autoencoder,
            loss: plan.training.loss,
            layout: parts.train.layout.clone(),
            pictures: parts.train.pictures,
            preprocessing: plan.preprocessing.clone(),
            steps: Steps::of(&parts.train, plan),
            settings: plan.settings.clone(),
            provenance,
            history: progress.history,
        };
        Ok(Finished::Model(Box::new(model), outcome))
    }

    fn save(&self, trainer: &Trainer<'_>) -> Result<(), ModelError> {
        match &self.checkpoint {
            Some(path) => write_checkpoint(
                path,
                &self.plan.settings,
                &self.fingerprint,
                self.test_fingerprint.as_deref(),
                trainer,
            ),
            None => Ok(()),
        }
    }
}

/// Writes checkpoints between the trainer and the observer.
struct Watcher<'a, 'b> {
    session: &'a Session<'b>,
    observer: &'a mut (dyn Observer + Send),
    failure: Option<ModelError>,
}

impl Observer for Watcher<'_, '_> {
    fn batch(&mut self, now: Now) -> Flow {
        self.observer.batch(now)
    }

    fn epoch(&mut self, epoch: &Epoch, trainer: &Trainer<'_>) -> Flow {
        if let Err(failure) = self.session.save(trainer) {
            self.failure = Some(failure);
            return Flow::Stop;
        }
        self.observer.epoch(epoch, trainer)
    }
}

struct Difference {
    what: String,
    found: String,
    expected: String,
}

fn other_data(what: &str, found: &str, expected: &str) -> Option<Difference> {
    (found != expected).then(|| Difference {
        what: what.to_owned(),
        found: found.to_owned(),
        expected: expected.to_owned(),
    })
}

/// The first setting in which two runs differ, but for those that only say when to stop.
fn difference(found: &Settings, expected: &Settings) -> Option<Difference> {
    let found = Settings {
        epochs: expected.epochs,
        patience: expected.patience,
        keep: expected.keep,
        ..found.clone()
    };
    if found == *expected {
        return None;
    }
    let (found, expected) = (as_map(&found), as_map(expected));
    found
        .into_iter()
        .find(|(key, value)| expected.get(key) != Some(value))
        .map(|(key, value)| Difference {
            expected: expected
                .get(&key)
                .map_or_else(String::new, ToString::to_string),
            found: value.to_string(),
            what: key,
        })
}

fn as_map(settings: &Settings) -> serde_json::Map<String, serde_json::Value> {
    match serde_json::to_value(settings) {
        Ok(serde_json::Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    }
}
