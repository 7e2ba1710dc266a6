//! Why time steps are odd.

use super::{Desk, Explanation, Suspicion};
use crate::{Judged, Model, ModelError};
use ae_data::{Dataset, Windows};
use std::ops::Range;

/// Time steps that follow each other and are all anomalies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OddRun {
    /// The row of the file with the highest score among them, from 0.
    pub peak: usize,
    /// The rows of the first and of the last.
    pub ends: [usize; 2],
    /// How many they are.
    pub steps: usize,
}

impl OddRun {
    /// All of them, the oddest peak first. `judged` is what
    /// [`judge_steps`](Model::judge_steps) said.
    ///
    /// # Panics
    /// If `judged` isn't as long as the table.
    pub fn all(windows: &Windows, judged: &[Option<Judged>]) -> Vec<Self> {
        let of = |place: usize| judged[windows.row(place)];
        let is_odd = |place| of(place).is_some_and(|judged| judged.anomaly);
        let score = |place: &usize| of(*place).map_or(f64::NEG_INFINITY, |judged| judged.score);
        let mut runs = windows.runs(0..windows.steps(), is_odd);
        let highest = |run: &Range<usize>| {
            // The first of several: `max_by` would give the last.
            let places = run.clone().rev();
            places
                .max_by(|a, b| score(a).total_cmp(&score(b)))
                .unwrap_or(run.start)
        };
        runs.sort_by(|a, b| score(&highest(b)).total_cmp(&score(&highest(a))));
        let run = |run: &Range<usize>| Self {
            peak: windows.row(highest(run)),
            ends: [run.start, run.end - 1].map(|place| windows.row(place)),
            steps: run.len(),
        };
        runs.iter().map(run).collect()
    }
}

impl Model {
    /// Why these time steps, by their rows in the file, score as they do; steps that no window
    /// covers are passed over. `judged` is what [`judge_steps`](Self::judge_steps) said; at most
    /// `most` cells are named of a step, by the columns of
    /// [`columns_of_a_step`](Self::columns_of_a_step).
    ///
    /// A step is looked at in the window that has most of the steps around it. The shares are of
    /// what the step itself adds to that window's score, and what is expected in a cell is what
    /// the network makes of the rest of the window.
    ///
    /// # Errors
    /// As [`judge_steps`](Self::judge_steps).
    ///
    /// # Panics
    /// If there is no such row, or `judged` isn't as long as the table.
    pub fn explain_steps(
        &self,
        dataset: &Dataset,
        judged: &[Option<Judged>],
        rows: &[usize],
        most: usize,
    ) -> Result<Vec<Explanation>, ModelError> {
        let Some(windows) = &dataset.windows else {
            return Err(ModelError::no_steps(&dataset.name));
        };
        assert_eq!(judged.len(), windows.steps(), "what was said of each step");
        let place_of = windows.places_of_rows();
        let seen = |row: &usize| {
            let place = place_of[*row];
            let window = most_central(windows, place)?;
            Some((
                *row,
                (*judged.get(*row)?)?,
                window,
                place - windows.places(window).start,
            ))
        };
        let steps: Vec<(usize, Judged, usize, usize)> = rows.iter().filter_map(seen).collect();
        let chosen: Vec<usize> = steps.iter().map(|(.., window, _)| *window).collect();
        let mut desk = Desk::new(self, dataset)?;
        let columns = desk.columns.len() / windows.windowing().length();
        let is_odd = |place: usize| judged[windows.row(place)].is_some_and(|step| step.anomaly);
        let is_ordinary = |window: &usize| !windows.places(*window).any(is_odd);
        let ordinary: Vec<usize> = (0..windows.count()).filter(is_ordinary).collect();
        let found = desk.examine(&chosen, &ordinary, most, |place, shares| {
            let (.., step) = steps[place];
            keep(shares, step * columns..(step + 1) * columns);
        })?;
        let explanation = |((row, judged, ..), mut cells): ((_, _, _, _), Vec<Suspicion>)| {
            for cell in &mut cells {
                cell.column %= columns;
            }
            Explanation {
                row,
                judged,
                cells,
                nearest: None,
            }
        };
        let explained = steps.iter().copied().zip(found.cells);
        Ok(explained.map(explanation).collect())
    }
}

/// The window that covers a place with as many steps before it as behind it, or nearly.
fn most_central(windows: &Windows, place: usize) -> Option<usize> {
    let covers = |window: &usize| windows.places(*window).contains(&place);
    let off_centre = |window: &usize| {
        let places = windows.places(*window);
        (2 * place + 1).abs_diff(places.start + places.end)
    };
    (0..windows.count()).filter(covers).min_by_key(off_centre)
}

/// Sets all but some shares to 0, and these so that they add up to 1.
fn keep(shares: &mut [f64], some: Range<usize>) {
    let total: f64 = shares[some.clone()].iter().sum();
    for (place, share) in shares.iter_mut().enumerate() {
        *share = match some.contains(&place) {
            true if total > 0.0 => *share / total,
            _ => 0.0,
        };
    }
}
