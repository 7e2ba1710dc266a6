//! A model as an ONNX file, with all that is done to rows before and after the network.
//!
//! `protobuf` writes bytes, `graph` operators; `network`, `rows` and `score` say which.

mod graph;
mod network;
mod protobuf;
mod rows;
mod score;
mod table;

pub use graph::{DOMAIN_VERSION, IR_VERSION, OPSET, Port, Type};

use crate::{Model, ModelError};
use graph::Graph;
use rows::Form;

/// What of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// From rows to their reconstructions.
    Whole,
    /// From rows to codes.
    Encoder,
    /// From codes to rows.
    Decoder,
    /// From rows to how odd they are.
    Score,
}

/// A finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onnx {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it takes.
    pub inputs: Vec<Port>,
    /// What it gives.
    pub outputs: Vec<Port>,
}

/// Bytes of a file, at most: protobuf's limit.
const MOST_BYTES: usize = i32::MAX as usize;

impl Model {
    /// A section of this model as an ONNX file. It takes rows as the data have them, in its
    /// units, and gives such rows: see the ports. `as_features`: what the network itself takes
    /// and gives, in their place.
    ///
    /// # Errors
    /// Columns that no ONNX operator reads, such as dates; scores of features where a cell may
    /// be missing; more weights than such a file may hold.
    pub fn to_onnx(&self, section: Section, as_features: bool) -> Result<Onnx, ModelError> {
        if section == Section::Score && as_features && self.preprocessing().is_mixed() {
            return Err(ModelError::Settings {
                what: "features don't say which cells of a row are missing, and missing cells \
                       don't count in its score"
                    .to_owned(),
                hint: "export the score without `--features`, or the whole with it".to_owned(),
            });
        }
        let form = Form::of(self, as_features)?;
        let (autoencoder, mut graph) = (self.autoencoder(), Graph::default());
        let (network, encoder) = (autoencoder.network(), autoencoder.encoder_layers());
        let (layers, latent) = (network.layers().len(), autoencoder.latent());
        match section {
            Section::Encoder => {
                let given = form.come_in(&mut graph);
                let code = network::through(&mut graph, network, 0..encoder, given.features);
                graph.output(&code, "code", Type::Float, &[latent]);
            }
            Section::Decoder => {
                let code = graph.input("code", Type::Float, &[latent]);
                let rows = network::through(&mut graph, network, encoder..layers, code);
                let features = network::output(&mut graph, autoencoder, rows);
                form.go_out(&mut graph, &features);
            }
            Section::Whole | Section::Score => {
                let given = form.come_in(&mut graph);
                let rows = given.features.clone();
                let rows = network::through(&mut graph, network, 0..layers, rows);
                let features = network::output(&mut graph, autoencoder, rows);
                if section == Section::Whole {
                    form.go_out(&mut graph, &features);
                } else {
                    let score = score::score(&mut graph, self.scorer(), &given, &features);
                    graph.output(&score, "score", Type::Float, &[1]);
                    // Those of a series are of steps, not of windows.
                    if self.windowing().is_none() {
                        let [p_value, anomaly] = score::judged(&mut graph, self.scorer(), &score);
                        graph.output(&p_value, "p_value", Type::Float, &[1]);
                        graph.output(&anomaly, "anomaly", Type::Truth, &[1]);
                    }
                }
            }
        }
        let (inputs, outputs) = (graph.inputs.clone(), graph.outputs.clone());
        let about = [
            ("program", self.provenance().program.clone()),
            ("data", self.provenance().data.clone()),
            ("shape", autoencoder.shape()),
        ];
        let bytes = graph.finish("autoencoder", &about);
        if bytes.len() > MOST_BYTES {
            return Err(ModelError::Settings {
                what: format!(
                    "{} bytes, an ONNX file holds {MOST_BYTES} at most",
                    bytes.len()
                ),
                hint: "export encoder and decoder each by itself, or as safetensors".to_owned(),
            });
        }
        Ok(Onnx {
            bytes,
            inputs,
            outputs,
        })
    }
}
