//! Small runs to look at.

use ae_nn::trainer::{Now, Progress};
use ae_nn::{
    Architecture, Autoencoder, Epoch, Error, Flow, Norm, Observer, Outcome, Samples, TrainSettings,
    Trainer,
};
use ae_tensor::random::{Purpose, Stream};
use ndarray::Array2;
use std::collections::HashMap;

/// Uniform numbers in [0, 1).
pub fn rows(count: usize, width: usize, seed: u64) -> Array2<f32> {
    let mut rows = Array2::zeros((count, width));
    let mut stream = Stream::new(seed, Purpose::Generator, 0);
    stream.fill_uniform(rows.as_slice_mut().unwrap());
    rows
}

/// A few epochs in batches of 4, reproducible, of the loss named.
pub fn settings(loss: &str) -> TrainSettings {
    TrainSettings {
        epochs: 3,
        batch: 4,
        seed: 5,
        ..TrainSettings::new(loss.parse().unwrap())
    }
}

/// With everything that draws numbers or keeps state.
pub fn busy(features: usize) -> Architecture {
    Architecture {
        hidden: vec![7],
        latent: 2,
        norm: Norm::Batch,
        dropout: 0.25,
        activation: "gelu".parse().unwrap(),
        ..Architecture::new(features)
    }
}

/// Trains what the architecture says; the autoencoder and its epochs.
pub fn train(
    architecture: &Architecture,
    settings: &TrainSettings,
    train: &dyn Samples,
    validation: Option<&dyn Samples>,
) -> Result<(Autoencoder, Vec<Epoch>, Outcome), Error> {
    let mut autoencoder = architecture.build(&settings.loss, settings.seed)?;
    let mut trainer = Trainer::new(&mut autoencoder, settings.clone())?;
    let outcome = trainer.fit(train, validation, &mut ())?;
    let history = trainer.progress().history;
    Ok((autoencoder, history, outcome))
}

/// Stops after so many batches.
pub struct StopAfter(pub usize);

impl Observer for StopAfter {
    fn batch(&mut self, _now: Now) -> Flow {
        self.0 -= 1;
        if self.0 == 0 {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }
}

/// What a checkpoint holds, as it would come back from files.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    pub progress: String,
    pub buffers: HashMap<String, Vec<u32>>,
}

impl Checkpoint {
    pub fn take(trainer: &Trainer<'_>) -> Self {
        let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect();
        let buffers = trainer.buffers().into_iter();
        Self {
            progress: serde_json::to_string(&trainer.progress()).unwrap(),
            buffers: buffers
                .map(|(name, values)| (name.to_owned(), bits(values)))
                .collect(),
        }
    }

    pub fn progress(&self) -> Progress {
        serde_json::from_str(&self.progress).unwrap()
    }

    /// Into a trainer.
    pub fn put_back(&self, trainer: &mut Trainer<'_>) -> Result<(), Error> {
        self.put_back_with(trainer, |_| {})
    }

    /// Into a trainer, after a change of what is written.
    pub fn put_back_with(
        &self,
        trainer: &mut Trainer<'_>,
        change: impl Fn(&mut Progress),
    ) -> Result<(), Error> {
        let mut progress = self.progress();
        change(&mut progress);
        let buffers: HashMap<&str, Vec<f32>> = self
            .buffers
            .iter()
            .map(|(name, bits)| {
                let values = bits.iter().map(|bits| f32::from_bits(*bits)).collect();
                (name.as_str(), values)
            })
            .collect();
        trainer.restore(progress, |name| buffers.get(name).map(Vec::as_slice))
    }
}
