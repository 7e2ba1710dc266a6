//! From settings and data to what will be done.

use crate::balance::balance;
use crate::dealing::deal;
use crate::dictionary;
use crate::file::read_weights;
use crate::scoring::{Groups, Mse as MeanSquares, Scoring, Surprise};
use crate::settings::default_latent;
use crate::variational;
use crate::{ModelError, Rows, Settings};
use ae_data::{Dataset, Layout, Parts, Prepared, Preprocessing, Scaling, Split};
use ae_nn::activation::{Activation, Linear, Sigmoid};
use ae_nn::layer::Image;
use ae_nn::loss::{Bce, Loss, Mse};
use ae_nn::{
    Architecture, Autoencoder, EarlyStopping, Norm, Penalty, Revival, Samples, Stages,
    TrainSettings, Trainer,
};
use ae_tensor::parallel;
use ndarray::Array2;
use std::path::Path;

/// Everything decided before the first step: which rows do what, the scaling fitted on the
/// training rows, and the settings with nothing left open.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The settings, every choice made.
    pub settings: Settings,
    /// The network with its initial weights.
    pub initial: Autoencoder,
    /// How to train it.
    pub training: TrainSettings,
    /// Which rows do what.
    pub split: Split,
    /// Scaling and encoding, fitted on the training rows.
    pub preprocessing: Preprocessing,
    /// Assumptions made, for the user to see.
    pub warnings: Vec<String>,
    /// Of windows, the scaling and encoding of one step.
    pub(crate) steps: Option<Preprocessing>,
    prepared: Prepared,
    prepared_test: Option<Prepared>,
}

/// Which of a plan's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Those that are learnt from.
    Train,
    /// Those that are watched while training.
    Validation,
    /// Those that are kept for the report.
    Test,
}

impl Part {
    /// As users write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

impl Plan {
    /// Makes every choice that the settings leave to the data.
    ///
    /// # Errors
    /// Settings out of their range, or that contradict each other or the data: an output
    /// that can't take its values, no rows left to train on.
    pub fn new(parts: &Parts, settings: &Settings) -> Result<Self, ModelError> {
        let dataset = &parts.train;
        let mut warnings = dataset.warnings.clone();
        let split = deal(parts, settings, &mut warnings)?;
        let mut settings = settings.clone();
        let asked = settings.scaling.get_or_insert(default_scaling(dataset));
        let scaling = *asked;
        settings.scoring.get_or_insert(default_scoring(dataset));
        let clip = settings.clip_values;
        let (steps, preprocessing) = fit(&scaling, clip, dataset, &split.train)?;
        let (prepared, notes) = preprocessing.prepare(dataset)?;
        warnings.extend(notes);
        let prepared_test = match &parts.test {
            Some(test) => {
                let (prepared, notes) = preprocessing.prepare(test)?;
                warnings.extend(notes);
                Some(prepared)
            }
            None => None,
        };
        let train = Rows::new(dataset, &split.train, &prepared);
        let features = preprocessing.width();
        let mut settings = if preprocessing.is_mixed() {
            with_choices_for_kinds(settings, &preprocessing)?
        } else {
            let range = match preprocessing.range() {
                Some(range) => range,
                None => scaled_range(&train),
            };
            let settings = with_choices(dictionary::with_choices(settings), features, range);
            check_reach(&settings, range)?;
            settings
        };
        variational::check(&settings)?;
        if settings.top_k.is_some() {
            let epoch = split.train.len().min(MOST_ROWS_TO_DEATH);
            settings.dead_after.get_or_insert(epoch);
        }
        let training = training(&settings);
        let architecture = architecture(&settings, features, stages(&settings, dataset)?);
        let mut initial = match balance(&preprocessing, training.loss, &train)? {
            None => architecture.build(&training.loss, settings.seed)?,
            // The losses of the blocks are on what a linear layer gives.
            Some(blocks) => architecture
                .build(&Loss::Mse(Mse {}), settings.seed)?
                .with_output_blocks(blocks)?,
        };
        Trainer::check(&initial, &training)?;
        if initial.is_dictionary() {
            initial.centre_on(&dictionary::geometric_median(&train))?;
        }
        if settings.batch > split.train.len() {
            warnings.push(format!(
                "{} training {} fill less than one batch of {}: each epoch is one step",
                split.train.len(),
                dataset.rows_noun(),
                settings.batch
            ));
        }
        Ok(Self {
            initial,
            training,
            split,
            preprocessing,
            warnings,
            settings,
            steps,
            prepared,
            prepared_test,
        })
    }

    /// Begins with the weights in a file, in place of drawn ones: a model of this program or a
    /// state dict as [`Model::save_for_torch`](crate::Model::save_for_torch) names it.
    ///
    /// # Errors
    /// A file that can't be read, or whose weights are not those of this network: the layer is
    /// named.
    pub fn begin_with(&mut self, weights: &Path) -> Result<(), ModelError> {
        read_weights(&mut self.initial, weights)
    }

    /// The rows of a part, clean; `None` if the part is empty.
    pub fn rows<'a>(&'a self, parts: &'a Parts, part: Part) -> Option<Rows<'a>> {
        let chosen = match part {
            Part::Train => &self.split.train,
            Part::Validation => &self.split.validation,
            Part::Test => &self.split.test,
        };
        if chosen.is_empty() {
            return None;
        }
        let own_test = part == Part::Test || self.settings.validate_on_test;
        match (&parts.test, &self.prepared_test) {
            (Some(test), Some(prepared)) if own_test && part != Part::Train => {
                Some(Rows::new(test, chosen, prepared))
            }
            _ => Some(Rows::new(&parts.train, chosen, &self.prepared)),
        }
    }

    /// The rows of a part as the encoder is to see them in training, with noise if the
    /// settings ask for it: fixed noise but for the training rows.
    pub fn noisy_rows<'a>(&'a self, parts: &'a Parts, part: Part) -> Option<Rows<'a>> {
        let (noise, seed) = (self.settings.noise, self.settings.seed);
        let range = self.preprocessing.range();
        let rows = self.rows(parts, part)?;
        Some(match part {
            Part::Train => rows.with_training_noise(noise, seed, range),
            _ => {
                let donors = Rows::new(&parts.train, &self.split.train, &self.prepared);
                rows.with_fixed_noise(noise, seed, range, &donors)
            }
        })
    }

    /// Numbers of the code that say something of a row.
    pub fn numbers_kept(&self) -> usize {
        self.settings.numbers_kept(self.initial.latent())
    }

    /// Which features belong to one column.
    pub fn groups(&self) -> Groups {
        Groups::of(&self.preprocessing)
    }

    /// The part a report should speak of: the test rows, or the validation rows where there
    /// are none, or else the training rows.
    pub fn reported_part(&self) -> Part {
        if !self.split.test.is_empty() {
            Part::Test
        } else if !self.split.validation.is_empty() {
            Part::Validation
        } else {
            Part::Train
        }
    }
}

/// Scaling and encoding of the training rows; of windows, first those of a step, which are
/// fitted on the steps of the training windows, then the same at each step.
fn fit(
    scaling: &Scaling,
    clip: Option<f32>,
    dataset: &Dataset,
    train: &[u32],
) -> Result<(Option<Preprocessing>, Preprocessing), ModelError> {
    let (Some(windows), Some(steps)) = (&dataset.windows, dataset.steps_of(train)) else {
        return Ok((None, Preprocessing::fit(scaling, clip, dataset, train)?));
    };
    let all: Vec<u32> = (0..steps.rows as u32).collect();
    let step = Preprocessing::fit(scaling, clip, &steps, &all)?;
    let whole = step.tiled(windows.windowing().length());
    Ok((Some(step), whole))
}

fn default_scaling(dataset: &Dataset) -> Scaling {
    match dataset.layout {
        Layout::Image { .. } => Scaling::Unit(ae_data::scaling::Unit {}),
        Layout::Columns(_) | Layout::Table(_) => Scaling::Standard(ae_data::scaling::Standard {}),
    }
}

fn default_scoring(dataset: &Dataset) -> Scoring {
    match dataset.layout {
        Layout::Image { .. } => Scoring::Mse(MeanSquares {}),
        Layout::Columns(_) | Layout::Table(_) => Scoring::Surprise(Surprise {}),
    }
}

/// Code width, loss and output, where they were left open.
fn with_choices(mut settings: Settings, features: usize, range: (f32, f32)) -> Settings {
    if settings.latent.is_none() {
        // `--hidden 8,2` alone means that 2 is the code: 4-8-2-8-4.
        let of_rows = settings.conv.is_empty().then(|| default_latent(features));
        settings.latent = settings.hidden.pop().or(of_rows);
    }
    let within_unit = range.0 >= 0.0 && range.1 <= 1.0;
    let sigmoid = Activation::Sigmoid(Sigmoid {});
    let loss = *settings.loss.get_or_insert_with(|| {
        let free = settings.output.is_none_or(|output| output == sigmoid);
        if within_unit && free {
            Loss::Bce(Bce {})
        } else {
            Loss::Mse(Mse {})
        }
    });
    settings.output.get_or_insert_with(|| {
        let own = loss.output_activation();
        let linear = Activation::Linear(Linear {});
        if own == linear && within_unit {
            sigmoid
        } else {
            own
        }
    });
    settings
}

/// The same for a table of several kinds: each has its own loss, what is left to choose is
/// that of the numbers; what its output is belongs to the losses.
fn with_choices_for_kinds(
    settings: Settings,
    preprocessing: &Preprocessing,
) -> Result<Settings, ModelError> {
    let free = (f32::NEG_INFINITY, f32::INFINITY);
    let numbers = preprocessing.scaling().range().unwrap_or(free);
    let mse = Loss::Mse(Mse {});
    let settings = Settings {
        loss: settings.loss.or(Some(mse)),
        ..settings
    };
    let linear = Activation::Linear(Linear {});
    if let Some(output) = settings.output.filter(|output| *output != linear) {
        return Err(ModelError::Settings {
            what: format!("output {output} for a table of several kinds of columns"),
            hint: "leave out `--output`: numbers, booleans and categories have an output each"
                .to_owned(),
        });
    }
    let asked = Settings {
        output: None,
        ..with_choices(settings, preprocessing.width(), free)
    };
    check_reach(&asked, numbers)?;
    // Each block's output belongs to its loss; the layer before it is linear.
    Ok(Settings {
        output: Some(linear),
        ..asked
    })
}

/// Rows after which a number of a top-k code is dead, at most (Gao et al. 2024).
const MOST_ROWS_TO_DEATH: usize = 10_000_000;

/// How far beyond its range an output may be asked to go: rounding, no more.
const SLACK: f32 = 1e-5;

fn check_reach(settings: &Settings, (low, high): (f32, f32)) -> Result<(), ModelError> {
    let output = settings.output.map(|output| {
        let name = output.to_string();
        ("output activation", name, output.range())
    });
    let loss = settings
        .loss
        .map(|loss| ("loss", loss.to_string(), loss.target_range()));
    for (what, name, range) in [loss, output].into_iter().flatten() {
        if low < range.0 - SLACK || high > range.1 + SLACK {
            return Err(ModelError::OutOfReach {
                what,
                name,
                range,
                low,
                high,
            });
        }
    }
    Ok(())
}

/// The convolutions, if there are to be any.
fn stages(settings: &Settings, dataset: &Dataset) -> Result<Option<Stages>, ModelError> {
    if settings.conv.is_empty() {
        return Ok(None);
    }
    let refuse = |what: String, hint: &str| {
        let hint = hint.to_owned();
        Err(ModelError::Settings { what, hint })
    };
    let Layout::Image {
        height,
        width,
        channels,
    } = dataset.layout
    else {
        return refuse(
            format!(
                "convolutions need images, {} has rows of columns",
                dataset.name
            ),
            "use `--conv none`; `--hidden` makes dense layers",
        );
    };
    if settings.norm != Norm::None {
        return refuse(
            "normalisation between convolutions is not there yet".to_owned(),
            "use `--norm none`",
        );
    }
    let has_dense_code = settings.latent.is_some();
    if !has_dense_code && settings.decoder_hidden.is_some() {
        return refuse(
            "the decoder's hidden layers come after a dense code, and there is none".to_owned(),
            "give the code's width with `--latent`, or leave out `--decoder-hidden`",
        );
    }
    Ok(Some(Stages {
        image: Image {
            height,
            width,
            channels,
        },
        filters: settings.conv.clone(),
        has_dense_code,
    }))
}

fn architecture(settings: &Settings, features: usize, stages: Option<Stages>) -> Architecture {
    Architecture {
        features,
        stages,
        hidden: settings.hidden.clone(),
        latent: settings.latent.unwrap_or(default_latent(features)),
        decoder_hidden: settings.decoder_hidden.clone(),
        activation: settings.activation,
        latent_activation: settings.latent_activation,
        top_k: settings.top_k,
        variational: settings.variational,
        output_activation: settings.output,
        norm: settings.norm,
        dropout: settings.dropout,
        initialiser: settings.initialiser,
    }
}

fn training(settings: &Settings) -> TrainSettings {
    TrainSettings {
        loss: settings.loss.unwrap_or(Loss::Mse(Mse {})),
        optimizer: settings.optimizer,
        schedule: settings.schedule,
        epochs: settings.epochs,
        batch: settings.batch,
        clipping: settings.clip,
        penalty: Penalty {
            l1: settings.l1,
            l2: settings.l2,
        },
        sparsity: settings.sparsity,
        contractive: settings.contractive,
        tied: settings.tied,
        revival: Revival {
            weight: settings.auxiliary,
            dead_after: settings.dead_after.unwrap_or(MOST_ROWS_TO_DEATH),
            ..Revival::default()
        },
        divergence: settings.divergence(),
        early_stopping: (settings.patience > 0).then_some(EarlyStopping {
            patience: settings.patience,
            least_improvement: 0.0,
        }),
        keep: settings.keep,
        shuffle: true,
        seed: settings.seed,
    }
}

/// The smallest and largest number of all rows.
fn scaled_range(rows: &Rows<'_>) -> (f32, f32) {
    const AT_A_TIME: usize = 256;
    parallel::reduce(
        0..rows.row_count(),
        AT_A_TIME,
        &|_, range: std::ops::Range<usize>| {
            let numbers: Vec<u32> = range.map(|row| row as u32).collect();
            let mut batch = Array2::zeros((numbers.len(), rows.width()));
            rows.fill(&numbers, batch.view_mut());
            batch
                .iter()
                .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
                    (low.min(*value), high.max(*value))
                })
        },
        &|a: (f32, f32), b: (f32, f32)| (a.0.min(b.0), a.1.max(b.1)),
    )
}
