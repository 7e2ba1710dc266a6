//! Against PyTorch in double precision; `tests/reference/make_reference.py` made the numbers.

use ae_nn::layer::{Backward, BatchNorm, Block, Dense, Forward, LayerNorm, Mode, padded};
use ae_nn::optimizer::{Moment, Piece};
use ae_nn::schedule::{Memory, Time};
use ae_nn::{Activation, Autoencoder, Layer, Loss, Network, Optimizer, Penalty, Schedule};
use ae_nn::{TrainSettings, Trainer};
use ndarray::Array2;
use serde_json::Value;
use std::sync::LazyLock;

static REFERENCE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../reference/reference.json")).unwrap());

fn numbers(value: &Value) -> Vec<f64> {
    let values = value.as_array().unwrap().iter();
    values.map(|value| value.as_f64().unwrap()).collect()
}

pub fn floats(value: &Value) -> Vec<f32> {
    numbers(value).into_iter().map(|x| x as f32).collect()
}

/// `tolerance` is relative to the larger of 1 and the number expected.
pub fn assert_close(found: &[f32], expected: &Value, tolerance: f64, about: &str) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len(), "{about}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let off = (f64::from(*found) - expected).abs();
        assert!(
            off <= tolerance * expected.abs().max(1.0),
            "{about}, {index}: {found} for {expected}"
        );
    }
}

fn entries(name: &str) -> impl Iterator<Item = (&'static String, &'static Value)> {
    REFERENCE[name].as_object().unwrap().iter()
}

#[test]
fn activations_and_derivatives_on_a_grid() {
    for (name, expected) in entries("activations") {
        let activation: Activation = name.parse().unwrap();
        let z = floats(&expected["z"]);
        let mut y = z.clone();
        activation.apply(&mut y);
        // gelu's distribution function is 2e-7 off, times z.
        assert_close(&y, &expected["y"], 5e-7, name);
        let kept = match activation.derivative_from() {
            ae_nn::activation::DerivativeFrom::Output => &y,
            ae_nn::activation::DerivativeFrom::Input => &z,
        };
        let mut slope = vec![1.0; z.len()];
        activation.apply_derivative(kept, &mut slope);
        assert_close(&slope, &expected["dy"], 5e-7, name);
    }
}

#[test]
fn small_values_keep_their_digits() {
    // 2⁻¹⁴ in the grid: exp(z) − 1 taken literally would be 4e-4 off, relatively.
    for name in ["elu", "elu:2.5", "tanh", "silu", "gelu"] {
        let expected = &REFERENCE["activations"][name];
        let mut y = floats(&expected["z"]);
        let activation: Activation = name.parse().unwrap();
        activation.apply(&mut y);
        for (y, expected) in y.iter().zip(numbers(&expected["y"])) {
            if expected.abs() > 1e-5 && expected.abs() < 1e-4 {
                let relative = (f64::from(*y) / expected - 1.0).abs();
                assert!(relative < 1e-6, "{name}: {y} for {expected}");
            }
        }
    }
}

#[test]
fn losses_and_gradients_extremes_included() {
    for (name, expected) in entries("losses") {
        let loss: Loss = name.parse().unwrap();
        let (output, target) = (floats(&expected["output"]), floats(&expected["target"]));
        let values: Vec<f32> = output
            .iter()
            .zip(&target)
            .map(|(y, t)| loss.value(&[*y], &[*t]))
            .collect();
        assert_close(&values, &expected["values"], 2e-7, name);
        let mut gradient = output.clone();
        let sum = loss.value_and_gradient(&output, &target, 1.0, &mut gradient);
        assert_close(&gradient, &expected["gradient"], 2e-7, name);
        let total: f64 = numbers(&expected["values"]).iter().sum();
        assert!(
            (f64::from(sum) - total).abs() < 1e-6 * total,
            "{name}: {sum}"
        );
        let value = loss.value(&output, &target);
        assert!(
            (sum - value).abs() <= 1e-6 * value,
            "{name}: {sum}, {value}"
        );
        let mut halved = output.clone();
        loss.value_and_gradient(&output, &target, 0.5, &mut halved);
        assert!(
            halved
                .iter()
                .zip(&gradient)
                .all(|(half, whole)| *half == 0.5 * whole)
        );
    }
}

#[test]
fn cross_entropy_keeps_its_digits_where_the_logit_is_right() {
    let bce: Loss = "bce".parse().unwrap();
    // ln(1 + e⁻²⁰) and, on the other side, e⁻⁸⁰.
    for (z, t, expected) in [(20.0, 1.0, 2.061_153_6e-9), (-80.0, 0.0, 1.804_851_4e-35)] {
        let found = bce.value(&[z], &[t]);
        assert!(
            (found / expected - 1.0).abs() < 1e-5,
            "{found} for {expected}"
        );
    }
}

/// A layer's forward and backward on the numbers of `expected`, given its parameters.
pub struct Passed {
    pub y: Vec<f32>,
    pub dx: Vec<f32>,
    pub gradients: Vec<Vec<f32>>,
}

pub fn pass(layer: &Layer, blocks: &[Vec<f32>], expected: &Value) -> Passed {
    let shape = |values: &[f32], width| (values.len() / width, width);
    let x = floats(&expected["x"]);
    let input = Array2::from_shape_vec(shape(&x, layer.inputs()), x).unwrap();
    let up = floats(&expected["up"]);
    let mut up = Array2::from_shape_vec(shape(&up, layer.outputs()), up).unwrap();
    let mut parameters = Vec::new();
    for block in blocks {
        let end = parameters.len() + padded(block.len());
        parameters.extend(block);
        parameters.resize(end, 0.0);
    }
    let (mut output, mut dx) = (Array2::zeros(up.dim()), Array2::zeros(input.dim()));
    let mut cache = vec![0.0; layer.cache(input.nrows())];
    layer.forward(Forward {
        mode: Mode::Train {
            first_row: 0,
            seed: 0,
            step: 0,
            layer: 0,
        },
        parameters: &parameters,
        state: &[],
        input: input.view(),
        output: output.view_mut(),
        cache: &mut cache,
    });
    let mut gradients = vec![0.0; parameters.len()];
    layer.backward(Backward {
        parameters: &parameters,
        input: input.view(),
        output: output.view(),
        cache: &cache,
        output_gradient: up.view_mut(),
        input_gradient: Some(dx.view_mut()),
        gradients: &mut gradients,
    });
    let mut rest = &gradients[..];
    let take = |block: &Block| {
        let (values, after) = rest.split_at(padded(block.len()));
        rest = after;
        values[..block.len()].to_vec()
    };
    Passed {
        y: output.into_raw_vec_and_offset().0,
        dx: dx.into_raw_vec_and_offset().0,
        gradients: layer.parameters().iter().map(take).collect(),
    }
}

#[test]
fn dense_layers() {
    for (name, expected) in entries("dense") {
        let layer = Layer::Dense(Dense {
            inputs: 4,
            outputs: 5,
            activation: name.parse().unwrap(),
            initialiser: "glorot-uniform".parse().unwrap(),
        });
        let blocks = [floats(&expected["w"]), floats(&expected["b"])];
        let found = pass(&layer, &blocks, expected);
        assert_close(&found.y, &expected["y"], 1e-6, name);
        assert_close(&found.dx, &expected["dx"], 1e-6, name);
        assert_close(&found.gradients[0], &expected["dw"], 1e-6, name);
        assert_close(&found.gradients[1], &expected["db"], 1e-6, name);
    }
}

#[test]
fn norms() {
    for (name, layer) in [
        ("batch", Layer::from(BatchNorm::new(5))),
        ("batch-one-row", BatchNorm::new(5).into()),
        ("layer", LayerNorm::new(5).into()),
    ] {
        let expected = &REFERENCE["norms"][name];
        let blocks = [floats(&expected["scale"]), floats(&expected["shift"])];
        let found = pass(&layer, &blocks, expected);
        assert_close(&found.y, &expected["y"], 2e-6, name);
        assert_close(&found.dx, &expected["dx"], 2e-6, name);
        assert_close(&found.gradients[0], &expected["dscale"], 2e-6, name);
        assert_close(&found.gradients[1], &expected["dshift"], 2e-6, name);
    }
}

#[test]
fn batch_norm_in_use() {
    let expected = &REFERENCE["norms"]["batch-in-use"];
    let mut network = Network::new(vec![BatchNorm::new(5).into()], 0).unwrap();
    for (block, name) in network.blocks().into_iter().zip(["scale", "shift"]) {
        network.parameters_mut()[block.range].copy_from_slice(&floats(&expected[name]));
    }
    for (block, name) in network.state_blocks().into_iter().zip(["mean", "variance"]) {
        network.state_mut()[block.range].copy_from_slice(&floats(&expected[name]));
    }
    let input = Array2::from_shape_vec((3, 5), floats(&expected["x"])).unwrap();
    let mut output = Array2::zeros((3, 5));
    network.infer(
        0..1,
        input.view(),
        output.view_mut(),
        &mut Default::default(),
    );
    assert_close(output.as_slice().unwrap(), &expected["y"], 2e-6, "in use");
}

#[test]
fn three_steps_of_each_optimizer() {
    for (name, expected) in entries("optimizers") {
        let rule: Optimizer = name.parse().unwrap();
        let mut parameters = floats(&expected["start"]);
        let mut slots = [0, 1].map(|slot| vec![0.0; if slot < rule.slots() { 5 } else { 0 }]);
        for step in 0..3 {
            let moment = Moment {
                step: step as u64 + 1,
                learning_rate: rule.learning_rate(),
                decays: true,
            };
            let gradients = floats(&expected["gradients"][step]);
            let [first, second] = slots.each_mut().map(Vec::as_mut_slice);
            rule.update(
                moment,
                Piece {
                    parameters: &mut parameters,
                    gradients: &gradients,
                    first,
                    second,
                },
            );
            assert_close(&parameters, &expected["after"][step], 1e-6, name);
        }
    }
}

#[test]
fn weight_decay_spares_biases() {
    let rule: Optimizer = "adamw:lr=0.1,decay=0.5".parse().unwrap();
    for (decays, expected) in [(true, 0.95), (false, 1.0)] {
        let moment = Moment {
            step: 1,
            learning_rate: 0.1,
            decays,
        };
        let (mut first, mut second, mut parameters) = ([0.0], [0.0], [1.0]);
        rule.update(
            moment,
            Piece {
                parameters: &mut parameters,
                gradients: &[0.0],
                first: &mut first,
                second: &mut second,
            },
        );
        assert_eq!(parameters, [expected]);
    }
}

fn factor(schedule: &str, now: f64, batch: f64, end: f64) -> f64 {
    let schedule: Schedule = schedule.parse().unwrap();
    schedule.factor(Time { now, batch, end }, &Memory::default())
}

#[test]
fn schedules() {
    let reference = &REFERENCE["schedules"];
    for (name, expected) in reference["epochs"].as_object().unwrap() {
        for (epoch, expected) in numbers(expected).into_iter().enumerate() {
            let found = factor(name, epoch as f64, 1.0, 10.0);
            assert!(
                (found - expected).abs() < 1e-7,
                "{name} at {epoch}: {found} for {expected}"
            );
        }
    }
    for (step, expected) in numbers(&reference["warm-up:5"]).into_iter().enumerate() {
        let found = factor("warm-up:5", step as f64 / 4.0, 0.25, 10.0);
        assert!((found - expected).abs() < 1e-9, "warm-up at {step}");
    }
    let cycle = &reference["one-cycle"];
    let pairs = numbers(&cycle["shares"])
        .into_iter()
        .zip(numbers(&cycle["factors"]));
    for (share, expected) in pairs {
        let found = factor("one-cycle", share * 10.0, 0.25, 10.0);
        assert!(
            (found - expected).abs() < 1e-7,
            "one-cycle at {share}: {found} for {expected}"
        );
    }
}

#[test]
fn plateau() {
    let expected = &REFERENCE["schedules"]["plateau:patience=2"];
    let schedule: Schedule = "plateau:patience=2".parse().unwrap();
    let mut memory = Memory::default();
    let pairs = numbers(&expected["losses"])
        .into_iter()
        .zip(numbers(&expected["factors"]));
    for (loss, expected) in pairs {
        schedule.after_epoch(loss, &mut memory);
        let time = Time {
            now: 0.0,
            batch: 1.0,
            end: 1.0,
        };
        assert_eq!(schedule.factor(time, &memory), expected, "{loss}");
    }
}

#[test]
fn two_epochs_of_training() {
    let expected = &REFERENCE["training"];
    let dense = |inputs, outputs, activation: &str| {
        Layer::Dense(Dense {
            inputs,
            outputs,
            activation: activation.parse().unwrap(),
            initialiser: "glorot-uniform".parse().unwrap(),
        })
    };
    let layers = vec![
        dense(6, 5, "gelu"),
        BatchNorm::new(5).into(),
        LayerNorm::new(5).into(),
        dense(5, 2, "linear"),
        dense(2, 5, "tanh"),
        dense(5, 6, "linear"),
    ];
    let mut network = Network::zeros(layers).unwrap();
    for (block, start) in network
        .blocks()
        .into_iter()
        .zip(expected["start"].as_array().unwrap())
    {
        network.parameters_mut()[block.range].copy_from_slice(&floats(start));
    }
    let loss: Loss = "bce".parse().unwrap();
    let mut autoencoder = Autoencoder::from_network(network, 4, loss.output_activation()).unwrap();
    let settings = TrainSettings {
        optimizer: "adam:lr=0.02".parse().unwrap(),
        schedule: "exponential:0.5".parse().unwrap(),
        clipping: "norm:0.25".parse().unwrap(),
        penalty: Penalty { l1: 0.01, l2: 0.02 },
        epochs: 2,
        batch: 4,
        shuffle: false,
        ..TrainSettings::new(loss)
    };
    let rows = Array2::from_shape_vec((10, 6), floats(&expected["rows"])).unwrap();
    let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
    trainer.fit(&rows, None, &mut ()).unwrap();
    let progress = trainer.progress();
    for (epoch, loss) in progress.history.iter().zip(numbers(&expected["losses"])) {
        assert!(
            (epoch.train_loss - loss).abs() < 1e-6,
            "{}",
            epoch.train_loss
        );
    }
    assert!((progress.penalty - expected["penalty"].as_f64().unwrap()).abs() < 1e-6);
    let network = autoencoder.network();
    for (block, end) in network
        .blocks()
        .into_iter()
        .zip(expected["end"].as_array().unwrap())
    {
        // Adam divides small gradients by their own size: 1e-7 of them becomes 1e-5 of a step.
        assert_close(&network.parameters()[block.range], end, 1e-5, block.name);
    }
}
