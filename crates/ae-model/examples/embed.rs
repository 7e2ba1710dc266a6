//! A trained model inside another program: reads rows of numbers, in the units of the training
//! data, from stdin and says how badly the model reconstructs each.
//!
//! `echo 1.5, 0.2, 7 | cargo run -p ae-model --example embed -- model.safetensors`
#![forbid(unsafe_code)]

use ae_model::Model;
use ndarray::ArrayView2;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(model) = std::env::args().nth(1) else {
        return Err("expected a model file".into());
    };
    let model = Model::load(Path::new(&model))?;
    for line in std::io::stdin().lines() {
        let line = line?;
        let numbers = line.split(',').map(|number| number.trim().parse());
        let row: Vec<f32> = numbers.collect::<Result<_, _>>()?;
        // Many rows at a time go faster: rows × features, from anywhere.
        let rows = ArrayView2::from_shape((1, row.len()), &row)?;
        let (score, code) = (model.score_rows(rows)?, model.encode_rows(rows)?);
        println!("{} with the code {}", score[0], code.row(0));
    }
    Ok(())
}
