//! Many training runs as one experiment: which settings to try, each trained once and only
//! once, kept in a ledger that survives anything, and compared with error bars.
//!
//! ```
//! use ae_data::{Dataset, Layout, Parts, Values};
//! use ae_model::Settings;
//! use ae_sweep::{Analysis, Design, Ledger, Limits, Sweep, Workers};
//! use std::sync::atomic::AtomicBool;
//!
//! let values = (0..4000).map(|i| ((i / 4) as f32 * 0.1).sin() * (1 + i % 4) as f32).collect();
//! let layout = Layout::Columns(["a", "b", "c", "d"].map(String::from).to_vec());
//! let table = Dataset::new("waves", layout, Values::Floats(values), None)?;
//! let parts = Parts { train: table, test: None };
//!
//! let base = Settings { epochs: 2, ..Settings::default() };
//! let mut design = Design { seeds: 2, ..Design::new(base) };
//! design.add_grid("latent", &["1", "2"])?;
//! let sweep = Sweep::new(&parts);
//! let trials = design.trials(sweep.fingerprint())?;
//!
//! let folder = tempfile::tempdir()?;
//! let ledger = Ledger::open(&folder.path().join("ledger.jsonl"))?;
//! let stop = AtomicBool::new(false);
//! let workers = Workers::for_trials(trials.len());
//! sweep.run(&ledger, &trials, workers, &mut Limits::default(), &stop, &|_| ())?;
//! let analysis = Analysis::new(&ledger.records()?);
//! assert_eq!((analysis.done, analysis.configurations.len()), (4, 2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`Design`], [`Setting`], [`Spread`], [`Sampler`] | which settings are tried |
//! | [`Trial`], [`Record`] | one run to be made; what came of it |
//! | [`Ledger`] | the records, safe from crashes and from other processes |
//! | [`Sweep`] | the trials of a design, trained on all cores |
//! | [`Analysis`] | what the records say |
#![forbid(unsafe_code)]

pub mod analysis;
mod design;
mod error;
mod halving;
mod ledger;
mod measure;
mod run;
pub mod sampler;
mod setting;
mod spread;
mod trial;

pub use analysis::Analysis;
pub use design::{Design, Drawn, Grid};
pub use error::SweepError;
pub use halving::Halving;
pub use ledger::{Claim, Ledger, read_records};
pub use measure::Measure;
pub use run::{Ended, Event, Limits, Sweep, Workers, watched_part};
pub use sampler::Sampler;
pub use setting::{Setting, text};
pub use spread::Spread;
pub use trial::{Metrics, Outcome, Record, Trial};
