//! Layers on images against JAX in double precision; `tests/reference/make_image_reference.py`
//! made the numbers.

use crate::reference::{assert_close, floats, pass};
use ae_nn::Layer;
use serde_json::{Value, json};
use std::sync::LazyLock;

static REFERENCE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../reference/images.json")).unwrap());

/// A case's layer: written as a model file would have it, `tanh` behind its weights.
fn layer(kind: &str, case: &Value) -> Layer {
    let mut layer = case.as_object().unwrap().clone();
    let sides = case["image"].as_array().unwrap();
    let image = json!({ "height": sides[0], "width": sides[1], "channels": sides[2] });
    let more = json!({
        "kind": kind,
        "image": image,
        "activation": "tanh",
        "initialiser": "glorot-uniform",
    });
    layer.extend(more.as_object().unwrap().clone());
    if layer.get("padding").is_some_and(Value::is_array) {
        layer["padding"] = json!({ "sides": layer["padding"] });
    }
    serde_json::from_value(Value::Object(layer)).unwrap()
}

fn check(kind: &str, cases: &Value) {
    for case in cases.as_array().unwrap() {
        let layer = layer(kind, case);
        let weights = case.get("w").map(|w| vec![floats(w), floats(&case["b"])]);
        let found = pass(&layer, &weights.unwrap_or_default(), case);
        let about = format!("{layer:?}");
        assert_close(&found.y, &case["y"], 2e-6, &about);
        assert_close(&found.dx, &case["dx"], 2e-6, &about);
        for (gradient, name) in found.gradients.iter().zip(["dw", "db"]) {
            assert_close(gradient, &case[name], 2e-6, &about);
        }
    }
}

#[test]
fn convolutions() {
    check("convolve", &REFERENCE["convolutions"]);
}

#[test]
fn transposed_convolutions() {
    check("convolve_transposed", &REFERENCE["transposed"]);
}

#[test]
fn pools() {
    check("pool", &REFERENCE["pools"]);
}

#[test]
fn upsamplings() {
    check("upsample", &REFERENCE["upsamplings"]);
}
