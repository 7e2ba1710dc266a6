//! From which score on a row is called an anomaly.

use super::ranked::Ranked;
use super::robust::median;
use crate::ModelError;
use ae_choice::{Choice, Range};

/// The scores of the rows that a threshold is chosen on.
pub struct Calibration<'a> {
    pub(super) scores: Ranked<'a>,
    /// All of them, sorted.
    pub(super) sorted: &'a [f64],
    /// Whether training never saw these rows.
    pub(super) held_out: bool,
}

/// A rule for a threshold.
pub trait Choose {
    /// The highest score that is still no anomaly.
    ///
    /// # Errors
    /// Too few rows, or rows of the wrong kind, for what was asked.
    fn cutoff(&self, calibration: &Calibration<'_>) -> Result<f64, ModelError>;
}

ae_choice::choices! {
    /// From which score on a row is called an anomaly. Chosen once, when a model is trained,
    /// on the validation rows (the training rows where none are held out), and kept in the
    /// model.
    pub enum Threshold = "threshold", dyn Choose {
        Auto(Auto),
        Quantile(Quantile),
        Fpr(Fpr),
    }
}

ae_choice::choice! {
    /// Rows whose distance from the median score is more than `deviations` times that of the
    /// rows above the median. 3.5 is the usual cut for scores robustly standardised (Iglewicz
    /// & Hoaglin 1993, "How to Detect and Handle Outliers"); only rows above the median
    /// are measured, since scores lean to the right.
    pub struct Auto = "auto", "far above the median, whatever the share of anomalies" {
        /// Robust standard deviations.
        deviations: "deviations" = 3.5, in Range::at_least(0.0), "robust standard deviations above the median";
    }
}

impl Choose for Auto {
    fn cutoff(&self, calibration: &Calibration<'_>) -> Result<f64, ModelError> {
        let mut scores = calibration.sorted.to_vec();
        let middle = median(&mut scores);
        let above = scores.iter().map(|score| score - middle);
        let mut above: Vec<f64> = above.filter(|distance| *distance >= 0.0).collect();
        let mut typical = median(&mut above);
        if typical == 0.0 {
            // Where most rows are the same, the others say what is usual.
            above.retain(|distance| *distance > 0.0);
            typical = median(&mut above);
        }
        Ok(middle + f64::from(self.deviations) * 1.4826 * typical)
    }
}

ae_choice::choice! {
    /// The highest scores, whatever they are: a share of 1 − `q` of the rows like those of
    /// the calibration.
    pub struct Quantile = "quantile", "a fixed share of the highest scores" {
        /// Share of the rows that are no anomalies.
        q: "q" = 0.95, in Range::open(0.0, 1.0), "share of the rows that are left alone";
    }
}

impl Choose for Quantile {
    fn cutoff(&self, calibration: &Calibration<'_>) -> Result<f64, ModelError> {
        let rows = calibration.sorted.len();
        let place = (self.values()[0] * rows as f64 - 1e-9).ceil() as usize;
        Ok(calibration.sorted[place.clamp(1, rows) - 1])
    }
}

ae_choice::choice! {
    /// At most a share `rate` of rows like the held-out ones are called anomalies: those
    /// whose conformal p-value is `rate` or less (Vovk, Gammerman & Shafer 2005; Bates et al.
    /// 2023, "Testing for outliers with conformal p-values").
    pub struct Fpr = "fpr", "a bound on false alarms, by held-out rows" {
        /// Share of ordinary rows that may be called anomalies.
        rate: "rate" = 0.01, in Range::open(0.0, 1.0), "share of ordinary rows called anomalies, at most";
    }
}

impl Choose for Fpr {
    fn cutoff(&self, calibration: &Calibration<'_>) -> Result<f64, ModelError> {
        // The decimal number that was asked for, not the `f32` nearest to it.
        let rate = self.values()[0];
        let Ranked {
            rows,
            places,
            knots,
        } = calibration.scores;
        if !calibration.held_out {
            return Err(ModelError::Settings {
                what: format!("threshold fpr:rate={}: no rows are held out", self.rate),
                hint: "hold some out with `--validation 0.1`".to_owned(),
            });
        }
        // Above a knot, `rows - 1 - place` scores are as high or higher.
        let least = rows as f64 - rate * (rows + 1) as f64;
        let knot = places.partition_point(|place| (*place as f64) < least - 1e-9);
        knots.get(knot).map(|score| f64::from(*score)).ok_or_else(|| {
            let needed = (1.0 / rate - 1e-9).ceil() - 1.0;
            ModelError::Settings {
                what: format!(
                    "threshold fpr:rate={}: needs at least {needed} held-out rows, there are {rows}",
                    self.rate
                ),
                hint: "allow a higher rate, or hold more rows out with `--validation`".to_owned(),
            }
        })
    }
}
