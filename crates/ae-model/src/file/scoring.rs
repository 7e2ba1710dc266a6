//! What a model scores by, in its file: numbers of each feature as tensors, the rest as
//! metadata.

use super::container::{Tensor, finite};
use crate::FileProblem;
use crate::scoring::{
    Calibrated, Groups, Method, Scorer, Spread, Standard, Surprising, Threshold, kept_places,
};
use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};

const CALIBRATION: &str = "scoring.calibration";
const KNOTS: &str = "scoring.knots";
const VALUES: [&str; 2] = ["scoring.values.centre", "scoring.values.weight"];
const RESIDUALS: [&str; 2] = ["scoring.residuals.centre", "scoring.residuals.weight"];

/// A [`Scorer`] but for its tensors.
#[derive(Serialize, Deserialize)]
pub(super) struct ScoringMetadata {
    method: MethodMetadata,
    threshold: Threshold,
    cutoff: f64,
    calibration_rows: u32,
    held_out: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum MethodMetadata {
    Mse,
    Surprise { rows: u32, parts: [Standard; 3] },
}

impl ScoringMetadata {
    pub(super) fn of(scorer: &Scorer) -> Self {
        Self {
            method: match &scorer.method {
                Method::Mse => MethodMetadata::Mse,
                Method::Surprise(fitted) => MethodMetadata::Surprise {
                    rows: fitted.rows as u32,
                    parts: fitted.parts,
                },
            },
            threshold: scorer.threshold,
            cutoff: scorer.cutoff,
            calibration_rows: scorer.calibrated.rows as u32,
            held_out: scorer.calibrated.held_out,
        }
    }

    pub(super) fn read(
        self,
        tensors: &SafeTensors<'_>,
        features: usize,
        groups: Groups,
    ) -> Result<Scorer, FileProblem> {
        let places = kept_places(self.calibration_rows as usize);
        let calibrated = Calibrated {
            rows: self.calibration_rows as usize,
            held_out: self.held_out,
            knots: finite(tensors, CALIBRATION, &[places.len()])?,
            places,
        };
        if !self.cutoff.is_finite() {
            return Err(bad("a cutoff that is no number".to_owned()));
        }
        Ok(Scorer {
            groups,
            method: self.method.read(tensors, features)?,
            threshold: self.threshold,
            cutoff: self.cutoff,
            calibrated,
        })
    }
}

impl MethodMetadata {
    fn read(self, tensors: &SafeTensors<'_>, features: usize) -> Result<Method, FileProblem> {
        let Self::Surprise { rows, parts } = self else {
            return Ok(Method::Mse);
        };
        if !parts.iter().all(Standard::is_sound) {
            return Err(bad("parts whose scale is no number above 0".to_owned()));
        }
        let rows = rows as usize;
        let knots = finite(tensors, KNOTS, &[features, kept_places(rows).len()])?;
        Ok(Method::Surprise(Box::new(Surprising::new(
            (rows, knots),
            spread(tensors, VALUES, features)?,
            spread(tensors, RESIDUALS, features)?,
            parts,
        ))))
    }
}

fn spread(
    tensors: &SafeTensors<'_>,
    [centre, weight]: [&str; 2],
    features: usize,
) -> Result<Spread, FileProblem> {
    Ok(Spread {
        centre: finite(tensors, centre, &[features])?,
        weight: finite(tensors, weight, &[features])?,
    })
}

fn bad(what: String) -> FileProblem {
    FileProblem::Metadata(format!("scoring: {what}"))
}

pub(super) fn tensors(scorer: &Scorer) -> Vec<Tensor<'_>> {
    let tensor = |name: &str, shape: Vec<usize>, values| Tensor {
        name: name.to_owned(),
        shape,
        values,
    };
    let calibrated = &scorer.calibrated;
    let mut all = vec![tensor(
        CALIBRATION,
        vec![calibrated.knots.len()],
        &calibrated.knots[..],
    )];
    if let Method::Surprise(fitted) = &scorer.method {
        let features = fitted.values.centre.len();
        let shape = vec![features, fitted.places.len()];
        all.push(tensor(KNOTS, shape, &fitted.knots));
        for (names, spread) in [(VALUES, &fitted.values), (RESIDUALS, &fitted.residuals)] {
            let [centre, weight] = names;
            all.push(tensor(centre, vec![features], &spread.centre));
            all.push(tensor(weight, vec![features], &spread.weight));
        }
    }
    all
}
