//! A trained model inside another program: says how badly it reconstructs each row of a file.
//!
//! `cargo run -p ae-model --example embed -- model.safetensors rows.csv`
#![forbid(unsafe_code)]

use ae_data::{SourceOptions, source};
use ae_model::Model;
use std::env::args;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (Some(model), Some(data)) = (args().nth(1), args().nth(2)) else {
        return Err("expected a model file and a file of rows".into());
    };
    let model = Model::load(Path::new(&model))?;
    let rows = source::open(&data, &SourceOptions::default())?.train;
    for warning in model.prepare(&rows)?.1 {
        eprintln!("warning: {warning}");
    }
    for (row, score) in model.score(&rows)?.iter().enumerate() {
        println!("{row},{score}");
    }
    Ok(())
}
