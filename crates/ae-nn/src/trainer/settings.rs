use crate::optimizer::Adam;
use crate::regularise::{NoClipping, Penalty};
use crate::schedule::Constant;
use crate::term::{CONTRACTIVE, Divergence, NoSparsity, Revival, Sparsity};
use crate::{Clipping, Error, Loss, Optimizer, Schedule};
use ae_choice::Range;
use serde::{Deserialize, Serialize};

/// How to train.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainSettings {
    /// What is minimised, where the autoencoder's output isn't made of blocks, each with a
    /// loss of its own.
    pub loss: Loss,
    /// How parameters move.
    pub optimizer: Optimizer,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// Times through all rows.
    pub epochs: usize,
    /// Rows a step; the last batch of an epoch holds what is left.
    pub batch: usize,
    /// Bounds on gradients.
    pub clipping: Clipping,
    /// Penalties on weights.
    pub penalty: Penalty,
    /// Penalty on codes.
    pub sparsity: Sparsity,
    /// Factor of the squared Frobenius norm of the code's derivative by the row; 0 for none.
    pub contractive: f32,
    /// Whether the decoder's weights are the encoder's transposed.
    pub tied: bool,
    /// How dead numbers of a top-k code are woken.
    pub revival: Revival,
    /// How what codes tell of their rows is weighed, where they are drawn.
    pub divergence: Divergence,
    /// Whether to stop when the validation loss stands still.
    pub early_stopping: Option<EarlyStopping>,
    /// Which weights are kept at the end.
    pub keep: Keep,
    /// Whether each epoch has its own order of rows.
    pub shuffle: bool,
    /// Where the order of rows and dropout come from.
    pub seed: u64,
}

/// When to stop before the last epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EarlyStopping {
    /// Epochs without a lower validation loss; at least 1.
    pub patience: usize,
    /// How much lower than the last loss that counted, at least 0. The weights kept are those
    /// of the lowest loss, however small its lead.
    pub least_improvement: f64,
}

impl EarlyStopping {
    fn check(self) -> Result<(), Error> {
        if self.patience == 0 {
            return Err(Error::Zero { what: "patience" });
        }
        let range = Range::at_least(0.0);
        Error::check_range("least_improvement", range, self.least_improvement)
    }
}

/// Which weights are kept at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// Those of the epoch with the lowest validation loss.
    #[default]
    Best,
    /// Those of the last epoch.
    Last,
}

impl TrainSettings {
    /// 50 epochs of Adam in batches of 256 (the best-known tutorial's), no regularisation,
    /// the best weights kept.
    pub fn new(loss: Loss) -> Self {
        Self {
            loss,
            optimizer: Optimizer::Adam(Adam::default()),
            schedule: Schedule::Constant(Constant {}),
            epochs: 50,
            batch: 256,
            clipping: Clipping::NoClipping(NoClipping {}),
            penalty: Penalty::default(),
            sparsity: Sparsity::NoSparsity(NoSparsity {}),
            contractive: 0.0,
            tied: false,
            revival: Revival::default(),
            divergence: Divergence::default(),
            early_stopping: None,
            keep: Keep::Best,
            shuffle: true,
            seed: 0,
        }
    }

    /// Whether every setting is within its range.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), Error> {
        for (what, value) in [("epochs", self.epochs), ("batch", self.batch)] {
            if value == 0 {
                return Err(Error::Zero { what });
            }
        }
        Error::check_range("l1", Penalty::RANGE, self.penalty.l1.into())?;
        Error::check_range("l2", Penalty::RANGE, self.penalty.l2.into())?;
        Error::check_range("contractive", CONTRACTIVE, self.contractive.into())?;
        self.revival.check()?;
        self.divergence.check()?;
        if let Optimizer::Sgd(sgd) = &self.optimizer
            && sgd.nesterov == 1.0
            && sgd.momentum == 0.0
        {
            return Err(Error::NoMomentum);
        }
        self.early_stopping.map_or(Ok(()), EarlyStopping::check)
    }

    pub(super) fn least_improvement(&self) -> f64 {
        self.early_stopping
            .map_or(0.0, |early| early.least_improvement)
    }
}
