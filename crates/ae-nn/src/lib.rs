//! Autoencoders from scratch: layers with their backward passes written by hand, losses,
//! optimisers, schedules, and a trainer that repeats to the bit.
//!
//! ```
//! use ae_nn::{Architecture, TrainSettings, Trainer};
//! use ndarray::Array2;
//!
//! // 200 rows of 8 numbers on a plane: two numbers are enough to describe each.
//! let rows = Array2::from_shape_fn((200, 8), |(i, j)| {
//!     (i as f32 * 0.1).sin() * j as f32 * 0.1 + (i as f32 * 0.07).cos() * 0.3
//! });
//! let settings = TrainSettings { epochs: 200, batch: 32, ..TrainSettings::new("mse".parse()?) };
//! let architecture = Architecture { hidden: vec![16], latent: 2, ..Architecture::new(8) };
//! let mut autoencoder = architecture.build(&settings.loss, settings.seed)?;
//! Trainer::new(&mut autoencoder, settings)?.fit(&rows, None, &mut ())?;
//!
//! let codes = autoencoder.encode(rows.view())?;
//! assert_eq!(codes.dim(), (200, 2));
//! let error = (autoencoder.decode(codes.view())? - &rows).powi(2).mean().unwrap();
//! assert!(error < 1e-3, "{error}");
//! # Ok::<(), ae_nn::Error>(())
//! ```
//!
//! | folder | what it holds | how to add one |
//! |---|---|---|
//! | [`activation`], [`loss`], [`optimizer`], [`schedule`], [`initialiser`] | one idea a file | a file, and its name in the `choices!` of the folder |
//! | [`layer`] | forward beside backward | a file, and its name in `layers!` |
//! | [`network`] | a stack of layers over one stretch of parameters | |
//! | [`term`] | what training asks for besides a good reconstruction | a file, and its name in `Sparsity` |
//! | [`trainer`] | the training loop, checkpoints, early stopping | |
//! | [`variational`] | what codes that are drawn tell of rows | |
//!
//! This crate opens no file and knows no data format: rows come through [`Samples`],
//! checkpoints leave as plain numbers through [`Trainer::progress`] and
//! [`Trainer::buffers`].
#![forbid(unsafe_code)]

pub mod activation;
pub mod architecture;
mod autoencoder;
mod constraint;
mod error;
mod flat;
pub mod initialiser;
pub mod layer;
pub mod loss;
pub mod network;
pub mod optimizer;
pub mod regularise;
mod samples;
pub mod schedule;
pub mod term;
pub mod trainer;
pub mod variational;

pub use activation::Activation;
pub use architecture::{Architecture, Norm, Stages};
pub use autoencoder::{Autoencoder, Leg};
pub use error::Error;
pub use initialiser::Initialiser;
pub use layer::Layer;
pub use loss::Loss;
pub use network::{Network, Scratch};
pub use optimizer::Optimizer;
pub use regularise::{Clipping, Penalty};
pub use samples::Samples;
pub use schedule::Schedule;
pub use term::{Divergence, Revival, Sparsity};
pub use trainer::{
    EarlyStopping, Epoch, Flow, Keep, Observer, Outcome, TrainSettings, Trainer, evaluate,
};
