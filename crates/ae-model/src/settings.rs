//! Everything a training run can be told.

use crate::ModelError;
use crate::scoring::{Auto, Scoring, Threshold};
use ae_data::{Noise, Parts, Scaling, Windowing};
use ae_nn::optimizer::Adam;
use ae_nn::schedule::Constant;
use ae_nn::term::NoSparsity;
use ae_nn::{
    Activation, Clipping, Initialiser, Keep, Loss, Norm, Optimizer, Revival, Schedule, Sparsity,
};
use serde::{Deserialize, Serialize};

/// The settings of a run. In files, a key is the name of the program's option.
///
/// What is `None` is chosen by the data when a [`Plan`](crate::Plan) is made, and written
/// into the plan's settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// How features are scaled: `unit` for images, `standard` for tables, if not given.
    pub scaling: Option<Scaling>,
    /// Bound of a table's scaled numbers, if any: those beyond ± it are clipped to it, and
    /// counted.
    pub clip_values: Option<f32>,
    /// What the encoder's input is spoiled with in training.
    pub noise: Noise,
    /// Share of the training rows held out to watch, in \[0, 1).
    pub validation: f64,
    /// Share of the rows held out for the report, in \[0, 1); where a source has its own
    /// test rows, those are used and this must stay 0.
    pub test: f64,
    /// Watch the source's own test rows instead of holding any out. Published protocols do;
    /// the error of the report is then that of rows which chose the weights.
    pub validate_on_test: bool,
    /// Channels of the encoder's convolutions, each of which halves the image; mirrored in the
    /// decoder. For images only. Dense layers follow where `hidden` or `latent` is given.
    pub conv: Vec<usize>,
    /// Widths of the encoder's hidden layers.
    pub hidden: Vec<usize>,
    /// Numbers in the code; if not given, the last of `hidden`; where there is none, the last
    /// image of `conv`, or 32 (fewer for narrow rows).
    pub latent: Option<usize>,
    /// Widths of the decoder's hidden layers; the encoder's mirrored, if not given.
    pub decoder_hidden: Option<Vec<usize>>,
    /// After each hidden layer.
    pub activation: Activation,
    /// On the code.
    pub latent_activation: Activation,
    /// On the reconstruction; what fits loss and data, if not given.
    pub output: Option<Activation>,
    /// Normalisation of hidden layers.
    pub norm: Norm,
    /// Share of hidden numbers dropped in training, in \[0, 1).
    pub dropout: f32,
    /// Where weights begin.
    pub initialiser: Initialiser,
    /// What is minimised: `bce` for data in \[0, 1\], `mse` otherwise, if not given.
    pub loss: Option<Loss>,
    /// How weights move.
    pub optimizer: Optimizer,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// Times through the training rows.
    pub epochs: usize,
    /// Rows a step.
    pub batch: usize,
    /// Bounds on gradients.
    pub clip: Clipping,
    /// Weight penalty: factor of the sum of absolute values.
    pub l1: f32,
    /// Weight penalty: factor of the sum of squares.
    pub l2: f32,
    /// Epochs without a lower validation loss before training stops; 0 never stops early.
    pub patience: usize,
    /// Which weights are kept.
    pub keep: Keep,
    /// What a row's score is: `mse` for images, `surprise` for tables, if not given.
    pub scoring: Option<Scoring>,
    /// From which score on a row is called an anomaly.
    pub threshold: Threshold,
    /// Where weights, order, splits, noise and dropout come from.
    pub seed: u64,
    /// Time steps in a window, for time series: windows are then learnt from in place of rows.
    // Left out where there is none: programs from before there were windows read such files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<usize>,
    /// Time steps from one window to the next; 1, if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stride: Option<usize>,
    /// Penalty on codes.
    #[serde(skip_serializing_if = "is_default_sparsity")]
    pub sparsity: Sparsity,
    /// How many numbers of a code are kept, the largest; all, if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<usize>,
    /// Factor of the loss by which dead numbers of a top-k code learn what the others leave
    /// over.
    #[serde(skip_serializing_if = "is_default_auxiliary")]
    pub auxiliary: f32,
    /// Training rows without being kept after which a number of a top-k code is dead: as many
    /// as an epoch has, at most ten million, if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_after: Option<usize>,
    /// Whether codes are drawn from normal distributions of the rows' own.
    #[serde(skip_serializing_if = "is_false")]
    pub variational: bool,
    /// Factor of the divergence of codes that are drawn from the standard normal.
    #[serde(skip_serializing_if = "is_one")]
    pub beta: f32,
    /// Epochs over which that factor rises evenly from 0.
    #[serde(skip_serializing_if = "is_zero")]
    pub kl_warm_up: f32,
    /// Nats of divergence that each number of a code has for nothing.
    #[serde(skip_serializing_if = "is_zero")]
    pub free_nats: f32,
    /// Whether the decoder's weights are the encoder's transposed.
    #[serde(skip_serializing_if = "is_false")]
    pub tied: bool,
    /// Factor of the squared Frobenius norm of the code's derivative by the row.
    #[serde(skip_serializing_if = "is_zero")]
    pub contractive: f32,
}

fn is_default_sparsity(sparsity: &Sparsity) -> bool {
    sparsity.is_none()
}

fn is_default_auxiliary(weight: &f32) -> bool {
    *weight == Revival::default().weight
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &f32) -> bool {
    *value == 0.0
}

fn is_one(value: &f32) -> bool {
    *value == 1.0
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scaling: None,
            clip_values: None,
            noise: Noise::None(ae_data::noise::NoNoise {}),
            validation: 0.1,
            test: 0.0,
            validate_on_test: false,
            conv: Vec::new(),
            hidden: Vec::new(),
            latent: None,
            decoder_hidden: None,
            activation: Activation::Relu(ae_nn::activation::Relu {}),
            latent_activation: Activation::Linear(ae_nn::activation::Linear {}),
            output: None,
            norm: Norm::None,
            dropout: 0.0,
            initialiser: Initialiser::GlorotUniform(ae_nn::initialiser::GlorotUniform {}),
            loss: None,
            optimizer: Optimizer::Adam(Adam::default()),
            schedule: Schedule::Constant(Constant {}),
            epochs: 20,
            batch: 256,
            clip: Clipping::NoClipping(ae_nn::regularise::NoClipping {}),
            l1: 0.0,
            l2: 0.0,
            patience: 0,
            keep: Keep::Best,
            scoring: None,
            threshold: Threshold::Auto(Auto::default()),
            seed: 1,
            window: None,
            stride: None,
            sparsity: Sparsity::NoSparsity(NoSparsity {}),
            top_k: None,
            auxiliary: Revival::default().weight,
            dead_after: None,
            variational: false,
            beta: 1.0,
            kl_warm_up: 0.0,
            free_nats: 0.0,
            tied: false,
            contractive: 0.0,
        }
    }
}

impl Settings {
    /// Every setting by its name in files, those too that are left out where they say nothing.
    pub fn names() -> Vec<String> {
        let every = Self {
            window: Some(0),
            stride: Some(0),
            sparsity: Sparsity::L1(ae_nn::term::L1::default()),
            top_k: Some(0),
            auxiliary: 0.0,
            dead_after: Some(0),
            variational: true,
            beta: 0.0,
            kl_warm_up: 1.0,
            free_nats: 1.0,
            tied: true,
            contractive: 1.0,
            ..Self::default()
        };
        match serde_json::to_value(every) {
            Ok(serde_json::Value::Object(map)) => map.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// Numbers of a code of `latent` that say something of a row: what a linear code is to be
    /// compared with.
    pub fn numbers_kept(&self, latent: usize) -> usize {
        self.top_k.map_or(latent, |k| k.min(latent))
    }

    /// How windows are cut, if they are to be.
    ///
    /// # Errors
    /// Windows of another size than there can be, or a stride without windows.
    pub fn windowing(&self) -> Result<Option<Windowing>, ModelError> {
        match (self.window, self.stride) {
            (Some(length), stride) => Ok(Some(Windowing::new(length, stride.unwrap_or(1))?)),
            (None, Some(stride)) => Err(ModelError::Settings {
                what: format!("a stride of {stride}, but no windows"),
                hint: "say how many steps a window has: `--window 64`".to_owned(),
            }),
            (None, None) => Ok(None),
        }
    }

    /// The data as it is learnt from: cut into windows, if these settings ask for them. A
    /// [`Plan`](crate::Plan) is made of such data.
    ///
    /// # Errors
    /// As [`windowing`](Self::windowing); data that can't be cut.
    pub fn cut(&self, parts: Parts) -> Result<Parts, ModelError> {
        let Some(windowing) = self.windowing()? else {
            return Ok(parts);
        };
        let cut = |dataset: ae_data::Dataset| dataset.into_windows(windowing);
        Ok(Parts {
            train: cut(parts.train)?,
            test: parts.test.map(cut).transpose()?,
        })
    }
}

/// The code's width where nothing is said: 32, as the best-known tutorial's, but at most a
/// quarter of the row (and at least 1), so that narrow rows are compressed too.
pub(crate) fn default_latent(features: usize) -> usize {
    32.min(features / 4).max(1)
}
