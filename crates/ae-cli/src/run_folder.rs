//! The folder a run leaves behind.

use crate::failure::Failure;
use ae_model::{ModelError, write_beside};
use ae_nn::Epoch;
use anyhow::Context;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// Where a run writes: model, checkpoint, history, metrics, settings, report.
pub struct RunFolder {
    path: PathBuf,
    /// Held as long as the run writes; `None` where the system can't lock a folder.
    _lock: Option<File>,
}

/// Everything a run writes, and so everything that `--overwrite` takes away.
const FILES: [&str; 6] = [
    "model.safetensors",
    "checkpoint.safetensors",
    "history.csv",
    "metrics.json",
    "settings.toml",
    "report.html",
];

impl RunFolder {
    /// A new folder. One that holds something already is refused, unless `overwrite` says
    /// that the files of an earlier run there may go.
    pub fn create(path: &Path, overwrite: bool) -> anyhow::Result<Self> {
        let used = path.exists()
            && (!path.is_dir()
                || fs::read_dir(path)
                    .with_context(|| path.display().to_string())?
                    .next()
                    .is_some());
        if used && !overwrite {
            return Err(Failure::new(
                format!("{} exists already", path.display()),
                "give another `--out`, go on with `--resume`, or replace it with `--overwrite`",
            )
            .into());
        }
        fs::create_dir_all(path).with_context(|| path.display().to_string())?;
        let folder = Self::lock(path)?;
        for file in FILES {
            let file = path.join(file);
            if file.exists() {
                fs::remove_file(&file).with_context(|| file.display().to_string())?;
            }
        }
        Ok(folder)
    }

    /// Takes the folder for this run alone, until it is dropped.
    fn lock(path: &Path) -> anyhow::Result<Self> {
        let lock = File::open(path).ok();
        if let Some(Err(TryLockError::WouldBlock)) = lock.as_ref().map(File::try_lock) {
            return Err(Failure::new(
                format!("{}: another run is writing there", path.display()),
                "wait for it, or give another `--out`",
            )
            .into());
        }
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// `runs/NAME`, or the first of `runs/NAME-2`, `runs/NAME-3`, … that isn't there yet.
    pub fn create_numbered(name: &str) -> anyhow::Result<Self> {
        let runs = Path::new("runs");
        fs::create_dir_all(runs).with_context(|| runs.display().to_string())?;
        for number in 1.. {
            let path = match number {
                1 => runs.join(name),
                _ => runs.join(format!("{name}-{number}")),
            };
            match fs::create_dir(&path) {
                Ok(()) => return Self::lock(&path),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).with_context(|| path.display().to_string()),
            }
        }
        Err(anyhow::anyhow!("runs/{name}: no free number"))
    }

    /// The folder of an earlier run.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        if path.join(FILES[4]).is_file() {
            return Self::lock(path);
        }
        Err(Failure::new(
            format!("{} is no run: it has no settings.toml", path.display()),
            "give the folder that `ae train` named",
        )
        .into())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The model.
    pub fn model(&self) -> PathBuf {
        self.path.join(FILES[0])
    }

    /// What a run goes on from.
    pub fn checkpoint(&self) -> PathBuf {
        self.path.join(FILES[1])
    }

    /// Losses, a line an epoch.
    pub fn history(&self) -> PathBuf {
        self.path.join(FILES[2])
    }

    /// The evaluation.
    pub fn metrics(&self) -> PathBuf {
        self.path.join(FILES[3])
    }

    /// What repeats the run.
    pub fn settings(&self) -> PathBuf {
        self.path.join(FILES[4])
    }

    /// The page to look at.
    pub fn report(&self) -> PathBuf {
        self.path.join(FILES[5])
    }
}

/// The data's name, as far as it can stand in a path.
pub fn safe_name(name: &str) -> String {
    let safe = |c: char| {
        if c.is_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(safe).collect();
    let name = name.trim_matches('.').to_owned();
    if name.is_empty() {
        "run".to_owned()
    } else {
        name
    }
}

/// Writes a text, whole or not at all.
pub fn write_text(path: &Path, text: &str) -> Result<(), ModelError> {
    write_beside(path, false, |file| file.write_all(text.as_bytes()))
}

/// The history as CSV, with the divergence of codes where they are drawn. Times are known of the
/// epochs of this run only: a resumed run's earlier epochs have none.
pub fn history_csv(history: &[Epoch], timed: &[Epoch]) -> String {
    let mut text = String::from(
        "epoch,train_loss,validation_loss,penalty,learning_rate,seconds,rows_per_second",
    );
    let is_drawn = history.iter().any(|epoch| epoch.divergence.is_some());
    text.push_str(match is_drawn {
        true => ",divergence,validation_divergence\n",
        false => "\n",
    });
    for epoch in history {
        let validation = epoch.validation_loss.map(|loss| loss.to_string());
        let time = timed.iter().find(|timed| timed.epoch == epoch.epoch);
        let (seconds, speed) = match time {
            Some(timed) => (
                format!("{:.3}", timed.seconds),
                format!("{:.0}", timed.rows_per_second),
            ),
            None => Default::default(),
        };
        let divergences = [epoch.divergence, epoch.validation_divergence];
        let divergences = match is_drawn {
            true => divergences.map(|nats| nats.map_or(",".to_owned(), |nats| format!(",{nats}"))),
            false => Default::default(),
        };
        text.push_str(&format!(
            "{},{},{},{},{},{seconds},{speed}{}\n",
            epoch.epoch,
            epoch.train_loss,
            validation.unwrap_or_default(),
            epoch.penalty,
            epoch.learning_rate,
            divergences.concat(),
        ));
    }
    text
}
