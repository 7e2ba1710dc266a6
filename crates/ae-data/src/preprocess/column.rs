use serde::{Deserialize, Serialize};

use super::category::OneHot;
use super::datetime::Moments;
use super::part::Nature;
use crate::table::{Column, Kind};
use crate::{Dataset, FittedScaling};

/// How many values a category's column has.
#[derive(Clone, Copy)]
pub(super) struct Known(pub(super) usize);

/// What the cells of one column become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coder {
    /// The scaled number; a hole is filled with the median of the training rows.
    Number {
        /// In the data's units.
        fill: f32,
    },
    /// 0 or 1; a hole is filled with the share of 1 among the training rows.
    Boolean {
        /// That share.
        fill: f32,
    },
    /// One feature a value.
    Category {
        /// How many values the column has.
        values: usize,
        /// The features of those that have one.
        one_hot: OneHot,
    },
    /// The parts of a date-time; a hole is filled with 0, their mean.
    DateTime(Moments),
}

/// One column's features: those of its coder and, where there were holes among the training
/// rows, one that is 1 for a hole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncodedColumn {
    /// What makes features of its cells.
    pub coder: Coder,
    /// Whether a last feature says that the cell is a hole.
    pub indicator: bool,
}

impl EncodedColumn {
    /// Fits the features of the column whose first cell is `cell`; `None` for columns without
    /// cells.
    pub(super) fn fit(
        column: &Column,
        cell: usize,
        dataset: &Dataset,
        rows: &[u32],
    ) -> Option<Self> {
        if column.kind.cells() == 0 {
            return None;
        }
        let cells = || rows.iter().map(|&row| dataset.value(row as usize, cell));
        let has_missing = cells().any(f32::is_nan);
        let coder = match &column.kind {
            Kind::Number(_) => Coder::Number {
                fill: median(cells().filter(|cell| !cell.is_nan()).collect()),
            },
            Kind::Boolean { .. } => {
                let (mut ones, mut count) = (0.0, 0.0);
                for cell in cells().filter(|cell| !cell.is_nan()) {
                    (ones, count) = (ones + f64::from(cell), count + 1.0);
                }
                Coder::Boolean {
                    fill: (ones / f64::max(count, 1.0)) as f32,
                }
            }
            Kind::Category { values } => {
                let mut counts = vec![0; values.len()];
                for cell in cells().filter(|cell| !cell.is_nan()) {
                    if let Some(count) = counts.get_mut(cell as usize) {
                        *count += 1;
                    }
                }
                Coder::Category {
                    values: values.len(),
                    one_hot: OneHot::fit(&counts, has_missing),
                }
            }
            Kind::DateTime(_) => {
                let moment = |&row: &u32| [cell, cell + 1].map(|c| dataset.value(row as usize, c));
                let moments = rows.iter().map(moment);
                let moments: Vec<_> = moments.filter(|moment| !moment[0].is_nan()).collect();
                Coder::DateTime(Moments::fit(&moments))
            }
            _ => return None,
        };
        let indicator = has_missing && !matches!(coder, Coder::Category { .. });
        Some(Self { coder, indicator })
    }

    /// Features without the indicator.
    pub(super) fn own_width(&self) -> usize {
        match &self.coder {
            Coder::Number { .. } | Coder::Boolean { .. } => 1,
            Coder::Category { one_hot, .. } => one_hot.width(),
            Coder::DateTime(moments) => moments.width(),
        }
    }

    pub(super) fn width(&self) -> usize {
        self.own_width() + usize::from(self.indicator)
    }

    pub(super) fn cells(&self) -> usize {
        match self.coder {
            Coder::DateTime(_) => 2,
            _ => 1,
        }
    }

    pub(super) fn nature(&self) -> Nature {
        match self.coder {
            Coder::Number { .. } | Coder::DateTime(_) => Nature::Number,
            Coder::Boolean { .. } => Nature::Binary,
            Coder::Category { .. } => Nature::Choice,
        }
    }

    /// After reading it from a file.
    pub(super) fn complete(&mut self) {
        if let Coder::Category { one_hot, .. } = &mut self.coder {
            one_hot.find_places();
        }
    }

    /// `raw` holds the row's cells from the column's first on; `cell` is the place of that.
    #[inline]
    pub(super) fn encode(
        &self,
        scaling: &FittedScaling,
        clip: Option<f32>,
        cell: usize,
        raw: &[f32],
        out: &mut [f32],
    ) {
        let value = raw[0];
        let missing = value.is_nan();
        let own = self.own_width();
        match &self.coder {
            Coder::Number { fill } => {
                let scaled = scaling.transform_value(cell, if missing { *fill } else { value });
                out[0] = match clip {
                    Some(clip) => scaled.clamp(-clip, clip),
                    None => scaled,
                };
            }
            Coder::Boolean { fill } => out[0] = if missing { *fill } else { value },
            Coder::Category { one_hot, .. } => one_hot.encode(value, &mut out[..own]),
            Coder::DateTime(moments) => moments.encode([value, raw[1]], &mut out[..own]),
        }
        if self.indicator {
            out[own] = f32::from(u8::from(missing));
        }
    }

    pub(super) fn decode(
        &self,
        scaling: &FittedScaling,
        cell: usize,
        features: &[f32],
        out: &mut [f32],
    ) {
        match &self.coder {
            Coder::Number { .. } => out[0] = scaling.inverse_value(cell, features[0]),
            Coder::Boolean { .. } => out[0] = f32::from(u8::from(features[0] >= 0.5)),
            Coder::Category { values, one_hot } => {
                out[0] = one_hot.decode(features, Known(*values))
            }
            Coder::DateTime(moments) => out.copy_from_slice(&moments.decode(features)),
        }
    }

    /// Names of the features of a column of this name; those of a category need its values.
    pub(super) fn names(&self, column: &str, values: &[String]) -> Vec<String> {
        let mut names = match &self.coder {
            Coder::Number { .. } | Coder::Boolean { .. } => vec![column.to_owned()],
            Coder::Category { one_hot, .. } => {
                let kept = one_hot
                    .kept()
                    .iter()
                    .map(|&value| values[value as usize].clone());
                let missing = one_hot.has_missing().then(|| "(missing)".to_owned());
                let all = kept.chain([crate::table::OTHER.to_owned()]).chain(missing);
                all.map(|value| format!("{column} = {value}")).collect()
            }
            Coder::DateTime(moments) => {
                let parts = moments.names().into_iter();
                parts.map(|part| format!("{column} ({part})")).collect()
            }
        };
        if self.indicator {
            names.push(format!("{column} is missing"));
        }
        names
    }
}

/// The lower of the two middle values of an even number; 0 of none.
fn median(mut values: Vec<f32>) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = (values.len() - 1) / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}
