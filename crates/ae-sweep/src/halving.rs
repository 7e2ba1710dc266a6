//! Successive halving: every configuration gets a few epochs, the better ones get more.
//!
//! Jamieson & Talwalkar, "Non-stochastic best arm identification and hyperparameter
//! optimization", AISTATS 2016. A rung trains its configurations anew, so that each of its
//! trials is an ordinary one, whose record says what a plain run with as many epochs gives:
//! with a factor of 3, that costs at most half as much again as going on from where the rung
//! before had stopped.

use crate::{Measure, Record, SweepError, Trial};
use std::collections::{BTreeMap, HashMap};

/// How many are kept from rung to rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Halving {
    /// One in so many is kept, and trained so many times as long; at least 2.
    factor: usize,
}

impl Halving {
    /// One in `factor` is kept.
    ///
    /// # Errors
    /// A factor below 2.
    pub fn new(factor: usize) -> Result<Self, SweepError> {
        if factor < 2 {
            return Err(SweepError::Plan {
                what: format!("halving: one in {factor} keeps them all"),
                hint: "write `--halving 2` or more; 3 is usual".to_owned(),
            });
        }
        Ok(Self { factor })
    }

    /// Rungs for so many configurations of so many epochs each: the last has one survivor at
    /// least, the first one epoch at least.
    pub fn rungs(self, configurations: usize, epochs: usize) -> usize {
        let steps = |mut amount: usize| {
            let mut steps = 0;
            while amount >= self.factor {
                amount /= self.factor;
                steps += 1;
            }
            steps
        };
        1 + steps(configurations).min(steps(epochs))
    }

    /// Epochs of a configuration that trains `epochs` in the last of `rungs`.
    pub fn epochs(self, rung: usize, rungs: usize, epochs: usize) -> usize {
        let divisor = self.factor.pow((rungs - 1 - rung) as u32);
        (epochs / divisor).max(1)
    }

    /// Indices of the configurations that go on, given the trials of each in this rung: those
    /// with the lowest mean error over their seeds, failed ones last.
    pub fn survivors(self, rung: &[Vec<Trial>], records: &[Record]) -> Vec<usize> {
        let known: HashMap<&str, &Record> = records.iter().map(|r| (r.trial.as_str(), r)).collect();
        let record = |trial: &Trial| known.get(trial.id.as_str()).copied();
        let of_rung: Vec<&Record> = rung.iter().flatten().filter_map(record).collect();
        let measure = Measure::suited(of_rung.iter().copied());
        let error = |trials: &Vec<Trial>| {
            let errors = trials.iter().map(|trial| {
                let metrics = record(trial).and_then(Record::metrics);
                metrics.map_or(f64::INFINITY, |metrics| measure.of(metrics))
            });
            errors.sum::<f64>() / trials.len().max(1) as f64
        };
        let mut ranked: Vec<(f64, usize)> = rung.iter().map(error).zip(0..).collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        ranked.truncate((rung.len() / self.factor).max(1));
        let mut kept: Vec<usize> = ranked.into_iter().map(|(_, index)| index).collect();
        kept.sort_unstable();
        kept
    }
}

/// Trials by what they have in common but for the seed, in the order of the plan.
pub(crate) fn by_configuration(trials: &[Trial]) -> Vec<Vec<Trial>> {
    let mut order = Vec::new();
    let mut groups: BTreeMap<String, Vec<Trial>> = BTreeMap::new();
    for trial in trials {
        let mut settings = trial.settings.clone();
        settings.seed = 0;
        let key = serde_json::to_string(&settings).unwrap_or_default();
        let group = groups.entry(key.clone()).or_default();
        if group.is_empty() {
            order.push(key);
        }
        group.push(trial.clone());
    }
    order
        .into_iter()
        .filter_map(|key| groups.remove(&key))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_end_with_one_and_begin_with_an_epoch() {
        let halving = Halving::new(3).unwrap();
        assert_eq!(halving.rungs(27, 30), 4);
        assert_eq!(halving.rungs(27, 4), 2);
        assert_eq!(halving.rungs(2, 30), 1);
        let epochs = [0, 1, 2, 3].map(|rung| halving.epochs(rung, 4, 30));
        assert_eq!(epochs, [1, 3, 10, 30]);
        assert!(Halving::new(1).is_err());
    }
}
