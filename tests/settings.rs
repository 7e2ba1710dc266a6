//! Settings from files, recipes and options.

use crate::harness::{Place, curve_csv};

#[test]
fn options_go_over_a_file_and_a_file_over_defaults() {
    let place = Place::new();
    place.write(
        "s.toml",
        "data = \"strokes:rows=200\"\nhidden = [16]\nlatent = 4\nepochs = 1\nloss = \"mse\"\n",
    );
    place
        .run("train --settings s.toml --latent 3 --out a --no-report")
        .ok();
    let info = place.run("info a/model.safetensors --json").ok().json();
    assert_eq!(info["shape"], "784-16-3-16-784");
    assert_eq!(info["loss"], "mse");
    let settings = place.read("a/settings.toml");
    for line in [
        "data = \"strokes:rows=200\"",
        "latent = 3",
        "output = \"sigmoid\"",
        "scaling = \"unit\"",
        "optimizer = \"adam\"",
    ] {
        assert!(settings.contains(line), "{line} in\n{settings}");
    }
}

#[test]
fn unknown_settings_are_refused_with_a_suggestion() {
    let place = Place::new();
    place.write("s.toml", "latnet = 4\n");
    place.run("train --settings s.toml").fails(
        2,
        &["s.toml: unknown setting `latnet`", "did you mean `latent`"],
    );
    place.write("s.toml", "optimizer = \"adam:l=1\"\n");
    place
        .run("train --settings s.toml")
        .fails(2, &["unknown parameter `l`", "lr"]);
    place.write("s.toml", "epochs = [\n");
    place.run("train --settings s.toml").fails(2, &["s.toml"]);
    place
        .run("train --recipe keras-simpel")
        .fails(2, &["unknown recipe", "did you mean `keras-simple`"]);
    place
        .run("train --settings missing.toml")
        .fails(1, &["missing.toml"]);
    assert!(!place.path("runs").exists(), "nothing half-made");
}

#[test]
fn values_out_of_range_name_the_option_the_range_and_the_value() {
    let place = Place::new();
    place
        .run("train --noise gaussian:-0.3")
        .fails(2, &["noise gaussian: std must be in", "got -0.3"]);
    place
        .run("train --optimizer adam:lr=-1")
        .fails(2, &["optimizer adam: lr must be in [0, inf), got -1"]);
    place.run("train --dropout 1").fails(2, &["[0, 1)"]);
    place
        .run("train --epochs 0")
        .fails(2, &["whole number above 0"]);
    place.run("train --hidden 8,0").fails(2, &["found `0`"]);
    place
        .run("train --loss bec")
        .fails(2, &["did you mean `bce`"]);
}

#[test]
fn defaults_follow_the_data() {
    let place = Place::new();
    place.write("curve.csv", curve_csv(200));
    place
        .run("train curve.csv --epochs 1 --out a --no-report")
        .ok();
    let settings = place.read("a/settings.toml");
    for line in [
        "loss = \"mse\"",
        "output = \"linear\"",
        "scaling = \"standard\"",
        "latent = 2",
        "hidden = [16]",
        "batch = 32",
    ] {
        assert!(settings.contains(line), "{line} in\n{settings}");
    }
    place
        .run("train curve.csv --scaling min-max --epochs 1 --out b --no-report")
        .ok();
    let settings = place.read("b/settings.toml");
    for line in ["loss = \"bce\"", "output = \"sigmoid\""] {
        assert!(settings.contains(line), "{line} in\n{settings}");
    }
}

#[test]
fn an_output_that_cannot_reach_the_data_is_refused() {
    let place = Place::new();
    place.write("curve.csv", curve_csv(200));
    place
        .run("train curve.csv --output relu --epochs 1 --out a")
        .fails(
            1,
            &["output activation relu gives numbers in [0, inf]", "hint:"],
        );
    place
        .run("train curve.csv --loss bce --epochs 1 --out a")
        .fails(1, &["loss bce", "[0, 1]", "min-max"]);
    place
        .run("train strokes:rows=100 --loss bce --output relu --epochs 1 --out a")
        .fails(1, &["loss bce has sigmoid as its output"]);
    assert!(!place.path("a").exists(), "refused before anything is made");
}
