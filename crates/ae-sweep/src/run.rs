//! The trials of a design, trained on all cores.

use crate::{Ledger, Metrics, Outcome, Record, SweepError, Trial};
use ae_data::Parts;
use ae_model::evaluation::{Reference, quality};
use ae_model::{Finished, Model, ModelError, Part, Plan, Session, Shared};
use ae_nn::trainer::Now;
use ae_nn::{Epoch, Flow, Observer, Trainer};
use ae_tensor::parallel;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How the cores are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Workers {
    /// Trials at once.
    pub at_once: usize,
    /// Cores to share among them.
    pub cores: usize,
}

impl Workers {
    /// A core a trial, as long as there are as many trials as cores: a trial on two cores is
    /// never twice as fast. Results don't depend on it.
    pub fn for_trials(trials: usize) -> Self {
        let cores = parallel::threads();
        let at_once = trials.clamp(1, cores);
        Self { at_once, cores }
    }

    /// Threads of one of the workers.
    fn threads(self, worker: usize) -> usize {
        let extra = usize::from(worker < self.cores % self.at_once);
        (self.cores / self.at_once + extra).max(1)
    }
}

/// What ends a sweep before its last trial. Counts down over several calls.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// No trial is begun that would, by the time the others took, end after this.
    pub deadline: Option<Instant>,
    /// So many trials are begun at most.
    pub trials: Option<usize>,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every trial has its record.
    Complete,
    /// A limit was reached.
    OutOfBudget,
    /// It was asked to stop. Trials in flight were given up.
    Interrupted,
}

/// What happens while a sweep runs. Told by several threads.
pub enum Event<'a> {
    /// A worker began a trial.
    Begun {
        /// From 0.
        worker: usize,
        /// The trial.
        trial: &'a Trial,
    },
    /// A worker finished an epoch.
    Epoch {
        /// From 0.
        worker: usize,
        /// The trial.
        trial: &'a Trial,
        /// How the epoch went.
        epoch: &'a Epoch,
    },
    /// A worker has a model, which is about to be given up for its figures.
    Trained {
        /// The trial.
        trial: &'a Trial,
        /// What was done.
        plan: &'a Plan,
        /// What came of it.
        model: &'a Model,
    },
    /// A trial has its record; `None` if another process wrote it.
    Ended {
        /// The trial.
        trial: &'a Trial,
        /// What came of it here.
        record: Option<&'a Record>,
    },
}

/// Data that was read once, and what its trials share.
pub struct Sweep<'a> {
    parts: &'a Parts,
    fingerprint: String,
    train_fingerprint: String,
    host: String,
    references: Mutex<HashMap<String, Arc<OnceLock<Reference>>>>,
}

/// How long to wait before looking again whether another process is done.
const PATIENCE: Duration = Duration::from_millis(100);

/// The trials not yet done, and what else the workers share.
struct Queue<'t> {
    waiting: VecDeque<&'t Trial>,
    begun: usize,
    finished: usize,
    busy: Duration,
    out_of_budget: bool,
    error: Option<SweepError>,
}

impl<'a> Sweep<'a> {
    /// A sweep on this data.
    pub fn new(parts: &'a Parts) -> Self {
        let train_fingerprint = parts.train.fingerprint();
        let test = parts.test.as_ref().map(|test| test.fingerprint());
        // Test rows may be watched, so they belong to what a trial depends on.
        let fingerprint = match test {
            Some(test) => format!("{train_fingerprint}+{test}"),
            None => train_fingerprint.clone(),
        };
        Self {
            parts,
            fingerprint,
            train_fingerprint,
            host: host(),
            references: Mutex::default(),
        }
    }

    /// What the data is known by in [`Trial::new`].
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Trains every trial that has no record yet. Trials that another process is at are waited
    /// for, and taken over if it ends without them.
    ///
    /// # Errors
    /// A ledger that can't be read or written.
    pub fn run(
        &self,
        ledger: &Ledger,
        trials: &[Trial],
        workers: Workers,
        limits: &mut Limits,
        stop: &AtomicBool,
        tell: &(dyn Fn(Event<'_>) + Sync),
    ) -> Result<Ended, SweepError> {
        let missing = trials.iter().filter(|trial| !ledger.holds(&trial.id));
        let queue = Mutex::new(Queue {
            waiting: missing.collect(),
            begun: 0,
            finished: 0,
            busy: Duration::ZERO,
            out_of_budget: false,
            error: None,
        });
        let work = Work {
            sweep: self,
            ledger,
            limits,
            stop,
            tell,
            queue: &queue,
        };
        std::thread::scope(|scope| {
            for worker in 0..workers.at_once {
                let work = &work;
                scope.spawn(move || {
                    let all = || work.all(worker);
                    let ended = parallel::with_threads(workers.threads(worker), all);
                    let ended = ended.map_err(|error| SweepError::io("threads".as_ref())(error));
                    if let Err(error) = ended.and_then(|ended| ended) {
                        work.queue().error.get_or_insert(error);
                    }
                });
            }
        });
        let queue = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(most) = &mut limits.trials {
            *most -= queue.begun.min(*most);
        }
        match queue.error {
            Some(error) => Err(error),
            None if stop.load(Ordering::SeqCst) => Ok(Ended::Interrupted),
            None if queue.out_of_budget => Ok(Ended::OutOfBudget),
            None => Ok(Ended::Complete),
        }
    }

    /// One trial; `None` if it was interrupted.
    fn train(&self, trial: &Trial, observer: &mut Watch<'_>) -> Option<Record> {
        let started = Instant::now();
        let plan = Plan::new(self.parts, &trial.settings);
        let outcome = plan.and_then(|plan| self.metrics(trial, &plan, observer));
        let outcome = match outcome {
            Ok(None) => return None,
            Ok(Some(metrics)) if metrics.error.is_finite() && metrics.loss.is_finite() => {
                Outcome::Done { metrics }
            }
            Ok(Some(metrics)) => Outcome::Failed {
                reason: format!("the reconstruction error is {}", metrics.error),
            },
            Err(error) => Outcome::Failed {
                reason: error.to_string(),
            },
        };
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        Some(Record {
            trial: trial.id.clone(),
            data: self.parts.train.name.clone(),
            fingerprint: self.fingerprint.clone(),
            point: trial.point.clone(),
            outcome,
            settings: trial.settings.clone(),
            seconds: started.elapsed().as_secs_f64(),
            finished: since_1970.map_or(0, |time| time.as_secs()),
            host: self.host.clone(),
            program: concat!("ae ", env!("CARGO_PKG_VERSION")).to_owned(),
        })
    }

    fn metrics(
        &self,
        trial: &Trial,
        plan: &Plan,
        observer: &mut Watch<'_>,
    ) -> Result<Option<Metrics>, ModelError> {
        let shared = Shared {
            fingerprint: self.train_fingerprint.clone(),
            reference: self.reference(plan)?,
        };
        let session = Session::sharing(self.parts, plan, shared);
        let Finished::Model(model, _) = session.run(observer)? else {
            return Ok(None);
        };
        let part = watched_part(plan);
        let quality = quality(&model, self.parts, plan, part)?;
        let model = &*model;
        (observer.tell)(Event::Trained { trial, plan, model });
        let autoencoder = model.autoencoder();
        Ok(Some(Metrics {
            part: part.name().to_owned(),
            error: quality.mse,
            loss: quality.loss,
            explained_variance: quality.explained_variance,
            mean_error: quality.mean_mse,
            pca_error: quality.components_mse,
            negative_elbo: quality.negative_elbo,
            latent: plan.numbers_kept(),
            parameters: autoencoder.free_parameters(plan.settings.tied),
            epochs: model.history().len(),
            best_epoch: model.provenance().epoch,
        }))
    }

    /// Principal components depend on the training rows, how they are scaled, and how many
    /// there are: trials that have these in common share them.
    fn reference(&self, plan: &Plan) -> Result<Reference, ModelError> {
        let settings = &plan.settings;
        let latent = plan.numbers_kept();
        let key = format!(
            "{latent} {:?} {} {} {} {}",
            settings.scaling,
            settings.validation,
            settings.test,
            settings.validate_on_test,
            settings.seed
        );
        let rows = plan.rows(self.parts, Part::Train);
        let rows = rows.ok_or(ae_nn::Error::NoRows { what: "train on" })?;
        let cell = {
            let mut references = lock(&self.references);
            references.entry(key).or_default().clone()
        };
        let fit = || Reference::fit(&rows, latent);
        Ok(cell.get_or_init(fit).clone())
    }
}

/// The rows that training watched: those that a trial is measured on.
pub fn watched_part(plan: &Plan) -> Part {
    match plan.split.validation.is_empty() {
        true => Part::Train,
        false => Part::Validation,
    }
}

/// What the workers of a call share.
struct Work<'w, 't> {
    sweep: &'w Sweep<'w>,
    ledger: &'w Ledger,
    limits: &'w Limits,
    stop: &'w AtomicBool,
    tell: &'w (dyn Fn(Event<'_>) + Sync),
    queue: &'w Mutex<Queue<'t>>,
}

impl<'t> Work<'_, 't> {
    fn queue(&self) -> std::sync::MutexGuard<'_, Queue<'t>> {
        lock(self.queue)
    }

    /// Trial after trial, until there is none left.
    fn all(&self, worker: usize) -> Result<(), SweepError> {
        while let Some((trial, claim)) = self.next()? {
            (self.tell)(Event::Begun { worker, trial });
            let mut observer = Watch {
                worker,
                trial,
                stop: self.stop,
                tell: self.tell,
            };
            let Some(record) = self.sweep.train(trial, &mut observer) else {
                return Ok(());
            };
            self.ledger.add(&record, claim)?;
            let mut queue = self.queue();
            queue.finished += 1;
            queue.busy += Duration::from_secs_f64(record.seconds);
            drop(queue);
            let record = Some(&record);
            (self.tell)(Event::Ended { trial, record });
        }
        Ok(())
    }

    /// The next trial nobody is at; waits while others are at all that is left.
    fn next(&self) -> Result<Option<(&'t Trial, crate::Claim)>, SweepError> {
        loop {
            let mut queue = self.queue();
            for _ in 0..queue.waiting.len() {
                if self.ends(&queue) {
                    return Ok(None);
                }
                if self.is_over_budget(&queue) {
                    queue.out_of_budget = true;
                    return Ok(None);
                }
                let Some(trial) = queue.waiting.pop_front() else {
                    break;
                };
                if let Some(claim) = self.ledger.claim(&trial.id)? {
                    queue.begun += 1;
                    return Ok(Some((trial, claim)));
                }
                if self.ledger.holds(&trial.id) {
                    let record = None;
                    (self.tell)(Event::Ended { trial, record });
                } else {
                    queue.waiting.push_back(trial);
                }
            }
            if queue.waiting.is_empty() || self.ends(&queue) {
                return Ok(None);
            }
            drop(queue);
            std::thread::sleep(PATIENCE);
        }
    }

    fn ends(&self, queue: &Queue<'_>) -> bool {
        queue.error.is_some() || self.stop.load(Ordering::SeqCst)
    }

    fn is_over_budget(&self, queue: &Queue<'_>) -> bool {
        let late = self.limits.deadline.is_some_and(|deadline| {
            let each = queue.busy.div_f64(queue.finished.max(1) as f64);
            Instant::now() + each > deadline
        });
        late || self.limits.trials.is_some_and(|most| queue.begun >= most)
    }
}

/// Passes a trial's epochs on, and stops it.
struct Watch<'w> {
    worker: usize,
    trial: &'w Trial,
    stop: &'w AtomicBool,
    tell: &'w (dyn Fn(Event<'_>) + Sync),
}

impl Watch<'_> {
    fn flow(&self) -> Flow {
        match self.stop.load(Ordering::SeqCst) {
            true => Flow::Stop,
            false => Flow::Continue,
        }
    }
}

impl Observer for Watch<'_> {
    fn batch(&mut self, _now: Now) -> Flow {
        self.flow()
    }

    fn epoch(&mut self, epoch: &Epoch, _trainer: &Trainer<'_>) -> Flow {
        (self.tell)(Event::Epoch {
            worker: self.worker,
            trial: self.trial,
            epoch,
        });
        self.flow()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A panicking trial ends the sweep; what it left behind is only counted.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The machine's name, as far as it is easily known.
fn host() -> String {
    let file = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let variable = || {
        let names = ["HOSTNAME", "COMPUTERNAME"].into_iter();
        names.filter_map(|name| std::env::var(name).ok()).next()
    };
    let name = file.or_else(variable).unwrap_or_default();
    match name.trim() {
        "" => "unknown".to_owned(),
        name => name.to_owned(),
    }
}
