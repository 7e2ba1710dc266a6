//! A trained autoencoder as one thing: made from data and settings, saved as one file,
//! loaded without running anything, put to use, and judged honestly.
//!
//! ```
//! use ae_model::{Model, Plan, Settings, train};
//! use ae_data::{Dataset, Layout, Parts, Values};
//!
//! let values = (0..4000).map(|i| ((i / 4) as f32 * 0.1).sin() * (1 + i % 4) as f32).collect();
//! let layout = Layout::Columns(["a", "b", "c", "d"].map(String::from).to_vec());
//! let table = Dataset::new("waves", layout, Values::Floats(values), None)?;
//! let parts = Parts { train: table, test: None };
//!
//! let settings = Settings { hidden: vec![8], latent: Some(1), epochs: 5, ..Settings::default() };
//! let plan = Plan::new(&parts, &settings)?;
//! let model = train(&parts, &plan, &mut ())?;
//! let codes = model.encode(&parts.train)?;
//! assert_eq!(codes.dim(), (1000, 1));
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("waves.safetensors");
//! model.save(&path)?;
//! assert_eq!(Model::load(&path)?.encode(&parts.train)?, codes);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`Settings`], [`Plan`] | what is asked for; what will be done with this data |
//! | [`train`], [`Session`] | training in one call; the same with checkpoints |
//! | [`Model`] | save, load; encode, decode, reconstruct, score, of data sets and of matrices |
//! | [`scoring`] | how odd a row is: scores, p-values, thresholds, and what they are worth |
//! | [`explain`] | why a row is odd, what would make it ordinary, what belongs into its holes |
//! | [`export`] | models for other programs: ONNX files |
//! | [`checkup`] | what is wrong with data before anything is trained on them |
//! | [`evaluation`] | errors, baselines, what to look at, and the verdict |
#![forbid(unsafe_code)]

mod balance;
pub mod checkup;
mod dealing;
pub mod denoising;
mod dictionary;
mod error;
pub mod evaluation;
pub mod explain;
pub mod export;
mod file;
mod inference;
mod model;
mod pictures;
mod plan;
mod rows;
pub mod scoring;
mod session;
mod settings;
mod suited;
mod variational;

pub use error::{FileProblem, ModelError};
pub use evaluation::{Evaluation, evaluate, evaluate_run};
pub use file::write_beside;
pub use model::{Model, Provenance};
pub use plan::{Part, Plan};
pub use rows::Rows;
pub use scoring::{Judged, Ranking, Scorer, Scoring, Threshold};
pub use session::{Finished, Session, Shared, train};
pub use settings::Settings;
pub use suited::Aim;
