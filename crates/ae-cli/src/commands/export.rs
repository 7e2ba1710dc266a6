use super::{print, warn};
use crate::failure::Failure;
use ae_model::export::{DOMAIN_VERSION, IR_VERSION, OPSET, Onnx, Port, Section};
use ae_model::{Model, write_beside};
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// Writes a model as a file of another program.
///
/// ONNX: rows go in and come out as the data have them; what is done to them before and after
/// the network is part of the file. Safetensors: the network's weights by the names, shapes and
/// order of PyTorch, and its modules as metadata.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A model file.
    model: PathBuf,
    /// What kind of file.
    #[arg(long)]
    format: Format,
    /// What of the model, as ONNX [default: whole].
    #[arg(long)]
    part: Option<Part>,
    /// The network alone: it takes and gives features, as preprocessing makes them.
    #[arg(long)]
    features: bool,
    /// Where the file goes.
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// What was written, as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
enum Format {
    /// For ONNX Runtime and all that reads ONNX
    Onnx,
    /// For PyTorch, NumPy and all that reads safetensors
    Safetensors,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
enum Part {
    /// From rows to reconstructions
    Whole,
    /// From rows to codes
    Encoder,
    /// From codes to rows
    Decoder,
    /// From rows to scores
    Score,
}

impl From<Part> for Section {
    fn from(part: Part) -> Self {
        match part {
            Part::Whole => Self::Whole,
            Part::Encoder => Self::Encoder,
            Part::Decoder => Self::Decoder,
            Part::Score => Self::Score,
        }
    }
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let model = Model::load(&arguments.model)?;
    match arguments.format {
        Format::Onnx => onnx(&arguments, &model, quiet),
        Format::Safetensors => safetensors(&arguments, &model),
    }
}

fn safetensors(arguments: &Arguments, model: &Model) -> anyhow::Result<()> {
    if arguments.part.is_some() {
        let hint = "encoder and decoder are both in the file; scores are for ONNX";
        let message = "`--part` is for ONNX: a file of weights holds the whole network";
        return Err(Failure::usage(message, Some(hint.to_owned())).into());
    }
    model.save_for_torch(&arguments.out)?;
    if arguments.json {
        let value = serde_json::json!({ "file": arguments.out });
        return print(&serde_json::to_string_pretty(&value)?);
    }
    print(&format!(
        "{}: safetensors, weights as PyTorch names and shapes them",
        arguments.out.display()
    ))
}

fn onnx(arguments: &Arguments, model: &Model, quiet: bool) -> anyhow::Result<()> {
    let section = arguments.part.unwrap_or(Part::Whole).into();
    let onnx = model.to_onnx(section, arguments.features)?;
    write_beside(&arguments.out, true, |file| file.write_all(&onnx.bytes))?;
    if section == Section::Score && model.windowing().is_some() {
        let warning = "scores are of windows: a time step's is the mean of those that cover it";
        warn(&[warning.to_owned()], quiet);
    }
    if arguments.json {
        let value = serde_json::json!({
            "file": arguments.out,
            "bytes": onnx.bytes.len(),
            "ir_version": IR_VERSION,
            "opset": OPSET,
            "opset_ai_onnx_ml": DOMAIN_VERSION,
            "inputs": ports(&onnx.inputs),
            "outputs": ports(&onnx.outputs),
        });
        return print(&serde_json::to_string_pretty(&value)?);
    }
    print(&in_words(&arguments.out, &onnx))
}

fn ports(ports: &[Port]) -> serde_json::Value {
    let port = |port: &Port| {
        let (name, kind, shape) = (&port.name, port.kind.name(), &port.shape);
        serde_json::json!({ "name": name, "type": kind, "shape_of_a_row": shape })
    };
    ports.iter().map(port).collect()
}

fn in_words(path: &Path, onnx: &Onnx) -> String {
    let mut text = format!(
        "{}: ONNX, IR version {IR_VERSION}, opset {OPSET}, ai.onnx.ml {DOMAIN_VERSION}, {} bytes",
        path.display(),
        onnx.bytes.len()
    );
    for (what, ports) in [("takes", &onnx.inputs), ("gives", &onnx.outputs)] {
        for port in ports {
            let sides = port.shape.iter().map(|side| format!(" × {side}"));
            let sides: String = sides.collect();
            text += &format!("\n{what}  {}: {}, rows{sides}", port.name, port.kind.name());
        }
    }
    text
}
