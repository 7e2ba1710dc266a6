//! Files of every kind, through the program.

use crate::harness::Place;

/// An IDX file: type code, sizes, content.
fn idx(code: u8, sizes: &[u32], content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, sizes.len() as u8];
    for size in sizes {
        bytes.extend(size.to_be_bytes());
    }
    bytes.extend(content);
    bytes
}

/// A version 1.0 npy file.
fn npy(kind: &str, shape: &str, content: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(content);
    bytes
}

const TRAIN: &str = "--latent 1 --epochs 1 --no-report --quiet --out a";

#[test]
fn broken_idx_files_are_named_with_what_was_expected_and_found() {
    let place = Place::new();
    let cases: [(&str, Vec<u8>, &[&str]); 6] = [
        ("short", idx(8, &[5, 3, 3], &[1; 40]), &["45", "40"]),
        ("empty", Vec::new(), &["empty file"]),
        (
            "page.gz",
            b"<!DOCTYPE html><html></html>".to_vec(),
            &["web page"],
        ),
        ("labels", idx(8, &[3], &[1, 2, 3]), &["labels"]),
        (
            "text.idx",
            b"\xff\xfeh\0e\0l\0l\0o\0".to_vec(),
            &["text.idx"],
        ),
        ("huge", idx(8, &[u32::MAX; 3], &[]), &["huge"]),
    ];
    for (name, content, said) in cases {
        place.write(name, content);
        let mut said = said.to_vec();
        said.push(name);
        place.run(&format!("train {name} {TRAIN}")).fails(1, &said);
        assert!(!place.path("a").exists(), "{name}");
    }
}

#[test]
fn idx_images_train_and_the_same_images_as_floats_score_the_same() {
    let place = Place::new();
    let pixels: Vec<u8> = (0..60 * 9).map(|i: u32| (i * 37 % 251) as u8).collect();
    place.write("images.idx", idx(8, &[60, 3, 3], &pixels));
    place.run(&format!("train images.idx {TRAIN}")).ok();
    let floats = |divisor: f32| -> Vec<u8> {
        let values = pixels.iter().map(|pixel| f32::from(*pixel) / divisor);
        values.flat_map(f32::to_le_bytes).collect()
    };
    place.write("unit.npy", npy("<f4", "(60, 3, 3)", &floats(255.0)));
    place.write("bytes.npy", npy("<f4", "(60, 3, 3)", &floats(1.0)));
    let score = |name: &str| place.run(&format!("score a/model.safetensors {name}")).ok();
    let expected = score("images.idx").stdout;
    assert_eq!(score("unit.npy").stdout, expected);
    let scaled = score("bytes.npy").says(&["warning:", "250"]);
    assert_eq!(scaled.stdout, expected);
}

#[test]
fn broken_npy_files_are_named_with_what_was_expected_and_found() {
    let place = Place::new();
    let cases: [(&str, Vec<u8>, &[&str]); 4] = [
        ("bool.npy", npy("|b1", "(2,)", &[0, 2]), &["element 1"]),
        ("complex.npy", npy("<c8", "(2, 2)", &[0; 32]), &["<c8"]),
        ("object.npy", npy("|O", "(2,)", &[0; 16]), &["|O"]),
        ("cut.npy", npy("<f4", "(4, 4)", &[0; 40]), &["64", "40"]),
    ];
    for (name, content, said) in cases {
        place.write(name, content);
        let mut said = said.to_vec();
        said.push(name);
        place.run(&format!("train {name} {TRAIN}")).fails(1, &said);
    }
}

#[test]
fn broken_tables_are_named_with_line_and_column() {
    let place = Place::new();
    let cases: [(&str, &[u8], &[&str]); 5] = [
        ("header.csv", b"a,b\n", &["0 data rows"]),
        ("nothing.csv", b"", &["header"]),
        ("word.csv", b"a,b\n1,2\n3,x\n4,5\n", &["line 3", "`x`"]),
        ("infinite.csv", b"a,b\n1,2\n2,1e400\n", &["line 3"]),
        ("ragged.csv", b"a,b\n1,2\n3\n", &["line 3"]),
    ];
    for (name, content, said) in cases {
        place.write(name, content);
        let said = if name == "nothing.csv" {
            &["empty"][..]
        } else {
            said
        };
        place.run(&format!("train {name} {TRAIN}")).fails(1, said);
    }
}

#[test]
fn values_beyond_the_training_range_are_counted() {
    let place = Place::new();
    let rows: String = (0..=10).map(|x| format!("{x},{}\n", 10 - x)).collect();
    place.write("train.csv", format!("a,b\n{rows}"));
    place
        .run("train train.csv --scaling min-max --validation 0 --latent 1 --epochs 1 --no-report --quiet --out a")
        .ok();
    place.write("new.csv", "a,b\n25,5\n-5,5\n5,5\n");
    place
        .run("score a/model.safetensors new.csv")
        .ok()
        .says(&["2 of 3 rows hold values outside the range of the training rows"]);
}

#[test]
fn fetched_sets_that_are_not_there_say_how_to_fetch_them() {
    let place = Place::new();
    place.run("train mnist --epochs 1").fails(
        1,
        &["not fetched yet", "hint: run `cargo xtask fetch-mnist`"],
    );
    place.run("train fashion --epochs 1").fails(
        1,
        &["not fetched yet", "hint: run `cargo xtask fetch-fashion`"],
    );
    assert!(!place.path("runs").exists());
}
