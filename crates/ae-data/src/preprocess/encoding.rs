use std::ops::Range;

use ae_tensor::parallel;
use serde::{Deserialize, Serialize};

use super::Oddities;
use super::column::{Coder, EncodedColumn};
use super::part::{Nature, Part};
use crate::table::{Kind, Schema};
use crate::windows::name_at;
use crate::{Dataset, FittedScaling};

/// A column and the features it became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The column's name.
    pub column: String,
    /// What its cells are, as [`Kind::name`] calls it.
    pub kind: String,
    /// Its features, next to each other.
    pub features: Range<usize>,
    /// Its cells.
    pub cells: Range<usize>,
}

/// How the cells of a table become features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Encoding {
    groups: Vec<Group>,
    columns: Vec<EncodedColumn>,
    names: Vec<String>,
    clip: Option<f32>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    groups: Vec<Group>,
    columns: Vec<EncodedColumn>,
    names: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clip: Option<f32>,
}

impl Encoding {
    /// Fits the features of each column on the given rows.
    pub(super) fn fit(schema: &Schema, clip: Option<f32>, dataset: &Dataset, rows: &[u32]) -> Self {
        // In the order of memory: nothing here depends on it, and each column is read alone.
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        let placed: Vec<_> = schema.placed().collect();
        let mut fitted: Vec<Option<EncodedColumn>> = placed.iter().map(|_| None).collect();
        let fit = |first: usize, fitted: &mut [Option<EncodedColumn>]| {
            for (fitted, (cell, column)) in fitted.iter_mut().zip(&placed[first..]) {
                *fitted = EncodedColumn::fit(column, *cell, dataset, &rows);
            }
        };
        parallel::for_each(&mut fitted[..], 1, fit);
        let (mut groups, mut columns, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for ((cell, column), fitted) in placed.into_iter().zip(fitted) {
            let Some(fitted) = fitted else { continue };
            let first = names.len();
            let values: &[String] = match &column.kind {
                Kind::Category { values } => values,
                _ => &[],
            };
            names.extend(fitted.names(&column.name, values));
            groups.push(Group {
                column: column.name.clone(),
                kind: column.kind.name().to_owned(),
                features: first..first + fitted.width(),
                cells: cell..cell + column.kind.cells(),
            });
            columns.push(fitted);
        }
        Self {
            groups,
            columns,
            names,
            clip,
        }
    }

    /// The encoding of windows of `steps` rows, side by side.
    pub(super) fn tiled(&self, steps: usize) -> Self {
        let width = self.width();
        let cells: usize = self.groups.iter().map(|g| g.cells.len()).sum();
        let shifted = |range: &Range<usize>, by: usize| range.start + by..range.end + by;
        let group = |group: &Group, step: usize| Group {
            column: name_at(&group.column, step),
            kind: group.kind.clone(),
            features: shifted(&group.features, step * width),
            cells: shifted(&group.cells, step * cells),
        };
        let groups = (0..steps).flat_map(|step| self.groups.iter().map(move |g| group(g, step)));
        let names = (0..steps).flat_map(|step| self.names.iter().map(move |n| name_at(n, step)));
        Self {
            groups: groups.collect(),
            columns: vec![self.columns.clone(); steps].concat(),
            names: names.collect(),
            clip: self.clip,
        }
    }

    /// Whether groups and columns follow each other without a gap, in rows of so many cells.
    pub(super) fn check(&self, cells: usize) -> Result<(), String> {
        let (mut feature, mut cell) = (0, 0);
        if self.groups.len() != self.columns.len() || self.groups.is_empty() {
            let (groups, columns) = (self.groups.len(), self.columns.len());
            return Err(format!("encoding: {groups} groups of {columns} columns"));
        }
        for (group, column) in self.groups.iter().zip(&self.columns) {
            let fits = group.features == (feature..feature + column.width())
                && group.cells == (cell..cell + column.cells());
            if !fits {
                return Err(format!(
                    "encoding: column `{}` has features {:?} and cells {:?}, where {feature} and \
                     {cell} should begin",
                    group.column, group.features, group.cells
                ));
            }
            (feature, cell) = (group.features.end, group.cells.end);
        }
        if feature != self.names.len() || cell != cells {
            let names = self.names.len();
            return Err(format!(
                "encoding: {feature} features with {names} names, {cell} of {cells} cells"
            ));
        }
        Ok(())
    }

    /// Features in a row.
    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// How the cells of each of the [`groups`](Self::groups) become its features.
    pub fn columns(&self) -> &[EncodedColumn] {
        &self.columns
    }

    /// The bound of scaled numbers, if there is one.
    pub fn clip(&self) -> Option<f32> {
        self.clip
    }

    /// The columns with their features, in the order of the table.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// `colour = red`, `when (hour, sine)`, `weight is missing`.
    pub fn feature_names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Whether there is anything but numbers without holes.
    pub fn is_mixed(&self) -> bool {
        self.columns
            .iter()
            .any(|column| column.indicator || !matches!(column.coder, Coder::Number { .. }))
    }

    /// The features by what they mean, in order.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        for (group, (place, column)) in self.groups.iter().zip(&self.columns).enumerate() {
            let (start, own) = (place.features.start, column.own_width());
            let indicator = column.indicator.then_some(start + own);
            parts.push(Part {
                group,
                features: start..start + own,
                nature: column.nature(),
                indicator,
            });
            parts.extend(indicator.map(|feature| Part {
                group,
                features: feature..feature + 1,
                nature: Nature::Binary,
                indicator: None,
            }));
        }
        parts.retain(|part| !part.features.is_empty());
        parts
    }

    /// For each feature, the cell whose scaling it has, if any.
    pub(super) fn scaled_cells(&self) -> Vec<Option<usize>> {
        let mut cells = vec![None; self.width()];
        for (group, column) in self.groups.iter().zip(&self.columns) {
            if matches!(column.coder, Coder::Number { .. }) {
                cells[group.features.start] = Some(group.cells.start);
            }
        }
        cells
    }

    /// Writes the features of a row of cells, as a source gave them.
    ///
    /// # Panics
    /// If one of the rows is too short.
    pub fn encode(&self, scaling: &FittedScaling, raw: &[f32], out: &mut [f32]) {
        for place in 0..self.groups.len() {
            let features = self.groups[place].features.clone();
            self.encode_group(scaling, place, raw, &mut out[features]);
        }
    }

    /// Writes the features of one column.
    ///
    /// # Panics
    /// If there is no such group, or one of the rows is too short.
    pub fn encode_group(
        &self,
        scaling: &FittedScaling,
        place: usize,
        raw: &[f32],
        out: &mut [f32],
    ) {
        let cell = self.groups[place].cells.start;
        self.columns[place].encode(scaling, self.clip, cell, &raw[cell..], out);
    }

    /// Makes NaN of the features of each column whose cell is missing.
    ///
    /// # Panics
    /// If one of the rows is too short.
    pub fn blank_holes(&self, raw: &[f32], features: &mut [f32]) {
        for group in &self.groups {
            if raw[group.cells.start].is_nan() {
                features[group.features.clone()].fill(f32::NAN);
            }
        }
    }

    /// Takes a row of features back to cells.
    ///
    /// # Panics
    /// If one of the rows is too short.
    pub fn decode(&self, scaling: &FittedScaling, features: &[f32], cells: &mut [f32]) {
        for (group, column) in self.groups.iter().zip(&self.columns) {
            let out = &mut cells[group.cells.clone()];
            column.decode(
                scaling,
                group.cells.start,
                &features[group.features.clone()],
                out,
            );
        }
    }

    /// Counts what the training rows didn't have.
    pub fn oddities(&self, scaling: &FittedScaling, dataset: &Dataset) -> Oddities {
        const ROWS_PER_PIECE: usize = 1024;
        let count = |_: usize, rows: Range<usize>| {
            let mut oddities = Oddities {
                rows: rows.len(),
                filled: vec![0; self.groups.len()],
                unseen: vec![0; self.groups.len()],
                ..Oddities::default()
            };
            for row in rows {
                self.add_oddities(scaling, dataset.floats(row), &mut oddities);
            }
            oddities
        };
        let add = |mut a: Oddities, b: Oddities| {
            a.add(&b);
            a
        };
        let mut oddities = parallel::reduce(0..dataset.rows, ROWS_PER_PIECE, &count, &add);
        oddities.name(&dataset.strange, &self.groups);
        oddities
    }

    fn add_oddities(&self, scaling: &FittedScaling, raw: &[f32], oddities: &mut Oddities) {
        let (range, clip) = (scaling.range(), self.clip);
        let (mut outside, mut clipped) = (false, false);
        for (place, (group, column)) in self.groups.iter().zip(&self.columns).enumerate() {
            let cell = group.cells.start;
            let value = raw[cell];
            match &column.coder {
                Coder::Category { one_hot, .. } if value.is_nan() => {
                    oddities.filled[place] += usize::from(!one_hot.has_missing());
                }
                Coder::Category { one_hot, .. } => {
                    oddities.unseen[place] += usize::from(!one_hot.knows(value));
                }
                _ if value.is_nan() => {
                    oddities.filled[place] += usize::from(!column.indicator);
                }
                Coder::Number { .. } if range.is_some() || clip.is_some() => {
                    let scaled = scaling.transform_value(cell, value);
                    outside |= range.is_some_and(|(low, high)| scaled < low || scaled > high);
                    clipped |= clip.is_some_and(|clip| scaled.abs() > clip);
                }
                Coder::Number { .. } | Coder::Boolean { .. } | Coder::DateTime(_) => {}
            }
        }
        oddities.outside += usize::from(outside);
        oddities.clipped += usize::from(clipped);
    }
}

impl From<Encoding> for Stored {
    fn from(encoding: Encoding) -> Self {
        Self {
            groups: encoding.groups,
            columns: encoding.columns,
            names: encoding.names,
            clip: encoding.clip,
        }
    }
}

impl From<Stored> for Encoding {
    fn from(mut stored: Stored) -> Self {
        stored.columns.iter_mut().for_each(EncodedColumn::complete);
        Self {
            groups: stored.groups,
            columns: stored.columns,
            names: stored.names,
            clip: stored.clip,
        }
    }
}
