//! Layers and rows that the program's own choices don't lead to, in the programs that read our
//! files.

#[path = "../../../../tests/python.rs"]
mod python;

use super::Section;
use crate::file::read_weights;
use crate::{Model, Plan, Settings, train};
use ae_data::{Dataset, Layout, Parts, Values, write_npy};
use ae_nn::layer::{
    Activate, BatchNorm, Convolve, ConvolveTransposed, Dense, Filters, Image, LayerNorm, Padding,
    Pool, Pooled, Shift, TopK, Upsample,
};
use ae_nn::network::PlacedBlock;
use ae_nn::{Activation, Autoencoder, Initialiser, Layer, Network};
use ndarray::{Array2, ArrayView2};
use python::Python;
use std::fs::File;
use std::path::Path;

const ROWS: usize = 40;

fn image(height: usize, width: usize, channels: usize) -> Image {
    Image {
        height,
        width,
        channels,
    }
}

fn initialiser() -> Initialiser {
    "glorot-uniform".parse().unwrap()
}

fn filters(
    image: Image,
    filters: usize,
    kernel: usize,
    stride: usize,
    padding: Padding,
) -> Filters {
    Filters {
        image,
        filters,
        kernel,
        stride,
        padding,
        activation: "tanh".parse().unwrap(),
        initialiser: initialiser(),
    }
}

fn dense(inputs: usize, outputs: usize) -> Layer {
    let (activation, initialiser) = ("elu".parse().unwrap(), initialiser());
    Layer::from(Dense {
        inputs,
        outputs,
        activation,
        initialiser,
    })
}

/// Windows of odd sizes, strides and paddings, and everything that is done to rows.
fn stacks() -> Vec<(String, Vec<Layer>)> {
    let sides = Padding::Sides([1, 0, 2, 1]);
    let start = image(7, 5, 2);
    let mut stacks = Vec::new();
    for (name, kernel, stride, padding) in [
        ("same", 3, 2, Padding::Same),
        ("even", 2, 1, Padding::Same),
        ("valid", 3, 2, Padding::Valid),
        ("sides", 3, 2, sides),
        ("sparse", 1, 2, Padding::Same),
    ] {
        let convolution = Convolve(filters(start, 3, kernel, stride, padding));
        let small = convolution.output();
        let transposed = ConvolveTransposed(filters(small, 4, kernel, stride, padding));
        let mut layers = vec![Layer::from(convolution), transposed.clone().into()];
        let numbers = transposed.output().numbers();
        let bare = [&layers[..], &[dense(numbers, 70)]].concat();
        stacks.push((format!("{name}-alone"), bare));
        for of in [Pooled::Max, Pooled::Average] {
            let pool = Pool {
                image: transposed.output(),
                of,
                size: kernel,
                stride,
                padding,
            };
            let upsample = Upsample {
                image: pool.output(),
                factor: 3,
            };
            let back = Pool {
                image: upsample.output(),
                of,
                size: 3,
                stride: 3,
                padding: Padding::Valid,
            };
            let mixed = dense(back.output().numbers(), numbers);
            layers.extend([pool.into(), upsample.into(), back.into(), mixed]);
        }
        layers.push(dense(numbers, 70));
        stacks.push((name.to_owned(), layers));
    }
    let mut rows = vec![
        Layer::from(Shift { width: 70 }),
        BatchNorm::new(70).into(),
        LayerNorm::new(70).into(),
        TopK { width: 70, k: 9 }.into(),
        dense(70, 70),
    ];
    for entry in Activation::CATALOGUE {
        let activation = entry.name.parse().unwrap();
        rows.push(dense(70, 70));
        rows.push(
            Activate {
                width: 70,
                activation,
            }
            .into(),
        );
    }
    stacks.push(("rows".to_owned(), rows));
    stacks
}

/// Numbers that are not all the same, for parameters and state that begin as constants.
fn stir(values: &mut [f32]) {
    for (place, value) in values.iter_mut().enumerate() {
        *value += 0.3 + 0.2 * (place as f32).sin();
    }
}

fn numbers(rows: usize, width: usize) -> Vec<f32> {
    let number = |place: usize| ((place * place) as f32 * 0.013).sin() + place as f32 % 3.0;
    (0..rows * width).map(number).collect()
}

fn trained(data: Dataset, settings: Settings) -> Model {
    let parts = settings.cut(Parts {
        train: data,
        test: None,
    });
    let parts = parts.unwrap();
    let plan = Plan::new(&parts, &settings).unwrap();
    train(&parts, &plan, &mut ()).unwrap()
}

fn write_rows(path: &Path, rows: ArrayView2<f32>) {
    write_npy(&mut File::create(path).unwrap(), rows).unwrap();
}

/// A model of 70 numbers, and one for each of the stacks.
fn models() -> Vec<(String, Model)> {
    let names = (0..70).map(|column| format!("c{column}")).collect();
    let values = Values::Floats(numbers(ROWS, 70));
    let data = Dataset::new("numbers", Layout::Columns(names), values, None).unwrap();
    let settings = Settings {
        epochs: 1,
        latent: Some(2),
        ..Settings::default()
    };
    let model = trained(data, settings);
    let with = |(name, layers)| {
        let mut network = Network::new(layers, 1).unwrap();
        let blocks = network.blocks().into_iter();
        let biases: Vec<_> = blocks.filter(|block| block.shape.len() == 1).collect();
        for bias in biases {
            stir(&mut network.parameters_mut()[bias.range]);
        }
        stir(network.state_mut());
        let mut model = model.clone();
        let output = "sigmoid".parse().unwrap();
        model.autoencoder = Autoencoder::from_network(network, 1, output).unwrap();
        (name, model)
    };
    stacks().into_iter().map(with).collect()
}

/// Runs a script on files named as each of the models, and what the models make of rows.
fn compare(python: &Python, script: &str, models: &[(String, Model)], folder: &Path, kind: &str) {
    let rows = Array2::from_shape_vec((ROWS, 70), numbers(ROWS, 70)).unwrap();
    write_rows(&folder.join("given.npy"), rows.view());
    let mut arguments = Vec::new();
    for (name, model) in models {
        let expected = model.reconstruct_rows(rows.view()).unwrap();
        write_rows(&folder.join(format!("{name}.npy")), expected.view());
        arguments.extend([
            format!("{name}.{kind}"),
            "given.npy".to_owned(),
            format!("{name}.npy"),
        ]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    python.run(script, folder, &arguments);
}

#[test]
fn every_layer_gives_what_onnx_runtime_gives() {
    let Some(python) = Python::find("onnx, onnxruntime") else {
        return;
    };
    let (folder, models) = (tempfile::tempdir().unwrap(), models());
    for (name, model) in &models {
        let onnx = model.to_onnx(Section::Whole, false).unwrap();
        std::fs::write(folder.path().join(format!("{name}.onnx")), onnx.bytes).unwrap();
    }
    compare(&python, "onnx_check.py", &models, folder.path(), "onnx");
}

#[test]
fn every_layer_is_a_module_and_comes_back() {
    let (folder, mut models) = (tempfile::tempdir().unwrap(), models());
    models.retain(|(name, model)| {
        let path = folder.path().join(format!("{name}.safetensors"));
        let saved = model.save_for_torch(&path);
        if ["sides", "even"].contains(&name.as_str()) {
            let error = saved.unwrap_err().to_string();
            assert!(error.contains("as no module of PyTorch does"), "{error}");
            return false;
        }
        saved.unwrap();
        let network = model.autoencoder.network();
        let zeros = Network::zeros(network.layers().to_vec()).unwrap();
        let output = model.autoencoder.output_activation();
        let mut back = Autoencoder::from_network(zeros, 1, output).unwrap();
        read_weights(&mut back, &path).unwrap();
        assert_eq!(back.network().parameters(), network.parameters(), "{name}");
        let is_exported = |block: &&PlacedBlock| block.name.starts_with("running");
        for block in network.state_blocks().iter().filter(is_exported) {
            let [found, expected] =
                [back.network(), network].map(|network| &network.state()[block.range.clone()]);
            assert_eq!(found, expected, "{name}: {}", block.name);
        }
        true
    });
    if let Some(python) = Python::find_if_there("torch, numpy") {
        compare(
            &python,
            "torch_check.py",
            &models,
            folder.path(),
            "safetensors",
        );
    }
}

#[test]
fn windows_come_in_as_steps_and_columns() {
    let Some(python) = Python::find("onnx, onnxruntime") else {
        return;
    };
    let schema = ae_data::Schema::of_numbers(["a", "b"].map(str::to_owned));
    let mut values = numbers(200, 2);
    values[17] = f32::NAN;
    let data = Dataset::table("series", schema, values, None).unwrap();
    let settings = Settings {
        epochs: 1,
        latent: Some(2),
        window: Some(5),
        ..Settings::default()
    };
    let windows = settings.cut(Parts {
        train: data.clone(),
        test: None,
    });
    let windows = windows.unwrap().train;
    let model = trained(data, settings);
    let folder = tempfile::tempdir().unwrap();
    let mut rows = Array2::zeros((windows.rows, windows.width));
    for (place, mut row) in rows.rows_mut().into_iter().enumerate() {
        windows.fill_row(place, row.as_slice_mut().unwrap());
    }
    let scores = model.score(&windows).unwrap();
    let scores = scores.iter().map(|score| *score as f32).collect();
    let scores = Array2::from_shape_vec((windows.rows, 1), scores).unwrap();
    let back = model.reconstruct(&windows).unwrap();
    for (name, rows) in [("rows", &rows), ("whole", &back), ("score", &scores)] {
        write_rows(&folder.path().join(format!("{name}.npy")), rows.view());
    }
    for (name, section) in [("whole", Section::Whole), ("score", Section::Score)] {
        let onnx = model.to_onnx(section, false).unwrap();
        assert_eq!(onnx.inputs[0].shape, [5, 2]);
        assert_eq!(
            onnx.outputs.len(),
            1,
            "what is judged is a step, not a window"
        );
        std::fs::write(folder.path().join(format!("{name}.onnx")), onnx.bytes).unwrap();
    }
    let arguments = [
        "whole.onnx",
        "rows.npy",
        "whole.npy",
        "score.onnx",
        "rows.npy",
        "score.npy",
    ];
    python.run("onnx_check.py", folder.path(), &arguments);
}
