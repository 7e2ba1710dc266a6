use super::Desk;
use crate::scoring::mean_square;
use ae_tensor::{Matrix, parallel};
use std::ops::Range;

/// Rows in a piece of parallel work.
const ROWS_PER_PIECE: usize = 256;

/// How far a missing cell is from any other, squared: as far as a standardised number is from
/// its mean. If it weren't far, the rows with the most holes would be nearest to all.
const UNKNOWN: f64 = 1.0;

/// Where a row was found, and how far off.
type Found = Option<(f64, usize)>;

impl Desk<'_> {
    /// For each of `rows` (features, NaN where a cell is missing), the number of the candidate
    /// that is nearest to it in all columns but the row's `suspicious` ones, by mean squared
    /// distance over those that the row has. The first of several; none of no candidates.
    pub(super) fn nearest(
        &self,
        rows: &Matrix,
        suspicious: &[Vec<usize>],
        candidates: &[usize],
    ) -> Vec<Option<usize>> {
        if candidates.is_empty() {
            return vec![None; rows.rows()];
        }
        let search = |_: usize, piece: Range<usize>| {
            let mut best: Vec<Found> = vec![None; rows.rows()];
            let mut candidate = vec![0.0; rows.cols()];
            for number in &candidates[piece] {
                self.fill(*number, &mut candidate);
                self.prepared
                    .blank_holes(self.dataset, *number, &mut candidate);
                for (place, (suspicious, best)) in suspicious.iter().zip(&mut best).enumerate() {
                    let found = self.distance(rows.row(place), &candidate, suspicious);
                    *best = nearer(*best, found.map(|distance| (distance, *number)));
                }
            }
            best
        };
        let combine = |a: Vec<Found>, b: Vec<Found>| {
            let pairs = a.into_iter().zip(b);
            pairs.map(|(a, b)| nearer(a, b)).collect()
        };
        let best = parallel::reduce(0..candidates.len(), ROWS_PER_PIECE, &search, &combine);
        best.into_iter().map(|best| Some(best?.1)).collect()
    }

    fn distance(&self, row: &[f32], candidate: &[f32], without: &[usize]) -> Option<f64> {
        let (mut sum, mut columns) = (0.0, 0);
        for (place, column) in self.columns.iter().enumerate() {
            let features = column.features.clone();
            if row[features.start].is_nan() || without.contains(&place) {
                continue;
            }
            columns += 1;
            sum += match candidate[features.start].is_nan() {
                true => UNKNOWN,
                false => mean_square(&row[features.clone()], &candidate[features]),
            };
        }
        (columns > 0).then(|| sum / f64::from(columns))
    }
}

/// The nearer one; the first of two that are as near.
fn nearer(a: Found, b: Found) -> Found {
    match (a, b) {
        (Some(first), Some(second)) if second.0 < first.0 => Some(second),
        (None, other) => other,
        (first, _) => first,
    }
}
