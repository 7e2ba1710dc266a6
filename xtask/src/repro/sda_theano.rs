//! The first layer of the stacked denoising autoencoders of the Theano tutorials: 784-500-784,
//! sigmoid, tied weights, masking noise 0.3, plain gradient steps of 0.1 on the cross-entropy
//! summed over pixels, batches of 20, 15 epochs. Nothing is published of this layer alone, so the
//! same protocol is run in NumPy beside it.

use std::fmt::Write as _;

use ae_model::Settings;
use anyhow::Result;

use super::keras::{protocol, trained};
use super::{Outcome, Published, ReproArguments, mean, mnist, spread};

pub const PUBLISHED: Published = Published {
    name: "sda-theano",
    title: "The first layer of Theano\u{2019}s stacked denoising autoencoders",
    needs_folder: false,
    run,
};

/// What NumPy comes to with the seeds 1 and 2 (the script is `xtask/peers/denoising.py`): nats an
/// image in the last epoch's training, and on the test images.
const OF_NUMPY: [[f64; 2]; 2] = [[64.64, 64.66], [64.62, 64.56]];

const PIXELS: f64 = 784.0;

/// How far from NumPy's figures ours may be: that of another beginning.
const WITHIN: f64 = 0.01;

fn run(arguments: &ReproArguments) -> Result<Outcome> {
    let parts = mnist(arguments)?;
    // Losses here are means over pixels: a step on their sum is as many times longer.
    let rate = 0.1 * PIXELS;
    let mut figures = [Vec::new(), Vec::new(), Vec::new()];
    for seed in 0..arguments.seeds {
        let settings = Settings {
            seed,
            latent: Some(500),
            latent_activation: "sigmoid".parse()?,
            tied: true,
            noise: "masking:0.3".parse()?,
            optimizer: format!("sgd:lr={rate}").parse()?,
            batch: 20,
            epochs: 15,
            ..protocol()?
        };
        let trained = trained(&parts, &settings)?;
        let [training, test] = trained.losses.map(|loss| loss * PIXELS);
        for (all, figure) in figures.iter_mut().zip([training, test, trained.seconds]) {
            all.push(figure);
        }
    }
    let numpy = [0, 1].map(|which| OF_NUMPY.map(|figures| figures[which]));
    let mut text = String::from(
        "Cross-entropy in nats an image, both with masking noise: in training, as the mean over \
         the last epoch's batches, and of the 10,000 test images. NumPy begins with weights four \
         times as large, as the tutorial has it, ours with Glorot and Bengio\u{2019}s.\n\n\
         | | training | test | seconds an epoch |\n|---|---|---|---|\n",
    );
    let _ = writeln!(
        text,
        "| NumPy by the same protocol, here | {} | {} | |",
        spread(&numpy[0], 2),
        spread(&numpy[1], 2)
    );
    let _ = writeln!(
        text,
        "| ours | {} | {} | {} |",
        spread(&figures[0], 2),
        spread(&figures[1], 2),
        spread(&figures[2], 2)
    );
    let goal = |name: &str, ours: &[f64], numpy: &[f64]| {
        let (ours, numpy) = (mean(ours), mean(numpy));
        (
            format!("{name} {ours:.2}, NumPy\u{2019}s {numpy:.2} within 1 %"),
            (ours / numpy - 1.0).abs() <= WITHIN,
        )
    };
    Ok(Outcome {
        text,
        goals: vec![
            goal("training", &figures[0], &numpy[0]),
            goal("test", &figures[1], &numpy[1]),
        ],
    })
}
