//! The explorer: a page that holds a model of images and runs it in the reader's browser.
//!
//! Like the report it is one file, asks for nothing from outside and follows the reader's theme;
//! unlike the report it has a script, `page.js`, which is given the layers, their weights as
//! base64, and rows to begin with.

use crate::failure::Failure;
use ae_data::{Dataset, Layout};
use ae_model::Model;
use ae_nn::{Activation, Layer};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, PreEscaped, html};
use serde_json::{Value, json};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Lets the script in the page run, and keeps the browser from fetching anything.
const POLICY: &str = "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; \
                      script-src 'unsafe-inline'";

/// Rows that the map of codes shows, at most.
const ROWS: usize = 300;

/// Rows whose images can be chosen, at most.
const SHOWN: usize = 16;

/// Weights that a page may hold: 4 MB, which a phone loads and runs in a moment.
const MOST_WEIGHTS: usize = 1_000_000;

/// The page of a model, with rows of `dataset`.
///
/// # Errors
/// A model that is not of images from black to white, has layers that the page doesn't know, or
/// more weights than it may hold.
pub fn page(model: &Model, dataset: &Dataset, title: &str) -> anyhow::Result<String> {
    let model_json = described(model)?;
    let rows = spread(dataset.rows);
    let chosen = dataset.select(&rows);
    let (prepared, _) = model.prepare(&chosen)?;
    let codes = model.encode(&chosen)?;
    let mut pixels = vec![0.0; prepared.width()];
    let mut shown = Vec::new();
    let step = rows.len().div_ceil(SHOWN);
    for row in (0..rows.len()).step_by(step) {
        prepared.fill_row(&chosen, row, &mut pixels);
        let bytes: Vec<u8> = pixels
            .iter()
            .map(|pixel| (255.0 * pixel).round() as u8)
            .collect();
        shown.push(json!({ "row": row, "pixels": STANDARD.encode(bytes) }));
    }
    let labels = chosen.labels.as_ref();
    let classes = labels.map(|labels| &labels.ids);
    let codes: Vec<Vec<f32>> = codes.rows().into_iter().map(|row| row.to_vec()).collect();
    let data = json!({
        "model": model_json,
        "codes": codes,
        "classes": classes,
        "names": labels.map(|labels| &labels.names),
        "shown": shown,
    });
    // What is data must not end the element that holds it.
    let data = data.to_string().replace('<', "\\u003c");
    let latent = model.autoencoder().latent();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – explorer" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    p {
                        "The model runs in this page. The second image is what its decoder makes of "
                        (latent) " numbers: move them, or draw something for its encoder to look at."
                    }
                }
                main {
                    section.stage {
                        figure {
                            canvas id="seen" tabindex="0" aria-label="drawn or chosen image" {}
                            figcaption {
                                "draw here, drop an image, or choose one below "
                                button id="clear" type="button" { "clear" }
                            }
                        }
                        figure {
                            canvas id="made" aria-label="what the decoder makes of the code" {}
                            figcaption id="error" { "what the decoder makes of the code" }
                        }
                        figure {
                            canvas id="map" aria-label="map of codes" {}
                            figcaption {
                                "codes along the two directions in which they vary most: touch the map"
                            }
                        }
                    }
                    section id="shown" aria-label="rows to choose" {}
                    section {
                        p {
                            button id="mean" type="button" { "mean code" } " "
                            button id="walk" type="button" { "walk to another row" }
                        }
                        div id="sliders" {}
                    }
                }
                footer { "ae " (env!("CARGO_PKG_VERSION")) }
                script type="application/json" id="data" { (PreEscaped(data)) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    Ok(page.into_string())
}

/// Evenly spread rows.
fn spread(rows: usize) -> Vec<u32> {
    let step = rows.div_ceil(ROWS).max(1);
    (0..rows as u32).step_by(step).collect()
}

/// The layers with the places of their weights, and the weights.
fn described(model: &Model) -> anyhow::Result<Value> {
    let Layout::Image {
        height,
        width,
        channels,
    } = *model.layout()
    else {
        let hint = "give it a model of images: mnist, strokes, a folder of pictures";
        return Err(Failure::new(
            "the explorer draws images, and this model is of a table",
            hint,
        )
        .into());
    };
    let autoencoder = model.autoencoder();
    if model.range() != Some((0.0, 1.0)) || autoencoder.output_blocks().is_some() {
        let hint = "train with `--scaling unit`";
        return Err(Failure::new("the explorer draws numbers from 0 to 1", hint).into());
    }
    let network = autoencoder.network();
    let (parameters, blocks) = (network.parameters(), network.blocks());
    let mut weights: Vec<f32> = Vec::new();
    let mut layers = Vec::new();
    for (index, layer) in network.layers().iter().enumerate() {
        let at = weights.len();
        for block in blocks.iter().filter(|block| block.layer == index) {
            weights.extend(&parameters[block.range.clone()]);
        }
        layers.push(match layer {
            Layer::Dense(dense) => json!({
                "kind": "dense",
                "inputs": dense.inputs,
                "outputs": dense.outputs,
                "activation": written(dense.activation),
                "at": at,
            }),
            Layer::Activate(activate) => json!({
                "kind": "activate",
                "activation": written(activate.activation),
            }),
            Layer::GaussianCode(code) => json!({ "kind": "first", "count": code.latent }),
            Layer::TopK(top) => json!({ "kind": "largest", "count": top.k }),
            Layer::Dropout(_) => json!({ "kind": "nothing" }),
            other => {
                let what = format!("the explorer doesn't run layers of kind {}", other.kind());
                return Err(
                    Failure::new(what, "it runs dense networks without normalisation").into(),
                );
            }
        });
    }
    if weights.len() > MOST_WEIGHTS {
        let what = format!("{} weights are more than a page should hold", weights.len());
        let hint = format!("narrower layers: at most {MOST_WEIGHTS} weights");
        return Err(Failure::new(what, hint).into());
    }
    let bytes: Vec<u8> = weights
        .iter()
        .flat_map(|weight| weight.to_le_bytes())
        .collect();
    Ok(json!({
        "height": height,
        "width": width,
        "channels": channels,
        "encoder": autoencoder.encoder_layers(),
        "layers": layers,
        "output": written(autoencoder.output_activation()),
        "weights": STANDARD.encode(bytes),
    }))
}

/// With parameters that are as usual, too: the page knows no defaults.
fn written(activation: Activation) -> String {
    match activation {
        Activation::LeakyRelu(relu) => format!("leaky-relu:slope={}", relu.slope),
        Activation::Elu(elu) => format!("elu:alpha={}", elu.alpha),
        other => other.to_string(),
    }
}
