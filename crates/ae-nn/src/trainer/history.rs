use serde::{Deserialize, Serialize};

/// How one epoch went. Losses are means over the features of a row, then over rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Which, from 1.
    pub epoch: usize,
    /// Mean loss of the training rows as they were trained on: with noise and dropout, and
    /// with the weights moving.
    pub train_loss: f64,
    /// Mean loss of the validation rows at the end of the epoch.
    pub validation_loss: Option<f64>,
    /// Mean divergence of the training rows' codes, in nats a row, where they are drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub divergence: Option<f64>,
    /// The same of the validation rows at the end of the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_divergence: Option<f64>,
    /// What the epoch was judged by, where that isn't the validation loss, or else the training
    /// loss: see [`judged`](Self::judged).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<f64>,
    /// Penalties and other terms at the last batch, not part of the losses.
    pub penalty: f64,
    /// The learning rate of the epoch's last batch.
    pub learning_rate: f64,
    /// Training speed, without validation; of an epoch that was interrupted, since then. Not
    /// saved: it differs from run to run.
    #[serde(skip)]
    pub rows_per_second: f64,
    /// The epoch's length, validation included. Not saved, as above.
    #[serde(skip)]
    pub seconds: f64,
}

impl Epoch {
    /// What best weights, early stopping and schedules went by: the loss of the validation rows,
    /// or else of the training rows, with what their codes' divergence adds to it once β has
    /// risen, where codes are drawn.
    pub fn judged(&self) -> f64 {
        let loss = self.validation_loss.unwrap_or(self.train_loss);
        self.judged.unwrap_or(loss)
    }
}
