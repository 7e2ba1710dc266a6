use serde::{Deserialize, Serialize};

use super::column::Known;

/// Values of a category that get a feature each; rarer ones share one. More would make the
/// row wide and the rare ones are hardly learnt.
pub const MOST_VALUES: usize = 50;

/// A value seen in fewer training rows than this is pooled with the other rare ones: nothing
/// can be learnt from it.
const LEAST_ROWS: usize = 2;

/// One feature a frequent value, one for all others, seen or unseen, and one for a missing
/// cell if there was one among the training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneHot {
    /// The place among the column's values of each feature but the last.
    kept: Vec<u32>,
    /// The feature of each value, found from `kept`.
    #[serde(skip)]
    places: Vec<u32>,
    missing: bool,
}

impl OneHot {
    /// `counts` of each value in the training rows.
    pub(super) fn fit(counts: &[usize], has_missing: bool) -> Self {
        let mut order: Vec<u32> = (0..counts.len() as u32).collect();
        order.retain(|&value| counts[value as usize] >= LEAST_ROWS);
        order.sort_by_key(|&value| (std::cmp::Reverse(counts[value as usize]), value));
        order.truncate(MOST_VALUES);
        order.sort_unstable();
        let mut one_hot = Self {
            kept: order,
            places: Vec::new(),
            missing: has_missing,
        };
        one_hot.find_places();
        one_hot
    }

    /// After reading it from a file.
    pub(super) fn find_places(&mut self) {
        let values = self.kept.iter().max().map_or(0, |&most| most as usize + 1);
        self.places = vec![self.kept.len() as u32; values];
        for (feature, &value) in self.kept.iter().enumerate() {
            self.places[value as usize] = feature as u32;
        }
    }

    /// The place among the column's values of each feature but that of all others.
    pub fn kept(&self) -> &[u32] {
        &self.kept
    }

    /// Features.
    pub fn width(&self) -> usize {
        self.kept.len() + 1 + usize::from(self.missing)
    }

    /// Whether the last feature is that of a missing cell; else such a cell is among the others.
    pub fn has_missing(&self) -> bool {
        self.missing
    }

    /// The feature of a cell that isn't missing.
    fn feature(&self, cell: f32) -> usize {
        let other = self.kept.len();
        self.places
            .get(cell as usize)
            .map_or(other, |&feature| feature as usize)
    }

    /// Whether a cell's value has a feature of its own.
    pub(super) fn knows(&self, cell: f32) -> bool {
        self.feature(cell) < self.kept.len()
    }

    pub(super) fn encode(&self, cell: f32, out: &mut [f32]) {
        out.fill(0.0);
        let feature = match cell.is_nan() {
            true if self.missing => self.kept.len() + 1,
            true => self.kept.len(),
            false => self.feature(cell),
        };
        out[feature] = 1.0;
    }

    /// The likeliest value: one beyond all known for "other". A missing cell is not an answer.
    pub(super) fn decode(&self, features: &[f32], known: Known) -> f32 {
        let answers = &features[..=self.kept.len()];
        let mut best = 0;
        for (place, value) in answers.iter().enumerate() {
            if *value > answers[best] {
                best = place;
            }
        }
        self.kept
            .get(best)
            .map_or(known.0 as f32, |&value| value as f32)
    }
}
