//! When rows are and which series they belong to.

use super::CsvError;
use super::learn::text;
use super::records::Records;
use crate::source::CellProblem;
use crate::table::{Kind, MissingWords, Schema, TimeFormat};
use crate::{Labels, Series};

/// Collects the times and groups of records.
pub(super) struct SeriesReader<'a> {
    missing: MissingWords<'a>,
    /// Name, field and format.
    time: Option<(&'a str, usize, TimeFormat)>,
    group: Option<usize>,
    times: Vec<f64>,
    groups: Vec<String>,
}

impl<'a> SeriesReader<'a> {
    /// `places` says where in a record each column of the schema is.
    pub(super) fn new(schema: &'a Schema, places: &[Option<usize>]) -> Self {
        let (mut time, mut group) = (None, None);
        for (column, place) in schema.columns.iter().zip(places) {
            match (&column.kind, place) {
                (Kind::Time(format), Some(place)) => time = Some((&*column.name, *place, *format)),
                (Kind::Group, Some(place)) => group = Some(*place),
                _ => {}
            }
        }
        Self {
            missing: MissingWords::new(&schema.missing),
            time,
            group,
            times: Vec::new(),
            groups: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, records: &Records) -> Result<(), CsvError> {
        for row in 0..records.rows() {
            if let Some((name, field, format)) = &self.time {
                let cell = records.cell(row, *field).trim_ascii();
                let is_missing = self.missing.contain(cell);
                let time = format.parse(cell).filter(|_| !is_missing);
                self.times.push(time.ok_or_else(|| CsvError::Cell {
                    line: records.line(row),
                    column: (*name).to_owned(),
                    problem: CellProblem::not_a_time(cell),
                    is_known: false,
                })?);
            }
            if let Some(field) = self.group {
                self.groups.push(text(records.cell(row, field)));
            }
        }
        Ok(())
    }

    /// All of them; `None` if the schema has neither.
    pub(super) fn finish(self) -> Option<Series> {
        let series = Series {
            times: self.time.map(|_| self.times),
            groups: self.group.map(|_| Labels::from_texts(&self.groups)),
        };
        (series != Series::default()).then_some(series)
    }
}
