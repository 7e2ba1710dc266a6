//! Time series: rows of a table that follow each other, cut into windows that are learnt from
//! as rows are.
//!
//! A table's rows are put in the order of time once; a window is then a stretch of the table's
//! numbers, and overlapping windows share them: nothing is copied for them. A data set that is
//! cut ([`Dataset::into_windows`]) has a window where another has a row, as wide as all of its
//! time steps side by side, with a column for each column of the table at each step.

mod cut;
mod order;
mod series;

pub use series::Series;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::table::{Column, Kind, Schema};
use crate::{DataError, Dataset, Labels, Layout, Values};

/// How windows are cut: `length` time steps each, one every `stride` steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Windowing {
    length: usize,
    stride: usize,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    length: u32,
    stride: u32,
}

impl Windowing {
    /// Windows of at least 2 steps, at most their own length apart: with more, there would be
    /// steps that no window sees.
    ///
    /// # Errors
    /// Numbers outside these ranges.
    pub fn new(length: usize, stride: usize) -> Result<Self, DataError> {
        let fits = length >= 2 && (1..=length).contains(&stride) && u32::try_from(length).is_ok();
        match fits {
            true => Ok(Self { length, stride }),
            false => Err(DataError::Windowing { length, stride }),
        }
    }

    /// Time steps in a window.
    pub fn length(self) -> usize {
        self.length
    }

    /// Time steps from one window to the next.
    pub fn stride(self) -> usize {
        self.stride
    }

    /// The columns of a window: those of the table, at each step.
    pub fn layout(self, table: &Layout) -> Layout {
        let Layout::Table(schema) = table else {
            return table.clone();
        };
        let cells = |column: &&Column| column.kind.cells() > 0;
        let at = |step| {
            let columns = schema.columns.iter().filter(cells);
            columns.map(move |column| Column {
                name: name_at(&column.name, step),
                kind: column.kind.clone(),
            })
        };
        Layout::Table(Schema {
            columns: (0..self.length).flat_map(at).collect(),
            missing: schema.missing.clone(),
        })
    }

    /// Where windows begin in a stretch of steps without a gap: every `stride` steps, and once
    /// more if the last steps would be left over.
    fn starts(self, stretch: &Range<u32>) -> impl Iterator<Item = u32> + use<> {
        let (first, end) = (stretch.start as usize, stretch.end as usize);
        let last = end.checked_sub(self.length).filter(|last| *last >= first);
        let regular = last
            .into_iter()
            .flat_map(move |last| (first..=last).step_by(self.stride));
        let is_left_over = |last: &usize| !(last - first).is_multiple_of(self.stride);
        regular
            .chain(last.filter(is_left_over))
            .map(|start| start as u32)
    }
}

/// What a column is called at one step of a window, from 0.
pub(crate) fn name_at(column: &str, step: usize) -> String {
    format!("{column} (step {})", step + 1)
}

impl From<Windowing> for Stored {
    fn from(windowing: Windowing) -> Self {
        // cannot fail: `Windowing::new` saw to it
        let number = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
        Self {
            length: number(windowing.length),
            stride: number(windowing.stride),
        }
    }
}

impl TryFrom<Stored> for Windowing {
    type Error = DataError;

    fn try_from(stored: Stored) -> Result<Self, DataError> {
        Self::new(stored.length as usize, stored.stride as usize)
    }
}

/// What is known of the windows of a data set that was cut.
///
/// Time steps are counted by their places: group after group, in the order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    windowing: Windowing,
    /// The place of each window's first step.
    starts: Vec<u32>,
    /// The row of the file at each place.
    order: Vec<u32>,
    /// The places of each group; of all rows where there are no groups.
    groups: Vec<Range<u32>>,
    /// The places between two gaps.
    stretches: Vec<Range<u32>>,
    series: Option<Series>,
    table: Layout,
    labels: Option<Labels>,
}

impl Windows {
    /// How they were cut.
    pub fn windowing(&self) -> Windowing {
        self.windowing
    }

    /// The columns of a step: those of the table that was cut.
    pub fn table(&self) -> &Layout {
        &self.table
    }

    /// The labels of the table's rows, in the order of the file.
    pub fn labels(&self) -> Option<&Labels> {
        self.labels.as_ref()
    }

    /// How many windows there are.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// How many steps there are: the rows of the table.
    pub fn steps(&self) -> usize {
        self.order.len()
    }

    /// The row of the file at a place.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn row(&self, place: usize) -> usize {
        self.order[place] as usize
    }

    /// The places of a window.
    ///
    /// # Panics
    /// If there is no such window.
    pub fn places(&self, window: usize) -> Range<usize> {
        let start = self.starts[window] as usize;
        start..start + self.windowing.length
    }

    /// The places of each group, in order.
    pub fn groups(&self) -> impl Iterator<Item = Range<usize>> {
        let groups = self.groups.iter();
        groups.map(|group| group.start as usize..group.end as usize)
    }

    /// What the group of a place is called, if the table has groups.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn group_name(&self, place: usize) -> Option<&str> {
        let groups = self.series.as_ref()?.groups.as_ref()?;
        Some(&groups.names[groups.ids[self.row(place)] as usize])
    }

    /// The time of a place, if the table has times: seconds since 1970 for a date, else the
    /// number in the file.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn time(&self, place: usize) -> Option<f64> {
        Some(self.series.as_ref()?.times.as_ref()?[self.row(place)])
    }

    /// Whether the step at a place follows the one before it: without a gap, in one group.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn follows(&self, place: usize) -> bool {
        assert!(place < self.steps(), "place {place} of {}", self.steps());
        let behind = self
            .stretches
            .partition_point(|s| s.start as usize <= place);
        self.stretches[behind - 1].start as usize != place
    }

    /// The time of a place as people write it, or the number of its row (from 1) where the
    /// table has no times.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn time_text(&self, place: usize) -> String {
        let columns = self.table.schema().into_iter().flat_map(|s| &s.columns);
        let mut kinds = columns.map(|column| &column.kind);
        let format = kinds.find_map(|kind| match kind {
            Kind::Time(format) => Some(format),
            _ => None,
        });
        match (self.time(place), format) {
            (Some(time), Some(format)) => format.text(time),
            _ => format!("row {}", self.row(place) + 1),
        }
    }

    /// A cell of the step at a place, as the source gave it, in the data set of these windows.
    ///
    /// # Panics
    /// If there is no such place or cell, or the data set is another.
    pub fn cell(&self, dataset: &Dataset, place: usize, cell: usize) -> f32 {
        let cells = self.table.width();
        assert!(cell < cells, "cell {cell} of {cells}");
        match &dataset.values {
            Values::Bytes(bytes) => f32::from(bytes[place * cells + cell]),
            Values::Floats(floats) => floats[place * cells + cell],
        }
    }

    /// The mean over the windows that cover it of something that is known of windows, for each
    /// place; `None` where no window does.
    ///
    /// # Panics
    /// If there is no such window.
    pub fn means(&self, of_windows: impl IntoIterator<Item = (usize, f64)>) -> Vec<Option<f64>> {
        let mut sums = vec![(0.0, 0u32); self.steps()];
        for (window, value) in of_windows {
            for (sum, count) in &mut sums[self.places(window)] {
                (*sum, *count) = (*sum + value, *count + 1);
            }
        }
        let mean = |(sum, count): (f64, u32)| (count > 0).then(|| sum / f64::from(count));
        sums.into_iter().map(mean).collect()
    }

    /// The places for which something holds, as stretches in which each step follows the one
    /// before it.
    ///
    /// # Panics
    /// If one of the places isn't there.
    pub fn runs(&self, places: Range<usize>, holds: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        for place in places.filter(|place| holds(*place)) {
            match runs.last_mut() {
                Some(last) if last.end == place && self.follows(place) => last.end += 1,
                _ => runs.push(place..place + 1),
            }
        }
        runs
    }

    /// The place of each row of the file.
    pub fn places_of_rows(&self) -> Vec<usize> {
        let mut place_of = vec![0; self.steps()];
        for (place, row) in self.order.iter().enumerate() {
            place_of[*row as usize] = place;
        }
        place_of
    }

    /// What is known of places, in the order of the file.
    pub fn in_file_order<T: Clone>(&self, of_places: &[T]) -> Vec<T> {
        let places = self.places_of_rows().into_iter();
        places.map(|place| of_places[place].clone()).collect()
    }

    /// The first number of a window, in rows of `cells` numbers a step.
    pub(crate) fn offset(&self, window: usize, width: usize) -> usize {
        self.starts[window] as usize * (width / self.windowing.length)
    }

    /// The same of the named windows.
    pub(crate) fn select(&self, windows: &[u32]) -> Self {
        let start = |window: &u32| self.starts[*window as usize];
        Self {
            starts: windows.iter().map(start).collect(),
            ..self.clone()
        }
    }

    /// The starts, for a fingerprint.
    pub(crate) fn starts(&self) -> &[u32] {
        &self.starts
    }
}
