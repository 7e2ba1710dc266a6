//! How well a model takes noise away: several noises and strengths, each beside leaving the rows
//! as they are and, for images, beside the usual filters.

mod filters;
mod similarity;

pub use filters::Filter;
pub use similarity::{WINDOW, ssim};

use crate::evaluation::{Evaluation, Finding, Grade, Severity};
use crate::{Model, ModelError, Rows};
use ae_data::{Layout, Noise};
use ae_nn::Samples;
use ae_nn::layer::Image;
use ae_tensor::parallel;
use ndarray::{Array2, ArrayView2};
use serde::Serialize;

/// Rows measured at each noise, at most: their mean error is then within a few percent.
const MOST_ROWS: usize = 2000;

/// Rows in a piece of parallel work.
const ROWS_PER_PIECE: usize = 16;

/// Each filter at several sizes: what counts is the best of them for each noise.
const FILTERS: [&[Filter]; 2] = [
    &[Filter::Median { side: 3 }, Filter::Median { side: 5 }],
    &[
        Filter::Gaussian { deviation: 0.5 },
        Filter::Gaussian { deviation: 0.8 },
        Filter::Gaussian { deviation: 1.2 },
        Filter::Gaussian { deviation: 2.0 },
    ],
];

/// The noises that are tried where none are named: additive, impulsive and missing pixels.
pub const NOISES: [&str; 9] = [
    "gaussian:0.1",
    "gaussian:0.3",
    "gaussian:0.5",
    "salt-pepper:0.05",
    "salt-pepper:0.1",
    "salt-pepper:0.3",
    "masking:0.1",
    "masking:0.3",
    "masking:0.5",
];

/// How a model and simpler methods do at several noises.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NoiseMatrix {
    /// Rows measured.
    pub rows: usize,
    /// A line for each noise.
    pub lines: Vec<NoiseLine>,
}

/// One noise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NoiseLine {
    /// As users write it.
    pub noise: String,
    /// Whether the model was trained on it.
    pub trained_on: bool,
    /// The model first, then the noisy rows themselves, then the filters.
    pub methods: Vec<MethodQuality>,
}

/// How near to the clean rows a method comes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MethodQuality {
    /// "this model", "noisy input", "median filter 3x3", …
    pub name: String,
    /// Mean squared error over features and rows, in scaled units.
    pub mse: f64,
    /// 10 log₁₀(1 / mse) in dB, for data scaled to [0, 1].
    pub psnr: Option<f64>,
    /// Mean structural similarity (Wang et al. 2004), of images scaled to [0, 1] that are large
    /// enough for its window.
    pub ssim: Option<f64>,
}

impl NoiseLine {
    /// The model's own quality.
    pub fn model(&self) -> Option<&MethodQuality> {
        self.methods.first()
    }

    /// The best of the simpler methods.
    pub fn best_other(&self) -> Option<&MethodQuality> {
        let others = self.methods.iter().skip(1);
        others.min_by(|a, b| a.mse.total_cmp(&b.mse))
    }

    /// Whether a simpler method is at least as near.
    pub fn is_lost(&self) -> bool {
        let pair = self.model().zip(self.best_other());
        pair.is_some_and(|(model, other)| other.mse <= model.mse)
    }
}

impl NoiseMatrix {
    /// In one sentence: where a simpler method does better, and which.
    pub fn sentence(&self) -> String {
        let all = self.lines.len();
        let lost: Vec<String> = self.lines.iter().filter_map(lost).collect();
        if lost.is_empty() {
            return match all {
                1 => "it is nearer to the clean rows than every simpler method".to_owned(),
                _ => format!(
                    "at all {all} noises it is nearer to the clean rows than every simpler method"
                ),
            };
        }
        format!(
            "at {} of {all} noises a simpler method is nearer: {}",
            lost.len(),
            lost.join(", ")
        )
    }
}

fn lost(line: &NoiseLine) -> Option<String> {
    let other = line.best_other().filter(|_| line.is_lost())?;
    Some(format!("{} ({})", line.noise, other.name))
}

impl Evaluation {
    /// The same with the noises, and what they say in the verdict.
    pub fn with_noise_matrix(mut self, matrix: NoiseMatrix) -> Self {
        let lost = matrix.lines.iter().filter(|line| line.is_lost());
        let (count, trained) = lost.fold((0, false), |(count, trained), line| {
            (count + 1, trained || line.trained_on)
        });
        if count > 0 {
            let all = count == matrix.lines.len();
            // Whoever asked for the noises wants to read of them first.
            let finding = Finding {
                severity: Severity::Warning,
                title: "a simpler method takes noise away better".to_owned(),
                detail: matrix.sentence(),
                hint: "use that method there; or train on that noise (`--noise`), for longer, or \
                       with convolutions (`--conv`)"
                    .to_owned(),
            };
            self.verdict.findings.insert(0, finding);
            self.verdict
                .findings
                .sort_by_key(|finding| finding.severity);
            let least = if all || trained {
                Grade::Poor
            } else {
                Grade::Fair
            };
            self.verdict.grade = self.verdict.grade.max(least);
        }
        self.noise_matrix = Some(matrix);
        self
    }
}

/// Measures a model at each of `noises`, always the same ones; `clean` gives the rows without
/// noise.
///
/// # Errors
/// Rows of another width than the model's, or none.
pub fn noise_matrix<'a>(
    model: &Model,
    clean: &dyn Fn() -> Rows<'a>,
    noises: &[Noise],
) -> Result<NoiseMatrix, ModelError> {
    let numbers = clean().spread(MOST_ROWS);
    if numbers.is_empty() {
        return Err(ae_nn::Error::NoRows { what: "evaluate" }.into());
    }
    let lines = noises
        .iter()
        .map(|noise| line(model, clean, *noise, &numbers));
    Ok(NoiseMatrix {
        rows: numbers.len(),
        lines: lines.collect::<Result<_, _>>()?,
    })
}

/// With its strength, even where that is the usual one.
fn in_full(noise: Noise) -> String {
    let text = noise.to_string();
    let entry = Noise::CATALOGUE.iter().find(|entry| entry.name == text);
    match entry.and_then(|entry| entry.parameters.first()) {
        Some(strength) => format!("{text}:{}={}", strength.key, strength.default),
        None => text,
    }
}

fn line<'a>(
    model: &Model,
    clean: &dyn Fn() -> Rows<'a>,
    noise: Noise,
    numbers: &[u32],
) -> Result<NoiseLine, ModelError> {
    let settings = model.settings();
    let rows = clean().with_fixed_noise(noise, settings.seed, model.range(), &clean());
    let mut target = Array2::zeros((numbers.len(), rows.width()));
    rows.fill(numbers, target.view_mut());
    let mut noisy = target.clone();
    rows.corrupt(numbers, 0, noisy.view_mut());
    let unit = model.range() == Some((0.0, 1.0));
    let image = match model.feature_layout() {
        Layout::Image {
            height,
            width,
            channels,
        } => Some(Image {
            height,
            width,
            channels,
        }),
        _ => None,
    };
    let quality = |name: String, output: ArrayView2<f32>| {
        MethodQuality::measure(name, output, target.view(), image.filter(|_| unit), unit)
    };
    let back = model.autoencoder().reconstruct(noisy.view())?;
    let mut methods = vec![
        quality("this model".to_owned(), back.view()),
        quality("noisy input".to_owned(), noisy.view()),
    ];
    if let Some(image) = image {
        let filtered = |filter: &Filter| {
            let mut output = noisy.clone();
            let width = output.ncols();
            if let Some(values) = output.as_slice_mut() {
                parallel::for_each(values, ROWS_PER_PIECE * width, |_, rows: &mut [f32]| {
                    rows.chunks_exact_mut(width)
                        .for_each(|row| filter.apply(image, row));
                });
            }
            quality(filter.to_string(), output.view())
        };
        methods.extend(FILTERS.iter().filter_map(|sizes| {
            let sizes = sizes.iter().map(filtered);
            sizes.min_by(|a, b| a.mse.total_cmp(&b.mse))
        }));
    }
    Ok(NoiseLine {
        noise: in_full(noise),
        trained_on: noise == settings.noise,
        methods,
    })
}

impl MethodQuality {
    fn measure(
        name: String,
        output: ArrayView2<f32>,
        target: ArrayView2<f32>,
        image: Option<Image>,
        unit: bool,
    ) -> Self {
        let (rows, width) = target.dim();
        let pieces = rows.div_ceil(ROWS_PER_PIECE);
        let similar = image.filter(|image| image.height >= WINDOW && image.width >= WINDOW);
        let sums = parallel::reduce(
            0..pieces,
            1,
            &|_, pieces: std::ops::Range<usize>| {
                let first = pieces.start * ROWS_PER_PIECE;
                let last = rows.min(pieces.end * ROWS_PER_PIECE);
                let mut sums = [0.0; 2];
                for row in first..last {
                    let pair = (output.row(row), target.row(row));
                    let squares = pair
                        .0
                        .iter()
                        .zip(pair.1)
                        .map(|(y, t)| f64::from(y - t).powi(2));
                    sums[0] += squares.sum::<f64>();
                    if let (Some(image), (Some(y), Some(t))) =
                        (similar, (pair.0.to_slice(), pair.1.to_slice()))
                    {
                        sums[1] += ssim(image, y, t);
                    }
                }
                sums
            },
            &|a: [f64; 2], b: [f64; 2]| [a[0] + b[0], a[1] + b[1]],
        );
        let mse = sums[0] / (rows * width) as f64;
        Self {
            name,
            mse,
            psnr: (unit && mse > 0.0).then(|| -10.0 * mse.log10()),
            ssim: similar.map(|_| sums[1] / rows as f64),
        }
    }
}
