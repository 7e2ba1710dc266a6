use super::{Affine, Fit, Sample};
use crate::{DataError, Dataset, NumberKind};

ae_choice::choice! {
    /// Pixels to the interval from 0 to 1, by the rule of [`Dataset::white`]: bytes are divided
    /// by 255; floats from 0 to 1 stay; floats from 0 to 255 are divided by 255, with a
    /// warning; anything else is an error.
    pub struct Unit = "unit", "pixels to 0..1: bytes / 255, numbers already in 0..1 as they are" {}
}

impl Fit for Unit {
    fn fit(&self, sample: &Sample) -> Result<Affine, DataError> {
        divide_by_white(sample.dataset())
    }

    fn range(&self) -> Option<(f32, f32)> {
        Some((0.0, 1.0))
    }

    fn declared(&self, dataset: &Dataset) -> Result<Option<Affine>, DataError> {
        divide_by_white(dataset).map(Some)
    }

    fn assumption(&self, dataset: &Dataset, affine: &Affine) -> Option<String> {
        let is_doubtful = dataset.values.kind() == NumberKind::Floats && affine.scale == [255.0];
        is_doubtful.then(|| {
            let (name, high) = (&dataset.name, dataset.range().1);
            format!("{name}: values reach {high} and are taken as 0 to 255")
        })
    }
}

fn divide_by_white(dataset: &Dataset) -> Result<Affine, DataError> {
    Ok(Affine {
        shift: vec![0.0],
        scale: vec![dataset.white()?.into()],
    })
}
