//! Running a design to its end, rung by rung.

use super::{Pictures, Progress, Shard};
use crate::say::say;
use ae_sweep::{Design, Ended, Event, Ledger, Limits, Record, Sweep, Trial, Workers};
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

/// Where and how sweeps on one data set run.
pub struct Campaign<'a> {
    /// The data.
    pub sweep: &'a Sweep<'a>,
    /// Its name.
    pub data: &'a str,
    /// Where records go.
    pub ledger: &'a Ledger,
    /// Where reconstructions are kept, to be looked at.
    pub pictures: Pictures<'a>,
    /// Trials at once; as many as there are cores, if not given.
    pub at_once: Option<u16>,
    /// The part of the trials to run.
    pub shard: Option<Shard>,
    /// Whether to stop.
    pub stop: &'a AtomicBool,
    /// Whether to say nothing.
    pub quiet: bool,
}

impl Campaign<'_> {
    /// Runs every rung of a design, and gives all trials it consisted of.
    pub fn run(&self, design: &Design, limits: &mut Limits) -> anyhow::Result<(Ended, Vec<Trial>)> {
        let fingerprint = self.sweep.fingerprint();
        let rungs = design.rungs()?;
        let mut trials = design.trials(fingerprint)?;
        if let Some(shard) = self.shard {
            trials = shard.of(trials);
        }
        let mut all: Vec<Trial> = Vec::new();
        for rung in 0..rungs {
            if rung > 0 {
                let records = self.ledger.records()?;
                trials = design.next_rung(rung, rungs, &trials, &records, fingerprint);
            }
            all.extend(trials.iter().cloned());
            let ended = self.rung(&trials, limits)?;
            if ended != Ended::Complete {
                return Ok((ended, all));
            }
        }
        Ok((Ended::Complete, all))
    }

    /// Runs trials that depend on none of each other.
    pub fn rung(&self, trials: &[Trial], limits: &mut Limits) -> anyhow::Result<Ended> {
        let done = trials
            .iter()
            .filter(|trial| self.ledger.holds(&trial.id))
            .count();
        let mut workers = Workers::for_trials(trials.len() - done);
        if let Some(at_once) = self.at_once {
            workers.at_once = at_once.into();
        }
        if !self.quiet {
            let already = match done {
                0 => String::new(),
                done => format!(", {done} of them in the ledger already"),
            };
            let (data, count, at_once) = (self.data, trials.len(), workers.at_once);
            say(format_args!(
                "{data}: {count} trials{already}; {at_once} at once"
            ));
        }
        let progress = Progress::new(self.quiet, workers.at_once, trials.len(), done);
        let tell = |event: Event<'_>| match event {
            Event::Trained { trial, plan, model } => self.pictures.keep(trial, plan, model),
            event => progress.tell(event),
        };
        let ended = self
            .sweep
            .run(self.ledger, trials, workers, limits, self.stop, &tell);
        progress.finish();
        Ok(ended?)
    }
}

/// The records of these trials, in their order: a ledger may hold other plans' too.
pub fn of_trials(records: Vec<Record>, trials: &[Trial]) -> Vec<Record> {
    let order: HashMap<&str, usize> = trials
        .iter()
        .map(|trial| trial.id.as_str())
        .zip(0..)
        .collect();
    let mut own: Vec<(usize, Record)> = records
        .into_iter()
        .filter_map(|record| Some((*order.get(record.trial.as_str())?, record)))
        .collect();
    own.sort_by_key(|(place, _)| *place);
    own.into_iter().map(|(_, record)| record).collect()
}
