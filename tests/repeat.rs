//! Same seed, same bytes.

use crate::harness::{Place, curve_csv};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

const RUN: &str = "train strokes:rows=500 --hidden 48 --latent 8 --noise gaussian:0.2 --norm batch --dropout 0.1 --batch 50 --no-report --quiet";

#[test]
fn the_same_command_gives_the_same_bytes_at_any_number_of_threads() {
    let place = Place::new();
    place.run(&format!("{RUN} --epochs 3 --out a")).ok();
    let model = place.bytes("a/model.safetensors");
    for (index, threads) in ["1", "2", "3"].into_iter().enumerate() {
        let arguments = format!("{RUN} --epochs 3 --out t{index}");
        let mut command = place.command(&arguments);
        let output = command.env("RAYON_NUM_THREADS", threads).output().unwrap();
        place.look_at(&arguments, output).ok();
        assert!(
            place.bytes(&format!("t{index}/model.safetensors")) == model,
            "{threads} threads"
        );
    }
    place
        .run(&format!("{RUN} --epochs 3 --out u --threads 1"))
        .ok();
    assert!(place.bytes("u/model.safetensors") == model);
    place
        .run(&format!("{RUN} --epochs 3 --seed 2 --out v"))
        .ok();
    assert!(place.bytes("v/model.safetensors") != model, "another seed");
}

#[test]
fn three_epochs_and_three_more_are_six() {
    let place = Place::new();
    place.run(&format!("{RUN} --epochs 6 --out six")).ok();
    place.run(&format!("{RUN} --epochs 3 --out three")).ok();
    place
        .run("train --resume three --epochs 6 --no-report --quiet")
        .ok();
    assert!(place.bytes("three/model.safetensors") == place.bytes("six/model.safetensors"));
    let history = place.read("three/history.csv");
    assert_eq!(history.lines().count(), 7);
}

#[test]
fn a_resume_says_what_it_cannot_keep() {
    let place = Place::new();
    place
        .run(&format!("{RUN} --epochs 2 --schedule cosine --out a"))
        .ok();
    place
        .run("train --resume a --epochs 3 --no-report")
        .ok()
        .says(&["the schedule cosine", "which was 2 and is 3"]);
    std::fs::remove_file(place.path("a/checkpoint.safetensors")).unwrap();
    place.run("train --resume a --epochs 4").fails(
        1,
        &[
            "a: there is no checkpoint",
            "`ae train --settings a/settings.toml`",
        ],
    );
}

#[test]
fn settings_toml_repeats_the_run() {
    let place = Place::new();
    place.run(&format!("{RUN} --epochs 2 --out a")).ok();
    place
        .run("train --settings a/settings.toml --out b --no-report")
        .ok();
    assert!(place.bytes("a/model.safetensors") == place.bytes("b/model.safetensors"));
    assert_eq!(place.read("a/settings.toml"), place.read("b/settings.toml"));
}

#[cfg(unix)]
#[test]
fn a_signal_stops_after_the_batch_and_the_run_can_go_on() {
    let place = Place::new();
    let long = "--hidden 256 --latent 8 --batch 20 --no-report";
    let straight = format!("train strokes:rows=2000 {long} --epochs 8 --out straight --quiet");
    place.run(&straight).ok();

    let arguments = format!("train strokes:rows=2000 {long} --epochs 8 --out broken");
    let child = place
        .command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Once there is a checkpoint, at least one epoch is done and others are to come.
    let started = Instant::now();
    while !place.path("broken/checkpoint.safetensors").exists() {
        assert!(started.elapsed() < Duration::from_secs(60), "no checkpoint");
        std::thread::sleep(Duration::from_millis(2));
    }
    let id = child.id().to_string();
    let kill = std::process::Command::new("kill")
        .args(["-TERM", &id])
        .status();
    assert!(kill.unwrap().success());
    let run = place.look_at(&arguments, child.wait_with_output().unwrap());
    if run.code == Some(0) {
        // It was faster than the signal: nothing to resume, and nothing to see here.
        assert!(
            place.bytes("broken/model.safetensors") == place.bytes("straight/model.safetensors")
        );
        return;
    }
    run.fails(
        1,
        &[
            "interrupted after",
            "hint: go on with `ae train --resume broken`",
        ],
    );
    assert!(!place.path("broken/model.safetensors").exists());
    place.run("train --resume broken --no-report --quiet").ok();
    assert!(place.bytes("broken/model.safetensors") == place.bytes("straight/model.safetensors"));
}

#[cfg(unix)]
#[test]
fn a_signal_while_the_data_is_read_is_heeded_once_it_is() {
    let place = Place::new();
    let run = |program: &str, argument: &str, target: &str| {
        let mut command = std::process::Command::new(program);
        let status = command
            .arg(argument)
            .arg(target)
            .current_dir(place.path(""));
        assert!(status.status().unwrap().success());
    };
    run("mkfifo", "-m600", "slow.csv");
    let arguments = "train slow.csv --latent 2 --epochs 1";
    let mut child = place
        .command(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Opens once the program has opened the other end.
    let mut data = std::fs::File::options()
        .write(true)
        .open(place.path("slow.csv"))
        .unwrap();
    run("kill", "-TERM", &child.id().to_string());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    assert!(said.contains("next safe point"), "{said}");
    data.write_all(curve_csv(40).as_bytes()).unwrap();
    drop(data);
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{said}");
    assert!(said.contains("interrupted before training"), "{said}");
    assert!(!place.path("runs").exists());
}

#[test]
fn a_run_is_verified_by_training_it_anew() {
    let place = Place::new();
    place.write("curve.csv", crate::harness::curve_csv(200));
    let options = "--latent 2 --hidden 8 --epochs 4 --batch 16 --dropout 0.1 --no-report --quiet";
    place
        .run(&format!("train curve.csv {options} --out a"))
        .ok();
    // Also one that was resumed.
    place
        .run("train --resume a --epochs 6 --no-report --quiet")
        .ok();
    let before = place.bytes("a/model.safetensors");
    let run = place.run("verify a --threads 1").ok();
    assert!(
        run.stdout.starts_with("the same: a/model.safetensors"),
        "{}",
        run.stdout
    );
    assert!(before == place.bytes("a/model.safetensors"));

    let settings = place.read("a/settings.toml");
    place.write(
        "a/settings.toml",
        settings.replace("dropout = 0.1", "dropout = 0.2"),
    );
    place.run("verify a").fails(
        1,
        &[
            "a/model.safetensors: losses part in epoch 1",
            "weights differ by",
        ],
    );
    place.write("a/settings.toml", &settings);
    place.write("curve.csv", crate::harness::curve_csv(201));
    place.run("verify a").fails(
        1,
        &["curve.csv: not the data that the model was trained on"],
    );
    place.run("verify nowhere").fails(1, &["nowhere"]);
}
