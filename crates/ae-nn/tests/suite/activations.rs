//! Ranges that activations state.

use ae_nn::Activation;
use ae_nn::activation::DerivativeFrom;

fn value(activation: &Activation, z: f32) -> f32 {
    let mut values = [z];
    activation.apply(&mut values);
    values[0]
}

#[test]
fn ranges_hold_and_are_reached() {
    let names = Activation::CATALOGUE.iter().map(|entry| entry.name);
    for name in names.chain(["elu:2", "leaky-relu:0"]) {
        let activation: Activation = name.parse().unwrap();
        let (low, high) = activation.range();
        let grid = (-2_000_000..=2_000_000).map(|i| i as f32 * 1e-5);
        let values = grid.chain([-1e30, 1e30]).map(|z| value(&activation, z));
        let (mut least, mut most) = (f32::INFINITY, f32::NEG_INFINITY);
        for y in values {
            assert!(!y.is_nan(), "{name}");
            (least, most) = (least.min(y), most.max(y));
        }
        // Values are a few units in the last place off: 2e-7 for gelu.
        let near = |found: f32, stated: f32| {
            if stated.is_infinite() {
                found.abs() > 1e20
            } else {
                (found - stated).abs() < 3e-7
            }
        };
        assert!(
            near(least, low) && near(most, high),
            "{name}: {least} to {most}"
        );
    }
}

#[test]
fn minima_of_gelu_and_silu_are_where_they_are_said_to_be() {
    for (name, z, low) in [
        ("gelu", -0.751_791_6, -0.169_971_207_5),
        ("silu", -1.278_464_5, -0.278_464_542_7),
    ] {
        let activation: Activation = name.parse().unwrap();
        let twin = |z| crate::oracle::activation(&activation, z);
        assert!((twin(z) - low).abs() < 1e-10);
        assert!(twin(z - 1e-3) > twin(z) && twin(z + 1e-3) > twin(z));
        assert!((f64::from(activation.range().0) - low).abs() < 1e-7);
        let mut slope = [1.0];
        activation.apply_derivative(&[z as f32], &mut slope);
        assert!(slope[0].abs() < 1e-6, "{name}: {}", slope[0]);
    }
}

#[test]
fn nan_stays_nan() {
    for entry in Activation::CATALOGUE {
        let activation: Activation = entry.name.parse().unwrap();
        assert!(value(&activation, f32::NAN).is_nan(), "{}", entry.name);
    }
}

#[test]
fn derivatives_from_the_output_need_no_copy_of_the_input() {
    let copied = Activation::CATALOGUE.iter().filter(|entry| {
        let activation: Activation = entry.name.parse().unwrap();
        activation.derivative_from() == DerivativeFrom::Input
    });
    let copied: Vec<_> = copied.map(|entry| entry.name).collect();
    assert_eq!(copied, ["gelu", "silu"]);
}
