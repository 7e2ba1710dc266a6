//! Trains on an ndarray: points of a curled-up sheet in ten dimensions, described by two
//! numbers each.
//!
//!     cargo run --release -p ae-nn --example ndarray

use ae_nn::{Architecture, TrainSettings, Trainer};
use ndarray::{Array2, Axis};

fn main() -> Result<(), ae_nn::Error> {
    let rows = Array2::from_shape_fn((2000, 10), |(i, j)| {
        let (u, v) = ((i % 50) as f32 / 8.0, (i / 50) as f32 / 20.0);
        (u + 0.3 * j as f32).sin() + v * (0.5 * j as f32).cos()
    });
    let settings = TrainSettings {
        epochs: 60,
        batch: 64,
        ..TrainSettings::new("mse".parse()?)
    };
    let architecture = Architecture {
        hidden: vec![32],
        latent: 2,
        ..Architecture::new(10)
    };
    let mut autoencoder = architecture.build(&settings.loss, settings.seed)?;
    let mut trainer = Trainer::new(&mut autoencoder, settings)?;
    trainer.fit(&rows, None, &mut ())?;
    for epoch in trainer.progress().history.iter().step_by(10) {
        println!(
            "epoch {:2}: mean squared error {:.5}",
            epoch.epoch, epoch.train_loss
        );
    }
    let error = (autoencoder.reconstruct(rows.view())? - &rows)
        .pow2()
        .mean_axis(Axis(0));
    println!("{} explains the columns by", autoencoder.shape());
    for (error, variance) in error.iter().flatten().zip(rows.var_axis(Axis(0), 0.0)) {
        print!(" {:.1} %", 100.0 * (1.0 - error / variance));
    }
    println!();
    Ok(())
}
