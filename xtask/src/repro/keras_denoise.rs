//! The convolutional denoiser of the best-known tutorial ("Building Autoencoders in Keras"): two
//! convolutions of 32 channels to a code of 7x7x32 and two back, noise N(0, 0.5²) clipped to
//! [0, 1], batches of 128.

use std::fmt::Write as _;

use ae_model::denoising::{MethodQuality, NoiseMatrix, noise_matrix};
use ae_model::{Rows, Settings};
use anyhow::{Context, Result};

use super::keras::{protocol, trained};
use super::{Outcome, Published, ReproArguments, mean, mnist, spread};

pub const PUBLISHED: Published = Published {
    name: "keras-denoise",
    title: "Keras\u{2019} convolutional denoiser",
    needs_folder: false,
    run,
};

/// Validation loss in an executed log.
const LOGGED: f64 = 0.1195;

/// By how many decibels a denoiser must be nearer than a median filter.
const MARGIN: f64 = 3.0;

/// The tutorial trains for 100, the log was cut short.
const EPOCHS: usize = 10;

const NOISE: &str = "gaussian:0.5";

fn run(arguments: &ReproArguments) -> Result<Outcome> {
    let parts = mnist(arguments)?;
    let test = parts.test.as_ref().context("no test rows")?;
    let all: Vec<u32> = (0..test.rows as u32).collect();
    let (mut losses, mut seconds, mut matrices) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..arguments.seeds {
        let settings = Settings {
            seed,
            noise: NOISE.parse()?,
            conv: vec![32, 32],
            latent: None,
            batch: 128,
            epochs: EPOCHS,
            ..protocol()?
        };
        let trained = trained(&parts, &settings)?;
        seconds.push(trained.seconds);
        losses.push(trained.losses[1]);
        let model = &trained.model;
        let (prepared, _) = model.prepare(test)?;
        let clean = || Rows::new(test, &all, &prepared);
        matrices.push(noise_matrix(model, &clean, &[settings.noise])?);
    }
    let names = ["this model", "noisy input", "median", "gaussian"];
    let mut text = format!(
        "Noise N(0, 0.5²) clipped to [0, 1], {EPOCHS} epochs; the filters are the best of several \
         sizes, on {} test images.\n\n\
         | method | PSNR, dB | SSIM | MSE |\n|---|---|---|---|\n",
        matrices.first().map_or(0, |matrix| matrix.rows),
    );
    let mut levels = Vec::new();
    for name in names {
        let methods: Vec<&MethodQuality> = matrices.iter().filter_map(|m| find(m, name)).collect();
        let of = |figure: &dyn Fn(&MethodQuality) -> Option<f64>| -> Vec<f64> {
            methods.iter().filter_map(|method| figure(method)).collect()
        };
        let psnr = of(&|method| method.psnr);
        let shown = methods.first().map_or(name, |method| method.name.as_str());
        let _ = writeln!(
            text,
            "| {shown} | {} | {} | {} |",
            spread(&psnr, 2),
            spread(&of(&|method| method.ssim), 3),
            spread(&of(&|method| Some(method.mse)), 4),
        );
        levels.push(mean(&psnr));
    }
    let loss = mean(&losses);
    let _ = writeln!(
        text,
        "\nValidation loss: {} (published {LOGGED}); {} seconds an epoch.",
        spread(&losses, 4),
        spread(&seconds, 1),
    );
    let margin = levels[0] - levels[2];
    Ok(Outcome {
        text,
        goals: vec![
            (
                format!("validation loss {loss:.4}, at most the published {LOGGED}"),
                loss <= LOGGED,
            ),
            (
                format!("PSNR {margin:.2} dB above the median filter, at least {MARGIN}"),
                margin >= MARGIN,
            ),
        ],
    })
}

fn find<'a>(matrix: &'a NoiseMatrix, name: &str) -> Option<&'a MethodQuality> {
    let line = matrix.lines.first()?;
    line.methods
        .iter()
        .find(|method| method.name.starts_with(name))
}
