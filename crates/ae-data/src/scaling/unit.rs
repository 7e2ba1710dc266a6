use super::{Affine, Fit, Sample};
use crate::{DataError, Dataset, Values};

ae_choice::choice! {
    /// Pixels to the interval from 0 to 1, by a declared rule that looks at how a data set
    /// writes them: bytes are divided by 255; numbers from 0 to 1 stay; numbers from 0 to 255
    /// are divided by 255, with a warning; anything else is an error.
    pub struct Unit = "unit", "pixels to 0..1: bytes / 255, numbers already in 0..1 as they are" {}
}

/// What the rule of [`Unit`] says about a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// How to read it.
    pub affine: Affine,
    /// What was assumed, where the data leaves room for doubt.
    pub warning: Option<String>,
}

impl Fit for Unit {
    fn fit(&self, sample: &Sample) -> Result<Affine, DataError> {
        Ok(rule(sample.dataset())?.affine)
    }

    fn range(&self) -> Option<(f32, f32)> {
        Some((0.0, 1.0))
    }

    fn declared(&self, dataset: &Dataset) -> Result<Option<Declared>, DataError> {
        rule(dataset).map(Some)
    }
}

fn rule(dataset: &Dataset) -> Result<Declared, DataError> {
    if let Values::Bytes(_) = dataset.values {
        return Ok(divide_by(255.0, None));
    }
    let (low, high) = dataset.range();
    if low >= 0.0 && high <= 1.0 {
        return Ok(divide_by(1.0, None));
    }
    let name = dataset.name.clone();
    if low >= 0.0 && high <= 255.0 {
        let warning = format!("{name}: values reach {high}, so they are taken as 0 to 255");
        return Ok(divide_by(255.0, Some(warning)));
    }
    Err(DataError::NotPixels { name, low, high })
}

fn divide_by(scale: f64, warning: Option<String>) -> Declared {
    Declared {
        affine: Affine {
            shift: vec![0.0],
            scale: vec![scale],
        },
        warning,
    }
}
