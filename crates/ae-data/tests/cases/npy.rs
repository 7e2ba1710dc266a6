use std::path::Path;

use crate::{numbers, open_with, refuse};
use ae_data::{DataError, Dataset, Layout, SourceOptions, Values};

/// A file made by `tests/data/make_arrays.py`.
pub(crate) fn open(name: &str) -> Result<Dataset, DataError> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    open_with(&folder.join(name), &SourceOptions::default()).map(|parts| parts.train)
}

/// An npy file of version 1.0 with this header and data.
pub(crate) fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

pub(crate) fn header(kind: &str, shape: &str) -> String {
    format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n")
}

fn floats(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

#[test]
fn the_same_numbers_of_any_type_order_and_version_are_equal() {
    let names = [
        "f8",
        "f4",
        "i8",
        "u2_big_endian",
        "f8_big_endian",
        "version_2",
        "version_3",
    ];
    for name in names {
        let matrix = open(&format!("{name}.npy")).unwrap();
        assert_eq!(numbers(&matrix), [1.0, 2.0, 3.0, 4.0], "{name}");
        assert_eq!((matrix.rows, matrix.width), (2, 2), "{name}");
    }
}

#[test]
fn column_major_arrays_are_put_in_order() {
    let matrix = open("fortran.npy").unwrap();
    assert_eq!(numbers(&matrix), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!((matrix.rows, matrix.width), (2, 3));
    let images = open("fortran_images.npy").unwrap();
    assert_eq!(images.values, open("images.npy").unwrap().values);
}

#[test]
fn three_axes_are_images_and_a_fourth_is_colour() {
    let images = open("images.npy").unwrap();
    assert_eq!(images.values, Values::Bytes((0..12).collect()));
    let (height, width, channels) = (3, 2, 1);
    let layout = Layout::Image {
        height,
        width,
        channels,
    };
    assert_eq!(images.layout, layout);
    let colour = open("colour.npy").unwrap();
    assert_eq!((colour.rows, colour.width), (2, 12));
    assert_eq!(colour.feature_name(4), "pixel 0,1,1");
    let error = open("channels_first.npy").unwrap_err();
    assert!(
        error.to_string().contains("4-D array (2 × 3 × 5 × 6)"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("last axis"));
}

#[test]
fn bools_are_0_and_1() {
    assert_eq!(numbers(&open("bool.npy").unwrap()), [0.0, 1.0, 1.0]);
    let (message, _) = refuse("b.npy", &npy(&header("|b1", "(2, 1)"), &[0, 2]));
    assert_eq!(
        message,
        "b.npy: element 1 is the byte 2, where a bool (0 or 1) was expected"
    );
}

#[test]
fn what_is_no_plain_number_is_refused_by_name() {
    let complex = open("complex.npy").unwrap_err();
    assert!(
        complex
            .to_string()
            .ends_with("elements of type `<c8` are not supported"),
        "{complex}"
    );
    assert!(complex.hint().unwrap().contains("b1, u1, i1"));
    let objects = open("objects.npy").unwrap_err();
    assert!(
        objects
            .to_string()
            .contains("`|O` are Python objects, which are never unpickled")
    );
    let records = open("records.npy").unwrap_err();
    assert!(
        records.to_string().contains("records with fields"),
        "{records}"
    );
}

#[test]
fn missing_data_is_counted() {
    let (message, _) = refuse("cut.npy", &npy(&header("<f4", "(4, 4)"), &[0; 40]));
    assert_eq!(
        message,
        "cut.npy: truncated: 4 × 4 elements take 64 bytes, 40 found"
    );
    let (message, _) = refuse("long.npy", &npy(&header("<f4", "(1, 1)"), &[0; 5]));
    assert_eq!(
        message,
        "long.npy: data goes on after the 4 bytes that 1 × 1 elements take"
    );
}

#[test]
fn one_axis_is_one_row_and_a_wrong_width_is_named() {
    let flat = npy(&header("<f4", "(4,)"), &floats(&[1.0, 2.0, 3.0, 4.0]));
    let row = crate::read("row.npy", &flat).unwrap();
    assert_eq!((row.rows, row.width), (1, 4));
    assert_eq!(
        row.warnings,
        ["row.npy: an array with one axis, read as one row of 4"]
    );
    assert!(row.check_width(4).is_ok());
    let column = npy(&header("<f4", "(4, 1)"), &floats(&[1.0, 2.0, 3.0, 4.0]));
    let error = crate::read("column.npy", &column)
        .unwrap()
        .check_width(4)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "column.npy: expected 4 features, found 1"
    );
}

#[test]
fn a_shape_written_by_python_2_is_read() {
    let bytes = npy(
        &header("<f4", "(3L, 2L)"),
        &floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    );
    let matrix = crate::read("old.npy", &bytes).unwrap();
    assert_eq!((matrix.rows, matrix.width), (3, 2));
}

#[test]
fn a_broken_header_is_pointed_at() {
    for (text, expected) in [
        (
            "{'descr': '<f4', 'fortran_order': False}",
            "header, byte 40: shape expected, the end found",
        ),
        (
            "{'descr': '<f4', 'shape': (2, x)}",
            "header, byte 30: the length of an axis expected, `x)}` found",
        ),
        (
            "['descr']",
            "header, byte 0: `{` expected, `['descr']` found",
        ),
        (
            "{'descr': '<f4', 'fortran_order': Maybe",
            "header, byte 34: True or False expected, `Maybe` found",
        ),
        (
            "{'descr",
            "header, byte 1: a closing quote expected, `'descr` found",
        ),
        (
            "{'colour': 3}",
            "header, byte 10: descr, fortran_order or shape expected, `3}` found",
        ),
    ] {
        let (message, _) = refuse("a.npy", &npy(text, &[0; 16]));
        assert_eq!(message, format!("a.npy: {expected}"), "{text}");
    }
    let (message, _) = refuse("a.npy", b"\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF{");
    assert_eq!(
        message,
        "a.npy: a header of 4294967295 bytes, where at most 65536 were expected"
    );
    let (message, _) = refuse("a.npy", b"\x93NUMPY\x09\x00");
    assert_eq!(
        message,
        "a.npy: npy version 9.0, where 1.0, 2.0 or 3.0 was expected"
    );
    let (message, _) = refuse("a.npy", b"\x93NUMPY\x01\x00\x10\x00{}");
    assert_eq!(
        message,
        "a.npy: truncated: 16 more bytes of header expected, 2 found"
    );
    let (message, _) = refuse("a.npy", b"NUMPY");
    assert!(message.starts_with("a.npy: "), "{message}");
}

#[test]
fn a_header_is_not_trusted() {
    for shape in ["(99999999999, 99999999999)", "(0, 18446744073709551615)"] {
        let (message, _) = refuse("huge.npy", &npy(&header("<f8", shape), &[]));
        assert!(
            message.contains("elements, more than can be addressed")
                || message.contains("0 data rows"),
            "{message}"
        );
    }
    let (message, _) = refuse("a.npy", &npy(&header("<f8", "()"), &[0; 8]));
    assert!(message.contains("0-D array"), "{message}");
}

#[test]
fn numbers_that_are_not_finite_are_placed() {
    let bytes = npy(
        &header("<f4", "(2, 2)"),
        &floats(&[1.0, 2.0, 3.0, f32::NAN]),
    );
    let (message, hint) = refuse("a.npy", &bytes);
    assert_eq!(
        message,
        "a.npy: NaN at row 1, x1, where a finite number was expected"
    );
    assert!(hint.contains("fill"), "{hint}");
}

#[test]
fn a_double_beyond_single_precision_is_called_that_and_not_infinite() {
    let doubles = |values: [f64; 2]| {
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        refuse("a.npy", &npy(&header("<f8", "(1, 2)"), &bytes)).0
    };
    let message = doubles([1.0, -1e300]);
    assert!(message.contains("element 1 is -1e300, beyond"), "{message}");
    let message = doubles([1.0, f64::INFINITY]);
    assert!(message.contains("where a finite number"), "{message}");
}
