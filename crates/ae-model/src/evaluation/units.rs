//! Units of the network, those of the code and those of the encoder's hidden layers: what
//! each does over rows, and whether it is dead.

use super::{CodeUse, HiddenLayer, LatentUnit};
use crate::{Model, Rows};
use ae_nn::{Layer, Samples, Scratch};
use ndarray::{Array2, ArrayView2};

/// A unit is dead if it varies less than this share of the most varying one of its layer, or
/// is 0 in all but this share of rows.
const DEAD: f64 = 1e-3;

/// Up to which share a number of this model's code is dead: of a top-k code, each row keeps few,
/// and only a number that no row keeps is.
pub(super) fn rule(model: &Model) -> f64 {
    match model.settings().top_k {
        Some(_) => 0.0,
        None => DEAD,
    }
}

/// How many numbers of a code are in use.
pub(super) fn code_use(units: &[LatentUnit]) -> CodeUse {
    let dead = units.iter().filter(|unit| unit.dead).count();
    CodeUse {
        l0: units.iter().map(|unit| unit.active).sum(),
        dead_fraction: dead as f64 / units.len().max(1) as f64,
    }
}

/// Rows that hidden layers are watched on, at most: a unit that none of them wakes is dead by
/// the rule above.
const MOST_ROWS: usize = 1000;

/// Sum and sum of squares, as differences from the first value: exactly 0 for a constant,
/// and no digits lost far from 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Moments {
    first: Option<f64>,
    sum: f64,
    squares: f64,
}

impl Moments {
    pub(super) fn add(&mut self, value: f32) {
        let value = f64::from(value);
        let difference = value - *self.first.get_or_insert(value);
        self.sum += difference;
        self.squares += difference * difference;
    }

    fn mean(&self, rows: usize) -> f64 {
        self.first.unwrap_or(0.0) + self.sum / rows as f64
    }

    pub(super) fn variance(&self, rows: usize) -> f64 {
        let mean = self.sum / rows as f64;
        (self.squares / rows as f64 - mean * mean).max(0.0)
    }
}

/// Sums over rows, a unit.
pub(super) struct UnitSums {
    rows: usize,
    units: Vec<(Moments, usize)>,
}

impl UnitSums {
    pub(super) fn new(units: usize) -> Self {
        Self {
            rows: 0,
            units: vec![(Moments::default(), 0); units],
        }
    }

    pub(super) fn add(&mut self, rows: ArrayView2<f32>) {
        for row in rows.rows() {
            self.add_row(row.iter());
        }
    }

    /// The same of values that stand row after row.
    fn add_all(&mut self, values: &[f32]) {
        for row in values.chunks_exact(self.units.len()) {
            self.add_row(row.iter());
        }
    }

    fn add_row<'a>(&mut self, row: impl Iterator<Item = &'a f32>) {
        self.rows += 1;
        for ((moments, active), value) in self.units.iter_mut().zip(row) {
            moments.add(*value);
            *active += usize::from(*value != 0.0);
        }
    }

    /// What each unit does. If what came in is the same in every row, so is everything else:
    /// that kills no unit.
    pub(super) fn finish(&self, input_varies: bool, rule: f64) -> Vec<LatentUnit> {
        let rows = self.rows;
        let std = |moments: &Moments| moments.variance(rows).sqrt();
        let stds = self.units.iter().map(|(moments, _)| std(moments));
        let most = stds.fold(0.0, f64::max);
        let unit = |(moments, active): &(Moments, usize)| {
            let (std, active) = (std(moments), *active as f64 / rows as f64);
            LatentUnit {
                mean: moments.mean(rows),
                std,
                active,
                dead: input_varies && (std <= rule * most || active <= rule),
            }
        };
        self.units.iter().map(unit).collect()
    }
}

/// The hidden layers of the encoder, and how many units of each are dead on a sample.
pub(super) fn hidden_layers(
    model: &Model,
    rows: &Rows<'_>,
    input_varies: bool,
) -> Vec<HiddenLayer> {
    let network = model.autoencoder().network();
    let numbers = rows.spread(MOST_ROWS);
    let mut values = Array2::zeros((numbers.len(), rows.width()));
    rows.fill(&numbers, values.view_mut());
    rows.corrupt(&numbers, 0, values.view_mut());
    let mut scratch = Scratch::default();
    let mut start = 0;
    let mut hidden = Vec::new();
    for end in ends(&network.layers()[..model.autoencoder().encoder_layers()]) {
        let units = network.layers()[end - 1].outputs();
        let mut output = Array2::zeros((numbers.len(), units));
        network.infer(start..end, values.view(), output.view_mut(), &mut scratch);
        // Of an image, a channel is a unit: it does the same at each pixel.
        let images = network.layers()[end - 1].images();
        let units = images.map_or(units, |[_, image]| image.channels);
        let mut sums = UnitSums::new(units);
        sums.add_all(output.as_slice().unwrap_or_default());
        let dead = sums
            .finish(input_varies, DEAD)
            .iter()
            .filter(|u| u.dead)
            .count();
        let name = format!("hidden layer {}", hidden.len() + 1);
        hidden.push(HiddenLayer { name, units, dead });
        (start, values) = (end, output);
    }
    hidden
}

/// Where the hidden layers of an encoder end: before each layer with weights but the first, so
/// that the normalisation, the activation and the pool of a layer belong to it.
fn ends(encoder: &[Layer]) -> impl Iterator<Item = usize> {
    let begins = |layer: &Layer| {
        matches!(
            layer,
            Layer::Dense(_) | Layer::Convolve(_) | Layer::ConvolveTransposed(_)
        )
    };
    let layers = encoder.iter().enumerate();
    let layers = layers.filter(move |(_, layer)| begins(layer));
    layers.skip(1).map(|(index, _)| index)
}
