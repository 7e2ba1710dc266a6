//! Model files that are fine, and files written beside their place.

use crate::support::{Parted, alone, bytes_of, curve, images, listing, load_bytes, place};
use crate::support::{short, trained};
use ae_model::{Model, ModelError, Settings, write_beside};
use std::io;

#[test]
fn a_model_comes_back_as_it_was() {
    let picture_bytes = (0..60 * 12).map(|i| (i * 37 % 251) as u8).collect();
    for (dataset, settings) in [
        (curve(60), short()),
        (images(1, 4, 3, picture_bytes), short()),
        (
            curve(60),
            Settings {
                norm: ae_nn::Norm::Batch,
                dropout: 0.1,
                decoder_hidden: Some(vec![3, 5]),
                noise: "swap:0.2".parse().unwrap(),
                ..short()
            },
        ),
        // As wide as the row: no principal components to keep.
        (
            curve(60),
            Settings {
                latent: Some(4),
                ..short()
            },
        ),
    ] {
        let parts = alone(dataset);
        let (_, model) = trained(&parts, &settings);
        let loaded = load_bytes(&bytes_of(&model)).unwrap();
        // Speed is not saved.
        let mut history = model.history().to_vec();
        for epoch in &mut history {
            (epoch.seconds, epoch.rows_per_second) = (0.0, 0.0);
        }
        assert_eq!(loaded.history(), history);
        assert_eq!(loaded.autoencoder(), model.autoencoder());
        assert_eq!(loaded.layout(), model.layout());
        assert_eq!(loaded.scaling(), model.scaling());
        assert_eq!(loaded.reference(), model.reference());
        assert_eq!(loaded.settings(), model.settings());
        assert_eq!(loaded.provenance(), model.provenance());
        assert_eq!(bytes_of(&loaded), bytes_of(&model), "the same bytes again");
        let score = |model: &Model| model.score(&parts.train).unwrap();
        assert_eq!(score(&loaded), score(&model));
    }
}

/// `tests/reference/list_tensors.py` does the same with the safetensors package of Python.
#[test]
fn a_file_is_a_plain_safetensors_container() {
    let (_, model) = trained(&alone(curve(60)), &short());
    let bytes = bytes_of(&model);
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut names = tensors.names();
    names.sort();
    assert_eq!(
        names,
        [
            "decoder.0.bias",
            "decoder.0.weight",
            "decoder.1.bias",
            "decoder.1.weight",
            "encoder.0.bias",
            "encoder.0.weight",
            "encoder.1.bias",
            "encoder.1.weight",
            "reference.components",
            "reference.mean",
            "scoring.calibration",
            "scoring.knots",
            "scoring.residuals.centre",
            "scoring.residuals.weight",
            "scoring.values.centre",
            "scoring.values.weight",
        ]
    );
    assert_eq!(tensors.tensor("encoder.0.weight").unwrap().shape(), [4, 6]);
    let file = Parted::from_bytes(&bytes);
    let keys: Vec<&String> = file.header["__metadata__"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(keys, ["ae"], "one key: the order of several would vary");
    assert_eq!(file.metadata()["kind"], "ae model");
}

#[test]
fn a_header_in_another_order_is_read_all_the_same() {
    // `serde_json` sorts the tensors by name, the file by alignment.
    let (_, model) = trained(&alone(curve(60)), &short());
    let shuffled = Parted::of(&model).load().unwrap();
    assert_eq!(shuffled.autoencoder(), model.autoencoder());
}

#[test]
fn a_missing_file_is_named() {
    let (_folder, path) = place();
    let error = Model::load(&path).unwrap_err();
    assert!(matches!(error, ModelError::Io { .. }));
    assert!(
        error.to_string().starts_with(path.to_str().unwrap()),
        "{error}"
    );
}

#[test]
fn a_failing_writer_leaves_the_old_file_and_nothing_else() {
    let (folder, path) = place();
    std::fs::write(&path, "old").unwrap();
    for lasting in [false, true] {
        let error = write_beside(&path, lasting, |file| {
            file.write_all(&[0; 100_000])?;
            Err(io::Error::other("the disk is full"))
        })
        .unwrap_err();
        let text = error.to_string();
        assert!(
            text.ends_with("model.safetensors: the disk is full"),
            "{text}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(listing(folder.path()), ["model.safetensors"]);
    }
    write_beside(&path, true, |file| file.write_all(b"new")).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(listing(folder.path()), ["model.safetensors"]);
}

#[test]
fn a_place_that_is_none_is_an_error_without_leftovers() {
    let folder = tempfile::tempdir().unwrap();
    let (_, model) = trained(&alone(curve(60)), &short());
    assert!(model.save(&folder.path().join("no/such/folder")).is_err());
    // Over a folder nothing can be renamed.
    std::fs::create_dir(folder.path().join("taken")).unwrap();
    assert!(model.save(&folder.path().join("taken")).is_err());
    assert_eq!(listing(folder.path()), ["taken"]);
}

#[test]
fn two_threads_may_write_one_file() {
    let (_folder, path) = place();
    let write = |byte: u8| {
        let path = &path;
        move || {
            for _ in 0..50 {
                let written = write_beside(path, false, |file| {
                    file.write_all(&[byte; 50_000])?;
                    file.write_all(&[byte; 50_000])
                });
                written.unwrap();
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(write(1));
        scope.spawn(write(2));
    });
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(bytes.len(), 100_000);
    assert!(bytes.iter().all(|byte| *byte == bytes[0]));
}
