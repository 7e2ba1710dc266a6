use ae_data::{Noise, NoiseContext};
use ae_tensor::random::{Purpose, Stream};

const ROW: usize = 784;
const ROWS: u64 = 500;

const FREE: NoiseContext = NoiseContext {
    range: None,
    donors: &|row, column, out| out[0] = (1000 * row) as f32 + column as f32,
    donor_rows: 3,
    groups: None,
};
const UNIT: NoiseContext = NoiseContext {
    range: Some((0.0, 1.0)),
    ..FREE
};

/// Many rows of one value, each spoiled by its own stream.
fn spoil(noise: &str, value: f32, context: &NoiseContext) -> Vec<f32> {
    let noise: Noise = noise.parse().unwrap();
    let spoil_row = |index| {
        let mut row = vec![value; ROW];
        noise.corrupt(
            &mut row,
            &mut Stream::new(5, Purpose::Noise, index),
            context,
        );
        row
    };
    (0..ROWS).flat_map(spoil_row).collect()
}

fn share(values: &[f32], is_counted: impl Fn(f32) -> bool) -> f64 {
    values.iter().filter(|&&value| is_counted(value)).count() as f64 / values.len() as f64
}

/// Five standard errors of a share over all the values of a test.
fn five_errors(probability: f64) -> f64 {
    5.0 * (probability * (1.0 - probability) / (ROW as u64 * ROWS) as f64).sqrt()
}

#[test]
fn gaussian_has_the_deviation_asked_for_and_stays_in_range() {
    let values = spoil("gaussian:0.3", 0.5, &FREE);
    let count = values.len() as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
    let variance = values
        .iter()
        .map(|&v| (f64::from(v) - mean).powi(2))
        .sum::<f64>()
        / count;
    assert!((mean - 0.5).abs() < 5.0 * 0.3 / count.sqrt(), "mean {mean}");
    assert!(
        (variance.sqrt() - 0.3).abs() < 0.002,
        "std {}",
        variance.sqrt()
    );
    let clipped = spoil("gaussian:0.3", 0.5, &UNIT);
    assert!(clipped.iter().all(|value| (0.0..=1.0).contains(value)));
    // A normal number is beyond 5/3 deviations on one side with probability 0.0478.
    let at_floor = share(&clipped, |value| value == 0.0);
    assert!(
        (at_floor - 0.0478).abs() < five_errors(0.0478),
        "{at_floor}"
    );
}

#[test]
fn masking_zeroes_the_share_asked_for() {
    let values = spoil("masking:0.3", 0.5, &UNIT);
    let masked = share(&values, |value| value == 0.0);
    assert!((masked - 0.3).abs() < five_errors(0.3), "{masked}");
    assert!(values.iter().all(|&value| value == 0.0 || value == 0.5));
    assert!(
        spoil("masking:0", 0.5, &UNIT)
            .iter()
            .all(|&value| value == 0.5)
    );
    assert!(
        spoil("masking:1", 0.5, &UNIT)
            .iter()
            .all(|&value| value == 0.0)
    );
}

#[test]
fn salt_and_pepper_are_half_each() {
    let values = spoil("salt-pepper:0.2", 0.5, &UNIT);
    for end in [0.0, 1.0] {
        let found = share(&values, |value| value == end);
        assert!((found - 0.1).abs() < five_errors(0.1), "{end}: {found}");
    }
    assert!(values.iter().all(|&value| [0.0, 0.5, 1.0].contains(&value)));
    let values = spoil("salt-pepper:1", 0.5, &FREE);
    assert!(values.iter().all(|&value| value == 3.0 || value == -3.0));
}

#[test]
fn swap_takes_the_same_column_of_any_other_row() {
    let values = spoil("swap:0.15", -1.0, &FREE);
    let swapped = share(&values, |value| value >= 0.0);
    assert!((swapped - 0.15).abs() < five_errors(0.15), "{swapped}");
    for (index, &value) in values.iter().enumerate() {
        let column = (index % ROW) as f32;
        assert!(
            value == -1.0 || value % 1000.0 == column,
            "{index}: {value}"
        );
    }
    for donor in 0..3 {
        let from = share(&values, |value| {
            value >= 0.0 && (value / 1000.0) as u32 == donor
        });
        assert!(
            (from - 0.05).abs() < five_errors(0.05),
            "row {donor}: {from}"
        );
    }
}

#[test]
fn the_stream_decides() {
    for entry in Noise::CATALOGUE {
        let spoiled = spoil(entry.name, 0.5, &UNIT);
        assert_eq!(spoiled, spoil(entry.name, 0.5, &UNIT), "{}", entry.name);
        let differ = spoiled[..ROW] != spoiled[ROW..2 * ROW];
        assert_eq!(differ, entry.name != "none", "{}", entry.name);
    }
}
