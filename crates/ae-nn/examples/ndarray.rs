//! Trains on an ndarray: a curled-up sheet in ten dimensions, each of whose points is then
//! described by two numbers.
//!
//!     cargo run --release -p ae-nn --example ndarray

use ae_nn::{Architecture, TrainSettings, Trainer};
use ndarray::{Array2, Axis};

fn main() -> Result<(), ae_nn::Error> {
    let rows = Array2::from_shape_fn((2000, 10), |(i, j)| {
        let (u, v) = ((i % 50) as f32 / 8.0, (i / 50) as f32 / 20.0);
        (u + 0.3 * j as f32).sin() + v * (0.5 * j as f32).cos()
    });
    let mut architecture = Architecture::new(10);
    (architecture.hidden, architecture.latent) = (vec![32], 2);
    let mut settings = TrainSettings::new("mse".parse()?);
    (settings.epochs, settings.batch) = (60, 64);
    let mut autoencoder = architecture.build(&settings.loss, settings.seed)?;
    let mut trainer = Trainer::new(&mut autoencoder, settings)?;
    trainer.fit(&rows, None, &mut ())?;
    for epoch in trainer.progress().history.iter().step_by(10) {
        println!("epoch {:2}: loss {:.5}", epoch.epoch, epoch.train_loss);
    }
    let left = &rows - &autoencoder.reconstruct(rows.view())?;
    let explained = 1.0 - left.var_axis(Axis(0), 0.0) / rows.var_axis(Axis(0), 0.0);
    println!("{} explains of each column", autoencoder.shape());
    println!("{:.1} %", 100.0 * explained);
    Ok(())
}
