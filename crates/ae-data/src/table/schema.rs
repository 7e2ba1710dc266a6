use serde::{Deserialize, Serialize};

use super::{Column, Kind, NumberFormat};
use crate::source::CsvError;

/// The columns of a table, in the order of the file it was learnt from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Schema {
    /// Every column, those that are left out too.
    pub columns: Vec<Column>,
    /// Words for a missing value, in lower case.
    pub missing: Vec<String>,
}

impl Schema {
    /// Columns of numbers, as this program writes them.
    pub fn of_numbers(names: impl IntoIterator<Item = String>) -> Self {
        let column = |name| Column {
            name,
            kind: Kind::Number(NumberFormat::default()),
        };
        Self {
            columns: names.into_iter().map(column).collect(),
            missing: Vec::new(),
        }
    }

    /// Rounds what stands in the cells of whole numbers: what a network makes could then stand in
    /// the file.
    ///
    /// # Panics
    /// If the row has fewer numbers than [`cells`](Self::cells).
    pub fn settle(&self, row: &mut [f32]) {
        for (place, column) in self.placed() {
            if let Kind::Number(format) = &column.kind
                && format.whole
            {
                row[place] = row[place].round();
            }
        }
    }

    /// `f32` in a row.
    pub fn cells(&self) -> usize {
        self.columns.iter().map(|column| column.kind.cells()).sum()
    }

    /// Each column with the place of its first cell in a row.
    pub fn placed(&self) -> impl Iterator<Item = (usize, &Column)> {
        let mut next = 0;
        self.columns.iter().map(move |column| {
            let place = next;
            next += column.kind.cells();
            (place, column)
        })
    }

    /// What to call a cell of a row: its column, and which half of a date-time.
    pub fn cell_name(&self, cell: usize) -> String {
        let mut placed = self.placed();
        let found = placed.find(|(place, column)| cell < place + column.kind.cells());
        match found {
            Some((place, column)) if column.kind.cells() > 1 => {
                let part = if cell == place { "day" } else { "second" };
                format!("{} ({part})", column.name)
            }
            Some((_, column)) => column.name.clone(),
            None => format!("cell {cell}"),
        }
    }

    /// The columns that are written back: those with cells, and constants.
    pub fn written(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.placed().filter(|(_, column)| {
            column.kind.cells() > 0 || matches!(column.kind, Kind::Constant { .. })
        })
    }

    /// Finds each column of this schema among the names of a file; gives the number of its
    /// column in the file, and the file's columns that nobody asked for.
    ///
    /// # Errors
    /// A column that is learnt from, or that orders the rows, and isn't there.
    pub(crate) fn find_in(
        &self,
        names: &[String],
    ) -> Result<(Vec<Option<usize>>, Vec<String>), CsvError> {
        let mut used = vec![false; names.len()];
        let mut found = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let place = names.iter().position(|name| *name == column.name);
            if let Some(place) = place {
                used[place] = true;
            } else if column.kind.is_needed() {
                return Err(CsvError::MissingColumn {
                    name: column.name.clone(),
                    found: self.unknown(names),
                });
            }
            found.push(place);
        }
        let ignored = names.iter().zip(&used).filter(|(_, used)| !**used);
        Ok((found, ignored.map(|(name, _)| name.clone()).collect()))
    }

    /// Names that are none of this schema's.
    fn unknown(&self, names: &[String]) -> Vec<String> {
        let is_known = |name: &&String| self.columns.iter().any(|column| column.name == **name);
        names
            .iter()
            .filter(|name| !is_known(name))
            .cloned()
            .collect()
    }
}
