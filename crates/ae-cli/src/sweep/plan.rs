//! Plans in TOML.
//!
//! ```toml
//! data = "mnist"
//! seeds = 5
//! trials = 20
//! sampler = "sobol"
//!
//! [settings]            # as in a run's settings.toml
//! epochs = 10
//!
//! [grid]
//! activation = ["relu", "gelu"]
//! hidden = [[], [128], [256, 64]]
//!
//! [random]
//! lr = "log:1e-4..1e-2"
//! ```

use super::Span;
use crate::data_options::SourceArguments;
use crate::failure::Failure;
use crate::settings_file::RunSettings;
use ae_data::SourceOptions;
use ae_sweep::sampler::Random;
use ae_sweep::{Design, Drawn, Grid, Halving, Sampler, Setting, Spread};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// What is asked of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Data, how it is read, and what isn't varied.
    pub run: RunSettings,
    /// The rest.
    pub search: Search,
}

/// What is varied, and for how long. Values and ranges are kept as they were written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Search {
    /// Runs of each configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seeds: Option<u32>,
    /// Draws of what is random.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trials: Option<u32>,
    /// How they are drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampler: Option<Sampler>,
    /// One in so many is kept from rung to rung.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub halving: Option<usize>,
    /// No trial is begun that would end later than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Span>,
    /// So many trials are begun at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_trials: Option<usize>,
    /// Values by setting: a list, or a text as on the command line.
    pub grid: toml::Table,
    /// Ranges by setting: a text as on the command line, or a list to draw from.
    pub random: toml::Table,
}

/// The keys that are those of a settings file.
const DATA: &str = "data";
const SOURCE: &str = "source";
const SETTINGS: &str = "settings";

impl Plan {
    /// Reads a plan.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let place = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| place.clone())?;
        Self::parse(&text, &place)
    }

    /// Reads a plan. `place` names the file in errors.
    pub fn parse(text: &str, place: &str) -> anyhow::Result<Self> {
        let refuse = |error: toml::de::Error| {
            let message = error.to_string();
            Failure::usage(format!("{place}: {}", message.trim()), None)
        };
        let mut table: toml::Table = text.parse().map_err(refuse)?;
        let mut run = match table.remove(SETTINGS) {
            None => toml::Table::new(),
            Some(toml::Value::Table(settings)) => settings,
            Some(other) => {
                let found = other.type_str();
                let message = format!("{place}: settings: expected a table, found {found}");
                return Err(Failure::usage(message, None).into());
            }
        };
        for key in [DATA, SOURCE] {
            if let Some(value) = table.remove(key) {
                run.insert(key.to_owned(), value);
            }
        }
        Ok(Self {
            run: RunSettings::from_table(run, place)?,
            search: toml::Value::Table(table).try_into().map_err(refuse)?,
        })
    }

    /// As TOML that [`parse`](Self::parse) reads back.
    pub fn to_toml(&self) -> anyhow::Result<String> {
        let mut settings = self.run.to_table()?;
        let mut table = toml::Table::new();
        for key in [DATA, SOURCE] {
            if let Some(value) = settings.remove(key) {
                table.insert(key.to_owned(), value);
            }
        }
        table.extend(toml::Table::try_from(&self.search)?);
        table.insert(SETTINGS.to_owned(), settings.into());
        Ok(toml::to_string(&table)?)
    }

    /// The experiment it describes.
    pub fn design(&self) -> anyhow::Result<Design> {
        let search = &self.search;
        let grid = search.grid.iter().map(|(name, values)| {
            let setting = Setting::named(name)?;
            let values = values_of(&setting, values)?;
            Ok(Grid { setting, values })
        });
        let drawn = search.random.iter().map(|(name, range)| {
            let setting = Setting::named(name)?;
            let spread = match range {
                toml::Value::String(text) => Spread::read(&setting, text)?,
                list => Spread::Among(values_of(&setting, list)?),
            };
            Ok(Drawn { setting, spread })
        });
        Ok(Design {
            base: self.run.settings.clone(),
            grid: grid.collect::<anyhow::Result<_>>()?,
            drawn: drawn.collect::<anyhow::Result<_>>()?,
            sampler: search.sampler.unwrap_or(Sampler::Random(Random {})),
            draws: search.trials.unwrap_or(match search.random.is_empty() {
                true => 1,
                false => DRAWS,
            }),
            seeds: search.seeds.unwrap_or(1),
            halving: search.halving.map(Halving::new).transpose()?,
        })
    }
}

/// Draws where nothing is said: with so many, the best is among the best 20 % of what could be
/// drawn with a probability of 90 %.
const DRAWS: u32 = 10;

fn values_of(setting: &Setting, values: &toml::Value) -> anyhow::Result<Vec<Value>> {
    let one = |value: &toml::Value| -> anyhow::Result<Value> {
        Ok(match value {
            toml::Value::String(text) => setting.read(text)?,
            other => serde_json::to_value(other)?,
        })
    };
    match values {
        toml::Value::String(text) => Ok(setting.read_all(text)?),
        toml::Value::Array(values) => values.iter().map(one).collect(),
        single => Ok(vec![one(single)?]),
    }
}

/// What `ae sweep` alone does: three sizes of the code, with and without a hidden layer, on
/// MNIST where it is fetched, else on the built-in digits.
pub fn first_plan(source: &SourceArguments) -> anyhow::Result<Plan> {
    let mut plan = Plan::parse(include_str!("first.toml"), "first.toml")?;
    let folder = source.data_dir.clone();
    let folder = folder.unwrap_or_else(|| SourceOptions::default().folder);
    if !folder.join("mnist").is_dir() {
        plan.run.data = Some("strokes:rows=10000".to_owned());
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_read_and_written_back() {
        let text = "data = \"mnist\"\nseeds = 3\ntrials = 4\nsampler = \"sobol\"\nbudget = \"2h\"\n\
            [settings]\nepochs = 7\n[source]\nlimit = 100\n\
            [grid]\nlatent = [2, 8]\nactivation = \"relu, gelu\"\nhidden = [[], [256, 64], \"32,8\"]\n\
            [random]\nlr = \"log:1e-4..1e-2\"\nnorm = [\"none\", \"batch\"]\n";
        let plan = Plan::parse(text, "a.toml").unwrap();
        assert_eq!(
            Plan::parse(&plan.to_toml().unwrap(), "b.toml").unwrap(),
            plan
        );
        let design = plan.design().unwrap();
        assert_eq!((design.base.epochs, design.seeds, design.draws), (7, 3, 4));
        let sizes: Vec<usize> = design.grid.iter().map(|grid| grid.values.len()).collect();
        assert_eq!(sizes.iter().product::<usize>(), 2 * 2 * 3);
        assert_eq!(design.trials("data").unwrap().len(), 12 * 4 * 3);
    }

    #[test]
    fn what_a_plan_cannot_say_is_refused() {
        for (text, said) in [
            ("sedes = 3", "unknown field `sedes`"),
            ("[settings]\nlatnet = 3", "unknown setting `latnet`"),
            ("budget = \"soon\"", "expected a time"),
            ("settings = 3", "expected a table"),
        ] {
            let error = Plan::parse(text, "a.toml").unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        for (text, said) in [
            ("[grid]\nlatnet = [3]", "unknown setting `latnet`"),
            ("[grid]\nactivation = [\"rleu\"]", "did you mean `relu`"),
            ("[random]\nlr = \"1..0\"", "must be the smaller"),
            ("halving = 1", "keeps them all"),
        ] {
            let plan = Plan::parse(text, "a.toml").unwrap();
            let error = plan.design().unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn the_first_plan_is_small() {
        let plan = Plan::parse(include_str!("first.toml"), "first.toml").unwrap();
        assert_eq!(plan.design().unwrap().trials("data").unwrap().len(), 12);
    }
}
