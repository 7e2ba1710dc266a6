//! From a model and its evaluation to what the report shows.

use crate::report::{EpochLine, LayerLine, ReportInput, render, summary};
use crate::settings_file::RunSettings;
use ae_model::{Evaluation, Model};

/// A report about to be written.
pub struct Page<'a> {
    /// The model.
    pub model: &'a Model,
    /// What was measured.
    pub evaluation: &'a Evaluation,
    /// The command that repeats it.
    pub command: &'a str,
    /// Name of the data.
    pub data: &'a str,
    /// All settings, as TOML.
    pub settings: &'a str,
    /// Assumptions made on the way.
    pub warnings: &'a [String],
}

impl Page<'_> {
    /// The whole report.
    pub fn html(&self) -> anyhow::Result<String> {
        self.with_input(render)
    }

    /// The same in ten lines.
    pub fn summary(&self) -> String {
        self.with_input(summary)
    }

    fn with_input<T>(&self, work: impl FnOnce(&ReportInput<'_>) -> T) -> T {
        let model = self.model;
        let history: Vec<EpochLine> = model
            .history()
            .iter()
            .map(|epoch| EpochLine {
                epoch: epoch.epoch,
                train: epoch.train_loss,
                validation: epoch.validation_loss,
                learning_rate: epoch.learning_rate,
                divergence: epoch.divergence,
                validation_divergence: epoch.validation_divergence,
                judged: epoch.judged(),
            })
            .collect();
        work(&ReportInput {
            title: &format!("{}, {}", self.data, model.autoencoder().shape()),
            command: self.command,
            settings: self.settings,
            architecture: &architecture(model),
            data: &self.data_lines(),
            warnings: self.warnings,
            layout: &model.feature_layout(),
            scaling: &model.preprocessing().feature_scaling(),
            history: &history,
            evaluation: self.evaluation,
            version: env!("CARGO_PKG_VERSION"),
        })
    }

    fn data_lines(&self) -> Vec<(String, String)> {
        let provenance = self.model.provenance();
        let rows = self.model.rows_noun();
        let row = rows.trim_end_matches('s');
        let lines = [
            ("data".to_owned(), self.data.to_owned()),
            (
                format!("{rows} trained on"),
                provenance.train_rows.to_string(),
            ),
            (
                format!("{rows} watched"),
                provenance.validation_rows.to_string(),
            ),
            (
                format!("{rows} measured"),
                format!("{} ({})", self.evaluation.rows, self.evaluation.part),
            ),
            (
                format!("numbers in a {row}"),
                self.evaluation.features.to_string(),
            ),
            (
                "scaling".to_owned(),
                self.model.scaling().scaling().to_string(),
            ),
            ("SHA-256".to_owned(), provenance.fingerprint.clone()),
        ];
        lines.into_iter().collect()
    }
}

/// The layers of a model, a line each.
pub fn architecture(model: &Model) -> Vec<LayerLine> {
    let autoencoder = model.autoencoder();
    let blocks = autoencoder.network().blocks();
    let encoder = autoencoder.encoder_layers();
    let layers = autoencoder.network().layers().iter().enumerate();
    let line = |(index, layer): (usize, &ae_nn::Layer)| {
        let own = blocks.iter().filter(|block| block.layer == index);
        let kind = match layer.activation() {
            Some(activation) => format!("{}, {activation}", in_words(layer.kind())),
            None => in_words(layer.kind()),
        };
        LayerLine {
            name: match index.checked_sub(encoder) {
                None if index + 1 == encoder => "code".to_owned(),
                None => format!("encoder {}", index + 1),
                Some(index) => format!("decoder {}", index + 1),
            },
            kind,
            shape: match layer.images() {
                Some([from, to]) => format!("{from} → {to}"),
                None => format!("{} → {}", layer.inputs(), layer.outputs()),
            },
            parameters: own.map(|block| block.range.len()).sum(),
        }
    };
    layers.map(line).collect()
}

/// "GaussianCode" → "gaussian code".
fn in_words(name: &str) -> String {
    let spaced = name.chars().flat_map(|letter| {
        let space = letter.is_uppercase().then_some(' ');
        space.into_iter().chain(letter.to_lowercase())
    });
    spaced.skip(1).collect()
}

/// The settings a model was trained with, as TOML.
pub fn settings_text(model: &Model) -> anyhow::Result<String> {
    RunSettings {
        data: Some(model.provenance().data.clone()),
        settings: model.settings().clone(),
        ..RunSettings::default()
    }
    .to_toml()
}
