//! Models for other programs, and the other programs.

use crate::harness::{Place, curve_csv};
use crate::python::Python;

const QUICK: &str = "--epochs 2 --batch 32 --no-report --quiet";

/// People with holes, words and a number far from 0; `from` makes other people.
fn people_csv(rows: usize, from: usize) -> String {
    let mut text = String::from("id,age,city,member,load,stamp\n");
    for row in from..from + rows {
        let age = 20 + row * 7 % 60;
        let city = match row % 11 {
            0..=4 => "Oslo",
            5..=7 => "Łódź",
            8 => "NA",
            9 if row % 3 == 0 => "Bergen op Zoom",
            _ => "Rome",
        };
        let member = if age > 50 { "yes" } else { "no" };
        let shown = if row % 13 == 4 {
            String::new()
        } else {
            age.to_string()
        };
        let load = age as f64 * 0.3 + (row as f64).sin();
        text += &format!(
            "{row:05},{shown},{city},{member},{load:.3},{}\n",
            1_000_000_000 + row
        );
    }
    text
}

/// The ONNX files of a model, beside what the program itself makes of the same rows.
fn check(python: &Python, place: &Place, model: &str, rows: &str, extension: &str) {
    let file = format!("{model}/model.safetensors");
    let whole = format!("{model}/whole.{extension}");
    let (code, score) = (format!("{model}/code.npy"), format!("{model}/score.csv"));
    for (command, out) in [
        ("reconstruct", &whole),
        ("encode", &code),
        ("score", &score),
    ] {
        place
            .run(&format!("{command} {file} {rows} --out {out} --quiet"))
            .ok();
    }
    let mut arguments = Vec::new();
    for (part, rows, expected) in [
        ("whole", rows, &whole),
        ("encoder", rows, &code),
        ("decoder", &code, &whole),
        ("score", rows, &score),
    ] {
        let onnx = format!("{model}/{part}.onnx");
        let export = format!("export {file} --format onnx --part {part} --out {onnx}");
        let said = place.run(&export).ok().stdout;
        assert!(said.contains("IR version 7, opset 13"), "{said}");
        arguments.extend([onnx, rows.to_owned(), expected.clone()]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    python.run("onnx_check.py", &place.path(""), &arguments);
}

#[test]
fn onnx_runtime_gives_what_the_program_gives() {
    let Some(python) = Python::find("onnx, onnxruntime") else {
        return;
    };
    let place = Place::new();
    place.write("people.csv", people_csv(700, 0));
    place.write("others.csv", people_csv(300, 5000));
    place.write("curve.csv", curve_csv(500));
    // Further along the same curve.
    let more = curve_csv(900);
    let more: Vec<&str> = more.lines().collect();
    place.write("more.csv", [&more[..1], &more[600..]].concat().join("\n"));
    for (name, options) in [
        ("people", "--hidden 16 --latent 4"),
        ("odd", "--anomalies --clip-values 3"),
        ("mse", "--scoring mse --latent 3"),
    ] {
        place
            .run(&format!("train people.csv --out {name} {options} {QUICK}"))
            .ok();
        check(&python, &place, name, "others.csv", "csv");
    }
    for (name, options) in [
        (
            "bent",
            "--scaling rank-gauss --hidden 12,8 --norm batch --activation gelu",
        ),
        (
            "layers",
            "--hidden 12 --norm layer --dropout 0.1 --activation silu",
        ),
        (
            "tied",
            "--hidden 12 --latent 2 --tied --activation softplus",
        ),
        ("dictionary", "--latent 32 --top-k 4"),
        ("variational", "--variational --hidden 12 --latent 2"),
    ] {
        place
            .run(&format!("train curve.csv --out {name} {options} {QUICK}"))
            .ok();
        check(&python, &place, name, "more.csv", "csv");
    }
    // Images of their own: what a model makes of numbers.
    let small = "--hidden 32 --latent 8";
    place
        .run(&format!(
            "train strokes:rows=400 --out small {small} {QUICK}"
        ))
        .ok();
    place
        .run("encode small/model.safetensors strokes:rows=500 --part train --out codes.npy --quiet")
        .ok();
    place
        .run("decode small/model.safetensors codes.npy --out strokes.npy --quiet")
        .ok();
    for (name, options) in [
        ("dense", "--hidden 24 --latent 6 --activation leaky-relu"),
        ("images", "--conv 6,4 --latent 6"),
        ("convolutions", "--conv 6,4,4 --activation relu"),
    ] {
        place
            .run(&format!(
                "train strokes:rows=400 --out {name} {options} {QUICK}"
            ))
            .ok();
        check(&python, &place, name, "strokes.npy", "npy");
    }
}

#[test]
fn dates_are_refused_and_features_go_without_them() {
    let place = Place::new();
    let mut text = String::from("when,level\n");
    for row in 0..200 {
        text += &format!(
            "2024-03-{:02} 1{}:00,{}\n",
            1 + row % 28,
            row % 10,
            row * 37 % 101
        );
    }
    place.write("levels.csv", text);
    place
        .run(&format!("train levels.csv --out a --latent 2 {QUICK}"))
        .ok();
    let export = "export a/model.safetensors --format onnx --out a.onnx";
    place
        .run(export)
        .fails(1, &["column `when` is a date", "--features", "--exclude"]);
    assert!(!place.path("a.onnx").exists());
    let said = place.run(&format!("{export} --features")).ok().stdout;
    assert!(said.contains("takes  features: float"), "{said}");
    // Which cells are missing, features don't say.
    place
        .run(&format!("{export} --features --part score"))
        .fails(1, &["missing", "without `--features`"]);
    place
        .run("export a/model.safetensors --format pickle --out a")
        .fails(2, &["onnx"]);
}

/// The examples of the documentation, in order.
fn examples() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/exporting.md");
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.split("```python\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn examples_of_the_documentation_give_what_the_program_gives() {
    let place = Place::new();
    place
        .run(&format!(
            "train strokes:rows=400 --out a --hidden 24 --latent 6 {QUICK}"
        ))
        .ok();
    let model = "a/model.safetensors";
    for command in [
        format!("encode {model} strokes:rows=300 --part train --out codes.npy --quiet"),
        format!("decode {model} codes.npy --out flat.npy --quiet"),
        format!("reconstruct {model} flat.npy --out expected.npy --quiet"),
        format!("export {model} --format safetensors --out weights.safetensors"),
        format!("export {model} --format onnx --out model.onnx"),
    ] {
        place.run(&command).ok();
    }
    let given = "import numpy as np; np.save('rows.npy', np.load('flat.npy').reshape(-1, 28, 28))";
    let compared = "import numpy as np; a, b = (np.load(n).ravel() for n in ('back.npy', \
        'expected.npy')); e = abs(a - b).max() / abs(b).max(); assert e < 1e-5, e";
    let [onnx, numpy, torch] = examples().try_into().unwrap();
    for (example, python) in [
        (onnx, Python::find("onnxruntime, numpy")),
        (numpy, Python::find("safetensors, numpy")),
        (torch, Python::find_if_there("torch, safetensors, numpy")),
    ] {
        if let Some(python) = python {
            for program in [given, &example, compared] {
                python.run_text(program, &place.path(""));
            }
            std::fs::remove_file(place.path("back.npy")).unwrap();
        }
    }
    place
        .run(&format!(
            "export {model} --format safetensors --part score --out b"
        ))
        .fails(2, &["`--part` is for ONNX"]);
}

#[test]
fn training_begins_with_given_weights() {
    let place = Place::new();
    let train = |out: &str, options: &str| {
        place.run(&format!(
            "train strokes:rows=300 --out {out} --batch 32 --no-report {options}"
        ))
    };
    let shape = "--hidden 12 --norm batch --latent 4";
    train("a", &format!("{shape} --epochs 5")).ok();
    place
        .run("export a/model.safetensors --format safetensors --out a.safetensors")
        .ok();
    // So slowly that nothing is learnt: what is measured is what it began with.
    let still = format!("{shape} --epochs 1 --optimizer sgd:lr=1e-9 --seed 0");
    for (name, weights) in [("own", "a/model.safetensors"), ("torch", "a.safetensors")] {
        train(name, &format!("{still} --initial-weights {weights}")).ok();
        let last = |name: &str| -> f64 {
            let history = place.read(&format!("{name}/history.csv"));
            let line = history.lines().last().unwrap();
            line.split(',').nth(1).unwrap().parse().unwrap()
        };
        let (begun, trained, drawn) = (last(name), last("a"), 0.69);
        assert!(
            begun < trained && trained < drawn,
            "{name}: {begun} {trained}"
        );
    }
    place
        .run("train --settings own/settings.toml --out again --no-report")
        .ok();
    assert!(
        place.bytes("own/model.safetensors") == place.bytes("again/model.safetensors"),
        "the settings of a run repeat it"
    );
    for (options, said) in [
        (
            "--hidden 10 --latent 4",
            "encoder.0.weight: expected F32 [10, 784], found F32 [12, 784]",
        ),
        (
            "--hidden 12 --latent 3",
            "encoder.3.weight: expected F32 [3, 12], found F32 [4, 12]",
        ),
    ] {
        train(
            "b",
            &format!("{options} --norm batch --initial-weights a.safetensors"),
        )
        .fails(1, &["a.safetensors: ", said, "hint: "]);
    }
    train(
        "b",
        "--hidden 12 --latent 4 --initial-weights a.safetensors",
    )
    .fails(1, &["no layer of this network has such numbers"]);
    train("b", "--initial-weights none.safetensors").fails(1, &["none.safetensors: "]);
    assert!(!place.path("b").exists());
    place
        .run("sweep --settings own/settings.toml --grid latent=2,3 --out s")
        .fails(2, &["begin with weights of their own"]);
}
