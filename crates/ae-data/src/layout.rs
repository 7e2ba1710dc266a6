use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::table::Schema;

/// How a row is laid out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Layout {
    /// An image, line after line; the channels of a pixel stand together.
    Image {
        /// Lines.
        height: usize,
        /// Pixels in a line.
        width: usize,
        /// Numbers in a pixel: 1 for grey, 3 for colour.
        channels: usize,
    },
    /// A row of numbers, with the names of its columns.
    Columns(Vec<String>),
    /// A row of a table whose columns are of several kinds.
    Table(Schema),
}

impl Layout {
    /// Numbers in a row.
    pub fn width(&self) -> usize {
        match self {
            Self::Image {
                height,
                width,
                channels,
            } => height * width * channels,
            Self::Columns(names) => names.len(),
            Self::Table(schema) => schema.cells(),
        }
    }

    /// What to call each feature; see [`feature_name`](Self::feature_name).
    pub fn feature_names(&self) -> Vec<String> {
        (0..self.width())
            .map(|index| self.feature_name(index))
            .collect()
    }

    /// The columns of a table.
    pub fn schema(&self) -> Option<&Schema> {
        match self {
            Self::Table(schema) => Some(schema),
            _ => None,
        }
    }

    /// What to call feature `index` of a row: `pixel 3,7` (line, column), `pixel 3,7,0` with
    /// its channel where there is more than one, or the column's name.
    ///
    /// # Panics
    /// If `index` is not below the layout's width.
    pub fn feature_name(&self, index: usize) -> String {
        assert!(index < self.width(), "feature {index} of {}", self.width());
        match self {
            Self::Image {
                width, channels, ..
            } => {
                let (pixel, channel) = (index / channels, index % channels);
                let mut name = format!("pixel {},{}", pixel / width, pixel % width);
                if *channels > 1 {
                    let _ = write!(name, ",{channel}");
                }
                name
            }
            Self::Columns(names) => names[index].clone(),
            Self::Table(schema) => schema.cell_name(index),
        }
    }
}
