use super::ranked::{Ranked, kept_places, knots};
use super::{Calibration, Groups, Method, Sample, Scoring, Surprise, Threshold};
use crate::{ModelError, Rows, Settings};
use ae_data::Windows;
use ae_nn::{Autoencoder, Samples};
use ndarray::{Array2, ArrayView1};

/// Numbers of a sample of the rows, at most: 64 MB.
const MOST_NUMBERS: usize = 1 << 24;

/// Rows that are scored at a time.
const ROWS_AT_A_TIME: usize = 512;

/// Rows of a sample, at most: a share of rows is then known to a few thousandths.
const MOST_ROWS: usize = 1 << 16;

/// Scores rows and says which are anomalies: all that was fitted for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorer {
    /// Those of the preprocessing.
    pub(crate) groups: Groups,
    pub(crate) method: Method,
    pub(crate) threshold: Threshold,
    /// The highest score that is still no anomaly.
    pub(crate) cutoff: f64,
    pub(crate) calibrated: Calibrated,
}

/// The scores of the rows that p-values and the threshold go by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calibrated {
    /// How many rows.
    pub(crate) rows: usize,
    /// Whether they were kept from training.
    pub(crate) held_out: bool,
    pub(crate) places: Vec<usize>,
    pub(crate) knots: Vec<f32>,
}

/// A row, judged.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Judged {
    /// How odd it is: higher is odder.
    pub score: f64,
    /// The share of rows at least as odd, in (0, 1]: among the held-out rows, with this row
    /// counted as one of them, if any were held out (a conformal p-value), else among the
    /// training rows, which is too low for new rows.
    pub p_value: f64,
    /// Whether the score is beyond the threshold.
    pub anomaly: bool,
}

impl Scorer {
    /// Fits a way of scoring on training rows, and p-values and the threshold on validation
    /// rows, or on the training rows where there are none.
    ///
    /// # Errors
    /// A threshold that can't be had with these rows.
    pub(crate) fn fit(
        autoencoder: &Autoencoder,
        settings: &Settings,
        groups: Groups,
        (train, validation): (&Rows<'_>, Option<&Rows<'_>>),
    ) -> Result<Self, ModelError> {
        let scoring = settings.scoring.unwrap_or(Scoring::Surprise(Surprise {}));
        let threshold = settings.threshold;
        let numbers = if scoring.learns() {
            train.spread(most(train))
        } else {
            Vec::new()
        };
        let (rows, reconstructed) = put_through(autoencoder, train, &numbers)?;
        let method = scoring.fit(&Sample {
            rows: rows.view(),
            reconstructed: reconstructed.view(),
            groups: &groups,
        });
        let fitted = (&method, &groups);
        let judged = validation.unwrap_or(train);
        let mut scores = match &judged.dataset().windows {
            Some(windows) => {
                let scores = scores_of(autoencoder, fitted, judged, &judged.spread(usize::MAX))?;
                means_of_steps(windows, judged.numbers().zip(scores))
                    .flatten()
                    .collect()
            }
            None => scores_of(autoencoder, fitted, judged, &judged.spread(most(judged)))?,
        };
        scores.sort_unstable_by(f64::total_cmp);
        let mut single: Vec<f32> = scores.iter().map(|score| *score as f32).collect();
        let places = kept_places(scores.len());
        let calibrated = Calibrated {
            rows: scores.len(),
            held_out: validation.is_some(),
            knots: knots(&mut single, &places),
            places,
        };
        let cutoff = threshold.cutoff(&Calibration {
            scores: calibrated.ranked(),
            sorted: &scores,
            held_out: calibrated.held_out,
        })?;
        Ok(Self {
            groups,
            method,
            threshold,
            cutoff,
            calibrated,
        })
    }

    /// The rule that the threshold was chosen by.
    pub fn threshold(&self) -> Threshold {
        self.threshold
    }

    /// The highest score that is still no anomaly.
    pub fn cutoff(&self) -> f64 {
        self.cutoff
    }

    /// How many rows p-values go by, and whether training never saw them.
    pub fn calibration(&self) -> (usize, bool) {
        (self.calibrated.rows, self.calibrated.held_out)
    }

    /// The score of a scaled row, NaN where a cell is missing, with this reconstruction. Scores are numbers of single
    /// precision, so that they compare equal when they are equal in a file.
    pub(crate) fn score(&self, row: &[f32], reconstructed: &[f32]) -> f64 {
        single((&self.method, &self.groups), row, reconstructed)
    }

    /// The scores of all of these rows.
    pub(crate) fn scores(
        &self,
        autoencoder: &Autoencoder,
        rows: &Rows<'_>,
    ) -> Result<Vec<f64>, ModelError> {
        let fitted = (&self.method, &self.groups);
        scores_of(autoencoder, fitted, rows, &rows.spread(usize::MAX))
    }

    /// The share of each column in that score: at least 0, together 1; 0 for missing cells.
    pub(crate) fn shares(&self, row: &[f32], reconstructed: &[f32]) -> Vec<f64> {
        self.method.shares(&self.groups, row, reconstructed)
    }

    /// See [`Method::spread`].
    pub(crate) fn spread(&self, feature: usize) -> Option<f32> {
        self.method.spread(feature)
    }

    /// See [`Method::distribution`].
    pub(crate) fn distribution(&self, feature: usize) -> Option<Ranked<'_>> {
        self.method.distribution(feature)
    }

    /// What a score means.
    pub fn judge(&self, score: f64) -> Judged {
        let as_odd = self.calibrated.ranked().at_least(score as f32);
        Judged {
            score,
            p_value: (1 + as_odd) as f64 / (1 + self.calibrated.rows) as f64,
            anomaly: score > self.cutoff,
        }
    }
}

impl Calibrated {
    pub(crate) fn ranked(&self) -> Ranked<'_> {
        Ranked {
            rows: self.rows,
            places: &self.places,
            knots: &self.knots,
        }
    }
}

fn single((method, groups): (&Method, &Groups), row: &[f32], reconstructed: &[f32]) -> f64 {
    let score = method.score(groups, row, reconstructed) as f32;
    // What is not a number comes from values beyond single precision: very odd indeed.
    f64::from(if score.is_nan() {
        f32::MAX
    } else {
        score.min(f32::MAX)
    })
}

/// The scores of the named ones of these rows.
fn scores_of(
    autoencoder: &Autoencoder,
    method: (&Method, &Groups),
    rows: &Rows<'_>,
    numbers: &[u32],
) -> Result<Vec<f64>, ModelError> {
    let score = |(row, reconstructed): (ArrayView1<f32>, ArrayView1<f32>)| {
        let pair = row.to_slice().zip(reconstructed.to_slice());
        pair.map_or(f64::NAN, |(row, back)| single(method, row, back))
    };
    let mut scores = Vec::with_capacity(numbers.len());
    for numbers in numbers.chunks(ROWS_AT_A_TIME) {
        let (rows, reconstructed) = put_through(autoencoder, rows, numbers)?;
        let pairs = rows.rows().into_iter().zip(reconstructed.rows());
        scores.extend(pairs.map(score));
    }
    Ok(scores)
}

/// The score of each place of a series: the mean of those of the windows that cover it, of single
/// precision as all scores; `None` where no window does.
pub(crate) fn means_of_steps(
    windows: &Windows,
    of_windows: impl Iterator<Item = (usize, f64)>,
) -> impl Iterator<Item = Option<f64>> {
    let single = |mean| f64::from(mean as f32);
    let means = windows.means(of_windows).into_iter();
    means.map(move |mean| mean.map(single))
}

/// Rows of a sample, at most.
fn most(rows: &Rows<'_>) -> usize {
    (MOST_NUMBERS / rows.width()).clamp(1, MOST_ROWS)
}

/// The named ones of these rows, NaN where a cell is missing, and their reconstructions.
pub(crate) fn put_through(
    autoencoder: &Autoencoder,
    rows: &Rows<'_>,
    numbers: &[u32],
) -> Result<(Array2<f32>, Array2<f32>), ModelError> {
    let mut sample = Array2::zeros((numbers.len(), rows.width()));
    if !numbers.is_empty() {
        rows.fill(numbers, sample.view_mut());
    }
    let reconstructed = autoencoder.reconstruct(sample.view())?;
    rows.blank_holes(numbers, sample.view_mut());
    Ok((sample, reconstructed))
}
