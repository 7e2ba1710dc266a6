//! Convolutions: images in, and everything else as with dense layers.

use crate::harness::{Place, curve_csv};

const RUN: &str = "train strokes:rows=400 --conv 8,4 --validation 0.1 --batch 50 --quiet";

#[test]
fn a_convolutional_autoencoder_is_trained_described_and_used() {
    let place = Place::new();
    let run = place.run(&format!("{RUN} --epochs 3 --out a")).ok();
    assert!(run.stdout.contains("mean predictor"), "{}", run.stdout);
    assert!(run.stdout.contains("196 numbers for 784"), "{}", run.stdout);
    let info = place.run("info a/model.safetensors").ok();
    for line in [
        "28x28x1-14x14x8-7x7x4-14x14x4-28x28x8-28x28x1",
        "convolve, relu",
        "28x28x1 → 28x28x8",
        "14x14x4 → 7x7x4",
        "upsample",
    ] {
        assert!(info.stdout.contains(line), "{line}:\n{}", info.stdout);
    }
    let codes = place
        .run("encode a/model.safetensors strokes:rows=3 --out codes.npy --quiet")
        .ok();
    assert_eq!(codes.code, Some(0));
    place
        .run("decode a/model.safetensors codes.npy --out back.npy --quiet")
        .ok();
    place
        .run("reconstruct a/model.safetensors strokes:rows=3 --out all.npy --quiet")
        .ok();
    assert!(place.bytes("back.npy") == place.bytes("all.npy"));
}

#[test]
fn its_bytes_are_the_same_at_any_number_of_threads_and_after_a_resume() {
    let place = Place::new();
    let run = format!("{RUN} --latent 6 --hidden 20 --dropout 0.1 --no-report");
    place.run(&format!("{run} --epochs 4 --out four")).ok();
    let model = place.bytes("four/model.safetensors");
    for threads in [1, 3] {
        place
            .run(&format!(
                "{run} --epochs 4 --threads {threads} --out t{threads}"
            ))
            .ok();
        let bytes = place.bytes(&format!("t{threads}/model.safetensors"));
        assert!(bytes == model, "{threads} threads");
    }
    place.run(&format!("{run} --epochs 2 --out two")).ok();
    place
        .run("train --resume two --epochs 4 --no-report --quiet")
        .ok();
    assert!(place.bytes("two/model.safetensors") == model);
    let info = place.run("info two/model.safetensors").ok();
    let shape = "28x28x1-14x14x8-7x7x4-20-6-20-196-14x14x4-28x28x8-28x28x1";
    assert!(info.stdout.contains(shape), "{}", info.stdout);
}

#[test]
fn channels_are_swept_as_any_setting() {
    let place = Place::new();
    place
        .run("sweep strokes:rows=150 --grid conv=none;4;4,2 --epochs 1 --out s --quiet")
        .ok();
    let ledger = place.read("s/ledger.jsonl");
    for conv in [r#""conv":[]"#, r#""conv":[4]"#, r#""conv":[4,2]"#] {
        assert!(ledger.contains(conv), "{conv}:\n{ledger}");
    }
}

#[test]
fn what_convolutions_cannot_be_asked() {
    let place = Place::new();
    place.write("curve.csv", curve_csv(50));
    place.run("train curve.csv --conv 8 --out a").fails(
        1,
        &["convolutions need images", "curve.csv", "use `--conv none`"],
    );
    place
        .run("train strokes:rows=100 --conv 8 --norm batch --out a")
        .fails(1, &["normalisation between convolutions", "`--norm none`"]);
    place
        .run("train strokes:rows=100 --conv 8 --decoder-hidden 4 --out a")
        .fails(1, &["after a dense code", "`--latent`"]);
    place
        .run("train strokes:rows=100 --conv 8,0 --out a")
        .fails(2, &["whole numbers above 0"]);
    assert!(!place.path("a").exists());
}
