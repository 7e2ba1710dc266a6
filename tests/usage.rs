//! Help, lists and exit codes.

use crate::harness::{Place, curve_csv};

#[test]
fn wrong_usage_exits_with_2() {
    let place = Place::new();
    place.run("").fails(2, &["Usage: ae"]);
    place.run("trian").fails(2, &["train"]);
    place
        .run("train strokes:foo=1")
        .fails(2, &["unknown parameter `foo`"]);
    place.run("train --latnet 3").fails(2, &["--latent"]);
    place
        .run("train --recipe a --settings b")
        .fails(2, &["cannot be used with"]);
    place.run("encode only-one").fails(2, &["Usage: ae encode"]);
}

#[test]
fn a_value_that_could_not_be_heeded_is_wrong_usage() {
    let place = Place::new();
    place.write("a.csv", curve_csv(40));
    for delimiter in ["→", "§", ";;", "é"] {
        place
            .run(&format!("train a.csv --delimiter {delimiter}"))
            .fails(2, &["expected one ASCII character", delimiter]);
    }
    place.write("s.toml", "data = \"a.csv\"\n[source]\ndelimiter = \"→\"");
    place
        .run("train --settings s.toml")
        .fails(2, &["expected one ASCII character"]);
    // Before the model, which isn't there, is looked for.
    place
        .run("encode none.safetensors a.csv --out codes.txt")
        .fails(2, &["can't write `txt` files", ".npy or .csv"]);
    for (option, expected) in [
        ("--l1 -1", "expected a number in"),
        ("--epochs -3", "above 0"),
        ("--test -0.1", "[0, 1)"),
    ] {
        place
            .run(&format!("train a.csv {option}"))
            .fails(2, &[expected, "invalid value '-"]);
    }
}

#[test]
fn options_of_another_format_are_told_to_be_idle() {
    let place = Place::new();
    place.write("a.csv", curve_csv(40));
    let quick = "--epochs 1 --latent 2 --no-report";
    place
        .run(&format!(
            "train a.csv --member x --delimiter , --out a {quick}"
        ))
        .ok()
        .says(&["`member` says nothing about CSV: ignored"]);
    place
        .run("encode a/model.safetensors a.csv --out codes.npy")
        .ok();
    place
        .run("decode a/model.safetensors codes.npy --delimiter ; --exclude b")
        .ok()
        .says(&[
            "`delimiter` says nothing about npy",
            "`exclude` says nothing about npy",
        ]);
    place
        .run(&format!("train strokes:rows=100 --label a --out b {quick}"))
        .ok()
        .says(&["`label` says nothing about strokes"]);
}

#[test]
fn help_and_version_go_to_stdout() {
    let place = Place::new();
    let help = place.run("--help").ok().stdout;
    for command in [
        "train",
        "evaluate",
        "encode",
        "decode",
        "reconstruct",
        "score",
        "info",
        "list",
    ] {
        assert!(help.contains(command), "{command} in\n{help}");
    }
    let version = place.run("-V").ok().stdout;
    assert_eq!(version.trim(), concat!("ae ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn list_shows_every_choice_and_every_choice_can_be_written_as_listed() {
    let place = Place::new();
    let all = place.run("list").ok().stdout;
    for name in [
        "mnist",
        "keras-simple",
        "leaky-relu",
        "adamw",
        "one-cycle",
        "salt-pepper",
    ] {
        assert!(all.contains(name), "{name} in\n{all}");
    }
    let json = place.run("list optimizers --json").ok().json();
    let names: Vec<&str> = json["optimizers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["adam", "adamw", "sgd", "rmsprop", "adagrad", "adadelta"]
    );
    for name in names {
        place
            .run(&format!(
                "train strokes:rows=100 --latent 2 --epochs 1 --optimizer {name} --no-report --quiet --out {name}"
            ))
            .ok();
    }
    place
        .run("list optimiser")
        .fails(2, &["did you mean `optimizers`"]);
    assert!(place.run("list loss").ok().stdout.starts_with("losses"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new();
    place
        .run("train strokes:rows=300 --latent 4 --epochs 1 --no-report --quiet --out a")
        .ok();
    let ae = env!("CARGO_BIN_EXE_ae");
    let pipe = format!(
        "{ae} reconstruct a/model.safetensors strokes:rows=20000 --part train 2>err | head -n 1; echo ${{PIPESTATUS[0]}}"
    );
    let output = std::process::Command::new("bash")
        .args(["-c", &pipe])
        .current_dir(place.path(""))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().last(), Some("0"), "{text}");
    assert!(!place.read("err").contains("panicked"));
    assert!(
        !place.read("err").contains("error"),
        "{}",
        place.read("err")
    );
}

#[test]
fn shells_manuals_and_the_version_are_told_by_the_program_itself() {
    let place = Place::new();
    for (shell, word) in [
        ("bash", "--latent"),
        ("zsh", "--latent"),
        ("fish", "latent"),
    ] {
        let script = place.run(&format!("completions {shell}")).ok().stdout;
        assert!(
            script.contains(word) && script.contains("keras-deep"),
            "{shell}"
        );
    }
    place.run("completions tcsh").fails(2, &["bash", "zsh"]);
    place.run("man pages/man1").ok();
    let page = place.read("pages/man1/ae-train.1");
    assert!(page.contains("latent"), "{page}");
    place.write("file", "in the way");
    place
        .run("man file")
        .fails(1, &["file", "can't write manual pages"]);
    let short = place.run("-V").ok().stdout;
    assert_eq!(short.trim(), concat!("ae ", env!("CARGO_PKG_VERSION")));
    let long = place.run("--version").ok().stdout;
    assert!(
        long.starts_with(short.trim()) && long.contains("vector instructions"),
        "{long}"
    );
}
