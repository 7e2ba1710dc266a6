//! Encoder and decoder used on their own: the sender keeps one, the receiver the other.
//!
//!     cargo run --release -p ae-nn --example taken_apart

use ae_nn::{Architecture, Scratch, TrainSettings, Trainer};
use ndarray::{Array2, s};

fn main() -> Result<(), ae_nn::Error> {
    // Waves of 24 samples that differ in phase and height.
    let waves = Array2::from_shape_fn((1000, 24), |(i, j)| {
        let (phase, height) = (i as f32 * 0.37, 0.5 + (i % 7) as f32 / 7.0);
        height * (phase + j as f32 / 4.0).sin()
    });
    let settings = TrainSettings {
        batch: 50,
        ..TrainSettings::new("mse".parse()?)
    };
    let architecture = Architecture {
        latent: 2,
        ..Architecture::new(24)
    };
    let mut autoencoder = architecture.build(&settings.loss, settings.seed)?;
    Trainer::new(&mut autoencoder, settings)?.fit(&waves, None, &mut ())?;

    let (encoder, decoder) = (autoencoder.encoder(), autoencoder.decoder());
    let mut scratch = Scratch::default();
    let wave = waves.slice(s![..1, ..]);
    let (mut sent, mut received) = (Array2::zeros((1, 2)), Array2::zeros((1, 24)));
    encoder.infer(
        0..encoder.layers().len(),
        wave,
        sent.view_mut(),
        &mut scratch,
    );
    decoder.infer(
        0..decoder.layers().len(),
        sent.view(),
        received.view_mut(),
        &mut scratch,
    );
    println!(
        "24 samples sent as {:.3} and {:.3}",
        sent[(0, 0)],
        sent[(0, 1)]
    );
    for (before, after) in wave.iter().zip(&received).step_by(4) {
        println!("{before:7.3} came back as {after:7.3}");
    }
    Ok(())
}
