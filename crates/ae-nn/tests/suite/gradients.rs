//! Each layer and each loss against finite differences in double precision, through the
//! trainer's own step: with plain gradient descent and a learning rate of 1, a parameter
//! changes by minus its gradient.

use crate::oracle::{LANE_ROWS, Oracle};
use crate::support::{StopAfter, rows, settings};
use ae_nn::layer::{Activate, BatchNorm, Dense, Dropout, LayerNorm};
use ae_nn::{Activation, Autoencoder, Layer, Network, Penalty, TrainSettings, Trainer};
use ndarray::Array2;

const LOSSES: [&str; 6] = ["mse", "bce", "mae", "huber", "huber:0.1", "huber:10"];

pub fn dense(inputs: usize, outputs: usize, activation: &str) -> Layer {
    Layer::Dense(Dense {
        inputs,
        outputs,
        activation: activation.parse().unwrap(),
        initialiser: "lecun-normal".parse().unwrap(),
    })
}

/// Every layer that keeps a width.
fn layers(width: usize) -> Vec<Layer> {
    let names = Activation::CATALOGUE.iter().map(|entry| entry.name);
    let activations = names.chain(["elu:0.5", "leaky-relu:0.3"]);
    let mut layers = vec![
        BatchNorm::new(width).into(),
        LayerNorm::new(width).into(),
        Dropout { width, rate: 0.3 }.into(),
    ];
    for name in activations {
        let activation = name.parse().unwrap();
        layers.push(dense(width, width, name));
        layers.push(Activate { width, activation }.into());
    }
    layers
}

/// A parameter near 1 is rounded by 3e-8 at most when its gradient is taken off, a gradient
/// of single precision has lost a few units of 6e-8: 1e-6 holds both and nothing else.
pub const ROUNDING: f64 = 1e-6;

/// A norm multiplies the rounding of what comes in by 1/σ, which reaches 30 here.
const NARROW: f64 = 2e-5;

/// One step, whose gradients must be those of the oracle.
pub fn check(layers: &[Layer], settings: &TrainSettings, rows: &Array2<f32>, tolerance: f64) {
    let mut network = Network::new(layers.to_vec(), 3).unwrap();
    // Away from where biases and norms begin.
    let offsets = crate::support::rows(1, network.parameters().len(), 9);
    for block in network.blocks() {
        for position in block.range {
            network.parameters_mut()[position] += 0.5 * (offsets[(0, position)] - 0.5);
        }
    }
    let output = settings.loss.output_activation();
    let mut autoencoder = Autoencoder::from_network(network.clone(), 1, output).unwrap();
    let mut trainer = Trainer::new(&mut autoencoder, settings.clone()).unwrap();
    trainer.fit(rows, None, &mut StopAfter(1)).unwrap();
    let progress = trainer.progress();

    let mut oracle = Oracle::of(&network, settings.seed);
    let rows = rows.mapv(f64::from);
    let loss = |oracle: &Oracle| oracle.loss(&rows, &settings.loss, settings.penalty);
    let about = format!("{} after {layers:?}", settings.loss);
    let found = progress.loss_sum / progress.rows as f64 + progress.penalty;
    assert!((found - loss(&oracle)).abs() < 1e-6, "loss of {about}");
    for position in oracle.positions() {
        let expected = oracle.slope(position, loss);
        let (before, after) = (network.parameters(), autoencoder.network().parameters());
        let found = f64::from(before[position]) - f64::from(after[position]);
        assert!(
            (found - expected).abs() < tolerance * (1.0 + expected.abs()),
            "{found} for {expected} at {position} of {about}"
        );
    }
}

pub fn one_step(loss: &str) -> TrainSettings {
    TrainSettings {
        optimizer: "sgd:lr=1".parse().unwrap(),
        batch: 5,
        shuffle: false,
        ..settings(loss)
    }
}

#[test]
fn of_each_layer_and_loss_with_one_output_and_with_many() {
    for (features, width) in [(1, 3), (4, 3)] {
        let rows = rows(5, features, 2);
        for loss in LOSSES {
            let settings = one_step(loss);
            for layer in layers(width) {
                let around = [
                    dense(features, width, "tanh"),
                    layer,
                    dense(width, features, "linear"),
                ];
                let narrow = matches!(around[1], Layer::BatchNorm(_) | Layer::LayerNorm(_));
                let tolerance = if narrow { NARROW } else { ROUNDING };
                check(&around, &settings, &rows, tolerance);
            }
        }
    }
}

#[test]
fn of_each_layer_at_either_end() {
    let rows = rows(5, 4, 4);
    for loss in ["mse", "bce"] {
        for layer in layers(4) {
            let first = [layer.clone(), dense(4, 2, "tanh"), dense(2, 4, "linear")];
            check(&first, &one_step(loss), &rows, ROUNDING);
            let last = [dense(4, 2, "tanh"), dense(2, 4, "linear"), layer];
            check(&last, &one_step(loss), &rows, ROUNDING);
        }
    }
}

#[test]
fn of_penalties() {
    let layers = [
        dense(4, 3, "gelu"),
        BatchNorm::new(3).into(),
        dense(3, 4, "linear"),
    ];
    for (l1, l2) in [(0.1, 0.0), (0.0, 0.1), (0.02, 0.3)] {
        let penalty = Penalty { l1, l2 };
        let settings = TrainSettings {
            penalty,
            ..one_step("mse")
        };
        check(&layers, &settings, &rows(5, 4, 6), ROUNDING);
    }
}

#[test]
fn of_a_batch_that_is_worked_on_in_pieces() {
    // 700 rows of 30: two pieces of whole rows, and two of 16 384 numbers.
    let width = 30;
    let layers = [
        dense(2, width, "silu"),
        BatchNorm::new(width).into(),
        Dropout { width, rate: 0.3 }.into(),
        LayerNorm::new(width).into(),
        dense(width, 2, "linear"),
    ];
    let settings = TrainSettings {
        batch: 700,
        ..one_step("mse")
    };
    check(&layers, &settings, &rows(700, 2, 8), ROUNDING);
}

#[test]
fn of_a_batch_of_several_lanes() {
    // The last one short.
    let batch = 3 * LANE_ROWS + 8;
    let dropout = |width| Layer::from(Dropout { width, rate: 0.3 });
    let with = [
        dropout(4),
        dense(4, 5, "gelu"),
        dropout(5),
        dense(5, 2, "tanh"),
        dense(2, 4, "linear"),
    ];
    let without: Vec<Layer> = with
        .iter()
        .filter(|layer| !matches!(layer, Layer::Dropout(_)))
        .cloned()
        .collect();
    for loss in ["mse", "bce"] {
        let penalty = Penalty { l1: 0.02, l2: 0.3 };
        let settings = TrainSettings {
            batch,
            penalty,
            ..one_step(loss)
        };
        for layers in [&with[..], &without] {
            check(layers, &settings, &rows(batch, 4, 8), ROUNDING);
        }
    }
}
