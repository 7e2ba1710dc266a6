use serde::{Deserialize, Serialize};

use super::{Affine, Curve, Prepared, Scaling};
use crate::{DataError, Dataset, NumberKind};

/// A scaling with the numbers it found on the training rows: `(x − shift) / scale` for each
/// feature, in `f64` so that values near 10⁶ with a small spread come out right.
///
/// Serialises as its name and its numbers, and refuses numbers that do not fit together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct FittedScaling {
    scaling: Scaling,
    width: usize,
    /// How the training rows kept their numbers, where the scaling goes by that.
    kind: Option<NumberKind>,
    affine: Affine,
    /// One a feature, or none at all.
    curves: Vec<Curve>,
    /// 1 / scale: multiplying is several times faster than dividing.
    factor: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    scaling: Scaling,
    width: usize,
    /// Files from before there was such a key lack it: there, any data go by the scaling's
    /// own rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<NumberKind>,
    shift: Vec<f64>,
    scale: Vec<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    curves: Vec<Curve>,
}

impl FittedScaling {
    pub(super) fn new(
        scaling: Scaling,
        width: usize,
        kind: Option<NumberKind>,
        affine: Affine,
        curves: Vec<Curve>,
    ) -> Self {
        let factor = affine.scale.iter().map(|scale| 1.0 / scale).collect();
        Self {
            scaling,
            width,
            kind,
            affine,
            curves,
            factor,
        }
    }

    /// What was fitted.
    pub fn scaling(&self) -> Scaling {
        self.scaling
    }

    /// Features in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// What becomes 0 in each feature, in the data's units; a single number stands for all.
    pub fn shift(&self) -> &[f64] {
        &self.affine.shift
    }

    /// What becomes 1 away from the shift; a single number stands for all features.
    pub fn scale(&self) -> &[f64] {
        &self.affine.scale
    }

    /// What each feature is bent by before it is scaled: one a feature, or none at all.
    pub fn curves(&self) -> &[Curve] {
        &self.curves
    }

    /// Whether features are bent before they are scaled.
    pub(super) fn is_curved(&self) -> bool {
        !self.curves.is_empty()
    }

    /// The interval in which scaled training rows lie, if there is one: (0, 1) for `unit` and
    /// `min-max`.
    pub fn range(&self) -> Option<(f32, f32)> {
        self.scaling.range()
    }

    /// Scales one row in place. Values outside the training range are not clipped.
    ///
    /// # Panics
    /// If the row is not `width` long.
    pub fn transform_row(&self, raw: &mut [f32]) {
        for (value, curve) in raw.iter_mut().zip(&self.curves) {
            *value = curve.apply(f64::from(*value)) as f32;
        }
        self.for_each(raw, &self.factor, |value, shift, factor| {
            (value - shift) * factor
        });
    }

    /// Scales the value of one feature; see [`transform_row`](Self::transform_row).
    ///
    /// # Panics
    /// If there is no such feature.
    pub fn transform_value(&self, feature: usize, raw: f32) -> f32 {
        assert!(feature < self.width, "feature {feature} of {}", self.width);
        let at = if self.factor.len() == 1 { 0 } else { feature };
        let bent = match self.curves.get(feature) {
            Some(curve) => curve.apply(f64::from(raw)),
            None => f64::from(raw),
        };
        ((bent - self.affine.shift[at]) * self.factor[at]) as f32
    }

    /// Takes the value of one feature back; see [`inverse_row`](Self::inverse_row).
    ///
    /// # Panics
    /// If there is no such feature.
    pub fn inverse_value(&self, feature: usize, scaled: f32) -> f32 {
        assert!(feature < self.width, "feature {feature} of {}", self.width);
        let at = if self.factor.len() == 1 { 0 } else { feature };
        let bent = f64::from(scaled) * self.affine.scale[at] + self.affine.shift[at];
        match self.curves.get(feature) {
            Some(curve) => curve.invert(bent) as f32,
            None => bent as f32,
        }
    }

    /// The scaling of features of which each is a scaled cell, or none.
    pub(crate) fn of_features(&self, cells: &[Option<usize>]) -> Self {
        let of = |cell: &Option<usize>, numbers: &[f64], none: f64| match cell {
            Some(cell) => *numbers.get(*cell).unwrap_or(&numbers[0]),
            None => none,
        };
        let pick =
            |numbers: &[f64], none| cells.iter().map(|cell| of(cell, numbers, none)).collect();
        let affine = Affine {
            shift: pick(&self.affine.shift, 0.0),
            scale: pick(&self.affine.scale, 1.0),
        };
        let curve = |cell: &Option<usize>| {
            cell.map_or_else(Curve::default, |cell| self.curves[cell].clone())
        };
        let curves = match self.curves.is_empty() {
            true => Vec::new(),
            false => cells.iter().map(curve).collect(),
        };
        Self::new(self.scaling, cells.len(), self.kind, affine, curves)
    }

    /// The scaling of rows of which `times` stand side by side.
    pub(crate) fn tiled(&self, times: usize) -> Self {
        let cells: Vec<Option<usize>> = (0..times * self.width)
            .map(|cell| Some(cell % self.width))
            .collect();
        self.of_features(&cells)
    }

    /// Takes one scaled row back to the units of the training data, in place.
    ///
    /// # Panics
    /// If the row is not `width` long.
    pub fn inverse_row(&self, scaled: &mut [f32]) {
        self.for_each(scaled, &self.affine.scale, |value, shift, scale| {
            value * scale + shift
        });
        for (value, curve) in scaled.iter_mut().zip(&self.curves) {
            if !curve.is_straight() {
                *value = curve.invert(f64::from(*value)) as f32;
            }
        }
    }

    /// How to read `dataset` with this scaling, and what that assumes: as the training rows
    /// were read, so that what becomes of a row doesn't depend on the rows beside it; by the
    /// scaling's own rule where the numbers are kept in another way than theirs.
    ///
    /// # Errors
    /// Rows of another width, or (for `unit`) floats that are no pixels for a model of bytes.
    pub fn prepare(&self, dataset: &Dataset) -> Result<(Prepared, Vec<String>), DataError> {
        let (scaling, assumptions) = self.for_dataset(dataset)?;
        Ok((Prepared::new(scaling.into()), assumptions))
    }

    /// This scaling as it applies to `dataset`, and what that assumes.
    pub(crate) fn for_dataset(&self, dataset: &Dataset) -> Result<(Self, Vec<String>), DataError> {
        dataset.check_width(self.width)?;
        let mut scaling = self.clone();
        if self.kind != Some(dataset.values.kind())
            && let Some(declared) = self.scaling.declared(dataset)?
        {
            scaling = Self::new(self.scaling, self.width, self.kind, declared, Vec::new());
        }
        let assumption = self.scaling.assumption(dataset, &scaling.affine);
        Ok((scaling, assumption.into_iter().collect()))
    }

    fn for_each(&self, row: &mut [f32], second: &[f64], line: impl Fn(f64, f64, f64) -> f64) {
        assert_eq!(row.len(), self.width, "scaling: length of the row");
        if let ([shift], [second]) = (self.affine.shift.as_slice(), second) {
            for value in row {
                *value = line(f64::from(*value), *shift, *second) as f32;
            }
        } else {
            for ((value, shift), second) in row.iter_mut().zip(&self.affine.shift).zip(second) {
                *value = line(f64::from(*value), *shift, *second) as f32;
            }
        }
    }
}

impl From<FittedScaling> for Stored {
    fn from(fitted: FittedScaling) -> Self {
        Self {
            scaling: fitted.scaling,
            width: fitted.width,
            kind: fitted.kind,
            shift: fitted.affine.shift,
            scale: fitted.affine.scale,
            curves: fitted.curves,
        }
    }
}

impl TryFrom<Stored> for FittedScaling {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let Stored {
            scaling,
            width,
            kind,
            shift,
            scale,
            curves,
        } = stored;
        let fits = |numbers: &[f64]| numbers.len() == width || numbers.len() == 1;
        if width == 0 || !fits(&shift) || shift.len() != scale.len() {
            return Err(format!(
                "scaling {scaling}: {} shifts and {} scales for {width} features",
                shift.len(),
                scale.len()
            ));
        }
        let is_curved = curves.len() == width && curves.iter().all(Curve::holds_together);
        if !curves.is_empty() && !is_curved {
            return Err(format!(
                "scaling {scaling}: {} curves that are none for {width} features",
                curves.len()
            ));
        }
        let mut lines = shift.iter().zip(&scale);
        match lines.position(|(shift, scale)| !shift.is_finite() || !scale.is_normal()) {
            Some(feature) => Err(format!(
                "scaling {scaling}: shift {} and scale {} of feature {feature} are no line",
                shift[feature], scale[feature]
            )),
            None => {
                let affine = Affine { shift, scale };
                Ok(Self::new(scaling, width, kind, affine, curves))
            }
        }
    }
}
