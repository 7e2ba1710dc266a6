//! The autoencoders of the best-known tutorial ("Building Autoencoders in Keras"): MNIST, pixels
//! in [0, 1], trained on the 60,000 and watched on the 10,000, Adam 1e-3, batches of 256 (128 of
//! the convolutional one), 50 epochs; binary cross-entropy, mean over pixels and rows.

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
    run: |arguments| run(arguments, &protocol()?, &LOGGED_SIMPLE),
};

pub const DEEP: Published = Published {
    name: "keras-deep",
    title: "Keras\u{2019} deep autoencoder, 784-128-64-32-64-128-784",
    needs_folder: false,
    run: |arguments| {
        let settings = Settings {
            hidden: vec![128, 64],
            ..protocol()?
        };
        run(arguments, &settings, &LOGGED_DEEP)
    },
};

pub const CONV: Published = Published {
    name: "keras-conv",
    title: "Keras\u{2019} convolutional autoencoder, with a code of 4x4x8",
    needs_folder: false,
    run: |arguments| {
        let settings = Settings {
            conv: vec![16, 8, 8],
            latent: None,
            batch: 128,
            ..protocol()?
        };
        run(arguments, &settings, &LOGGED_CONV)
    },
};

/// What executed logs of the tutorial say.
struct Logged {
    /// Training and validation loss in one of them.
    losses: [f64; 2],
    /// A validation loss that ours must not exceed: of the two dense ones the highest there is,
    /// and 1 %.
    at_most: f64,
    /// Seconds an epoch on a processor, roughly.
    seconds: f64,
    /// How many times faster an epoch has to be.
    faster: Option<f64>,
}

const LOGGED_SIMPLE: Logged = Logged {
    losses: [0.0927, 0.0915],
    at_most: 1.01 * 0.0915,
    seconds: 2.0,
    faster: None,
};

const LOGGED_DEEP: Logged = Logged {
    losses: [0.0831, 0.0828],
    at_most: 1.01 * 0.0845,
    seconds: 3.0,
    faster: None,
};

const LOGGED_CONV: Logged = Logged {
    losses: [0.0905, 0.0896],
    at_most: 0.092,
    seconds: 55.0,
    faster: Some(10.0),
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

fn run(arguments: &ReproArguments, settings: &Settings, logged: &Logged) -> Result<Outcome> {
    let parts = mnist(arguments)?;
    let (mut losses, mut seconds) = ([Vec::new(), Vec::new()], Vec::new());
    let mut shape = String::new();
    for seed in 0..arguments.seeds {
        let settings = Settings {
            seed,
            ..settings.clone()
        };
        let trained = trained(&parts, &settings)?;
        shape = trained.model.autoencoder().shape();
        seconds.push(trained.seconds);
        for (all, loss) in losses.iter_mut().zip(trained.losses) {
            all.push(loss);
        }
    }
    let mut text = format!(
        "Binary cross-entropy after {} epochs, means and standard deviations over the seeds; grey \
         pixels keep it above 0.\n\n| model | training | validation | seconds an epoch |\n\
         |---|---|---|---|\n",
        settings.epochs
    );
    let _ = writeln!(
        text,
        "| published | {:.4} | {:.4} | about {:.0} |",
        logged.losses[0], logged.losses[1], logged.seconds
    );
    let _ = writeln!(
        text,
        "| ours, {shape} | {} | {} | {} |",
        spread(&losses[0], 4),
        spread(&losses[1], 4),
        spread(&seconds, 2),
    );
    let (ours, at_most) = (mean(&losses[1]), logged.at_most);
    let mut goals = vec![(
        format!("validation loss {ours:.4}, at most {at_most:.4}"),
        ours <= at_most,
    )];
    if let Some(faster) = logged.faster {
        let times = logged.seconds / mean(&seconds);
        goals.push((
            format!("an epoch {times:.1} times as fast as in those logs, at least {faster:.0}"),
            times >= faster,
        ));
    }
    Ok(Outcome { text, goals })
}
