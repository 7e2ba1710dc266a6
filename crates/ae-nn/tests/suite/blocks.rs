//! The loss over blocks of features, against its formulas in double precision.

use ae_nn::loss::{Block, BlockKind, Blocks, Measure};
use ae_nn::{Architecture, TrainSettings, Trainer};
use ndarray::Array2;

use crate::support::settings;

fn block(from: usize, to: usize, loss: &str, weight: f32, mask: Option<usize>) -> Block {
    let kind = match loss {
        "choice" => BlockKind::Choice,
        loss => BlockKind::Each(loss.parse().unwrap()),
    };
    Block {
        features: from..to,
        kind,
        weight,
        mask,
    }
}

/// Two numbers of one weight, one that a hole masks, its hole, three values, two numbers.
fn mixed() -> Vec<Block> {
    vec![
        block(0, 1, "mse", 2.0, None),
        block(1, 2, "mse", 2.0, None),
        block(2, 3, "mse", 0.5, Some(3)),
        block(3, 4, "bce", 0.5, None),
        block(4, 7, "choice", 3.0, None),
        block(7, 9, "huber", 1.5, None),
    ]
}

const TARGETS: [[f32; 9]; 2] = [
    [0.3, -1.0, 0.7, 0.0, 0.0, 1.0, 0.0, 2.0, -0.4],
    [1.5, 0.2, 9.0, 1.0, 1.0, 0.0, 0.0, 0.1, 0.6],
];
const OUTPUT: [f32; 9] = [0.1, 0.4, -0.2, 0.8, 0.5, -1.5, 2.0, 0.3, 0.5];

/// The sum, written out.
fn reference(output: &[f64], target: &[f64]) -> f64 {
    let square = |i: usize| (output[i] - target[i]).powi(2);
    let huber = |i: usize| {
        let d = (output[i] - target[i]).abs();
        if d <= 1.0 { d * d / 2.0 } else { d - 0.5 }
    };
    let entropy = (1.0 + (-output[3]).exp()).ln() + (1.0 - target[3]) * output[3];
    let all: f64 = (4..7).map(|i| output[i].exp()).sum();
    let right: f64 = (4..7).map(|i| output[i] * target[i]).sum();
    let masked = if target[3] > 0.5 { 0.0 } else { square(2) };
    2.0 * (square(0) + square(1))
        + 0.5 * (masked + entropy)
        + 3.0 * (all.ln() - right)
        + 1.5 * (huber(7) + huber(8))
}

#[test]
fn value_and_gradient_are_those_of_the_formulas() {
    let blocks = Blocks::new(mixed()).unwrap();
    for target in TARGETS {
        let wide = |values: &[f32]| -> Vec<f64> { values.iter().map(|v| f64::from(*v)).collect() };
        let (output, wide_target) = (wide(&OUTPUT), wide(&target));
        let expected = reference(&output, &wide_target);
        let mut gradient = [f32::NAN; 9];
        let value = blocks.value_and_gradient(&OUTPUT, &target, 0.25, &mut gradient);
        assert!(
            (f64::from(value) - expected).abs() < 1e-5,
            "{value} for {expected}"
        );
        assert!((blocks.value(&OUTPUT, &target) - value).abs() < 1e-5);
        let parts: f32 = blocks.losses(&OUTPUT, &target).sum();
        assert!((parts - value).abs() < 1e-5, "{parts} for {value}");
        for (index, found) in gradient.into_iter().enumerate() {
            let at = |step: f64| {
                let mut moved = output.clone();
                moved[index] += step;
                reference(&moved, &wide_target)
            };
            let slope = 0.25 * (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!(
                (f64::from(found) - slope).abs() < 1e-5,
                "{index}: {found} for {slope}"
            );
        }
    }
}

#[test]
fn a_hole_costs_its_value_nothing() {
    let blocks = Blocks::new(mixed()).unwrap();
    let [_, mut target] = TARGETS;
    let before = blocks.value(&OUTPUT, &target);
    target[2] = -500.0;
    assert_eq!(blocks.value(&OUTPUT, &target), before);
    let mut gradient = [f32::NAN; 9];
    blocks.value_and_gradient(&OUTPUT, &target, 1.0, &mut gradient);
    assert_eq!(gradient[2], 0.0);
}

#[test]
fn large_logits_neither_overflow_nor_lose_their_gradient() {
    let blocks = Blocks::new(vec![block(0, 2, "choice", 1.0, None)]).unwrap();
    for (logits, target, value, slopes) in [
        ([200.0, 0.0], [0.0, 1.0], 200.0, [1.0, -1.0]),
        ([-200.0, 0.0], [0.0, 1.0], 0.0, [0.0, 0.0]),
    ] {
        let mut gradient = [f32::NAN; 2];
        assert_eq!(
            blocks.value_and_gradient(&logits, &target, 1.0, &mut gradient),
            value
        );
        assert_eq!(gradient, slopes);
    }
}

#[test]
fn outputs_are_probabilities_where_losses_ask_for_them() {
    let blocks = Blocks::new(mixed()).unwrap();
    let mut row = OUTPUT;
    blocks.apply_output(&mut row);
    assert_eq!(row[..3], OUTPUT[..3]);
    assert_eq!(row[7..], OUTPUT[7..]);
    assert!(
        (row[3] - 0.689_974_5).abs() < 1e-6,
        "the sigmoid of 0.8: {}",
        row[3]
    );
    assert!((row[4..7].iter().sum::<f32>() - 1.0).abs() < 1e-6);
    assert!((row[6] / row[4] - 1.5f32.exp()).abs() < 1e-4);
}

#[test]
fn blocks_that_do_not_cover_a_row_are_refused() {
    for (blocks, said) in [
        (vec![], "blocks of a loss"),
        (vec![block(1, 2, "mse", 1.0, None)], "where 0 should begin"),
        (vec![block(0, 0, "mse", 1.0, None)], "block 0"),
        (vec![block(0, 1, "mse", 0.0, None)], "weight 0"),
        (vec![block(0, 1, "mse", f32::NAN, None)], "weight NaN"),
        (vec![block(0, 1, "mse", 1.0, Some(1))], "mask Some(1)"),
    ] {
        let error = Blocks::new(blocks).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn a_network_learns_numbers_and_choices_together() {
    // Three kinds of rows; the number and the choice say the same.
    let rows = Array2::from_shape_fn((90, 4), |(row, column)| match column {
        0 => (row % 3) as f32 - 1.0,
        column => f32::from(u8::from(row % 3 == column - 1)),
    });
    let blocks = vec![
        block(0, 1, "mse", 1.0, None),
        block(1, 4, "choice", 1.0, None),
    ];
    let blocks = Blocks::new(blocks).unwrap();
    let settings = TrainSettings {
        optimizer: "adam:lr=0.02".parse().unwrap(),
        epochs: 150,
        batch: 30,
        ..settings("mse")
    };
    let architecture = Architecture {
        hidden: vec![8],
        latent: 1,
        ..Architecture::new(4)
    };
    let autoencoder = architecture.build(&settings.loss, 1).unwrap();
    let mut autoencoder = autoencoder.with_output_blocks(blocks).unwrap();
    let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
    trainer.fit(&rows, None, &mut ()).unwrap();
    let back = autoencoder.reconstruct(rows.view()).unwrap();
    let worst = (&back - &rows)
        .iter()
        .fold(0.0f32, |worst, d| worst.max(d.abs()));
    assert!(worst < 0.1, "{worst}");
}

#[test]
fn blocks_must_fit_the_network_and_stand_alone() {
    let blocks = || Blocks::new(mixed()).unwrap();
    let network = |features, loss: &str| {
        let loss = loss.parse().unwrap();
        Architecture::new(features).build(&loss, 1).unwrap()
    };
    let error = network(8, "mse").with_output_blocks(blocks()).unwrap_err();
    assert!(error.to_string().contains("expected 8"), "{error}");
    let error = network(9, "bce").with_output_blocks(blocks()).unwrap_err();
    assert!(error.to_string().contains("sigmoid"), "{error}");
}
