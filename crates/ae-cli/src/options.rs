//! Options of training that several commands share.

use crate::table_options::bound;
use crate::widths::Widths;
use ae_data::{Noise, Scaling};
use ae_model::{Scoring, Settings, Threshold};
use ae_nn::{Activation, Clipping, Initialiser, Keep, Loss, Norm, Optimizer, Schedule, Sparsity};
use clap::{Args, ValueEnum};

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
pub fn choice<C: std::str::FromStr<Err = ae_choice::ChoiceError>>(text: &str) -> Result<C, String> {
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
    /// Channels of the encoder's convolutions, as 16,8,8, or none: each has windows of 3 x 3 and
    /// halves the image; mirrored in the decoder. The last image is the code, unless --latent
    /// asks for a dense one.
    #[arg(long, value_name = "CHANNELS", help_heading = "Architecture")]
    conv: Widths => |channels: &Widths| channels.0.clone(),
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
    /// Keep only the K largest numbers of a code; without hidden layers, learn a dictionary of
    /// features (Gao et al. 2024).
    #[arg(long, value_name = "K", value_parser = count, help_heading = "Architecture")]
    top_k: usize => |k: &usize| Some(*k),
    /// Draw codes from normal distributions that the encoder learns, one a row, as a variational
    /// autoencoder does (Kingma & Welling 2014) [true or false].
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Architecture")]
    variational: bool,
    /// The decoder's weights are the encoder's transposed [true or false].
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Architecture")]
    tied: bool,
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
    /// Penalty on codes, as l1:1e-4 or kl:target=0.05 (`ae list sparsities`).
    #[arg(long, value_parser = choice::<Sparsity>, help_heading = "Training")]
    sparsity: Sparsity,
    /// Penalty on how much a code changes with its row: factor of the squared derivatives.
    #[arg(long, value_name = "FACTOR", value_parser = not_negative, help_heading = "Training")]
    contractive: f32,
    /// Factor of the loss that wakes dead numbers of a top-k code [default: 1/32].
    #[arg(long, value_name = "FACTOR", value_parser = not_negative, help_heading = "Training")]
    auxiliary: f32,
    /// Training rows after which a number of a top-k code that none of them woke is dead
    /// [default: an epoch's, at most ten million].
    #[arg(long, value_name = "ROWS", value_parser = count, help_heading = "Training")]
    dead_after: usize => |rows: &usize| Some(*rows),
    /// Of a variational autoencoder, the factor of the divergence of codes [default: 1].
    #[arg(long, value_name = "FACTOR", value_parser = not_negative, help_heading = "Training")]
    beta: f32,
    /// Epochs over which beta rises from 0 [default: 0].
    #[arg(long, value_name = "EPOCHS", value_parser = not_negative, help_heading = "Training")]
    kl_warm_up: f32,
    /// Nats of divergence that each number of a code has for nothing [default: 0].
    #[arg(long, value_name = "NATS", value_parser = not_negative, help_heading = "Training")]
    free_nats: f32,
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
    /// Time steps in a window: learn from stretches of so many rows that follow each other, in
    /// place of single rows.
    #[arg(long, value_name = "STEPS", value_parser = count, help_heading = "Time series")]
    window: usize => |steps: &usize| Some(*steps),
    /// Time steps from one window to the next [default: 1].
    #[arg(long, value_name = "STEPS", value_parser = count, help_heading = "Time series")]
    stride: usize => |steps: &usize| Some(*steps),
    /// Watch the source's own test rows, as some published protocols do [true or false].
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Data")]
    validate_on_test: bool,
}
