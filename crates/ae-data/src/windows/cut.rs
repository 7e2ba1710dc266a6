use super::order::Ordered;
use super::{Windowing, Windows};
use crate::table::StrangeWords;
use crate::{DataError, Dataset, Layout, Values};

impl Dataset {
    /// Cuts a table into windows. No window crosses a gap in time or goes from one group to the
    /// next; a step longer than 1.5 times the median step is a gap, or longer than 10 times
    /// where steps are irregular.
    ///
    /// # Errors
    /// Rows that are no table's, or too few of them next to each other for a window.
    pub fn into_windows(self, windowing: Windowing) -> Result<Self, DataError> {
        let Layout::Table(_) = &self.layout else {
            return Err(DataError::NoSeries { name: self.name });
        };
        let rows =
            u32::try_from(self.rows).map_err(|_| DataError::TooManyRows { rows: self.rows })?;
        let ordered = Ordered::new(self.series.as_ref(), rows);
        let stretches = ordered.stretches.iter();
        let starts: Vec<u32> = stretches.flat_map(|s| windowing.starts(s)).collect();
        if starts.is_empty() {
            return Err(DataError::TooFewSteps {
                name: self.name,
                rows: self.rows,
                longest: ordered.longest(),
                length: windowing.length,
            });
        }
        let name = &self.name;
        let notes = ordered.notes(windowing.length).into_iter();
        let warnings = notes.map(|note| format!("{name}: {note}"));
        let warnings = self.warnings.iter().cloned().chain(warnings).collect();
        let layout = windowing.layout(&self.layout);
        let sorted = match ordered.is_sorted() {
            true => self,
            false => Self {
                labels: self.labels.clone(),
                ..self.select(&ordered.order)
            },
        };
        Ok(Self {
            rows: starts.len(),
            width: layout.width(),
            values: sorted.values,
            name: sorted.name,
            guesses: sorted.guesses,
            labels: None,
            row_names: Vec::new(),
            pictures: None,
            strange: StrangeWords::default(),
            series: None,
            windows: Some(Windows {
                windowing,
                starts,
                order: ordered.order,
                groups: ordered.groups,
                stretches: ordered.stretches,
                series: sorted.series,
                table: sorted.layout,
                labels: sorted.labels,
            }),
            warnings,
            layout,
        })
    }

    /// The steps of some windows as rows of the table that was cut, each once; `None` if this
    /// data set has no windows.
    ///
    /// # Panics
    /// If there is no such window, or none is given.
    pub fn steps_of(&self, chosen: &[u32]) -> Option<Self> {
        let windows = self.windows.as_ref()?;
        let mut is_chosen = vec![false; windows.steps()];
        for window in chosen {
            is_chosen[windows.places(*window as usize)].fill(true);
        }
        let cells = windows.table.width();
        let places = (0..windows.steps()).filter(|place| is_chosen[*place]);
        let values: Vec<f32> = match &self.values {
            Values::Bytes(_) => Vec::new(),
            Values::Floats(floats) => places
                .flat_map(|place| floats[place * cells..][..cells].iter().copied())
                .collect(),
        };
        Some(Self {
            rows: values.len() / cells,
            width: cells,
            values: Values::Floats(values),
            layout: windows.table.clone(),
            labels: None,
            row_names: Vec::new(),
            pictures: None,
            name: self.name.clone(),
            warnings: Vec::new(),
            guesses: Vec::new(),
            strange: StrangeWords::default(),
            series: None,
            windows: None,
        })
    }
}
