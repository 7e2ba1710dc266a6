//! What an evaluation says, as plain data: the report draws all of it, `metrics.json` holds
//! what isn't a picture.
//! Errors are in the scaled units the network works in, unless said otherwise.

use super::drawn::Drawn;
use crate::denoising::NoiseMatrix;
use crate::explain::{Column, Explanation, Repair};
use serde::Serialize;
use std::ops::Range;

/// Everything measured on one part of the data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Which part: "test", "validation" or "train".
    pub part: String,
    /// Rows measured.
    pub rows: usize,
    /// What they are: "rows" or "windows".
    #[serde(skip)]
    pub rows_noun: &'static str,
    /// Numbers in a row.
    pub features: usize,
    /// Numbers in the code.
    pub latent: usize,
    /// The loss that was trained on.
    pub loss: LossSummary,
    /// How far reconstructions are from the clean rows.
    pub error: ErrorSummary,
    /// What simpler methods reach on the same rows, best first.
    pub baselines: Vec<Baseline>,
    /// Simpler methods that were left out, a sentence with the reason each.
    pub left_out: Vec<String>,
    /// How the kept weights do on the rows they learnt from and on those that were watched;
    /// known right after training.
    pub training: Option<Training>,
    /// Whether the model is any good, and why.
    pub verdict: Verdict,
    /// Error of each feature, in the order of the row.
    pub per_feature: Vec<FeatureError>,
    /// The oddest rows of a table and why they are odd; `None` of images.
    #[serde(skip)]
    pub odd_rows: Option<OddRows>,
    /// When a series was odd; `None` of rows that are no windows.
    #[serde(skip)]
    pub series: Option<SeriesLook>,
    /// How far each column's values and holes are from those trained on, the farthest first.
    pub drift: Vec<Drift>,
    /// How it does at other noises, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise_matrix: Option<NoiseMatrix>,
    /// What the codes of a variational autoencoder tell; `None` of others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawn: Option<Drawn>,
    /// Rows to look at: the best, some around the median, the worst.
    #[serde(skip)]
    pub examples: Vec<Example>,
    /// The code in two dimensions.
    #[serde(skip)]
    pub latent_map: LatentMap,
    /// How many numbers of the code are in use.
    pub code_use: CodeUse,
    /// Each number of the code.
    pub latent_units: Vec<LatentUnit>,
    /// The encoder's hidden layers, from the input on.
    pub hidden_layers: Vec<HiddenLayer>,
    /// What moving one number of the code does.
    #[serde(skip)]
    pub traversals: Vec<Traversal>,
    /// First-layer weights of the units with the largest norm, each as long as a row.
    #[serde(skip)]
    pub filters: Vec<Vec<f32>>,
}

/// The training loss on this part: mean over the features of a row, then over rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LossSummary {
    /// As users write it: "bce", "mse", …
    pub name: String,
    /// Its value.
    pub value: f64,
    /// What no model can go below (the entropy of grey pixels under BCE), where that isn't 0.
    pub floor: Option<f64>,
}

/// The kept weights' loss on both parts that training looked at, measured in the same way:
/// as in use, without dropout, with fixed noise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Training {
    /// Of rows that were learnt from: up to 2,000 of them, all where none were watched.
    pub train: PartLoss,
    /// Of the rows that were watched, where there were any.
    pub validation: Option<PartLoss>,
}

impl Training {
    /// Of the rows whose loss was watched: the validation rows, or else the training rows.
    pub fn watched(&self) -> &PartLoss {
        self.validation.as_ref().unwrap_or(&self.train)
    }
}

/// The loss of some rows: mean over the features of a row, then over rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartLoss {
    /// Rows measured.
    pub rows: usize,
    /// Its value.
    pub loss: f64,
    /// What no model can go below on these rows; 0 for most losses.
    pub floor: f64,
    /// Standard error of `loss − floor`: how far chance may have moved it.
    pub standard_error: f64,
}

impl PartLoss {
    /// What the model could still lose.
    pub fn above_floor(&self) -> f64 {
        self.loss - self.floor
    }
}

/// Reconstruction error in several customary forms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ErrorSummary {
    /// Mean squared error over features and rows.
    pub mse: f64,
    /// Squared error summed over a row, mean over rows (Hinton & Salakhutdinov's measure).
    pub squared_error_per_row: f64,
    /// Mean absolute error over features and rows.
    pub mae: f64,
    /// Share of the variance explained: 1 − mse / mse of the mean predictor. `None` where all
    /// rows are the same: there is nothing to explain.
    pub explained_variance: Option<f64>,
    /// Peak signal-to-noise ratio in dB for a range of 1, for data scaled to [0, 1].
    pub psnr: Option<f64>,
    /// MSE of a row at the quantiles 0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.
    pub row_quantiles: [f64; 7],
}

/// How many numbers of a code are in use.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CodeUse {
    /// Numbers of a row's code that aren't 0, mean over rows.
    pub l0: f64,
    /// Share of the code's numbers that are dead.
    pub dead_fraction: f64,
}

/// A simpler method on the same rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Baseline {
    /// "mean predictor", "PCA, 32 numbers", "noisy input, unchanged".
    pub name: String,
    /// One sentence on what it is.
    pub explanation: String,
    /// Its mean squared error, comparable with [`ErrorSummary::mse`].
    pub mse: f64,
    /// Its value under the training loss, where that is defined.
    pub loss: Option<f64>,
}

/// The answer to "is this model any good?".
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// In one word.
    pub grade: Grade,
    /// In one sentence, with the numbers that decide.
    pub sentence: String,
    /// What was noticed, gravest first.
    pub findings: Vec<Finding>,
}

/// The verdict in one word, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Better than every baseline, nothing alarming.
    Good,
    /// Useful, with something to mend.
    Fair,
    /// A simpler method does as well or better.
    Poor,
    /// It does not reconstruct at all.
    Broken,
}

/// Something noticed about a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// How grave.
    pub severity: Severity,
    /// A few words.
    pub title: String,
    /// What was measured.
    pub detail: String,
    /// What to do about it.
    pub hint: String,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The model should not be used like this.
    Alarm,
    /// Worth mending.
    Warning,
    /// Good to know.
    Note,
}

/// Error of one feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureError {
    /// Column name, or "pixel row,column".
    pub name: String,
    /// Mean squared error over rows.
    pub mse: f64,
    /// Variance over rows: what the mean predictor leaves.
    pub variance: f64,
}

/// The oddest rows of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct OddRows {
    /// Rows beyond the model's threshold, of all that were measured.
    pub anomalies: usize,
    /// The columns that explanations and repairs speak of.
    pub columns: Vec<Column>,
    /// Why the oddest of them are odd, the oddest first; numbers of rows are those of the
    /// data set.
    pub explanations: Vec<Explanation>,
    /// What would mend the same rows, in the same order.
    pub repairs: Vec<Repair>,
}

/// The time steps that were measured, and those that are odd.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesLook {
    /// Steps that a window covers.
    pub steps: usize,
    /// Those beyond the model's threshold.
    pub anomalies: usize,
    /// The highest score that is still no anomaly.
    pub cutoff: f64,
    /// How many series there are.
    pub groups: usize,
    /// Those with the most anomalies, in the order of the data.
    pub shown: Vec<ShownSeries>,
}

/// One series, step after step.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownSeries {
    /// Its group, where there are groups.
    pub group: Option<String>,
    /// The score of each step; NaN where no window covers it.
    pub scores: Vec<f64>,
    /// Whether each step follows the one before it without a gap.
    pub follows: Vec<bool>,
    /// Some steps, and when they are.
    pub ticks: Vec<(usize, String)>,
    /// The columns most to blame for what is odd, the first most.
    pub columns: Vec<SeriesColumn>,
    /// Steps beyond the threshold that follow each other, in the order of time.
    pub odd: Vec<Range<usize>>,
    /// The oddest of these stretches, the oddest first.
    pub oddest: Vec<OddStretch>,
}

/// A column of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesColumn {
    /// Its name.
    pub name: String,
    /// Its value at each step, in the data's units; NaN for a hole.
    pub values: Vec<f64>,
}

/// Steps beyond the threshold that follow each other.
#[derive(Debug, Clone, PartialEq)]
pub struct OddStretch {
    /// When it begins and ends.
    pub from_to: [String; 2],
    /// How many steps.
    pub steps: usize,
    /// The highest of their scores.
    pub score: f64,
    /// The columns most to blame, with their shares of the score.
    pub blame: Vec<(String, f64)>,
}

/// How far a column is from what it was in the training rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    /// The column's name.
    pub column: String,
    /// Between the distributions, in [0, 1]: Kolmogorov and Smirnov's for numbers, else half
    /// of the sum of the differences between the values' shares.
    pub distance: f64,
    /// Whether that is large, and larger than chance makes it.
    pub is_drift: bool,
    /// What changed most.
    pub change: Change,
}

/// What changed in a column between the training rows and others.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The median, in the data's units.
    Median([f64; 2]),
    /// The share of a value.
    Share {
        /// The feature's name.
        value: String,
        /// Before and now.
        shares: [f64; 2],
    },
    /// The share of missing cells.
    Holes([f64; 2]),
    /// Parts of a value, such as the hours of a date-time.
    Parts,
}

/// A row beside its reconstruction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Example {
    /// Row number in its data set.
    pub row: usize,
    /// Its label's name, where there is one.
    pub label: Option<String>,
    /// Why it is shown.
    pub rank: Rank,
    /// The clean row.
    pub input: Vec<f32>,
    /// What the encoder saw, where noise was added.
    pub noisy: Option<Vec<f32>>,
    /// What came back.
    pub reconstruction: Vec<f32>,
    /// Mean squared error of the row.
    pub mse: f64,
}

/// Where a row stands among all rows by its error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// Among the smallest errors.
    Best,
    /// Around the median.
    Median,
    /// Among the largest errors.
    Worst,
}

/// The code of up to a few thousand rows, in two dimensions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LatentMap {
    /// How two dimensions were made: "the two numbers of the code",
    /// "first two principal components of the code (61 % of its variance)".
    pub method: String,
    /// What the two dimensions are: "number 0 of the code", "first principal component".
    pub axes: [String; 2],
    /// A point a row.
    pub points: Vec<[f32; 2]>,
    /// Index into `label_names`, a point, where there are labels.
    pub labels: Option<Vec<u32>>,
    /// Names of the labels.
    pub label_names: Vec<String>,
}

/// Statistics of one number of the code over rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LatentUnit {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub std: f64,
    /// Share of rows in which it isn't 0.
    pub active: f64,
    /// Whether it is the same in (nearly) every row and so carries nothing: it varies by less
    /// than a thousandth of the most varying one, or isn't 0 in less than a thousandth of the
    /// rows. Never where the rows themselves are all the same.
    pub dead: bool,
}

/// A hidden layer of the encoder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HiddenLayer {
    /// "hidden layer 1".
    pub name: String,
    /// Its units.
    pub units: usize,
    /// Those that are dead, by the rule of [`LatentUnit::dead`], on up to 1,000 rows.
    pub dead: usize,
}

/// One number of the code moved over its range, the others at their median.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Traversal {
    /// Which number, from 0.
    pub unit: usize,
    /// The values it takes.
    pub values: Vec<f32>,
    /// What the decoder makes of each, each as long as a row.
    pub rows: Vec<Vec<f32>>,
}
