//! The usual shapes, from a few settings.

mod images;

pub use images::Stages;

use crate::activation::{Activation, Linear, Relu};
use crate::constraint;
use crate::initialiser::{GlorotUniform, Initialiser};
use crate::layer::{
    Activate, BatchNorm, Dense, Dropout, GaussianCode, Layer, LayerNorm, Shift, TopK,
};
use crate::loss::Loss;
use crate::network::Network;
use crate::{Autoencoder, Error};
use serde::{Deserialize, Serialize};

/// A dense autoencoder: its widths and what stands between them; with stages of convolutions
/// around it, or in its place, where rows are images.
///
/// ```
/// # use ae_nn::{Architecture, Loss};
/// let architecture = Architecture { hidden: vec![8], latent: 2, ..Architecture::new(4) };
/// let autoencoder = architecture.build(&"mse".parse::<Loss>().unwrap(), 1).unwrap();
/// assert_eq!(autoencoder.shape(), "4-8-2-8-4");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Architecture {
    /// Numbers in a row.
    pub features: usize,
    /// Stages of convolutions before the hidden layers, and as many behind the decoder's.
    pub stages: Option<Stages>,
    /// Widths of the encoder's hidden layers, from the input on.
    pub hidden: Vec<usize>,
    /// Numbers in the code, where it is a dense layer's; more than `features` is allowed.
    pub latent: usize,
    /// Widths of the decoder's hidden layers, from the code on; the encoder's, mirrored,
    /// if not given.
    pub decoder_hidden: Option<Vec<usize>>,
    /// After each hidden layer.
    pub activation: Activation,
    /// On the code.
    pub latent_activation: Activation,
    /// How many numbers of a code are kept, the largest, if not all; of a dense code. Without
    /// hidden layers, the code is that of a dictionary of features as in Gao et al. (2024):
    /// what the decoder's bias adds is taken off before the encoder, whose weights begin as the
    /// decoder's transposed, and the decoder's features have unit norm.
    #[serde(default)]
    pub top_k: Option<usize>,
    /// Whether a code is drawn from a normal distribution of the row's own, as in a variational
    /// autoencoder (Kingma & Welling 2014): a dense layer, linear, gives its means and the
    /// logarithms of its variances. Not together with `top_k`, and in place of
    /// `latent_activation`.
    #[serde(default)]
    pub variational: bool,
    /// On the reconstruction; what belongs to the loss, if not given.
    pub output_activation: Option<Activation>,
    /// Between each (dense) hidden layer and its activation.
    pub norm: Norm,
    /// Share of each hidden layer's numbers dropped in training, in \[0, 1).
    pub dropout: f32,
    /// Where weights begin.
    pub initialiser: Initialiser,
}

/// Normalisation of hidden layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Norm {
    /// None.
    #[default]
    None,
    /// Over the batch, a feature at a time.
    Batch,
    /// Over the features, a row at a time.
    Layer,
}

impl Architecture {
    /// Rows of `features` numbers, no hidden layer, a code of 32, relu on hidden layers,
    /// Glorot-uniform weights.
    pub fn new(features: usize) -> Self {
        Self {
            features,
            stages: None,
            hidden: Vec::new(),
            latent: 32,
            decoder_hidden: None,
            activation: Activation::Relu(Relu {}),
            latent_activation: Activation::Linear(Linear {}),
            top_k: None,
            variational: false,
            output_activation: None,
            norm: Norm::None,
            dropout: 0.0,
            initialiser: Initialiser::GlorotUniform(GlorotUniform {}),
        }
    }

    /// An autoencoder with its initial weights, the same for the same seed.
    ///
    /// # Errors
    /// A width of 0, images of another size than rows, a dropout outside \[0, 1), or an output activation that the loss can't
    /// be combined with.
    pub fn build(&self, loss: &Loss, seed: u64) -> Result<Autoencoder, Error> {
        self.check()?;
        let (last, output) = self.output(loss)?;
        let (mut layers, encoder_layers) = match &self.stages {
            None => self.dense_layers(self.features, last),
            Some(stages) if stages.has_dense_code => {
                let mut layers = stages.encoder(self, self.activation);
                let width = stages.smallest().numbers();
                let (dense, encoder_layers) = self.dense_layers(width, self.activation);
                let encoder_layers = layers.len() + encoder_layers;
                layers.extend(dense);
                (layers, encoder_layers)
            }
            Some(stages) => {
                let layers = stages.encoder(self, self.latent_activation);
                let encoder_layers = layers.len();
                (layers, encoder_layers)
            }
        };
        if let Some(stages) = &self.stages {
            layers.extend(stages.decoder(self, last));
        }
        let mut network = Network::new(layers, seed)?;
        constraint::begin_dictionary(&mut network);
        Autoencoder::from_network(network, encoder_layers, output)
    }

    /// From rows of `width` numbers to the code and back, and how many of the layers are the
    /// encoder's.
    fn dense_layers(&self, mut width: usize, last: Activation) -> (Vec<Layer>, usize) {
        let (mut layers, outside) = (Vec::new(), width);
        for next in &self.hidden {
            self.push_hidden(&mut layers, &mut width, *next);
        }
        if self.is_dictionary() {
            layers.push(Layer::Shift(Shift { width }));
        }
        if self.variational {
            let linear = Activation::Linear(Linear {});
            let latent = self.latent;
            layers.push(self.dense(width, 2 * latent, linear));
            layers.push(Layer::GaussianCode(GaussianCode { latent }));
        } else {
            layers.push(self.dense(width, self.latent, self.latent_activation));
        }
        if let Some(k) = self.top_k {
            let width = self.latent;
            layers.push(Layer::TopK(TopK { width, k }));
        }
        let encoder_layers = layers.len();
        width = self.latent;
        let mirrored = || self.hidden.iter().rev().copied().collect();
        for next in self.decoder_hidden.clone().unwrap_or_else(mirrored) {
            self.push_hidden(&mut layers, &mut width, next);
        }
        layers.push(self.dense(width, outside, last));
        (layers, encoder_layers)
    }

    fn is_dictionary(&self) -> bool {
        let mirrored = self.decoder_hidden.iter().flatten();
        let has_hidden = self.hidden.iter().chain(mirrored).next().is_some();
        self.top_k.is_some() && self.stages.is_none() && !has_hidden
    }

    fn check(&self) -> Result<(), Error> {
        let decoder = self.decoder_hidden.iter().flatten();
        let filters = self.stages.iter().flat_map(|stages| &stages.filters);
        for (what, width) in [
            ("the number of features", self.features),
            ("latent", self.latent),
        ]
        .into_iter()
        .chain(self.hidden.iter().chain(decoder).map(|w| ("hidden", *w)))
        .chain(filters.map(|channels| ("conv", *channels)))
        {
            if width == 0 {
                return Err(Error::Zero { what });
            }
        }
        if self.variational && self.top_k.is_some() {
            let what = "a code that is drawn can't be a top-k code too";
            return Err(Error::Architecture { what });
        }
        if self.variational && self.stages.as_ref().is_some_and(|s| !s.has_dense_code) {
            let what = "a code that is drawn is a dense layer's: give a width of the code";
            return Err(Error::Architecture { what });
        }
        if let Some(stages) = &self.stages
            && stages.image.numbers() != self.features
        {
            return Err(Error::Width {
                what: "numbers in an image",
                expected: self.features,
                found: stages.image.numbers(),
            });
        }
        Error::check_range("dropout", Dropout::RANGE, self.dropout.into())
    }

    /// The last layer's activation, and what is applied after it in use.
    fn output(&self, loss: &Loss) -> Result<(Activation, Activation), Error> {
        let linear = Activation::Linear(Linear {});
        let own = loss.output_activation();
        match self.output_activation {
            None => Ok((linear, own)),
            Some(asked) if own == linear => Ok((asked, linear)),
            Some(asked) if asked == own => Ok((linear, own)),
            Some(asked) => Err(Error::OutputActivation {
                loss: loss.to_string(),
                own: own.to_string(),
                found: asked.to_string(),
            }),
        }
    }

    fn dense(&self, inputs: usize, outputs: usize, activation: Activation) -> Layer {
        Layer::Dense(Dense {
            inputs,
            outputs,
            activation,
            initialiser: self.initialiser,
        })
    }

    fn push_hidden(&self, layers: &mut Vec<Layer>, width: &mut usize, next: usize) {
        let linear = Activation::Linear(Linear {});
        let activate = Activate {
            width: next,
            activation: self.activation,
        };
        match self.norm {
            Norm::None => layers.push(self.dense(*width, next, self.activation)),
            Norm::Batch => layers.extend([
                self.dense(*width, next, linear),
                BatchNorm::new(next).into(),
                activate.into(),
            ]),
            Norm::Layer => layers.extend([
                self.dense(*width, next, linear),
                LayerNorm::new(next).into(),
                activate.into(),
            ]),
        }
        if self.dropout > 0.0 {
            layers.push(Layer::Dropout(Dropout {
                width: next,
                rate: self.dropout,
            }));
        }
        *width = next;
    }
}
