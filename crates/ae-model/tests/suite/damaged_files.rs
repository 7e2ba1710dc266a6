//! Files that are not what they should be: an error that names the file and the place,
//! whatever is wrong with them.

use crate::support::{Parted, alone, bytes_of, curve, load_bytes, short, trained};
use ae_model::{FileProblem, Model, ModelError};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (_, model) = trained(&alone(curve(60)), &short());
    bytes_of(&model)
});

fn good() -> Parted {
    Parted::from_bytes(&GOOD)
}

/// Whatever it is, it is no panic, and an error names the file.
#[track_caller]
fn survives(bytes: &[u8]) -> Option<ModelError> {
    let error = load_bytes(bytes).err()?;
    let text = error.to_string();
    assert!(text.contains("model.safetensors: "), "{text}");
    Some(error)
}

/// Refused with all of these words.
#[track_caller]
fn refused(file: &Parted, said: &[&str]) {
    let error = survives(&file.to_bytes()).expect("refused");
    let text = error.to_string();
    for part in said {
        assert!(text.contains(part), "`{part}` not in: {text}");
    }
}

/// The same with metadata that was changed.
#[track_caller]
fn refused_metadata(change: impl FnOnce(&mut Value), said: &[&str]) {
    let mut file = good();
    let mut metadata = file.metadata();
    change(&mut metadata);
    file.set_metadata(&metadata);
    refused(&file, said);
}

#[test]
fn a_file_cut_anywhere_is_damaged() {
    for length in (0..GOOD.len()).step_by(7).chain([GOOD.len() - 1]) {
        let error = survives(&GOOD[..length]).expect("too short");
        let text = error.to_string();
        assert!(text.contains("damaged or incomplete"), "{length}: {text}");
        assert!(error.hint().is_some());
    }
    let longer = [&GOOD[..], &[0; 3]].concat();
    assert!(survives(&longer).is_some());
}

#[test]
fn a_flipped_byte_of_the_header_never_panics() {
    let header = 8 + u64::from_le_bytes(GOOD[..8].try_into().unwrap()) as usize;
    let mut refused = 0;
    for place in 0..header {
        for mask in [1 << (place % 8), 0xff] {
            let mut bytes = GOOD.clone();
            bytes[place] ^= mask;
            refused += usize::from(survives(&bytes).is_some());
        }
    }
    // Some flips only make another name or another number.
    assert!(refused > header, "{refused} of {}", 2 * header);
    for place in 0..8 {
        let mut bytes = GOOD.clone();
        bytes[place] ^= 0x10;
        assert!(survives(&bytes).is_some(), "length, byte {place}");
    }
}

#[test]
fn other_kinds_of_files_are_told_as_such() {
    refused_metadata(
        |m| m["kind"] = json!("ae checkpoint"),
        &["kind `ae checkpoint`, expected `ae model`"],
    );
    refused_metadata(
        |m| m["format"] = json!(4),
        &["format 4, this program reads up to 3"],
    );
    refused_metadata(|m| m["format"] = json!(-1), &["metadata: ", "-1"]);
    refused_metadata(|m| *m = json!([1, 2]), &["metadata: "]);
    refused_metadata(
        |m| {
            m.as_object_mut().unwrap().remove("scaling");
        },
        &["metadata: missing field `scaling`"],
    );
    let mut foreign = good();
    foreign.header.remove("__metadata__");
    refused(&foreign, &["not made by ae"]);
    let mut foreign = good();
    foreign.header["__metadata__"] = json!({"format": "pt"});
    refused(&foreign, &["not made by ae", "`ae`"]);
    for text in [
        "",
        "hello, this is no model",
        "\u{89}PNG\r\n\u{1a}\n0000000000000000",
    ] {
        let error = survives(text.as_bytes()).unwrap();
        assert!(
            error.to_string().contains("damaged or incomplete"),
            "{error}"
        );
    }
}

#[test]
fn absurd_architectures_are_refused() {
    let huge = 1_000_000_000_000_000_000u64;
    refused_metadata(
        |m| m["encoder"][0]["outputs"] = json!(huge),
        &["encoder.0.weight: expected F32 [4, 1000000000000000000], found F32 [4, 6]"],
    );
    refused_metadata(
        |m| {
            m["encoder"][0]["inputs"] = json!(huge);
            m["encoder"][0]["outputs"] = json!(huge);
        },
        &["encoder.0.weight"],
    );
    refused_metadata(
        |m| m["encoder"][0]["inputs"] = json!(-4),
        &["metadata: ", "-4"],
    );
    refused_metadata(|m| m["encoder"][0]["inputs"] = json!(1e30), &["metadata: "]);
    refused_metadata(
        |m| m["encoder"][1]["kind"] = json!("quantum"),
        &["metadata: ", "quantum", "dense"],
    );
    refused_metadata(|m| m["encoder"] = json!([]), &["architecture: encoder"]);
    refused_metadata(|m| m["decoder"] = json!([]), &["architecture: decoder"]);
    // Layers without a tensor have nothing to be compared with.
    for width in [huge, u64::MAX, 1 << 33] {
        let layer = json!({"kind": "dropout", "width": width, "rate": 0.1});
        refused_metadata(
            |m| {
                m["encoder"] = json!([layer]);
                m["decoder"] = json!([layer]);
            },
            &["architecture: encoder"],
        );
    }
    refused_metadata(
        |m| {
            m["encoder"]
                .as_array_mut()
                .unwrap()
                .push(json!({"kind": "dropout", "width": 2, "rate": 7.0}))
        },
        &["architecture: encoder"],
    );
    refused_metadata(
        |m| {
            let layer = json!({"kind": "dropout", "width": 3, "rate": 0.1});
            m["encoder"].as_array_mut().unwrap().push(layer);
        },
        &["architecture: encoder"],
    );
    // Encoder and decoder the wrong way round.
    let mut file = good();
    for layer in ["0", "1"] {
        for block in ["weight", "bias"] {
            let [a, b] = ["encoder", "decoder"].map(|side| format!("{side}.{layer}.{block}"));
            let (a_value, b_value) = (file.header[&a].clone(), file.header[&b].clone());
            file.header.insert(a, b_value);
            file.header.insert(b, a_value);
        }
    }
    let mut metadata = file.metadata();
    let encoder = metadata["encoder"].take();
    metadata["encoder"] = metadata["decoder"].take();
    metadata["decoder"] = encoder;
    file.set_metadata(&metadata);
    refused(&file, &["architecture: "]);
}

#[test]
fn tensors_that_do_not_fit_are_named() {
    let mut file = good();
    file.header["encoder.0.weight"]["shape"] = json!([6, 4]);
    refused(
        &file,
        &["encoder.0.weight: expected F32 [4, 6], found F32 [6, 4]"],
    );

    let mut file = good();
    file.header["decoder.1.bias"]["dtype"] = json!("I32");
    refused(&file, &["decoder.1.bias: expected F32 [4], found I32 [4]"]);
    file.header["decoder.1.bias"]["dtype"] = json!("F64");
    refused(&file, &["damaged or incomplete"]);

    // Half as many numbers of twice the size: the container is fine.
    let mut file = good();
    file.header["encoder.0.bias"]["dtype"] = json!("F64");
    file.header["encoder.0.bias"]["shape"] = json!([3]);
    refused(&file, &["encoder.0.bias: expected F32 [6], found F64 [3]"]);

    let mut file = good();
    let taken = file.header.remove("decoder.0.weight").unwrap();
    file.header.insert("somewhere else".to_owned(), taken);
    refused(&file, &["decoder.0.weight: missing"]);

    let mut file = good();
    let taken = file.header.remove("reference.mean").unwrap();
    file.header.insert("somewhere else".to_owned(), taken);
    refused(&file, &["reference.mean: missing"]);

    let mut file = good();
    file.header["reference.components"]["shape"] = json!([2, 4]);
    refused(
        &file,
        &["reference.components: expected F32 [4, 2], found F32 [2, 4]"],
    );
}

#[test]
fn weights_that_are_no_numbers_are_named() {
    for (name, value) in [
        ("encoder.1.weight", f32::NAN),
        ("decoder.0.bias", f32::INFINITY),
        ("reference.mean", f32::NEG_INFINITY),
    ] {
        let mut file = good();
        let at = file.place(name).start + 4;
        file.data[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let said = format!("{name}: value 1 is {value}, weights must be finite");
        refused(&file, &[&said]);
    }
}

#[test]
fn offsets_that_lie_are_refused() {
    let end = good().data.len();
    for offsets in [
        json!([-4, 20]),
        json!([0, 1_000_000_000_000_000_000u64]),
        json!([u64::MAX - 23, u64::MAX]),
        json!([24, 0]),
        json!([0, 24]),
        json!([end - 8, end + 16]),
        json!([end, end + 24]),
        json!(["a", "b"]),
        json!([0]),
    ] {
        // Where it was is known to be another place than all of these.
        let mut file = good();
        file.header["encoder.0.bias"]["data_offsets"] = offsets.clone();
        if good().header["encoder.0.bias"]["data_offsets"] != offsets {
            refused(&file, &["damaged or incomplete"]);
        }
    }
    // Two tensors on the same bytes leave a hole elsewhere.
    let mut file = good();
    file.header["encoder.0.weight"]["data_offsets"] =
        file.header["decoder.1.weight"]["data_offsets"].clone();
    refused(&file, &["damaged or incomplete"]);
}

#[test]
fn scaling_and_layout_of_another_width_are_refused() {
    refused_metadata(
        |m| {
            m["scaling"]["width"] = json!(3);
            m["scaling"]["shift"] = json!([0.0, 0.0, 0.0]);
            m["scaling"]["scale"] = json!([1.0, 1.0, 1.0]);
        },
        &["scaling of 3 features, the network takes 4"],
    );
    refused_metadata(
        |m| m["scaling"]["width"] = json!(3),
        &["metadata: scaling", "4 shifts"],
    );
    refused_metadata(
        |m| m["scaling"]["scale"][1] = json!(0.0),
        &["metadata: scaling", "feature 1"],
    );
    refused_metadata(
        |m| m["layout"] = json!({"Columns": ["a", "b"]}),
        &["layout of 2 features, the network takes 4"],
    );
    let image = |side: u64| json!({"Image": {"height": side, "width": side, "channels": side}});
    refused_metadata(|m| m["layout"] = image(3), &["layout of 27 features"]);
    // 2^63 · 2^63 · 2^63 is 0 where products wrap around.
    refused_metadata(
        |m| m["layout"] = image(1 << 63),
        &["layout of 18446744073709551615 features"],
    );
    refused_metadata(|m| m["layout"] = image(0), &["layout of 0 features"]);
}

#[test]
fn each_problem_has_its_own_type() {
    let mut file = good();
    file.header.remove("__metadata__");
    let problem = |error: ModelError| match error {
        ModelError::File { problem, .. } => problem,
        other => panic!("{other}"),
    };
    let found = problem(file.load().unwrap_err());
    assert!(matches!(found, FileProblem::Foreign { key: "ae" }));
    let found = problem(load_bytes(&GOOD[..100]).unwrap_err());
    assert!(matches!(found, FileProblem::Damaged(_)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_flips_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = GOOD.clone();
        for (place, mask) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= mask;
        }
        if survives(&bytes).is_none() {
            // What loads must be fit for use.
            let model = load_bytes(&bytes).unwrap();
            let _: Result<Vec<f64>, _> = model.score(&curve(5));
        }
    }

    #[test]
    fn random_bytes_behind_a_true_length_never_panic(header in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = [&(header.len() as u64).to_le_bytes()[..], &header].concat();
        prop_assert!(survives(&bytes).is_some());
    }
}

#[test]
fn the_good_file_is_good() {
    assert!(survives(&GOOD).is_none());
    let model: Model = good().load().unwrap();
    assert_eq!(model.autoencoder().shape(), "4-6-2-6-4");
}

#[test]
fn a_negative_variance_is_refused() {
    let settings = ae_model::Settings {
        norm: ae_nn::Norm::Batch,
        ..short()
    };
    let (_, model) = trained(&alone(curve(60)), &settings);
    let mut file = Parted::of(&model);
    let name = "encoder.1.running_variance";
    file.set_tensor(name, &[1.0, 0.0, -0.5, 1.0, 1.0, 1.0]);
    refused(&file, &[name, "value 2 is -0.5", "can't be negative"]);
    file.set_tensor(name, &[1.0, 0.0, 0.5, 1.0, 1.0, 1.0]);
    assert!(file.load().is_ok());
}
