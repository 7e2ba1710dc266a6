//! The report: one HTML file that shows whether a model is any good, and the same in ten lines
//! for the terminal.
//!
//! The file asks for nothing from outside (its content security policy forbids it), holds no
//! script, follows the reader's light or dark theme, and has the same bits for the same input.
//! A section is one file in `sections/` and one line in [`SECTIONS`].

pub mod cells;
mod chart;
mod check;
#[cfg(test)]
mod fixtures;
pub mod number;
mod page;
pub mod picture;
mod sections;
mod summary;
pub mod sweep;
#[cfg(test)]
mod tests;

use ae_data::{FittedScaling, Layout};
use ae_model::evaluation::Evaluation;
use maud::Markup;

pub use summary::{findings, summary};

/// Everything a report shows.
#[derive(Debug, Clone, Copy)]
pub struct ReportInput<'a> {
    /// Data and shape: "mnist, 784-32-784".
    pub title: &'a str,
    /// The command that repeats the run.
    pub command: &'a str,
    /// All settings, as TOML.
    pub settings: &'a str,
    /// The layers, from the input on.
    pub architecture: &'a [LayerLine],
    /// What is known about the data, as name and value: ("rows", "60,000").
    pub data: &'a [(String, String)],
    /// Assumptions and oddities met on the way.
    pub warnings: &'a [String],
    /// How a row is laid out.
    pub layout: &'a Layout,
    /// What takes a row back to its own units.
    pub scaling: &'a FittedScaling,
    /// The course of the training; empty where it isn't known.
    pub history: &'a [EpochLine],
    /// What was measured.
    pub evaluation: &'a Evaluation,
    /// The program's version: "0.1.0".
    pub version: &'a str,
}

impl ReportInput<'_> {
    /// A scaled row in the units of the data.
    fn in_units(&self, scaled: &[f32]) -> Vec<f32> {
        let mut row = scaled.to_vec();
        self.scaling.inverse_row(&mut row);
        row
    }

    /// What a difference of 1 in scaled units is in those of the column.
    fn unit(&self, column: usize) -> f64 {
        match self.scaling.scale() {
            [shared] => *shared,
            scales => scales[column],
        }
    }

    /// A value of a column in its own units, as precise as the column's spread makes sense
    /// of.
    fn cell(&self, column: usize, value: f32) -> String {
        let feature = self.evaluation.per_feature.get(column);
        let spread = feature.map_or(0.0, |feature| feature.variance.sqrt() * self.unit(column));
        number::within(f64::from(value), spread)
    }
}

/// "12 rows", "1 window".
fn counted_rows(evaluation: &Evaluation) -> String {
    let many = evaluation.rows_noun;
    number::counted(evaluation.rows, many.trim_end_matches('s'), many)
}

/// A line of the table of layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerLine {
    /// Its place: "encoder 1", "code".
    pub name: String,
    /// What it is: "dense, relu".
    pub kind: String,
    /// Numbers in and out: "784 → 32".
    pub shape: String,
    /// Trained numbers.
    pub parameters: usize,
}

/// One epoch of the training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochLine {
    /// From 1.
    pub epoch: usize,
    /// Mean training loss.
    pub train: f64,
    /// Validation loss after the epoch, where there are validation rows.
    pub validation: Option<f64>,
    /// Learning rate at the end of the epoch.
    pub learning_rate: f64,
    /// Divergence of the training rows' codes in nats, where codes are drawn.
    pub divergence: Option<f64>,
    /// The same of the validation rows.
    pub validation_divergence: Option<f64>,
    /// What the epoch was judged by: its loss, and what the divergence adds to it.
    pub judged: f64,
}

/// A part of the page.
struct Section {
    title: &'static str,
    /// Its address within the page, lower case without spaces.
    anchor: &'static str,
    html: Markup,
}

/// Every section in the order of the page; one that has nothing to show gives `None`.
const SECTIONS: &[fn(&ReportInput) -> Option<Section>] = &[
    sections::verdict::section,
    sections::losses::section,
    sections::reconstructions::section,
    sections::noise_matrix::section,
    sections::drawn::section,
    sections::latent_map::section,
    sections::latent_units::section,
    sections::traversals::section,
    sections::filters::section,
    sections::feature_errors::section,
    sections::odd_rows::section,
    sections::series::section,
    sections::drift::section,
    sections::settings::section,
];

/// The report as one HTML page.
///
/// # Errors
/// If parts of `input` don't fit together, such as an example that is shorter than a row.
pub fn render(input: &ReportInput) -> anyhow::Result<String> {
    check::check(input)?;
    let sections: Vec<Section> = SECTIONS
        .iter()
        .filter_map(|section| section(input))
        .collect();
    let evaluation = input.evaluation;
    let measured = format!(
        "Measured on {} ({}) of {} each",
        counted_rows(evaluation),
        evaluation.part,
        number::counted(evaluation.features, "number", "numbers")
    );
    Ok(page::page(input.title, &measured, &sections, input.version).into_string())
}
