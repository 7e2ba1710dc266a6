use ae_choice::ChoiceError;

/// Why a network could not be built, trained or used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Blocks of features that don't make a loss.
    #[error("block {index} of the loss: {what}")]
    Blocks {
        /// Its place, from 0.
        index: usize,
        /// What is wrong with it.
        what: String,
    },
    /// Rows as wide as the network is not.
    #[error("expected {expected} {what}, found {found}")]
    Width {
        /// "features", "numbers in the code", …
        what: &'static str,
        /// What the network takes.
        expected: usize,
        /// What was given.
        found: usize,
    },
    /// Two layers that don't fit together.
    #[error("layer {layer} ({kind}) takes {expected} numbers, the layer before it gives {found}")]
    Layers {
        /// The later layer's place, from 0.
        layer: usize,
        /// Its kind.
        kind: &'static str,
        /// What it takes.
        expected: usize,
        /// What it is given.
        found: usize,
    },
    /// A number that must be positive is 0.
    #[error("{what} must be at least 1, got 0")]
    Zero {
        /// Which number.
        what: &'static str,
    },
    /// More numbers than a network may have.
    #[error("the network has more than {limit} numbers")]
    TooLarge {
        /// How many it may have.
        limit: u64,
    },
    /// Settings that don't go together.
    #[error("{what}")]
    Architecture {
        /// Which.
        what: &'static str,
    },
    /// A setting outside its range.
    #[error("{what} must be in {range}, got {found}")]
    OutOfRange {
        /// Which setting.
        what: &'static str,
        /// What is allowed.
        range: ae_choice::Range,
        /// What was given.
        found: f64,
    },
    /// Nesterov's look-ahead with nothing to look ahead by.
    #[error("nesterov looks ahead by the momentum, which is 0")]
    NoMomentum,
    /// A loss on logits with an output activation that isn't its own.
    #[error("loss {loss} has {own} as its output, {found} can't be combined with it")]
    OutputActivation {
        /// The loss.
        loss: String,
        /// The activation it contains.
        own: String,
        /// The one that was asked for.
        found: String,
    },
    /// Codes that a penalty isn't made for.
    #[error("sparsity {what} is for codes in [{low}, {high}], the code's activation is {found}")]
    CodeRange {
        /// The penalty.
        what: String,
        /// The smallest number it takes.
        low: f32,
        /// The largest.
        high: f32,
        /// The activation there is, or the layer that has none.
        found: String,
    },
    /// A code drawn where no encoder ends that says from what.
    #[error(
        "layer {layer} draws a code, where the encoder has {encoder_layers} layers: expected the last of at least 2"
    )]
    CodeDrawn {
        /// The layer, from 0.
        layer: usize,
        /// Layers of the encoder.
        encoder_layers: usize,
    },
    /// An encoder and a decoder that can't share weights.
    #[error("weights can't be tied: {what}")]
    Untieable {
        /// Why.
        what: String,
    },
    /// A choice that could not be read.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// Training without rows.
    #[error("no rows to {what}")]
    NoRows {
        /// "train on", "validate on", "evaluate".
        what: &'static str,
    },
    /// The loss or the weights became NaN or infinite.
    #[error("{what} not finite at epoch {epoch}, batch {batch} (learning rate {rate:e})", rate = *learning_rate as f32)]
    NotFinite {
        /// "loss", "weights", "validation loss".
        what: &'static str,
        /// From 1.
        epoch: usize,
        /// From 1.
        batch: usize,
        /// The learning rate of that batch.
        learning_rate: f64,
    },
    /// Parameters that don't belong to this network.
    #[error("{layer}: expected shape {expected:?}, found {found:?}")]
    Shape {
        /// The block, as `encoder.0.weight`.
        layer: String,
        /// What the architecture says.
        expected: Vec<usize>,
        /// What was given.
        found: Vec<usize>,
    },
    /// A weight, or what an optimiser remembers of one, that is no number.
    #[error("{layer}: value {index} is {found}, weights must be finite")]
    BadWeight {
        /// The block, as `encoder.0.weight`, and of which buffer, as `encoder.0.weight (slot0)`.
        layer: String,
        /// Its place in the block.
        index: usize,
        /// NaN or an infinity.
        found: f32,
    },
    /// A checkpoint of another run.
    #[error("the checkpoint doesn't fit this run: {what}")]
    Checkpoint {
        /// What differs.
        what: String,
    },
}

impl Error {
    pub(crate) fn check_range(
        what: &'static str,
        range: ae_choice::Range,
        found: f64,
    ) -> Result<(), Self> {
        if range.contains(found) {
            Ok(())
        } else {
            Err(Self::OutOfRange { what, range, found })
        }
    }

    /// What the user could do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Choice(error) => error.hint(),
            Self::NotFinite { .. } => Some(
                "lower the learning rate, scale the data, or clip the gradients; \
                 the last finite checkpoint, if there is one, is kept"
                    .to_owned(),
            ),
            Self::NoMomentum => Some("write `sgd:momentum=0.9,nesterov=1`".to_owned()),
            Self::OutputActivation { own, .. } => Some(format!(
                "leave the output at {own}, or choose another loss such as mse"
            )),
            Self::CodeRange { .. } => {
                Some("use `--latent-activation sigmoid`, or `--sparsity l1`".to_owned())
            }
            Self::Untieable { .. } => Some(
                "leave out `--tied`, or let the decoder be the encoder's mirror image".to_owned(),
            ),
            _ => None,
        }
    }
}
