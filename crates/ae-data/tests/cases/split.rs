use ae_data::Split;
use proptest::prelude::*;

#[test]
fn a_part_that_is_asked_for_has_a_row() {
    let split = Split::new(5, 0.1, 0.0, 1).unwrap();
    let sizes = [split.train.len(), split.validation.len(), split.test.len()];
    assert_eq!(sizes, [4, 1, 0]);
}

#[test]
fn the_seed_decides() {
    let split = |seed| Split::new(1000, 0.2, 0.1, seed).unwrap();
    assert_eq!(split(3), split(3));
    assert_ne!(split(3), split(4));
    // Not the tail: sorted data would give a validation part of one class.
    assert!(split(3).validation.iter().any(|&row| row < 500));
    assert!(split(3).validation.iter().any(|&row| row >= 500));
    // The test part does not depend on the validation part.
    assert_eq!(Split::new(1000, 0.0, 0.1, 3).unwrap().test, split(3).test);
}

#[test]
fn impossible_splits_are_refused_with_the_numbers() {
    let error = Split::new(2, 0.5, 0.5, 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 rows cannot be split into training, 1 validation and 1 test rows: none would be left \
         to train on"
    );
    assert!(error.hint().is_some());
    let error = Split::new(10, 1.0, 0.0, 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "validation fraction must be in [0, 1), got 1"
    );
    assert!(Split::new(10, f64::NAN, 0.0, 1).is_err());
}

proptest! {
    #[test]
    fn parts_are_disjoint_and_complete(
        rows in 3usize..2000, validation in 0.0f64..0.5, test in 0.0f64..0.49, seed: u64,
    ) {
        let Ok(split) = Split::new(rows, validation, test, seed) else {
            return Ok(());
        };
        let mut all = [split.train, split.validation, split.test].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..rows as u32).collect::<Vec<_>>());
    }
}
