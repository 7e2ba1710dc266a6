use std::time::{Duration, Instant};

use ae_nn::trainer::Now;
use ae_nn::{Autoencoder, Epoch, Flow, Observer, Samples, TrainSettings, Trainer};
use anyhow::Result;

/// Training that goes on where the last measurement ended, so that every one but the first
/// finds buffers, caches and threads warm.
pub struct Training<'a> {
    trainer: Trainer<'a>,
    rows: &'a dyn Samples,
}

/// When a measurement ends.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// After the batch with which so many rows have been trained on.
    Rows(usize),
    /// After the first batch that ends later.
    Time(Duration),
}

/// How it went.
#[derive(Debug, Clone, Copy)]
pub struct Speed {
    pub rows_per_second: f64,
    /// Of the last finished epoch of all, so that no one is fast by doing nothing.
    pub loss: f64,
}

impl<'a> Training<'a> {
    pub fn new(
        autoencoder: &'a mut Autoencoder,
        settings: &TrainSettings,
        rows: &'a dyn Samples,
    ) -> Result<Self> {
        let settings = TrainSettings {
            epochs: usize::MAX,
            ..settings.clone()
        };
        let trainer = Trainer::new(autoencoder, settings)?;
        Ok(Self { trainer, rows })
    }

    pub fn run(&mut self, until: Until) -> Result<Speed> {
        let before = self.trainer.progress();
        let mut watch = Watch {
            until,
            started: Instant::now(),
            rows: 0,
            before: before.rows,
            loss: before
                .history
                .last()
                .map_or(f64::NAN, |epoch| epoch.train_loss),
        };
        self.trainer.fit(self.rows, None, &mut watch)?;
        Ok(Speed {
            rows_per_second: watch.rows as f64 / watch.started.elapsed().as_secs_f64(),
            loss: watch.loss,
        })
    }
}

/// Long enough for buffers to be made and for the processor to find its pace.
pub const WARM_UP: Until = Until::Time(Duration::from_millis(300));

/// Counts rows and says when it is enough.
struct Watch {
    until: Until,
    started: Instant,
    rows: usize,
    /// Rows of the current epoch that are counted already, or were before it all began.
    before: usize,
    loss: f64,
}

impl Observer for Watch {
    fn batch(&mut self, now: Now) -> Flow {
        self.rows += now.rows - self.before;
        self.before = now.rows;
        let is_enough = match self.until {
            Until::Rows(rows) => self.rows >= rows,
            Until::Time(time) => self.started.elapsed() >= time,
        };
        if is_enough {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }

    fn epoch(&mut self, epoch: &Epoch, _trainer: &Trainer<'_>) -> Flow {
        self.before = 0;
        self.loss = epoch.train_loss;
        Flow::Continue
    }
}

#[cfg(test)]
mod tests {
    use ae_nn::Architecture;
    use ndarray::Array2;

    use super::*;

    #[test]
    fn rows_are_counted_across_epochs() {
        let rows = Array2::<f32>::from_elem((100, 4), 0.5);
        let settings = TrainSettings {
            batch: 32,
            ..TrainSettings::new("mse".parse().unwrap())
        };
        let mut autoencoder = Architecture::new(4).build(&settings.loss, 1).unwrap();
        let mut training = Training::new(&mut autoencoder, &settings, &rows).unwrap();
        let place = |training: &Training| {
            let progress = training.trainer.progress();
            (progress.epoch, progress.rows)
        };
        // A time of nothing is over after one batch; batches of an epoch are 32, 32, 32, 4.
        let speed = training.run(Until::Time(Duration::ZERO)).unwrap();
        assert!(speed.rows_per_second > 0.0 && speed.loss.is_nan());
        assert_eq!(place(&training), (0, 32));
        training.run(Until::Rows(68)).unwrap();
        assert_eq!(place(&training), (0, 100));
        let speed = training.run(Until::Rows(200)).unwrap();
        assert_eq!(place(&training), (2, 100));
        assert!(speed.loss.is_finite());
        training.run(Until::Rows(33)).unwrap();
        assert_eq!(place(&training), (3, 64));
    }
}
