//! What goes wrong, goes wrong in words.

use crate::harness::{Place, curve_csv};
use std::fs;

const MODEL: &str =
    "train strokes:rows=200 --hidden 16 --latent 4 --epochs 1 --no-report --quiet --out a";

#[test]
fn an_existing_folder_is_never_overwritten_unasked() {
    let place = Place::new();
    place.run(MODEL).ok();
    let before = place.bytes("a/model.safetensors");
    place
        .run(MODEL)
        .fails(1, &["a exists already", "--resume", "--overwrite"]);
    assert!(place.bytes("a/model.safetensors") == before);
    place.write("a/notes.txt", "mine");
    place.run(&format!("{MODEL} --seed 9 --overwrite")).ok();
    assert!(place.bytes("a/model.safetensors") != before);
    assert_eq!(
        place.read("a/notes.txt"),
        "mine",
        "only a run's own files go"
    );
    place.write("file", "not a folder");
    place
        .run("train strokes:rows=200 --epochs 1 --out file")
        .fails(1, &["file exists already"]);
    assert_eq!(place.read("file"), "not a folder");
}

#[test]
fn a_diverging_run_names_epoch_and_batch_and_keeps_the_last_checkpoint() {
    let place = Place::new();
    let mut text = String::from("a,b\n");
    for row in 0..200 {
        text += &format!("{},{}\n", 1_000_000 + row * 37, 2_000_000 - row * 11);
    }
    place.write("large.csv", text);
    place
        .run("train large.csv --scaling none --optimizer sgd:lr=10 --epochs 5 --out a")
        .fails(1, &["not finite at epoch 1, batch", "learning rate"]);
    assert!(!place.path("a/model.safetensors").exists());
}

#[test]
fn damaged_files_are_told_as_such() {
    let place = Place::new();
    place.run(MODEL).ok();
    let model = place.bytes("a/model.safetensors");
    place.write("half.safetensors", &model[..model.len() / 2]);
    place
        .run("info half.safetensors")
        .fails(1, &["half.safetensors: damaged or incomplete"]);
    place.write("empty.safetensors", "");
    place
        .run("info empty.safetensors")
        .fails(1, &["empty.safetensors"]);
    place.write("text.safetensors", "hello, this is no model at all");
    place
        .run("info text.safetensors")
        .fails(1, &["damaged or incomplete"]);
    place.run("info a/checkpoint.safetensors").fails(
        1,
        &[
            "kind `ae checkpoint`, expected `ae model`",
            "model.safetensors",
        ],
    );
    place
        .run("info nothing.safetensors")
        .fails(1, &["nothing.safetensors"]);

    let checkpoint = place.bytes("a/checkpoint.safetensors");
    place.write(
        "a/checkpoint.safetensors",
        &checkpoint[..checkpoint.len() / 2],
    );
    place
        .run("train --resume a --epochs 2")
        .fails(1, &["checkpoint.safetensors: damaged or incomplete"]);
    // A left-over of a writer that was killed, beside a good file, is no hindrance.
    place.write("a/checkpoint.safetensors", checkpoint);
    place.write("a/checkpoint.safetensors.123.tmp", "half");
    place.run("train --resume a --epochs 2 --no-report").ok();
}

#[test]
fn a_checkpoint_of_other_settings_or_data_is_refused() {
    let place = Place::new();
    place.run(MODEL).ok();
    place
        .run("train --resume a --epochs 2 --activation tanh")
        .fails(1, &["made with other activation", "relu", "tanh"]);
    place.write("b.csv", curve_csv(50));
    place
        .run("train b.csv --latent 2 --epochs 1 --no-report --out b")
        .ok();
    place.write("b.csv", curve_csv(51));
    place
        .run("train --resume b --epochs 2")
        .fails(1, &["made with other data (SHA-256)"]);
    place
        .run("train --resume nowhere")
        .fails(1, &["nowhere is no run"]);
}

#[test]
fn rows_of_another_width_are_refused_with_both_numbers() {
    let place = Place::new();
    place.run(MODEL).ok();
    place.write("curve.csv", curve_csv(10));
    for command in ["encode", "reconstruct", "score", "evaluate"] {
        place
            .run(&format!("{command} a/model.safetensors curve.csv"))
            .fails(1, &["expected 784 features, found 4"]);
    }
    place
        .run("decode a/model.safetensors curve.csv --exclude x")
        .fails(1, &["curve.csv: no column `latent 0`"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_training() {
    let place = Place::new();
    place.write("in-the-way", "a file");
    place
        .run("train strokes:rows=200 --epochs 1 --out in-the-way/run")
        .fails(1, &["in-the-way/run"]);
    assert_eq!(
        fs::read_to_string(place.path("in-the-way")).unwrap(),
        "a file"
    );
}

#[test]
fn a_kind_of_output_that_is_not_known_is_wrong_usage() {
    let place = Place::new();
    place.run(MODEL).ok();
    place
        .run("encode a/model.safetensors strokes:rows=200 -o codes.xlsx")
        .fails(2, &["can't write `xlsx` files", ".npy or .csv"]);
    assert!(!place.path("codes.xlsx").exists());
}

#[cfg(unix)]
#[test]
fn rows_are_not_replaced_by_what_comes_of_them() {
    let place = Place::new();
    let table = crate::harness::curve_csv(40);
    place.write("t.csv", &table);
    place
        .run("train t.csv --latent 1 --epochs 1 --no-report --quiet --out a")
        .ok();
    for command in ["score", "reconstruct", "impute"] {
        for out in ["t.csv", "./a/../t.csv"] {
            place
                .run(&format!("{command} a/model.safetensors t.csv -o {out}"))
                .fails(2, &["t.csv", "would replace the rows", "another name"]);
        }
    }
    assert_eq!(place.read("t.csv"), table);
}

#[test]
fn a_link_stays_a_link_and_a_device_is_written_to() {
    let place = Place::new();
    place.run(MODEL).ok();
    place.write("real.html", "old");
    std::os::unix::fs::symlink(place.path("real.html"), place.path("link.html")).unwrap();
    for report in ["link.html", "/dev/null"] {
        place
            .run(&format!(
                "evaluate a/model.safetensors strokes:rows=200 --report {report}"
            ))
            .ok();
    }
    let link = fs::symlink_metadata(place.path("link.html")).unwrap();
    assert!(link.is_symlink());
    assert!(place.read("real.html").starts_with("<!DOCTYPE html>"));
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[cfg(unix)]
#[test]
fn words_that_nobody_hears_stop_nothing() {
    let place = Place::new();
    let full = || {
        fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    let arguments = "train strokes:rows=200 --latent 4 --epochs 2 --no-report --out a";
    let output = place.command(arguments).stderr(full()).output().unwrap();
    place.look_at(arguments, output).ok();
    let output = place
        .command("train nosuch")
        .stderr(full())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_run_is_not_resumed_to_an_earlier_end() {
    let place = Place::new();
    place
        .run(&format!("{MODEL} --epochs 3"))
        .fails(2, &["--epochs"]);
    place.run(MODEL).ok();
    place.run("train --resume a --epochs 3 --no-report").ok();
    place
        .run("train --resume a --epochs 2 --no-report")
        .fails(1, &["3 epochs are done already, 2 in all were asked for"]);
}

#[test]
fn a_code_far_wider_than_the_row_is_measured_without_its_square() {
    let place = Place::new();
    place.write("curve.csv", curve_csv(40));
    let metrics = place
        .run("train curve.csv --latent 100000 --epochs 1 --json --out a")
        .ok()
        .json();
    assert_ne!(metrics["verdict"]["grade"], "good");
}

#[cfg(unix)]
#[test]
fn two_runs_never_write_to_one_folder_at_once() {
    let place = Place::new();
    let long = "train strokes:rows=2000 --hidden 256 --epochs 200 --no-report --quiet --out a";
    let mut first = place.command(long).spawn().unwrap();
    let started = std::time::Instant::now();
    while !place.path("a/checkpoint.safetensors").exists() {
        assert!(started.elapsed().as_secs() < 60, "no checkpoint");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    place
        .run(&format!("{MODEL} --overwrite"))
        .fails(1, &["a: another run is writing there"]);
    place
        .run("train --resume a --epochs 300")
        .fails(1, &["another run is writing there"]);
    first.kill().unwrap();
    first.wait().unwrap();
    // What a killed run held is free again, and its finished epochs are there.
    place.run(&format!("{MODEL} --overwrite")).ok();
}
