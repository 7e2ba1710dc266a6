//! When a series was odd, and which columns made it so.

use super::{OddStretch, SeriesColumn, SeriesLook, ShownSeries};
use crate::explain::Column;
use crate::scoring::{means_of_steps, put_through};
use crate::{Model, ModelError, Rows};
use ae_data::{Kind, Windows};
use ae_nn::Samples;
use std::ops::Range;

/// Series that are shown: those with the most anomalies.
const SHOWN: usize = 3;

/// Columns drawn of each, and named of a stretch.
const DRAWN: usize = 4;
const NAMED: usize = 2;

/// Stretches that are listed of each.
const LISTED: usize = 8;

/// Times written along a series: as many dates as a phone has room for.
const TICKS: usize = 2;

/// The steps that these windows cover, clean; `None` of rows that are no windows.
pub(super) fn series(model: &Model, rows: &Rows<'_>) -> Result<Option<SeriesLook>, ModelError> {
    let Some(windows) = &rows.dataset().windows else {
        return Ok(None);
    };
    let window_scores = model.scorer().scores(model.autoencoder(), rows)?;
    let of_windows = rows.numbers().zip(window_scores.iter().copied());
    let means = means_of_steps(windows, of_windows);
    let look = Look {
        model,
        rows,
        windows,
        scores: means.map(|mean| mean.unwrap_or(f64::NAN)).collect(),
        window_scores,
        columns: model.columns_of_a_step(),
    };
    look.all().map(Some)
}

struct Look<'a> {
    model: &'a Model,
    rows: &'a Rows<'a>,
    windows: &'a Windows,
    /// Of each of the rows.
    window_scores: Vec<f64>,
    /// Of each place; NaN where no window covers it.
    scores: Vec<f64>,
    columns: Vec<Column>,
}

impl Look<'_> {
    fn all(&self) -> Result<SeriesLook, ModelError> {
        let covered = |group: Range<usize>| {
            let mut places = group.filter(|place| !self.scores[*place].is_nan());
            let first = places.next()?;
            Some(first..places.next_back().unwrap_or(first) + 1)
        };
        let groups: Vec<Range<usize>> = self.windows.groups().filter_map(covered).collect();
        let mut order: Vec<usize> = (0..groups.len()).collect();
        order.sort_by_key(|group| std::cmp::Reverse(self.odd_steps(&groups[*group])));
        order.truncate(SHOWN);
        order.sort_unstable();
        let shown = order.into_iter().map(|group| self.one(&groups[group]));
        Ok(SeriesLook {
            steps: self.scores.iter().filter(|score| !score.is_nan()).count(),
            anomalies: self.odd_steps(&(0..self.scores.len())),
            cutoff: self.model.scorer().cutoff(),
            groups: groups.len(),
            shown: shown.collect::<Result<_, _>>()?,
        })
    }

    fn is_odd(&self, place: usize) -> bool {
        self.scores[place] > self.model.scorer().cutoff()
    }

    fn odd_steps(&self, places: &Range<usize>) -> usize {
        places.clone().filter(|place| self.is_odd(*place)).count()
    }

    fn one(&self, places: &Range<usize>) -> Result<ShownSeries, ModelError> {
        let odd = self.odd_stretches(places);
        let mut by_score = odd.clone();
        by_score.sort_by(|a, b| self.highest(b).total_cmp(&self.highest(a)));
        by_score.truncate(LISTED);
        // Where nothing is odd, what is nearest to it.
        let peaks = match by_score.is_empty() {
            true => vec![places.clone()],
            false => by_score.clone(),
        };
        let shares = self.shares(&peaks)?;
        let mut blame = vec![0.0; self.columns.len()];
        for shares in &shares {
            for (blame, share) in blame.iter_mut().zip(shares) {
                *blame += share;
            }
        }
        let within =
            |stretch: &Range<usize>| stretch.start - places.start..stretch.end - places.start;
        let oddest = by_score
            .iter()
            .zip(&shares)
            .map(|(stretch, shares)| OddStretch {
                from_to: [stretch.start, stretch.end - 1]
                    .map(|place| self.windows.time_text(place)),
                steps: stretch.len(),
                score: self.highest(stretch),
                blame: largest(shares)
                    .into_iter()
                    .take(NAMED)
                    .map(|column| (self.columns[column].name.clone(), shares[column]))
                    .collect(),
            });
        Ok(ShownSeries {
            group: self.windows.group_name(places.start).map(str::to_owned),
            scores: self.scores[places.clone()].to_vec(),
            follows: places
                .clone()
                .map(|place| self.windows.follows(place))
                .collect(),
            ticks: self.ticks(places),
            columns: self.drawn(places, &blame),
            odd: odd.iter().map(within).collect(),
            oddest: oddest.collect(),
        })
    }

    fn highest(&self, places: &Range<usize>) -> f64 {
        let scores = self.scores[places.clone()].iter().copied();
        scores.fold(f64::NEG_INFINITY, f64::max)
    }

    /// Odd steps that follow each other.
    fn odd_stretches(&self, places: &Range<usize>) -> Vec<Range<usize>> {
        self.windows
            .runs(places.clone(), |place| self.is_odd(place))
    }

    /// The share of each column in the score of the oddest window that touches each stretch.
    fn shares(&self, stretches: &[Range<usize>]) -> Result<Vec<Vec<f64>>, ModelError> {
        let touching = |stretch: &Range<usize>| {
            let rows = (0..self.rows.row_count()).filter(|row| {
                let window = self.windows.places(self.rows.number(*row));
                window.start < stretch.end && stretch.start < window.end
            });
            rows.max_by(|a, b| self.window_scores[*a].total_cmp(&self.window_scores[*b]))
        };
        let windows = stretches.iter().filter_map(touching).map(|row| row as u32);
        let windows: Vec<u32> = windows.collect();
        let (known, back) = put_through(self.model.autoencoder(), self.rows, &windows)?;
        let mut all = Vec::with_capacity(windows.len());
        for (row, back) in known.rows().into_iter().zip(back.rows()) {
            let mut of_columns = vec![0.0; self.columns.len()];
            if let (Some(row), Some(back)) = (row.to_slice(), back.to_slice()) {
                for (at, share) in self.model.scorer().shares(row, back).iter().enumerate() {
                    of_columns[at % self.columns.len()] += share;
                }
            }
            all.push(of_columns);
        }
        Ok(all)
    }

    fn ticks(&self, places: &Range<usize>) -> Vec<(usize, String)> {
        let at = |tick| (2 * tick + 1) * places.len() / (2 * TICKS);
        let mut steps: Vec<usize> = (0..TICKS).map(at).collect();
        steps.dedup();
        let tick = |step| (step, self.windows.time_text(places.start + step));
        steps.into_iter().map(tick).collect()
    }

    /// The columns of numbers most to blame.
    fn drawn(&self, places: &Range<usize>, blame: &[f64]) -> Vec<SeriesColumn> {
        let is_drawn = |column: &usize| {
            let kind = &self.columns[*column].kind;
            matches!(kind, Kind::Number(_) | Kind::Boolean { .. })
        };
        let column = |at: usize| {
            let column = &self.columns[at];
            let cell = column.cells.start;
            let value = |place| column.number(self.windows.cell(self.rows.dataset(), place, cell));
            SeriesColumn {
                name: column.name.clone(),
                values: places.clone().map(value).collect(),
            }
        };
        let columns = largest(blame).into_iter().filter(is_drawn).take(DRAWN);
        columns.map(column).collect()
    }
}

/// Places of the numbers, the largest first.
fn largest(numbers: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|a, b| numbers[*b].total_cmp(&numbers[*a]));
    order
}
