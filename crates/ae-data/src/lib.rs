//! Data for autoencoders: where it comes from, how it is scaled, split and spoiled with noise.
//! Knows no network.
//!
//! | | |
//! |---|---|
//! | [`source`] | IDX, npy, npz and CSV files, folders of pictures, sets known by name, the built-in digits `strokes` |
//! | [`table`] | what the columns of a table are, and how that is found out |
//! | [`Dataset`] | rows of bytes or floats with their layout, labels and warnings |
//! | [`Windows`] | time series: rows that follow each other, cut into windows |
//! | [`Split`] | which rows train, validate and test |
//! | [`scaling`] | fitted on the training rows, applied to all, taken back for reports |
//! | [`preprocess`] | scaling and what makes several columns of features of one: categories, dates, holes |
//! | [`noise`] | for denoising: gaussian, masking, salt and pepper, swapping |
//!
//! Every error says which file, where in it, what was found and what was expected;
//! [`DataError::hint`] says what to do about it.
//!
//! ```
//! use ae_data::{Noise, NoiseContext, Scaling, SourceOptions, Split, source};
//! use ae_tensor::random::{Purpose, Stream};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let digits = source::open("strokes:rows=500,test=100", &SourceOptions::default())?.train;
//! let split = Split::new(digits.rows, 0.1, 0.0, 7)?;
//! assert_eq!((split.train.len(), split.validation.len()), (450, 50));
//!
//! let scaling = "unit".parse::<Scaling>()?.fit(&digits, &split.train)?;
//! let (prepared, warnings) = scaling.prepare(&digits)?;
//! assert!(warnings.is_empty());
//!
//! // One row, scaled, then spoiled by a stream of its own (epoch 3, row 17).
//! let mut row = vec![0.0; digits.width];
//! prepared.fill_row(&digits, 17, &mut row);
//! let noise: Noise = "gaussian:0.3".parse()?;
//! let context = NoiseContext { range: scaling.range(), donors: &|_, _, _| (), donor_rows: 0, groups: None };
//! noise.corrupt(&mut row, &mut Stream::new(7, Purpose::Noise, 3 << 32 | 17), &context);
//! assert!(row.iter().all(|&value| (0.0..=1.0).contains(&value)));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod dataset;
mod error;
mod labels;
mod layout;
pub mod noise;
pub mod preprocess;
pub mod scaling;
pub mod source;
mod split;
pub mod table;
mod windows;

pub use dataset::{Dataset, NumberKind, Parts, Values};
pub use error::{DataError, Problem};
pub use labels::Labels;
pub use layout::Layout;
pub use noise::{Corrupt, Noise, NoiseContext};
pub use preprocess::{Group, Preprocessing};
pub use scaling::{FittedScaling, Prepared, Scaling};
pub use source::{SourceOptions, write_npy};
pub use split::Split;
pub use table::{Column, Kind, Schema};
pub use windows::{Series, Windowing, Windows};
