//! Which settings are tried.

use crate::halving::by_configuration;
use crate::sampler::{Random, Sampler};
use crate::{Halving, Record, Setting, Spread, SweepError, Trial};
use ae_model::Settings;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// A setting and every value it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The setting.
    pub setting: Setting,
    /// Its values.
    pub values: Vec<Value>,
}

/// A setting and what its values are drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The setting.
    pub setting: Setting,
    /// Where its values come from.
    pub spread: Spread,
}

/// An experiment: every cell of the grid, with every draw, with every seed. The draws are the
/// same in each cell, and the seeds for each configuration, so that differences between cells
/// are differences between pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// What isn't varied, and the first seed.
    pub base: Settings,
    /// What takes each of a few values.
    pub grid: Vec<Grid>,
    /// What is drawn.
    pub drawn: Vec<Drawn>,
    /// How it is drawn.
    pub sampler: Sampler,
    /// How many times.
    pub draws: u32,
    /// Runs of each configuration: seeds are counted from that of `base` on.
    pub seeds: u32,
    /// Whether the worse configurations are given up early.
    pub halving: Option<Halving>,
}

/// What is varied, and the settings that makes: a trial but for its seed.
type Configuration = (Map<String, Value>, Settings);

/// More trials than this are taken for a mistake.
const MOST_TRIALS: usize = 1_000_000;

impl Design {
    /// One trial: that of `base`.
    pub fn new(base: Settings) -> Self {
        Self {
            base,
            grid: Vec::new(),
            drawn: Vec::new(),
            sampler: Sampler::Random(Random {}),
            draws: 1,
            seeds: 1,
            halving: None,
        }
    }

    /// Varies a setting over values as users write them.
    ///
    /// # Errors
    /// A setting there isn't, or a value it can't take.
    pub fn add_grid(&mut self, name: &str, values: &[&str]) -> Result<(), SweepError> {
        let setting = Setting::named(name)?;
        let values: Result<_, _> = values.iter().map(|value| setting.read(value)).collect();
        let values = values?;
        self.grid.push(Grid { setting, values });
        Ok(())
    }

    /// The trials of the first rung, seed by seed: what a budget cuts off are whole
    /// repetitions. Without halving there is no other rung.
    ///
    /// # Errors
    /// Parts that don't go together; a value that a setting can't take.
    pub fn trials(&self, fingerprint: &str) -> Result<Vec<Trial>, SweepError> {
        self.check()?;
        let configurations = self.configurations()?;
        match self.halving {
            None => Ok(self.with_seeds(&configurations, fingerprint)),
            Some(halving) => {
                let rungs = halving.rungs(configurations.len(), self.base.epochs);
                let epochs = halving.epochs(0, rungs, self.base.epochs);
                let configurations = with_epochs(configurations, epochs);
                Ok(self.with_seeds(&configurations, fingerprint))
            }
        }
    }

    /// How many rungs there are.
    ///
    /// # Errors
    /// As [`trials`](Self::trials).
    pub fn rungs(&self) -> Result<usize, SweepError> {
        Ok(match self.halving {
            None => 1,
            Some(halving) => halving.rungs(self.configurations()?.len(), self.base.epochs),
        })
    }

    /// The trials of rung `rung`, given those of the one before and the records of all of
    /// them.
    ///
    /// # Panics
    /// Without halving, which has one rung only.
    pub fn next_rung(
        &self,
        rung: usize,
        rungs: usize,
        before: &[Trial],
        records: &[Record],
        fingerprint: &str,
    ) -> Vec<Trial> {
        // cannot fail: there is a next rung only with halving, as documented
        let halving = self.halving.expect("a next rung");
        let groups = by_configuration(before);
        let epochs = halving.epochs(rung, rungs, self.base.epochs);
        let kept = halving.survivors(&groups, records).into_iter();
        let first = kept.filter_map(|index| groups[index].first());
        let configurations: Vec<_> = first
            .map(|trial| (trial.point.clone(), trial.settings.clone()))
            .collect();
        self.with_seeds(&with_epochs(configurations, epochs), fingerprint)
    }

    fn check(&self) -> Result<(), SweepError> {
        let plan = |what: String, hint: &str| {
            let hint = hint.to_owned();
            Err(SweepError::Plan { what, hint })
        };
        let mut names = HashSet::new();
        let settings = self.grid.iter().map(|grid| &grid.setting);
        for setting in settings.chain(self.drawn.iter().map(|drawn| &drawn.setting)) {
            let name = setting.name();
            if !names.insert(name.clone()) {
                return plan(format!("{name} is varied twice"), "leave one of them out");
            }
        }
        if let Some(empty) = self.grid.iter().find(|grid| grid.values.is_empty()) {
            let what = format!("{}: no values", empty.setting.name());
            return plan(what, "write `--grid latent=2,8,32`");
        }
        if self.seeds == 0 || self.draws == 0 {
            let what = "no trials: seeds and trials must be above 0".to_owned();
            return plan(what, "write `--seeds 5`");
        }
        if self.draws > 1 && self.drawn.is_empty() {
            let what = format!("{} draws, but nothing to draw", self.draws);
            return plan(what, "name what is drawn: `--random lr=log:1e-4..1e-2`");
        }
        let most = self.sampler.most_dimensions();
        if self.drawn.len() > most {
            let (name, drawn) = (self.sampler.name(), self.drawn.len());
            let what = format!("{drawn} settings to draw; {name} has points for {most}");
            return plan(what, "use the sampler `random`");
        }
        if self.halving.is_some() && names.contains("epochs") {
            let what = "epochs can't be varied: halving sets them".to_owned();
            return plan(what, "give the most a configuration may have as `--epochs`");
        }
        let sizes = self.grid.iter().map(|grid| grid.values.len());
        let counts = sizes.chain([self.draws as usize, self.seeds as usize]);
        let trials = counts.fold(1usize, |product, count| product.saturating_mul(count));
        if trials > MOST_TRIALS {
            let what = format!("{trials} trials; at most {MOST_TRIALS} make sense");
            return plan(
                what,
                "vary less, or draw with `--random` what is on the grid",
            );
        }
        Ok(())
    }

    /// Every cell with every draw.
    fn configurations(&self) -> Result<Vec<Configuration>, SweepError> {
        let mut configurations = Vec::new();
        for draw in 0..self.draws {
            let shares = (self.sampler).point(self.base.seed, draw, self.drawn.len());
            let drawn = self.drawn.iter().zip(shares);
            let drawn: Vec<(&Setting, Value)> = drawn
                .map(|(drawn, share)| (&drawn.setting, drawn.spread.at(share)))
                .collect();
            for cell in self.cells() {
                let mut point: Vec<_> = cell.into_iter().chain(drawn.clone()).collect();
                // A choice before its parameters.
                point.sort_by_key(|(setting, _)| setting.is_parameter());
                let mut settings = self.base.clone();
                for (setting, value) in &point {
                    settings = setting.set(&settings, value)?;
                }
                let point = point.into_iter();
                let point = point
                    .map(|(setting, value)| (setting.name(), value))
                    .collect();
                configurations.push((point, settings));
            }
        }
        Ok(configurations)
    }

    fn cells(&self) -> Vec<Vec<(&Setting, Value)>> {
        let mut cells = vec![Vec::new()];
        for grid in &self.grid {
            let longer = |cell: &Vec<(_, _)>| {
                let with = |value: &Value| {
                    let mut cell = cell.clone();
                    cell.push((&grid.setting, value.clone()));
                    cell
                };
                grid.values.iter().map(with).collect::<Vec<_>>()
            };
            cells = cells.iter().flat_map(longer).collect();
        }
        cells
    }

    fn with_seeds(&self, configurations: &[Configuration], fingerprint: &str) -> Vec<Trial> {
        let mut seen = HashSet::new();
        let mut trials = Vec::new();
        for seed in 0..u64::from(self.seeds) {
            for (point, settings) in configurations {
                let mut settings = settings.clone();
                settings.seed = self.base.seed.wrapping_add(seed);
                let trial = Trial::new(settings, point.clone(), fingerprint);
                // The same value twice, or two draws that come out alike, are one trial.
                if seen.insert(trial.id.clone()) {
                    trials.push(trial);
                }
            }
        }
        trials
    }
}

fn with_epochs(configurations: Vec<Configuration>, epochs: usize) -> Vec<Configuration> {
    let with = |(point, settings): Configuration| (point, Settings { epochs, ..settings });
    configurations.into_iter().map(with).collect()
}
