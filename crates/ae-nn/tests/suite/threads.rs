//! Same seed, same bits.

use crate::support::{Checkpoint, busy, rows, settings};
use ae_nn::{Architecture, Norm, Observer, Optimizer, TrainSettings, Trainer};

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
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap().install(|| {
        let settings = TrainSettings {
            optimizer,
            batch: 300,
            epochs: 2,
            clipping: "norm:0.5".parse().unwrap(),
            penalty: ae_nn::Penalty { l1: 1e-4, l2: 1e-4 },
            ..settings("bce")
        };
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
