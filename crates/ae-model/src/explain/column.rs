use crate::Model;
use ae_data::preprocess::Nature;
use ae_data::table::{NumberFormat, cell_text};
use ae_data::{Kind, Layout, Preprocessing};
use std::ops::Range;

/// A column of the data, as people know it, and where a network sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name; of an image, the pixel.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
    /// Its numbers in a row as a source gives it: two for a date-time, else one.
    pub cells: Range<usize>,
    /// The features that hold its value.
    pub(crate) features: Range<usize>,
    /// The feature that says that its cell is missing.
    pub(crate) indicator: Option<usize>,
    pub(crate) nature: Nature,
}

impl Column {
    /// The columns that a model scores, in the order of its rows.
    pub(super) fn all(model: &Model) -> Vec<Self> {
        let (layout, preprocessing) = (model.layout(), model.preprocessing());
        let parts = preprocessing.values().into_iter();
        let column = |part: ae_data::preprocess::Part| {
            let cells = cells(preprocessing, part.group);
            let (name, kind) = name_and_kind(layout, cells.start);
            Self {
                name,
                kind,
                cells,
                features: part.features,
                indicator: part.indicator,
                nature: part.nature,
            }
        };
        parts.map(column).collect()
    }

    /// What this column's part of a row of cells says: as a file has it, dates in ISO 8601,
    /// nothing for a missing cell.
    pub fn text(&self, cells: &[f32]) -> String {
        cell_text(&self.kind, cells)
    }

    /// The number that a cell of a column of numbers stands for.
    pub fn number(&self, cell: f32) -> f64 {
        match self.kind {
            Kind::Number(format) => f64::from(cell) + format.origin,
            _ => f64::from(cell),
        }
    }
}

fn cells(preprocessing: &Preprocessing, group: usize) -> Range<usize> {
    match preprocessing.groups() {
        Some(groups) => groups[group].cells.clone(),
        None => group..group + 1,
    }
}

fn name_and_kind(layout: &Layout, cell: usize) -> (String, Kind) {
    let placed = layout
        .schema()
        .into_iter()
        .flat_map(|schema| schema.placed());
    let mut own = placed.filter(|(place, column)| *place == cell && column.kind.cells() > 0);
    match own.next() {
        Some((_, column)) => (column.name.clone(), column.kind.clone()),
        None => {
            let number = Kind::Number(NumberFormat::default());
            (layout.feature_name(cell), number)
        }
    }
}
