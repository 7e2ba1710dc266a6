//! Where weights begin.

use ae_nn::{Architecture, Initialiser, Loss};
use ae_tensor::random::{Purpose, Stream};
use ndarray::Array2;

fn weight(initialiser: &str, inputs: usize, outputs: usize, seed: u64) -> Array2<f32> {
    let initialiser: Initialiser = initialiser.parse().unwrap();
    let mut weight = Array2::zeros((inputs, outputs));
    let mut stream = Stream::new(seed, Purpose::Weights, 0);
    initialiser.fill(inputs, outputs, weight.as_slice_mut().unwrap(), &mut stream);
    weight
}

#[test]
fn variances_are_those_stated() {
    let (inputs, outputs) = (400, 250);
    let numbers = f64::from(400 * 250);
    for (name, variance) in [
        ("glorot-uniform", 2.0 / 650.0),
        ("glorot-normal", 2.0 / 650.0),
        ("he-uniform", 2.0 / 400.0),
        ("he-normal", 2.0 / 400.0),
        ("lecun-uniform", 1.0 / 400.0),
        ("lecun-normal", 1.0 / 400.0),
    ] {
        let weight = weight(name, inputs, outputs, 1).mapv(f64::from);
        // Five standard deviations of a mean and of a (normal) variance.
        let mean = weight.mean().unwrap();
        assert!(
            mean.abs() < 5.0 * (variance / numbers).sqrt(),
            "{name}: mean {mean}"
        );
        let found = weight.var(0.0) / variance;
        assert!(
            (found - 1.0).abs() < 5.0 * (2.0 / numbers).sqrt(),
            "{name}: {found}"
        );
        let most = weight.iter().fold(0.0, |most: f64, w| most.max(w.abs()));
        let limit = (3.0f64 * variance).sqrt();
        let uniform = name.ends_with("uniform");
        assert_eq!(
            most <= limit * (1.0 + 1e-6),
            uniform,
            "{name}: {most} of {limit}"
        );
    }
}

#[test]
fn orthogonal_is_orthogonal_both_ways_round() {
    for (inputs, outputs) in [(30, 12), (12, 30), (9, 9), (1, 5)] {
        let weight = weight("orthogonal:gain=2", inputs, outputs, 3);
        let narrow = if inputs >= outputs {
            weight.t().dot(&weight)
        } else {
            weight.dot(&weight.t())
        };
        let expected = Array2::from_diag_elem(narrow.nrows(), 4.0);
        let off = (narrow - expected).mapv(f32::abs);
        assert!(off.iter().all(|off| *off < 1e-5), "{inputs} × {outputs}");
    }
}

#[test]
fn seeds_and_layers_tell_weights_apart() {
    for entry in Initialiser::CATALOGUE {
        let architecture = Architecture {
            hidden: vec![8],
            latent: 8,
            initialiser: entry.name.parse().unwrap(),
            ..Architecture::new(8)
        };
        let loss: Loss = "mse".parse().unwrap();
        let build = |seed| architecture.build(&loss, seed).unwrap();
        let autoencoder = build(1);
        assert_eq!(autoencoder, build(1), "{}", entry.name);
        assert_ne!(autoencoder, build(2), "{}", entry.name);
        let network = autoencoder.network();
        let blocks = network.blocks();
        let weights: Vec<_> = blocks
            .iter()
            .filter(|block| block.name == "weight")
            .map(|block| &network.parameters()[block.range.clone()])
            .collect();
        assert_eq!(weights.len(), 4);
        for (i, first) in weights.iter().enumerate() {
            assert!(
                weights[..i].iter().all(|second| first != second),
                "{}",
                entry.name
            );
        }
        let mut biases = blocks.iter().filter(|block| block.name == "bias");
        assert!(biases.all(|b| {
            network.parameters()[b.range.clone()]
                .iter()
                .all(|b| *b == 0.0)
        }));
    }
}
