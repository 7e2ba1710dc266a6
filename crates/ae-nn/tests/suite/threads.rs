//! Same seed, same bits.

use crate::support::{Checkpoint, busy, rows, settings};
use ae_nn::{Architecture, Norm, Observer, Optimizer, Revival, TrainSettings, Trainer};

/// Takes a checkpoint at the end of each epoch.
#[derive(Default)]
struct Watch(Vec<Checkpoint>);

impl Observer for Watch {
    fn epoch(&mut self, _epoch: &ae_nn::Epoch, trainer: &Trainer<'_>) -> ae_nn::Flow {
        self.0.push(Checkpoint::take(trainer));
        ae_nn::Flow::Continue
    }
}

fn run(architecture: &Architecture, optimizer: Optimizer, threads: usize) -> Vec<Checkpoint> {
    run_with(architecture, threads, |settings| TrainSettings {
        optimizer,
        ..settings
    })
}

fn run_with(
    architecture: &Architecture,
    threads: usize,
    change: impl Fn(TrainSettings) -> TrainSettings + Sync,
) -> Vec<Checkpoint> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap().install(|| {
        let settings = change(TrainSettings {
            batch: 300,
            epochs: 2,
            clipping: "norm:0.5".parse().unwrap(),
            penalty: ae_nn::Penalty { l1: 1e-4, l2: 1e-4 },
            ..settings("bce")
        });
        let mut autoencoder = architecture.build(&settings.loss, 2).unwrap();
        let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
        let (train, validation) = (rows(700, 90, 1), rows(600, 90, 2));
        let mut watch = Watch::default();
        trainer.fit(&train, Some(&validation), &mut watch).unwrap();
        watch.0
    })
}

#[test]
fn twice_and_with_1_2_and_3_threads() {
    // Wide enough for all work to be cut: 300 × 400 numbers, 400 × 200 weights.
    for norm in [Norm::Batch, Norm::Layer] {
        let architecture = Architecture {
            hidden: vec![400, 200],
            norm,
            ..busy(90)
        };
        let adam = "adam".parse().unwrap();
        let first = run(&architecture, adam, 1);
        for threads in [1, 2, 3] {
            assert!(
                first == run(&architecture, adam, threads),
                "{threads} threads"
            );
        }
    }
}

#[test]
fn with_each_optimizer() {
    let architecture = Architecture {
        hidden: vec![400],
        ..busy(90)
    };
    let names = Optimizer::CATALOGUE.iter().map(|entry| entry.name);
    for name in names.chain(["sgd:momentum=0.9"]) {
        let rule = name.parse().unwrap();
        assert!(
            run(&architecture, rule, 1) == run(&architecture, rule, 3),
            "{name}"
        );
    }
}

#[test]
fn with_each_term_and_constraint() {
    let narrow = Architecture {
        hidden: vec![40],
        activation: "tanh".parse().unwrap(),
        latent_activation: "sigmoid".parse().unwrap(),
        dropout: 0.2,
        ..Architecture::new(90)
    };
    let shallow = Architecture {
        hidden: Vec::new(),
        ..narrow.clone()
    };
    let dictionary = Architecture {
        top_k: Some(5),
        latent: 300,
        latent_activation: "linear".parse().unwrap(),
        ..shallow.clone()
    };
    for architecture in [narrow, shallow, dictionary] {
        let is_dictionary = architecture.top_k.is_some();
        for sparsity in ["l1", "kl", "none"] {
            if is_dictionary && sparsity == "kl" {
                continue;
            }
            let change = |settings| TrainSettings {
                sparsity: sparsity.parse().unwrap(),
                contractive: 0.01,
                tied: !is_dictionary,
                revival: Revival {
                    dead_after: 300,
                    ..Revival::default()
                },
                ..settings
            };
            let first = run_with(&architecture, 1, change);
            let again = run_with(&architecture, 3, change);
            assert!(first == again, "{sparsity} of {architecture:?}");
        }
    }
}

#[test]
fn another_seed_is_another_run() {
    let end = |seed| {
        let settings = TrainSettings {
            seed,
            ..settings("mse")
        };
        let mut autoencoder = busy(5).build(&settings.loss, 1).unwrap();
        let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
        trainer.fit(&rows(20, 5, 1), None, &mut ()).unwrap();
        autoencoder
    };
    assert_eq!(end(1), end(1));
    assert_ne!(end(1), end(2));
}
