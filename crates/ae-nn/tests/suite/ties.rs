//! Decoders whose weights are the encoder's transposed.

use crate::oracle::Oracle;
use crate::support::{StopAfter, rows, settings};
use ae_nn::{Architecture, Autoencoder, Error, Norm, Penalty, TrainSettings, Trainer};
use ndarray::{Array2, ArrayView2};

fn architecture() -> Architecture {
    Architecture {
        hidden: vec![5],
        latent: 2,
        activation: "tanh".parse().unwrap(),
        ..Architecture::new(4)
    }
}

fn tied(loss: &str) -> TrainSettings {
    TrainSettings {
        tied: true,
        ..settings(loss)
    }
}

fn weight(autoencoder: &Autoencoder, layer: usize) -> Array2<f32> {
    let network = autoencoder.network();
    let blocks = network.blocks();
    let block = blocks
        .iter()
        .find(|block| block.layer == layer && block.name == "weight")
        .unwrap();
    let values = &network.parameters()[block.range.clone()];
    let view = ArrayView2::from_shape((block.shape[0], block.shape[1]), values);
    view.unwrap().to_owned()
}

#[test]
fn stay_transposed_with_every_optimiser_and_normalisation() {
    for optimizer in [
        "adam",
        "adamw",
        "sgd:momentum=0.9",
        "rmsprop",
        "adagrad",
        "adadelta",
    ] {
        for norm in [Norm::None, Norm::Batch] {
            let architecture = Architecture {
                norm,
                ..architecture()
            };
            let settings = TrainSettings {
                optimizer: optimizer.parse().unwrap(),
                clipping: "norm:0.5".parse().unwrap(),
                penalty: Penalty { l1: 1e-3, l2: 1e-2 },
                ..tied("mse")
            };
            let mut autoencoder = architecture.build(&settings.loss, 1).unwrap();
            let before = weight(&autoencoder, 0);
            let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
            trainer.fit(&rows(30, 4, 2), None, &mut ()).unwrap();
            let layers = autoencoder.network().layers().len();
            assert_ne!(weight(&autoencoder, 0), before);
            assert_eq!(
                weight(&autoencoder, layers - 1),
                weight(&autoencoder, 0).t()
            );
        }
    }
}

/// With plain descent and a rate of 1, a shared weight moves by minus the sum of the derivatives
/// by its two places; the penalty counts it once.
#[test]
fn the_gradient_is_the_sum_of_both_places() {
    let rows = rows(5, 4, 2);
    let settings = TrainSettings {
        optimizer: "sgd:lr=1".parse().unwrap(),
        penalty: Penalty { l1: 0.0, l2: 0.05 },
        batch: 5,
        shuffle: false,
        ..tied("mse")
    };
    let mut autoencoder = architecture().build(&settings.loss, 1).unwrap();
    let mut trainer = Trainer::new(&mut autoencoder, settings.clone()).unwrap();
    trainer.fit(&rows, None, &mut StopAfter(1)).unwrap();
    let mut start = architecture().build(&settings.loss, 1).unwrap();
    // Making a trainer ties them.
    drop(Trainer::new(&mut start, settings.clone()).unwrap());
    let network = start.network();
    let blocks = network.blocks();
    let oracle = Oracle::of(network, settings.seed);
    let wide = rows.mapv(f64::from);
    let none = Penalty::default();
    for (of, copy) in [(0, 3), (1, 2)] {
        let place = |layer| {
            let found = blocks
                .iter()
                .find(|b| b.layer == layer && b.name == "weight");
            found.unwrap().clone()
        };
        let (of, copy) = (place(of), place(copy));
        let columns = of.shape[1];
        for index in 0..of.range.len() {
            let original = of.range.start + index;
            let (row, column) = (index / columns, index % columns);
            let twin = copy.range.start + column * copy.shape[1] + row;
            assert_eq!(oracle.parameters[original], oracle.parameters[twin]);
            let weight = oracle.parameters[original];
            let moved = |step: f64| {
                let mut oracle = Oracle::of(network, settings.seed);
                oracle.parameters[original] += step;
                oracle.parameters[twin] += step;
                oracle.loss(&wide, &settings.loss, none) + 0.05 * (weight + step).powi(2)
            };
            let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            let after = f64::from(autoencoder.network().parameters()[original]);
            assert!(
                (weight - after - expected).abs() < 1e-6,
                "{expected} at {original}"
            );
        }
    }
}

#[test]
fn are_refused_where_the_decoder_is_no_mirror_image() {
    let refused = |architecture: Architecture| {
        let settings = tied("mse");
        let mut autoencoder = architecture.build(&settings.loss, 1).unwrap();
        match Trainer::new(&mut autoencoder, settings) {
            Err(Error::Untieable { what }) => what,
            _ => panic!("it was not refused"),
        }
    };
    let lopsided = |hidden: &[usize]| Architecture {
        decoder_hidden: Some(hidden.to_vec()),
        ..architecture()
    };
    assert_eq!(
        refused(lopsided(&[6])),
        "the encoder goes from 4 to 5 numbers where the decoder goes from 6 to 4"
    );
    assert_eq!(
        refused(lopsided(&[])),
        "dense layers of the encoder: 2, of the decoder: 1"
    );
    let dictionary = Architecture {
        top_k: Some(2),
        ..Architecture::new(4)
    };
    assert!(refused(dictionary).contains("unit norm"));
}
