//! Settings that go by the aim and by the size of the data.

use crate::Settings;
use ae_data::noise::Swap;
use ae_data::scaling::Standard;
use ae_data::{Dataset, Layout};
use ae_nn::Keep;
use ae_nn::loss::Mse;
use ae_nn::optimizer::Adam;
use ae_nn::schedule::OneCycle;

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Short codes that keep what can be kept.
    Compression,
    /// Scores that find odd rows.
    Anomalies,
}

/// Steps of a whole training for compression, about: enough for Adam at its usual rate to
/// settle on tables.
const STEPS: usize = 6_000;

/// Rows shown to the network in training for anomalies, in all: on half of the ADBench sets
/// that these settings were chosen on, a third as many cost a little, and three times as many
/// gained nothing.
const ROWS_SHOWN: usize = 100_000;

impl Settings {
    /// The settings to begin with, for a data set of n rows and c columns:
    ///
    /// | setting | compression | anomalies | why |
    /// |---|---|---|---|
    /// | batch | 32 below 10,000 rows, 128 below 100,000 | 64 below 100,000 rows | small tables need the steps |
    /// | | 256 below a million, else 1,024 | the same | large ones the speed |
    /// | epochs | as many as make 6,000 steps, from 4 to 200 | as many as show 100,000 rows, from 10 to 500 | training is steps; a pass over millions of rows is many |
    /// | hidden | one layer of 4 c, from 16 to 256; from 10,000 rows on a second of half of it | 128 | room to bend, and no more than the rows can fill |
    /// | latent | a third of c, from 2 to 32 | c, 32 at most | see below |
    /// | patience | a tenth of the epochs, at least 5 | none | stops soon on large tables, and not by chance on small ones |
    ///
    /// For compression, tables are less redundant than images, and more than half of the
    /// columns would copy. Images have the settings of [`Settings::default`].
    ///
    /// For anomalies, a narrow code would leave out whatever is rare, which isn't what makes
    /// a row odd. What keeps the network from copying is noise: every other cell is taken from
    /// another row, so that the network has to learn how cells follow from each other.
    /// Swapping half of them is the most it can be told least by: with 15 %, as is usual for
    /// representations (Jahrer 2017), cells are mostly copied, with 70 % mostly ignored. No
    /// weights are picked by the validation loss: those rows are for the p-values.
    pub fn suited_to(dataset: &Dataset, aim: Aim) -> Self {
        let is_image = matches!(dataset.layout, Layout::Image { .. });
        let (rows, columns) = (dataset.rows, dataset.columns());
        match aim {
            Aim::Compression if is_image => Self::default(),
            Aim::Compression => compression(rows, columns),
            Aim::Anomalies => anomalies(rows, columns),
        }
    }
}

fn compression(rows: usize, columns: usize) -> Settings {
    let batch = match rows {
        ..10_000 => 32,
        10_000..100_000 => 128,
        _ => batch_of_many(rows),
    };
    let width = (4 * columns).clamp(16, 256);
    let mut hidden = vec![width];
    if rows >= 10_000 {
        hidden.push(width / 2);
    }
    let epochs = STEPS.div_ceil(rows.div_ceil(batch).max(1)).clamp(4, 200);
    Settings {
        hidden,
        latent: Some(columns.div_ceil(3).clamp(2, 32).min(columns)),
        batch,
        epochs,
        patience: (epochs / 10).max(5),
        ..Settings::default()
    }
}

fn anomalies(rows: usize, columns: usize) -> Settings {
    Settings {
        scaling: Some(Standard {}.into()),
        noise: Swap { p: 0.5 }.into(),
        hidden: vec![128],
        latent: Some(columns.clamp(1, 32)),
        loss: Some(Mse {}.into()),
        optimizer: Adam {
            learning_rate: 3e-3,
            ..Adam::default()
        }
        .into(),
        schedule: OneCycle::default().into(),
        epochs: ROWS_SHOWN.div_ceil(rows.max(1)).clamp(10, 500),
        batch: if rows < 100_000 {
            64
        } else {
            batch_of_many(rows)
        },
        keep: Keep::Last,
        ..Settings::default()
    }
}

/// Rows a step, from 100,000 rows on.
fn batch_of_many(rows: usize) -> usize {
    if rows < 1_000_000 { 256 } else { 1024 }
}
