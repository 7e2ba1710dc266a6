//! From the cells of a row to the features a network sees, and back.
//!
//! Numbers are scaled ([`crate::scaling`]); what else a table holds is encoded: a category
//! becomes one feature a value, a date-time the parts of it that vary, a hole a feature of its
//! own. All features of a column stand together and are a [`Group`].

mod category;
mod column;
mod datetime;
mod encoding;
mod oddities;
mod part;

pub use category::{MOST_VALUES, OneHot};
pub use column::{Coder, EncodedColumn};
pub use datetime::Moments;
pub use encoding::{Encoding, Group};
pub use oddities::Oddities;
pub use part::{Nature, Part};

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{DataError, Dataset, FittedScaling, Layout, Prepared, Scaling};

/// What was fitted on the training rows: a scaling of the cells and, for tables, an encoding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preprocessing {
    scaling: FittedScaling,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<Encoding>,
}

impl Preprocessing {
    /// Fits scaling and encoding on the given rows: the training part, and no other. `clip`
    /// bounds scaled numbers of a table to ±`clip`, if given.
    ///
    /// # Errors
    /// As [`Scaling::fit`].
    ///
    /// # Panics
    /// If the data set has no such row.
    pub fn fit(
        scaling: &Scaling,
        clip: Option<f32>,
        dataset: &Dataset,
        rows: &[u32],
    ) -> Result<Self, DataError> {
        let scaling = scaling.fit(dataset, rows)?;
        let encoding = match &dataset.layout {
            Layout::Table(schema) => Some(Encoding::fit(schema, clip, dataset, rows)),
            _ => None,
        };
        Ok(Self { scaling, encoding })
    }

    /// The same for windows of `steps` rows side by side: each step is read as a row was.
    #[must_use]
    pub fn tiled(&self, steps: usize) -> Self {
        Self {
            scaling: self.scaling.tiled(steps),
            encoding: self.encoding.as_ref().map(|encoding| encoding.tiled(steps)),
        }
    }

    /// The scaling of the cells.
    pub fn scaling(&self) -> &FittedScaling {
        &self.scaling
    }

    /// What makes features of a table's scaled cells.
    pub fn encoding(&self) -> Option<&Encoding> {
        self.encoding.as_ref()
    }

    /// Features in a row.
    pub fn width(&self) -> usize {
        match &self.encoding {
            Some(encoding) => encoding.width(),
            None => self.scaling.width(),
        }
    }

    /// Numbers in a row as a source gives it.
    pub fn cells(&self) -> usize {
        self.scaling.width()
    }

    /// Whether features are more than scaled numbers without holes.
    pub fn is_mixed(&self) -> bool {
        self.encoding.as_ref().is_some_and(Encoding::is_mixed)
    }

    /// The interval in which scaled training rows lie, if there is one.
    pub fn range(&self) -> Option<(f32, f32)> {
        self.scaling.range().filter(|_| !self.is_mixed())
    }

    /// The original columns with the features that each became; `None` where every cell is a
    /// feature of its own and there is no table.
    pub fn groups(&self) -> Option<&[Group]> {
        self.encoding.as_ref().map(Encoding::groups)
    }

    /// The features of the group at this place: of the column, or the feature itself.
    pub fn group(&self, place: usize) -> Range<usize> {
        match self.groups() {
            Some(groups) => groups[place].features.clone(),
            None => place..place + 1,
        }
    }

    /// How a row of features is laid out: images stay images, tables become named numbers.
    pub fn feature_layout(&self, layout: &Layout) -> Layout {
        match &self.encoding {
            Some(encoding) => Layout::Columns(encoding.feature_names()),
            None => layout.clone(),
        }
    }

    /// The scaling of each feature: that of its cell for numbers, none for the others.
    pub fn feature_scaling(&self) -> FittedScaling {
        match &self.encoding {
            Some(encoding) => self.scaling.of_features(&encoding.scaled_cells()),
            None => self.scaling.clone(),
        }
    }

    /// How to read `dataset`.
    ///
    /// # Errors
    /// Rows of another width, holes where none can be filled, or values that are no pixels
    /// (for `unit`).
    pub fn prepare(&self, dataset: &Dataset) -> Result<(Prepared, Vec<String>), DataError> {
        let (scaling, warnings) = self.scaling.for_dataset(dataset)?;
        let is_table = matches!(dataset.layout, Layout::Table(_));
        if is_table && self.encoding.is_none() {
            dataset.check_finite()?;
        }
        let preprocessing = Self {
            scaling,
            encoding: self.encoding.clone(),
        };
        Ok((Prepared::new(preprocessing), warnings))
    }

    /// Whether its parts fit together, after reading them from a file.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self) -> Result<(), String> {
        match &self.encoding {
            Some(encoding) => encoding.check(self.scaling.width()),
            None => Ok(()),
        }
    }

    /// The features that hold each column's value, and what they mean: its group without the
    /// feature that says whether the cell is missing. Where there is no table, each feature is
    /// a column.
    pub fn values(&self) -> Vec<Part> {
        let Some(encoding) = &self.encoding else {
            let number = |feature| Part {
                group: feature,
                features: feature..feature + 1,
                nature: Nature::Number,
                indicator: None,
            };
            return (0..self.width()).map(number).collect();
        };
        let mut parts = encoding.parts();
        // A column's value stands before its hole.
        parts.dedup_by_key(|part| part.group);
        parts
    }

    /// Makes features of a row of cells in the units of the training data.
    ///
    /// # Panics
    /// If one of the rows is not as long as it should be.
    pub fn transform_row(&self, cells: &[f32], features: &mut [f32]) {
        match &self.encoding {
            Some(encoding) => encoding.encode(&self.scaling, cells, features),
            None => {
                features.copy_from_slice(cells);
                self.scaling.transform_row(features);
            }
        }
    }

    /// Makes NaN of the features of missing cells.
    ///
    /// # Panics
    /// If one of the rows is not as long as it should be.
    pub fn blank_holes(&self, cells: &[f32], features: &mut [f32]) {
        if let Some(encoding) = &self.encoding {
            encoding.blank_holes(cells, features);
        }
    }

    /// Takes a row of features back to cells: in the units of the training data, the likeliest
    /// value of a category.
    ///
    /// # Panics
    /// If one of the rows is not as long as it should be.
    pub fn inverse_row(&self, features: &[f32], cells: &mut [f32]) {
        match &self.encoding {
            Some(encoding) => encoding.decode(&self.scaling, features, cells),
            None => {
                cells.copy_from_slice(features);
                self.scaling.inverse_row(cells);
            }
        }
    }
}

impl From<FittedScaling> for Preprocessing {
    /// Every cell is a feature.
    fn from(scaling: FittedScaling) -> Self {
        Self {
            scaling,
            encoding: None,
        }
    }
}
