//! The report of a sweep: the same page as a run's, with other sections.
//!
//! A section is one file here and one line in [`SECTIONS`].

mod answer;
mod comparisons;
mod csv;
mod importance;
mod reconstructions;
mod sizes;
mod summary;
mod trade_offs;
mod trials;
pub mod words;

pub use csv::csv;
pub use summary::summary;

use super::{Section, number, page};
use ae_sweep::{Analysis, Record};
use image::RgbaImage;

/// Everything the report of a sweep shows.
#[derive(Debug, Clone, Copy)]
pub struct SweepInput<'a> {
    /// What the records say.
    pub analysis: &'a Analysis,
    /// The records.
    pub records: &'a [Record],
    /// A few rows above their reconstructions, with the name of the configuration.
    pub pictures: &'a [(String, RgbaImage)],
    /// The command that repeats the sweep; empty where it isn't known.
    pub command: &'a str,
    /// The program's version: "0.1.0".
    pub version: &'a str,
}

/// Every section in the order of the page; one that has nothing to show gives `None`.
const SECTIONS: &[fn(&SweepInput<'_>) -> Option<Section>] = &[
    answer::section,
    sizes::section,
    reconstructions::section,
    comparisons::section,
    importance::section,
    trade_offs::section,
    trials::section,
];

/// The report as one HTML page.
pub fn render(input: &SweepInput<'_>) -> String {
    let sections: Vec<Section> = SECTIONS
        .iter()
        .filter_map(|section| section(input))
        .collect();
    let analysis = input.analysis;
    let measured = format!(
        "{} of {} over {}; errors are those of the {} rows",
        number::counted(analysis.done, "trained model", "trained models"),
        number::counted(
            analysis.configurations.len(),
            "configuration",
            "configurations"
        ),
        number::counted(analysis.seeds, "seed", "seeds"),
        words::part(analysis),
    );
    let title = format!("{}, a sweep", analysis.data);
    page::page(&title, &measured, &sections, input.version).into_string()
}
