//! How well the model takes several noises away, beside simpler methods.

use ae_model::denoising::{MethodQuality, NoiseLine, NoiseMatrix};
use maud::{Markup, html};

use crate::report::number::{count, significant};
use crate::report::{ReportInput, Section};

pub fn section(input: &ReportInput) -> Option<Section> {
    let matrix = input.evaluation.noise_matrix.as_ref()?;
    Some(Section {
        title: "How well it takes noise away",
        anchor: "noise-matrix",
        html: html! {
            p.lead {
                (count(matrix.rows)) " rows, spoiled in each of these ways: "
                (matrix.sentence()) ". "
                @if has_psnr(matrix) {
                    "The darker, the nearer to the clean rows: PSNR in dB, higher is better; below it "
                    "the structural similarity (SSIM), 1 for the same image, and the mean squared "
                    "error. Of each filter, the size that is best there."
                } @else {
                    "The darker, the nearer to the clean rows: mean squared error, in scaled units."
                }
            }
            (heat_map(matrix))
        },
    })
}

fn has_psnr(matrix: &NoiseMatrix) -> bool {
    let mut all = matrix.lines.iter().flat_map(|line| &line.methods);
    all.any(|method| method.psnr.is_some())
}

/// "this model", "noisy input", then the filters, whichever of their sizes was best.
fn heads(matrix: &NoiseMatrix) -> Vec<&str> {
    let methods = matrix.lines.first().map_or(&[][..], |line| &line.methods);
    methods.iter().map(|method| kind(&method.name)).collect()
}

/// A method without its size.
fn kind(name: &str) -> &str {
    match name.split_once(" filter") {
        Some(("median", _)) => "median filter",
        Some(_) => "Gaussian filter",
        None => name,
    }
}

/// Decibels, even where the data has no range to set them against.
fn level(method: &MethodQuality) -> f64 {
    -10.0 * method.mse.max(f64::MIN_POSITIVE).log10()
}

fn heat_map(matrix: &NoiseMatrix) -> Markup {
    let levels = matrix
        .lines
        .iter()
        .flat_map(|line| &line.methods)
        .map(level);
    let (low, high) = levels.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), level| {
        (low.min(level), high.max(level))
    });
    let shade = |method: &MethodQuality| match high - low {
        span if span > 0.0 => 60.0 * (level(method) - low) / span,
        _ => 0.0,
    };
    html! {
        div.scrolls {
            table.heat-map {
                thead { tr { th { "noise" } @for head in heads(matrix) { th { (head) } } } }
                tbody {
                    @for line in &matrix.lines {
                        tr {
                            th scope="row" {
                                (line.noise)
                                @if line.trained_on { small { "trained on" } }
                            }
                            @for method in &line.methods { (cell(line, method, shade(method))) }
                        }
                    }
                }
            }
        }
    }
}

fn cell(line: &NoiseLine, method: &MethodQuality, shade: f64) -> Markup {
    let best = line
        .methods
        .iter()
        .map(|method| method.mse)
        .fold(f64::INFINITY, f64::min);
    let size = method
        .name
        .rsplit(' ')
        .next()
        .filter(|_| method.name.contains("filter"));
    html! {
        td.best[method.mse <= best] style=(format!("--heat:{shade:.0}%")) {
            @match method.psnr {
                Some(psnr) => { strong { (significant(psnr)) } " dB" }
                None => strong { (significant(method.mse)) },
            }
            @if let Some(ssim) = method.ssim { small { "SSIM " (format!("{ssim:.3}")) } }
            @if method.psnr.is_some() { small { "MSE " (significant(method.mse)) } }
            @if let Some(size) = size { small { "size " (size) } }
        }
    }
}
