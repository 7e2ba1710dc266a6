//! Options that several commands share.

use crate::failure::Failure;
use crate::table_options::{Mark, bound, column_type, first};
use ae_data::source::TableReader;
use ae_data::{Dataset, Noise, Parts, Scaling, SourceOptions, source};
use ae_model::{Model, Scoring, Settings, Threshold};
use ae_nn::{Activation, Clipping, Initialiser, Keep, Loss, Norm, Optimizer, Schedule};
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Declares options that overwrite settings of the same name.
macro_rules! settings_options {
    ($( $(#[$attribute:meta])* $field:ident: $type:ty $(=> $with:expr)? ),+ $(,)?) => {
        /// Every setting of a run, to be given on top of a recipe or a settings file.
        #[derive(Args, Debug, Default)]
        pub struct SettingsOptions {
            $( $(#[$attribute])* $field: Option<$type>, )+
        }

        impl SettingsOptions {
            /// Whether hidden layers were given: the last of them may be the code.
            pub fn has_hidden(&self) -> bool {
                self.hidden.is_some()
            }

            /// Whether the number of epochs was given: whoever asks for so many wants them.
            pub fn has_epochs(&self) -> bool {
                self.epochs.is_some()
            }

            /// Writes what was given over `settings`.
            pub fn apply(&self, settings: &mut Settings) {
                $( if let Some(value) = &self.$field {
                    settings_options!(@set settings.$field, value $(, $with)?);
                } )+
            }
        }
    };
    (@set $place:expr, $value:expr) => { $place = $value.clone().into() };
    (@set $place:expr, $value:expr, $with:expr) => { $place = $with($value) };
}

/// Widths, as `128,64`; `none` for no layer.
#[derive(Debug, Clone)]
struct Widths(Vec<usize>);

impl std::str::FromStr for Widths {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(Vec::new()));
        }
        let width = |part: &str| match part.trim().parse::<usize>() {
            Ok(width) if width > 0 => Ok(width),
            _ => Err(format!(
                "expected whole numbers above 0 with commas between them, found `{part}`"
            )),
        };
        text.split(',')
            .map(width)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// A share in [0, 1).
fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..1.0).contains(&share) => Ok(share),
        _ => Err("expected a number in [0, 1)".to_owned()),
    }
}

fn small_share(text: &str) -> Result<f32, String> {
    share(text).map(|share| share as f32)
}

fn not_negative(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if ae_nn::Penalty::RANGE.contains(f64::from(value)) => Ok(value),
        _ => Err(format!("expected a number in {}", ae_nn::Penalty::RANGE)),
    }
}

/// From 1 to as many rows as can be told apart.
fn count(text: &str) -> Result<usize, String> {
    match text.parse::<u32>() {
        Ok(count) if count > 0 => Ok(count as usize),
        _ => Err(format!(
            "expected a whole number above 0, up to {}",
            u32::MAX
        )),
    }
}

/// A choice that is parsed by its own text, with its hint on the same line as clap prints
/// one line.
fn choice<C: std::str::FromStr<Err = ae_choice::ChoiceError>>(text: &str) -> Result<C, String> {
    text.parse().map_err(|error: ae_choice::ChoiceError| {
        let hint = error.hint().map(|hint| format!("; {hint}"));
        format!("{error}{}", hint.unwrap_or_default())
    })
}

/// As [`Norm`], for clap.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum NormName {
    None,
    Batch,
    Layer,
}

impl From<NormName> for Norm {
    fn from(name: NormName) -> Self {
        match name {
            NormName::None => Self::None,
            NormName::Batch => Self::Batch,
            NormName::Layer => Self::Layer,
        }
    }
}

/// As [`Keep`], for clap.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum KeepName {
    Best,
    Last,
}

impl From<KeepName> for Keep {
    fn from(name: KeepName) -> Self {
        match name {
            KeepName::Best => Self::Best,
            KeepName::Last => Self::Last,
        }
    }
}

settings_options! {
    /// Widths of the encoder's hidden layers, as 128,64, or none; mirrored in the decoder.
    /// Without --latent, the last one is the code.
    #[arg(long, value_name = "WIDTHS", help_heading = "Architecture")]
    hidden: Widths => |widths: &Widths| widths.0.clone(),
    /// Numbers in the code.
    #[arg(long, value_name = "N", value_parser = count, help_heading = "Architecture")]
    latent: usize => |latent: &usize| Some(*latent),
    /// Widths of the decoder's hidden layers, where they aren't the encoder's mirrored.
    #[arg(long, value_name = "WIDTHS", help_heading = "Architecture")]
    decoder_hidden: Widths => |widths: &Widths| Some(widths.0.clone()),
    /// Activation of hidden layers: relu, gelu, tanh, … (`ae list activations`).
    #[arg(long, value_parser = choice::<Activation>, help_heading = "Architecture")]
    activation: Activation,
    /// Activation of the code.
    #[arg(long, value_name = "ACTIVATION", value_parser = choice::<Activation>, help_heading = "Architecture")]
    latent_activation: Activation,
    /// Activation of the reconstruction; what fits loss and data, if not given.
    #[arg(long, value_name = "ACTIVATION", value_parser = choice::<Activation>, help_heading = "Architecture")]
    output: Activation,
    /// Normalisation of hidden layers.
    #[arg(long, help_heading = "Architecture")]
    norm: NormName,
    /// Share of hidden numbers dropped in training, in [0, 1).
    #[arg(long, value_name = "SHARE", value_parser = small_share, help_heading = "Architecture")]
    dropout: f32,
    /// Where weights begin (`ae list initialisers`).
    #[arg(long, value_parser = choice::<Initialiser>, help_heading = "Architecture")]
    initialiser: Initialiser,
    /// What is minimised: bce, mse, mae, huber; what fits the data, if not given.
    #[arg(long, value_parser = choice::<Loss>, help_heading = "Training")]
    loss: Loss,
    /// How weights move, as adam:lr=1e-3 (`ae list optimizers`).
    #[arg(long, value_parser = choice::<Optimizer>, help_heading = "Training")]
    optimizer: Optimizer,
    /// How the learning rate changes, as cosine:warmup=2 (`ae list schedules`).
    #[arg(long, value_parser = choice::<Schedule>, help_heading = "Training")]
    schedule: Schedule,
    /// Times through the training rows.
    #[arg(long, value_name = "N", value_parser = count, help_heading = "Training")]
    epochs: usize,
    /// Rows a step.
    #[arg(long, value_name = "ROWS", value_parser = count, help_heading = "Training")]
    batch: usize,
    /// What the encoder's input is spoiled with, as gaussian:0.3 (`ae list noises`).
    #[arg(long, value_parser = choice::<Noise>, help_heading = "Training")]
    noise: Noise,
    /// Bounds on gradients, as norm:1 or value:0.5.
    #[arg(long, value_name = "CLIPPING", value_parser = choice::<Clipping>, help_heading = "Training")]
    clip: Clipping,
    /// Penalty on the sum of absolute weights.
    #[arg(long, value_name = "FACTOR", value_parser = not_negative, help_heading = "Training")]
    l1: f32,
    /// Penalty on the sum of squared weights.
    #[arg(long, value_name = "FACTOR", value_parser = not_negative, help_heading = "Training")]
    l2: f32,
    /// Stop after this many epochs without a lower validation loss; 0 never stops early.
    #[arg(long, value_name = "EPOCHS", help_heading = "Training")]
    patience: usize,
    /// Which weights are kept: of the epoch with the lowest validation loss, or of the last.
    #[arg(long, help_heading = "Training")]
    keep: KeepName,
    /// What a row's score is (`ae list scorings`); what fits the data, if not given.
    #[arg(long, value_parser = choice::<Scoring>, help_heading = "Anomalies")]
    scoring: Scoring,
    /// From which score on a row is an anomaly, as fpr:rate=0.01 (`ae list thresholds`).
    #[arg(long, value_parser = choice::<Threshold>, help_heading = "Anomalies")]
    threshold: Threshold,
    /// Where weights, order, splits, noise and dropout come from.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64), help_heading = "Training")]
    seed: u64,
    /// Bound of a table's scaled numbers: those beyond are clipped to it, and counted.
    #[arg(long, value_name = "BOUND", value_parser = bound, help_heading = "Data")]
    clip_values: f32 => |bound: &f32| Some(*bound),
    /// How features are scaled: unit, min-max, standard, robust, rank-gauss, none.
    #[arg(long, value_parser = choice::<Scaling>, help_heading = "Data")]
    scaling: Scaling,
    /// Share of the training rows held out to watch, in [0, 1).
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Data")]
    validation: f64,
    /// Share of the rows held out for the report, in [0, 1), where a source has no test rows.
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Data")]
    test: f64,
    /// Watch the source's own test rows, as some published protocols do [true or false].
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Data")]
    validate_on_test: bool,
}

/// How a source is read.
#[derive(Args, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SourceArguments {
    /// Folder of fetched data sets [default: datasets].
    #[arg(long, value_name = "DIR", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Swap lines and columns of images (EMNIST comes that way).
    #[arg(long, help_heading = "Data")]
    #[serde(skip_serializing_if = "is_false")]
    pub transpose: bool,
    /// Turn dark pixels bright and bright ones dark.
    #[arg(long, help_heading = "Data")]
    #[serde(skip_serializing_if = "is_false")]
    pub invert: bool,
    /// Which array of an npz file.
    #[arg(long, value_name = "NAME", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Whether a CSV file's first line names the columns; guessed if not given.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// What separates the fields of a CSV file; guessed if not given.
    #[arg(long, value_name = "CHAR", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<Mark>,
    /// Where the classes are: a column, an array of an npz file, or a file of labels.
    #[arg(long, value_name = "NAME", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Columns to leave out.
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        help_heading = "Data"
    )]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Columns that name the rows: carried along, not learnt from.
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        help_heading = "Data"
    )]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id: Vec<String>,
    /// What columns are, as price=number,zip=category: number, boolean, category, datetime, id
    /// or text; found out from all of their cells if not given.
    #[arg(
        long,
        value_name = "COLUMN=TYPE",
        value_delimiter = ',',
        help_heading = "Data"
    )]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Words for a missing value, besides an empty cell, as NA,-999 [default: NA, N/A, #N/A,
    /// NaN, -NaN, <NA>, null, none, nil, ?, -, . in any case].
    #[arg(
        long,
        value_name = "WORDS",
        value_delimiter = ',',
        allow_hyphen_values = true,
        help_heading = "Data"
    )]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// The decimal mark of a CSV file's numbers, a point or a comma; the other may then stand
    /// between thousands. Guessed if not given, but never with thousands.
    #[arg(long, value_name = "CHAR", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<char>,
    /// What stands between the thousands of a CSV file's numbers.
    #[arg(long, value_name = "CHAR", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thousands: Option<char>,
    /// How a CSV file's text is encoded: utf-8, utf-16, latin-1, …; UTF-8, or what the file's
    /// first bytes say, if not given.
    #[arg(long, value_name = "NAME", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// What stands around a CSV field that holds the delimiter [default: a double quote].
    #[arg(long, value_name = "CHAR", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Mark>,
    /// What the lines of a CSV file begin with that are no records; guessed if not given.
    #[arg(long, value_name = "CHAR", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<Mark>,
    /// At most this many rows of each part, from the start.
    #[arg(long, value_name = "ROWS", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<NonZeroUsize>,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl SourceArguments {
    /// What is given here, or else what `other` says.
    pub fn over(&self, other: &Self) -> Self {
        Self {
            data_dir: self.data_dir.clone().or_else(|| other.data_dir.clone()),
            transpose: self.transpose || other.transpose,
            invert: self.invert || other.invert,
            member: self.member.clone().or_else(|| other.member.clone()),
            header: self.header.or(other.header),
            delimiter: self.delimiter.or(other.delimiter),
            label: self.label.clone().or_else(|| other.label.clone()),
            exclude: first(&self.exclude, &other.exclude),
            id: first(&self.id, &other.id),
            types: first(&self.types, &other.types),
            missing: first(&self.missing, &other.missing),
            decimal: self.decimal.or(other.decimal),
            thousands: self.thousands.or(other.thousands),
            encoding: self.encoding.clone().or_else(|| other.encoding.clone()),
            quote: self.quote.or(other.quote),
            comment: self.comment.or(other.comment),
            limit: self.limit.or(other.limit),
        }
    }

    /// Opens a data set.
    pub fn open(&self, data: &str) -> anyhow::Result<Parts> {
        Ok(source::open(data, &self.options()?)?)
    }

    /// How sources are read.
    pub fn options(&self) -> anyhow::Result<SourceOptions> {
        let mut options = SourceOptions {
            transpose: self.transpose,
            invert: self.invert,
            member: self.member.clone(),
            header: self.header,
            delimiter: self.delimiter.map(Mark::byte),
            label: self.label.clone(),
            exclude: self.exclude.clone(),
            id: self.id.clone(),
            types: self
                .types
                .iter()
                .map(|text| column_type(text))
                .collect::<Result<_, _>>()?,
            missing: (!self.missing.is_empty()).then(|| self.missing.clone()),
            decimal: self.decimal,
            thousands: self.thousands,
            encoding: self.encoding.clone(),
            quote: self.quote.map(Mark::byte),
            comment: self.comment.map(Mark::byte),
            limit: self.limit,
            ..SourceOptions::default()
        };
        if let Some(folder) = &self.data_dir {
            options.folder.clone_from(folder);
        }
        Ok(options)
    }
}

/// Which of a source's parts to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PartName {
    /// The rows for training.
    Train,
    /// The source's own test rows.
    Test,
}

/// Data and which part of it, for commands that use a model.
#[derive(Args, Debug)]
pub struct DataArguments {
    /// A data set's name or a file: mnist, strokes, rows.csv, images.idx, rows.npy.
    pub data: String,
    /// Which rows of a set that has test rows of its own [default: test, if there are any].
    #[arg(long, help_heading = "Data")]
    part: Option<PartName>,
    #[command(flatten)]
    source: SourceArguments,
}

impl DataArguments {
    /// The table, a block of rows at a time, if it is a CSV file and the model knows its
    /// columns.
    pub fn open_blocks(&self, model: &Model) -> anyhow::Result<Option<TableReader>> {
        let Some(schema) = model.layout().schema() else {
            return Ok(None);
        };
        if self.part == Some(PartName::Test) {
            // No CSV file has any: `open` says so.
            return Ok(None);
        }
        let options = self.source.options()?;
        Ok(source::open_blocks(&self.data, &options, schema)?)
    }

    /// The rows asked for, read as the model wants them, and what they are called.
    pub fn open(&self, model: &Model) -> anyhow::Result<(Dataset, &'static str)> {
        let parts = match model.layout().schema() {
            Some(schema) => source::open_known(&self.data, &self.source.options()?, schema)?,
            None => self.source.open(&self.data)?,
        };
        Ok(match (self.part, parts.test) {
            (Some(PartName::Train), _) => (parts.train, "train"),
            (_, Some(test)) => (test, "test"),
            (None, None) => (parts.train, "given"),
            (Some(PartName::Test), None) => {
                return Err(Failure::new(
                    format!("{} has no test rows of its own", self.data),
                    "leave out `--part test`",
                )
                .into());
            }
        })
    }
}
