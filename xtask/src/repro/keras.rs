//! The dense autoencoders of the best-known tutorial ("Building Autoencoders in Keras"): MNIST,
//! pixels in [0, 1], trained on the 60,000 and watched on the 10,000, Adam 1e-3, batches of 256,
//! 50 epochs; binary cross-entropy, mean over pixels and rows.

use std::fmt::Write as _;
use std::time::Instant;

use ae_data::Parts;
use ae_model::{Model, Plan, Settings, train};
use anyhow::{Context, Result};

use super::{Outcome, Published, ReproArguments, mean, mnist, spread};

pub const SIMPLE: Published = Published {
    name: "keras-simple",
    title: "Keras\u{2019} first autoencoder, 784-32-784",
    needs_folder: false,
    run: |arguments| run(arguments, &[], [0.0927, 0.0915], 0.0915),
};

pub const DEEP: Published = Published {
    name: "keras-deep",
    title: "Keras\u{2019} deep autoencoder, 784-128-64-32-64-128-784",
    needs_folder: false,
    run: |arguments| run(arguments, &[128, 64], [0.0831, 0.0828], 0.0845),
};

/// What the tutorial's protocol says of every model.
pub fn protocol() -> Result<Settings> {
    Ok(Settings {
        validate_on_test: true,
        latent: Some(32),
        activation: "relu".parse()?,
        latent_activation: "relu".parse()?,
        loss: Some("bce".parse()?),
        optimizer: "adam:lr=0.001".parse()?,
        initialiser: "glorot-uniform".parse()?,
        epochs: 50,
        batch: 256,
        keep: ae_nn::Keep::Last,
        ..Settings::default()
    })
}

/// A model that was trained as a protocol says.
pub struct Trained {
    pub model: Model,
    /// Training and validation loss of the last epoch.
    pub losses: [f64; 2],
    /// Of an epoch, on average.
    pub seconds: f64,
}

/// Trains one, and says how it went.
pub fn trained(parts: &Parts, settings: &Settings) -> Result<Trained> {
    let plan = Plan::new(parts, settings)?;
    let started = Instant::now();
    let model = train(parts, &plan, &mut ())?;
    let seconds = started.elapsed().as_secs_f64() / settings.epochs as f64;
    let last = model.history().last().context("no epoch")?;
    let watched = last.validation_loss.context("nothing was watched")?;
    let losses = [last.train_loss, watched];
    eprintln!(
        "seed {}: {:.4} / {:.4}",
        settings.seed, losses[0], losses[1]
    );
    Ok(Trained {
        model,
        losses,
        seconds,
    })
}

/// `logged`: training and validation loss in an executed log. `worst`: the higher validation
/// loss of the logs there are, which ours must not exceed by more than 1 %.
fn run(
    arguments: &ReproArguments,
    hidden: &[usize],
    logged: [f64; 2],
    worst: f64,
) -> Result<Outcome> {
    let parts = mnist(arguments)?;
    let (mut losses, mut seconds) = ([Vec::new(), Vec::new()], Vec::new());
    let mut shape = String::new();
    for seed in 0..arguments.seeds {
        let trained = trained(
            &parts,
            &Settings {
                seed,
                hidden: hidden.to_vec(),
                ..protocol()?
            },
        )?;
        shape = trained.model.autoencoder().shape();
        seconds.push(trained.seconds);
        for (all, loss) in losses.iter_mut().zip(trained.losses) {
            all.push(loss);
        }
    }
    let mut text = String::from(
        "Binary cross-entropy after 50 epochs, means and standard deviations over the seeds; grey \
         pixels keep it above 0.\n\n| model | training | validation | seconds an epoch |\n|---|---|---|---|\n",
    );
    let _ = writeln!(
        text,
        "| published | {:.4} | {:.4} | |",
        logged[0], logged[1]
    );
    let _ = writeln!(
        text,
        "| ours, {shape} | {} | {} | {} |",
        spread(&losses[0], 4),
        spread(&losses[1], 4),
        spread(&seconds, 2),
    );
    let ours = mean(&losses[1]);
    Ok(Outcome {
        text,
        goals: vec![(
            format!("validation loss {ours:.4}, at most the published {worst:.4} and 1 %"),
            ours <= 1.01 * worst,
        )],
    })
}
