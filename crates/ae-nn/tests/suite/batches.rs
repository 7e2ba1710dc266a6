//! What a batch may be, and what it may not change.

use crate::support::{StopAfter, busy, rows, settings, train};
use ae_nn::trainer::Now;
use ae_nn::{Architecture, Flow, Loss, Observer, Penalty, TrainSettings, Trainer, evaluate};
use ndarray::Array2;

/// Rows of each batch.
#[derive(Default)]
struct Sizes(Vec<usize>);

impl Observer for Sizes {
    fn batch(&mut self, now: Now) -> Flow {
        assert_eq!((now.rows_in_all, now.epochs), (10, 3));
        let before = self.0.iter().sum::<usize>() - 10 * (now.epoch - 1);
        self.0.push(now.rows - before);
        Flow::Continue
    }
}

#[test]
fn the_last_one_is_what_is_left_at_any_number_of_threads() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let settings = settings("mse");
            let mut autoencoder = busy(6).build(&settings.loss, 1).unwrap();
            let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
            let mut sizes = Sizes::default();
            trainer.fit(&rows(10, 6, 1), None, &mut sizes).unwrap();
            assert_eq!(sizes.0, [4, 4, 2].repeat(3));
            serde_json::to_string(&trainer.progress().history).unwrap()
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn a_last_one_of_one_row_works_with_batch_norm() {
    for norm in [ae_nn::Norm::Batch, ae_nn::Norm::Layer, ae_nn::Norm::None] {
        let architecture = Architecture { norm, ..busy(6) };
        let (_, history, _) = train(&architecture, &settings("bce"), &rows(9, 6, 1), None).unwrap();
        assert!(history.iter().all(|epoch| epoch.train_loss.is_finite()));
        let (autoencoder, ..) =
            train(&architecture, &settings("bce"), &rows(1, 6, 1), None).unwrap();
        let one = autoencoder.reconstruct(rows(1, 6, 2).view()).unwrap();
        assert!(one.iter().all(|x| x.is_finite()));
    }
}

#[test]
fn a_batch_larger_than_the_data_is_all_of_it() {
    let run = |batch| {
        let settings = TrainSettings {
            batch,
            ..settings("mse")
        };
        train(&busy(4), &settings, &rows(5, 4, 1), None).unwrap().0
    };
    assert_eq!(run(5), run(64));
    assert_eq!(run(5), run(usize::MAX));
}

#[test]
fn a_penalty_weighs_the_same_at_batch_1_and_256() {
    let architecture = Architecture {
        latent: 3,
        ..Architecture::new(4)
    };
    let data = rows(256, 4, 3);
    let run = |batch, penalty| {
        let settings = TrainSettings {
            optimizer: "sgd:lr=1".parse().unwrap(),
            penalty,
            batch,
            ..settings("mse")
        };
        let mut autoencoder = architecture.build(&settings.loss, 1).unwrap();
        let before = autoencoder.network().parameters().to_vec();
        let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
        trainer.fit(&data, None, &mut StopAfter(1)).unwrap();
        let value = trainer.progress().penalty;
        (before, autoencoder.network().parameters().to_vec(), value)
    };
    let penalty = Penalty { l1: 0.01, l2: 0.05 };
    let mut values = Vec::new();
    for batch in [1, 256] {
        let (before, with, value) = run(batch, penalty);
        let (_, without, none) = run(batch, Penalty::default());
        assert_eq!(none, 0.0);
        values.push(value);
        let network = architecture.build(&"mse".parse().unwrap(), 1).unwrap();
        for block in network.network().blocks() {
            for position in block.range {
                let w = before[position];
                let pull = if block.decays {
                    0.01 * w.signum() + 0.1 * w
                } else {
                    0.0
                };
                let found = without[position] - with[position];
                assert!(
                    (found - pull).abs() < 3e-7,
                    "{found} for {pull} at batch {batch}"
                );
            }
        }
    }
    assert_eq!(values[0], values[1]);
}

#[test]
fn cross_entropy_at_its_extremes() {
    let bce: Loss = "bce".parse().unwrap();
    assert_eq!(bce.value(&[100.0], &[0.0]), 100.0);
    assert_eq!(bce.value(&[-100.0], &[1.0]), 100.0);
    let least = bce.value(&[100.0], &[1.0]);
    assert!((0.0..1e-40).contains(&least), "{least}");
}

#[test]
fn grey_alone_trains_to_the_floor_of_cross_entropy() {
    let grey = Array2::from_elem((20, 4), 0.5);
    let architecture = Architecture {
        latent: 2,
        ..Architecture::new(4)
    };
    let settings = TrainSettings {
        epochs: 60,
        optimizer: "adam:lr=0.05".parse().unwrap(),
        ..settings("bce")
    };
    let (autoencoder, ..) = train(&architecture, &settings, &grey, None).unwrap();
    let loss = evaluate(&autoencoder, &grey, &settings.loss).unwrap();
    let ln_2 = std::f64::consts::LN_2;
    assert!(loss >= ln_2 - 1e-6 && loss < ln_2 + 1e-4, "{loss}");
    assert!((f64::from(settings.loss.floor(&[0.5])) - ln_2).abs() < 1e-7);
    assert_eq!(settings.loss.floor(&[0.0, 1.0]), 0.0);
    for other in ["mse", "mae", "huber"] {
        assert_eq!(other.parse::<Loss>().unwrap().floor(&[0.3, 0.5]), 0.0);
    }
}

#[test]
fn reading_batches_in_any_order_gives_the_mean_over_all_rows() {
    // 1100 rows: three reads of an evaluation, the last one short.
    let data = rows(1100, 5, 4);
    let settings = settings("huber:0.2");
    let (autoencoder, ..) = train(&busy(5), &settings, &rows(30, 5, 1), None).unwrap();
    let found = evaluate(&autoencoder, &data, &settings.loss).unwrap();
    let again = autoencoder.reconstruct(data.view()).unwrap();
    let terms = again.iter().zip(&data);
    let sum: f64 = terms
        .map(|(y, t)| crate::oracle::term(&settings.loss, f64::from(*y), f64::from(*t)))
        .sum();
    assert!((found - sum / data.len() as f64).abs() < 1e-8);
}

#[test]
fn enough_rows_in_use_enter_the_thread_pool_once_and_one_row_never() {
    let architecture = Architecture {
        latent: 1000,
        ..Architecture::new(600)
    };
    let autoencoder = architecture.build(&"mse".parse().unwrap(), 1).unwrap();
    let within = |rows| autoencoder.in_pool(rows, || rayon::current_thread_index().is_some());
    let has_helpers = rayon::current_num_threads() > 1;
    assert_eq!([1, 0].map(within), [false; 2]);
    assert_eq!([2, 64].map(within), [has_helpers; 2]);
    let small = Architecture::new(4).build(&"mse".parse().unwrap(), 1);
    let within = small
        .unwrap()
        .in_pool(64, || rayon::current_thread_index().is_some());
    assert!(!within, "too little work");
}
