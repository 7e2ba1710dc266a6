//! A trained autoencoder, ready for use.

use crate::evaluation::Reference;
use crate::file::{model_bytes, read_model, write_model, write_torch};
use crate::rows::spread;
use crate::scoring::Scorer;
use crate::{ModelError, Plan, Settings};
use ae_data::Kind;
use ae_data::preprocess::Oddities;
use ae_data::source::Pictures;
use ae_data::{Dataset, FittedScaling, Layout, Prepared, Preprocessing, Windowing, Windows};
use ae_nn::loss::Measure;
use ae_nn::{Autoencoder, Epoch, Loss};
use ae_tensor::reduce;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A trained autoencoder with all that its use needs: how rows are laid out and scaled, and
/// where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(crate) autoencoder: Autoencoder,
    pub(crate) loss: Loss,
    pub(crate) layout: Layout,
    /// How pictures became the rows it was trained on, if they did.
    pub(crate) pictures: Option<Pictures>,
    pub(crate) preprocessing: Preprocessing,
    /// Of a model of windows.
    pub(crate) steps: Option<Steps>,
    pub(crate) reference: Reference,
    pub(crate) scorer: Scorer,
    pub(crate) settings: Settings,
    pub(crate) provenance: Provenance,
    pub(crate) history: Vec<Epoch>,
}

/// The time steps that the windows of a model are made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Steps {
    pub(crate) windowing: Windowing,
    /// The columns of the table.
    pub(crate) table: Layout,
    /// Of one step.
    pub(crate) preprocessing: Preprocessing,
}

impl Steps {
    /// Those that a plan was made for, if its data are windows.
    pub(crate) fn of(dataset: &Dataset, plan: &Plan) -> Option<Self> {
        let windows = dataset.windows.as_ref()?;
        Some(Self {
            windowing: windows.windowing(),
            table: windows.table().clone(),
            preprocessing: plan.steps.clone()?,
        })
    }
}

/// Where a model comes from. Nothing here changes from run to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// "ae 0.1.0".
    pub program: String,
    /// Name of the data set.
    pub data: String,
    /// SHA-256 of the training data.
    pub fingerprint: String,
    /// Rows that were learnt from.
    pub train_rows: usize,
    /// Rows that were watched.
    pub validation_rows: usize,
    /// The epoch whose weights these are, from 1.
    pub epoch: usize,
}

impl Model {
    /// Reads a model file. Nothing in it is executed, and no size in it is believed before
    /// it is checked against the file.
    ///
    /// # Errors
    /// A file that can't be read, isn't a model, or doesn't hold together.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        read_model(path)
    }

    /// Writes a model file, beside its place first, then renamed. The same model gives the
    /// same bytes.
    ///
    /// # Errors
    /// What the system says.
    pub fn save(&self, path: &Path) -> Result<(), ModelError> {
        write_model(self, path)
    }

    /// What [`save`](Self::save) would write: the same for the same model.
    ///
    /// # Errors
    /// Metadata that can't be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        model_bytes(self).map_err(|problem| ModelError::File {
            path: "the model".into(),
            problem,
        })
    }

    /// Writes the network as PyTorch has it: a safetensors file with the names and shapes of a
    /// state dict, and its modules as metadata. Beside its place first, then renamed.
    ///
    /// # Errors
    /// What the system says; a pool that no module of PyTorch is.
    pub fn save_for_torch(&self, path: &Path) -> Result<(), ModelError> {
        write_torch(self, path)
    }

    /// The network.
    pub fn autoencoder(&self) -> &Autoencoder {
        &self.autoencoder
    }

    /// The loss it was trained on.
    pub fn loss(&self) -> &Loss {
        &self.loss
    }

    /// How a row is laid out.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The columns of the data that it reads: those of a row or, of a model of windows, those
    /// of a time step.
    pub fn table(&self) -> &Layout {
        match &self.steps {
            Some(steps) => &steps.table,
            None => &self.layout,
        }
    }

    /// Scaling and encoding of what [`table`](Self::table) describes.
    pub fn table_preprocessing(&self) -> &Preprocessing {
        match &self.steps {
            Some(steps) => &steps.preprocessing,
            None => &self.preprocessing,
        }
    }

    /// What it learnt from: "rows" or "windows".
    pub fn rows_noun(&self) -> &'static str {
        match &self.steps {
            Some(_) => "windows",
            None => "rows",
        }
    }

    /// How data are cut into windows before this model sees them, if they are
    /// ([`Dataset::into_windows`]).
    pub fn windowing(&self) -> Option<Windowing> {
        self.steps.as_ref().map(|steps| steps.windowing)
    }

    /// The scaling fitted on the training rows.
    pub fn scaling(&self) -> &FittedScaling {
        self.preprocessing.scaling()
    }

    /// Scaling and encoding, fitted on the training rows: what makes features of a row.
    pub fn preprocessing(&self) -> &Preprocessing {
        &self.preprocessing
    }

    /// How a row of features is laid out: as the row itself, but for tables, whose columns may
    /// have become several features each.
    pub fn feature_layout(&self) -> Layout {
        self.preprocessing.feature_layout(&self.layout)
    }

    /// The interval in which the features of training rows lie, if there is one.
    pub fn range(&self) -> Option<(f32, f32)> {
        self.preprocessing.range()
    }

    /// What was minimised.
    pub fn measure(&self) -> &dyn Measure {
        self.autoencoder.measure(&self.loss)
    }

    /// What to call it.
    pub fn loss_name(&self) -> String {
        match self.autoencoder.output_blocks() {
            Some(_) => format!("balanced {} and cross-entropy", self.loss),
            None => self.loss.to_string(),
        }
    }

    /// The simplest models of the same rows, to compare it with.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// How it scores rows, and from which score on a row is an anomaly.
    pub fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// Numbers of the code that say something of a row: all of them, or those that are kept.
    pub fn numbers_kept(&self) -> usize {
        self.settings.numbers_kept(self.autoencoder.latent())
    }

    /// The settings it was trained with, every choice made.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where it comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// How its training went.
    pub fn history(&self) -> &[Epoch] {
        &self.history
    }

    /// How this model reads a data set, and what should be said about that.
    ///
    /// # Errors
    /// Rows of other columns, or values its scaling has no rule for.
    pub fn prepare(&self, dataset: &Dataset) -> Result<(Prepared, Vec<String>), ModelError> {
        let (prepared, mut warnings) = self.read(dataset)?;
        let oddities = prepared.oddities(dataset);
        warnings.extend(self.oddities_in_words(&oddities));
        warnings.extend(self.strange_brightness(dataset, &prepared));
        Ok((prepared, warnings))
    }

    /// What rows hold that the training rows did not; those of several blocks add up.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn oddities(&self, dataset: &Dataset) -> Result<Oddities, ModelError> {
        Ok(self.read(dataset)?.0.oddities(dataset))
    }

    /// The same, for the user to see.
    pub fn oddities_in_words(&self, oddities: &Oddities) -> Vec<String> {
        oddities.warnings(self.preprocessing.groups())
    }

    pub(crate) fn read(&self, dataset: &Dataset) -> Result<(Prepared, Vec<String>), ModelError> {
        self.check_cut(dataset)?;
        self.check_columns(dataset)?;
        self.check_images(dataset)?;
        Ok(self.preprocessing.prepare(dataset)?)
    }

    /// Windows must be cut as those that were trained on.
    fn check_cut(&self, dataset: &Dataset) -> Result<(), ModelError> {
        let cut = dataset.windows.as_ref().map(Windows::windowing);
        if cut == self.windowing() {
            return Ok(());
        }
        Err(ModelError::Settings {
            what: format!(
                "{}: not cut into windows as the training data",
                dataset.name
            ),
            hint: "give it to `Dataset::into_windows` with the model's `windowing`".to_owned(),
        })
    }

    /// A table must have this model's columns, in its order: reading a file with the model's
    /// schema sees to that. Plain numbers stand for a table of numbers.
    fn check_columns(&self, dataset: &Dataset) -> Result<(), ModelError> {
        let plain = |layout: &Layout| match layout.schema() {
            Some(schema) => {
                let mut kinds = schema.columns.iter().map(|column| &column.kind);
                kinds.all(|kind| kind.cells() == 0 || matches!(kind, Kind::Number(_)))
            }
            None => true,
        };
        let fits = dataset.layout == self.layout || plain(&dataset.layout) && plain(&self.layout);
        if fits {
            return Ok(());
        }
        Err(ModelError::Settings {
            what: format!(
                "{}: not the columns that the model was trained on",
                dataset.name
            ),
            hint: "read the file with the model's schema (`ae_data::source::open_known`)"
                .to_owned(),
        })
    }

    /// Images on average much brighter or darker than the training images: dark strokes on
    /// white paper, given to a model of white strokes on black.
    fn strange_brightness(&self, dataset: &Dataset, prepared: &Prepared) -> Option<String> {
        let (low, high) = self.range()?;
        if !matches!(self.layout, Layout::Image { .. }) {
            return None;
        }
        let trained = reduce::sum(&self.reference.mean) / self.reference.mean.len() as f64;
        let found = mean_of_sample(dataset, prepared);
        let is_far = |mean: f64| (mean - trained).abs() > FAR_FROM_TRAINING * f64::from(high - low);
        if !is_far(found) {
            return None;
        }
        let hint = if !is_far(f64::from(low + high) - found) {
            ": is it dark on white? `--invert` turns it round"
        } else {
            ""
        };
        Some(format!(
            "{}: the pixel mean is {found:.2}, far from the {trained:.2} of the training rows{hint}",
            dataset.name
        ))
    }
}

/// A difference of the pixel means, as a share of the pixels' range, that deserves a word:
/// beyond that between MNIST and Fashion-MNIST (0.16), far below that between MNIST and its
/// negative (0.74).
const FAR_FROM_TRAINING: f64 = 0.25;

/// Rows that a mean is taken over, at most.
const MEAN_ROWS: usize = 1000;

/// The mean of all numbers of evenly spread rows, scaled.
fn mean_of_sample(dataset: &Dataset, prepared: &Prepared) -> f64 {
    let mut buffer = vec![0.0; prepared.width()];
    let (mut sum, mut rows) = (0.0, 0);
    for row in spread(dataset.rows, MEAN_ROWS) {
        prepared.fill_row(dataset, row, &mut buffer);
        sum += reduce::sum(&buffer);
        rows += 1;
    }
    sum / (rows * prepared.width()) as f64
}
