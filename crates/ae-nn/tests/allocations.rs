//! No allocation in a training step, nor in use, once warm.
#![allow(clippy::unwrap_used)]

use ae_nn::layer::Image;
use ae_nn::trainer::Now;
use ae_nn::{
    Architecture, Divergence, Flow, Leg, Norm, Observer, Scratch, Stages, TrainSettings, Trainer,
};
use ndarray::Array2;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Of this thread: what others do meanwhile (a pool going to sleep) is not its doing.
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

fn count() -> usize {
    COUNT.with(Cell::get)
}

/// Counts what the system's allocator is asked for.
struct Counting;

// SAFETY: hands everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that is ending has no counter any more.
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations between one batch of an epoch and the next.
struct Watch {
    before: usize,
    in_epochs: [usize; EPOCHS],
}

const EPOCHS: usize = 6;

impl Observer for Watch {
    fn batch(&mut self, now: Now) -> Flow {
        let count = count();
        if now.rows > BATCH {
            self.in_epochs[now.epoch - 1] += count - self.before;
        }
        self.before = count;
        Flow::Continue
    }
}

const BATCH: usize = 150;

fn pool(threads: usize) -> rayon::ThreadPool {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap()
}

fn train(
    architecture: &Architecture,
    optimizer: &str,
    pool: &rayon::ThreadPool,
) -> [usize; EPOCHS] {
    train_with(architecture, optimizer, pool, |settings| settings)
}

fn train_with(
    architecture: &Architecture,
    optimizer: &str,
    pool: &rayon::ThreadPool,
    change: impl Fn(TrainSettings) -> TrainSettings + Sync,
) -> [usize; EPOCHS] {
    pool.install(|| {
        let settings = change(TrainSettings {
            optimizer: optimizer.parse().unwrap(),
            clipping: "norm:1".parse().unwrap(),
            penalty: ae_nn::Penalty { l1: 1e-3, l2: 1e-3 },
            epochs: EPOCHS,
            batch: BATCH,
            ..TrainSettings::new("bce".parse().unwrap())
        });
        let mut autoencoder = architecture.build(&settings.loss, 1).unwrap();
        let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
        let mut watch = Watch {
            before: 0,
            in_epochs: [0; EPOCHS],
        };
        let rows = Array2::from_shape_fn((1000, 60), |(i, j)| ((i * 7 + j) % 11) as f32 / 11.0);
        trainer.fit(&rows, None, &mut watch).unwrap();
        watch.in_epochs
    })
}

fn using(architecture: &Architecture, pool: &rayon::ThreadPool) {
    pool.install(|| {
        let autoencoder = architecture.build(&"bce".parse().unwrap(), 1).unwrap();
        let rows = Array2::from_elem((700, 60), 0.25);
        let columns = rows.t().to_owned();
        let mut codes = Array2::zeros((700, 3));
        let mut shown = Array2::zeros((700, 60));
        let mut scratch = Scratch::default();
        let mut go = || {
            let before = count();
            autoencoder
                .run(Leg::Encode, rows.view(), codes.view_mut(), &mut scratch)
                .unwrap();
            autoencoder
                .run(Leg::Decode, codes.view(), shown.view_mut(), &mut scratch)
                .unwrap();
            autoencoder
                .run(Leg::Logits, columns.t(), shown.view_mut(), &mut scratch)
                .unwrap();
            count() - before
        };
        go();
        assert_eq!(go(), 0, "in use");
    });
}

/// One test, as allocations of others would be counted too.
#[test]
fn none_once_warm() {
    // Both live to the end, as threads that end allocate.
    let (one, two) = (pool(1), pool(2));
    for norm in [Norm::Batch, Norm::Layer] {
        let architecture = Architecture {
            hidden: vec![130],
            latent: 3,
            norm,
            dropout: 0.2,
            activation: "gelu".parse().unwrap(),
            ..Architecture::new(60)
        };
        for optimizer in [
            "adam",
            "adamw",
            "sgd",
            "sgd:momentum=0.9",
            "rmsprop",
            "adadelta",
        ] {
            let counts = train(&architecture, optimizer, &one);
            assert_eq!(counts[1..], [0; EPOCHS - 1], "{optimizer}");
            // A thread's buffers grow when its first piece of some work comes to it, which is
            // a matter of luck; but not in every epoch.
            let counts = train(&architecture, optimizer, &two);
            assert!(counts[1..].contains(&0), "{optimizer}: {counts:?}");
        }
        using(&architecture, &one);
    }
    let image = Image {
        height: 5,
        width: 4,
        channels: 3,
    };
    let architecture = Architecture {
        stages: Some(Stages {
            image,
            filters: vec![16, 5],
            has_dense_code: true,
        }),
        latent: 3,
        dropout: 0.2,
        activation: "gelu".parse().unwrap(),
        ..Architecture::new(60)
    };
    assert_eq!(train(&architecture, "adam", &one)[1..], [0; EPOCHS - 1]);
    let counts = train(&architecture, "adam", &two);
    assert!(counts[1..].contains(&0), "convolutions: {counts:?}");
    using(&architecture, &one);
    let variational = Architecture {
        hidden: vec![130],
        latent: 3,
        variational: true,
        ..Architecture::new(60)
    };
    for free_nats in [0.0, 0.1] {
        let divergence = Divergence {
            free_nats,
            ..Divergence::default()
        };
        let change = |settings| TrainSettings {
            divergence,
            ..settings
        };
        let counts = train_with(&variational, "adam", &one, change);
        assert_eq!(counts[1..], [0; EPOCHS - 1], "free nats {free_nats}");
    }
    using(&variational, &one);
    let shallow = Architecture {
        latent: 80,
        latent_activation: "sigmoid".parse().unwrap(),
        ..Architecture::new(60)
    };
    let deep = Architecture {
        hidden: vec![30],
        ..shallow.clone()
    };
    let dictionary = Architecture {
        top_k: Some(4),
        latent_activation: "linear".parse().unwrap(),
        ..shallow.clone()
    };
    for architecture in [shallow, deep, dictionary] {
        let is_dictionary = architecture.top_k.is_some();
        let sparsities: &[&str] = if is_dictionary {
            &["l1"]
        } else {
            &["l1", "kl"]
        };
        for sparsity in sparsities {
            let change = |settings| TrainSettings {
                sparsity: sparsity.parse().unwrap(),
                contractive: 0.01,
                tied: !is_dictionary,
                revival: ae_nn::Revival {
                    dead_after: 300,
                    ..ae_nn::Revival::default()
                },
                ..settings
            };
            let counts = train_with(&architecture, "adam", &one, change);
            assert_eq!(counts[1..], [0; EPOCHS - 1], "{sparsity}");
        }
    }
}
