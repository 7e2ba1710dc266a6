//! How well scores put anomalies first, where it is known which rows are anomalies.
//!
//! Rows with equal scores are taken as one: no result depends on their order.

use serde::Serialize;

/// Why a ranking can't be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OneClass {
    /// Nothing to find.
    #[error("no row is an anomaly")]
    NoAnomaly,
    /// Nothing to tell them from.
    #[error("every row is an anomaly")]
    OnlyAnomalies,
}

/// What a ranking is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ranking {
    /// Rows.
    pub rows: usize,
    /// Anomalies among them.
    pub anomalies: usize,
    /// Area under the ROC curve: the probability that an anomaly scores above another row,
    /// equal scores counting half. In \[0, 1\]; 0.5 is chance.
    pub auroc: f64,
    /// Average precision: the mean, over the anomalies, of the share of anomalies among the
    /// rows that score at least as high. In (0, 1\]; the anomalies' share is chance.
    pub average_precision: f64,
    /// The share of anomalies among as many of the highest scores as there are anomalies;
    /// of rows that share the last place, their expected part. In \[0, 1\].
    pub precision_at_n: f64,
}

impl Ranking {
    /// Judges scores, of which higher means odder, by which rows are anomalies.
    ///
    /// # Errors
    /// If all rows are of one class.
    ///
    /// # Panics
    /// If there isn't one answer a score.
    pub fn judge(scores: &[f64], anomalies: &[bool]) -> Result<Self, OneClass> {
        assert_eq!(scores.len(), anomalies.len(), "one answer a score");
        let rows = scores.len();
        let positives = anomalies.iter().filter(|is| **is).count();
        if positives == 0 {
            return Err(OneClass::NoAnomaly);
        }
        if positives == rows {
            return Err(OneClass::OnlyAnomalies);
        }
        let mut order: Vec<usize> = (0..rows).collect();
        order.sort_unstable_by(|a, b| scores[*b].total_cmp(&scores[*a]));
        let (mut above, mut found) = (0, 0);
        let (mut pairs, mut precision, mut at_n) = (0.0, 0.0, 0.0);
        for tied in order.chunk_by(|a, b| scores[*a].total_cmp(&scores[*b]).is_eq()) {
            let here = tied.iter().filter(|row| anomalies[**row]).count();
            let others = tied.len() - here;
            // Each other row here is below the anomalies found so far, beside these.
            pairs += others as f64 * (found as f64 + here as f64 / 2.0);
            let places = positives.saturating_sub(above).min(tied.len());
            at_n += places as f64 * here as f64 / tied.len() as f64;
            (above, found) = (above + tied.len(), found + here);
            precision += here as f64 * found as f64 / above as f64;
        }
        let n = positives as f64;
        Ok(Self {
            rows,
            anomalies: positives,
            auroc: pairs / (n * (rows - positives) as f64),
            average_precision: precision / n,
            precision_at_n: at_n / n,
        })
    }
}
