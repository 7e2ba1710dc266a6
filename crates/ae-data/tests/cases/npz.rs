use std::path::Path;

use crate::npy::open;
use crate::{numbers, open_with};
use ae_data::{DataError, Dataset, Parts, SourceOptions, Values};

fn open_parts(name: &str, options: &SourceOptions) -> Result<Parts, DataError> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    open_with(&folder.join(name), options)
}

fn open_member(name: &str, member: &str) -> Result<Dataset, DataError> {
    let options = SourceOptions {
        member: Some(member.to_owned()),
        ..SourceOptions::default()
    };
    open_parts(name, &options).map(|parts| parts.train)
}

#[test]
fn x_and_y_are_features_and_labels() {
    let anomalies = open("anomalies.npz").unwrap();
    assert_eq!(numbers(&anomalies), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    let labels = anomalies.labels.unwrap();
    assert_eq!(
        (labels.ids, labels.names),
        (vec![0, 1, 0], vec!["0".into(), "1".into()])
    );
}

#[test]
fn a_y_that_is_no_class_is_left_out_with_a_warning() {
    let regression = open("regression.npz").unwrap();
    assert_eq!(regression.labels, None);
    let [warning] = regression.warnings.as_slice() else {
        panic!("{:?}", regression.warnings);
    };
    assert!(
        warning.ends_with(
            "not used as labels: array `y`: label 0 is 0.5, where a whole number was expected"
        ),
        "{warning}"
    );
}

#[test]
fn train_and_test_parts_are_both_read() {
    let parts = open_parts("parts.npz", &SourceOptions::default()).unwrap();
    assert_eq!(parts.train.values, Values::Bytes((0..8).collect()));
    assert_eq!(parts.train.labels.unwrap().ids, [1, 0]);
    let test = parts.test.unwrap();
    assert_eq!(
        (test.rows, test.labels.unwrap().names),
        (1, vec!["3".to_owned()])
    );
    // Asked for by name, an array comes alone.
    let options = SourceOptions {
        member: Some("x_test".to_owned()),
        ..SourceOptions::default()
    };
    let parts = open_parts("parts.npz", &options).unwrap();
    assert_eq!((parts.train.rows, parts.test), (1, None));
}

#[test]
fn one_array_needs_no_name_and_several_do() {
    assert_eq!(open("single.npz").unwrap().rows, 3);
    let error = open("several.npz").unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("2 arrays, and none is named X or x_train"),
        "{error}"
    );
    assert_eq!(
        error.hint().unwrap(),
        "choose one of the arrays: alpha, beta"
    );
    assert_eq!(
        numbers(&open_member("several.npz", "beta").unwrap())[0],
        10.0
    );
    let error = open_member("several.npz", "bete").unwrap_err();
    assert!(error.to_string().ends_with("no array `bete`"), "{error}");
    assert_eq!(
        error.hint().unwrap(),
        "did you mean `beta`? arrays: alpha, beta"
    );
}

#[test]
fn a_damaged_zip_is_called_that() {
    let (message, _) = crate::refuse("cut.npz", b"PK\x03\x04 and then nothing");
    assert!(
        message.starts_with("cut.npz: damaged or unsupported zip"),
        "{message}"
    );
}
