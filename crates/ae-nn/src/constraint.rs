//! What holds for parameters at every step: some are copies of others, some have unit norm.
//!
//! Before the optimiser moves, a copy's gradient is added to that of what it copies; after it,
//! the copy is made anew. So a shared number has one gradient, one penalty and one place in the
//! optimiser, and nothing that uses a network has to know of it.

use crate::flat::row_chunk;
use crate::network::{Network, PlacedBlock};
use crate::{Autoencoder, Error, Layer};
use ae_tensor::{elementwise, parallel, reduce};
use ndarray::{ArrayView2, ArrayViewMut2};
use std::ops::Range;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Constraint {
    /// A matrix, `shape` [rows, columns], and its transposed copy.
    Transposed {
        of: Range<usize>,
        copy: Range<usize>,
        shape: [usize; 2],
    },
    /// Numbers, and their negatives.
    Negated {
        of: Range<usize>,
        copy: Range<usize>,
    },
    /// Rows of `width` numbers whose Euclidean norm is 1.
    UnitRows { block: Range<usize>, width: usize },
}

/// Those of an autoencoder: the decoder's weights are the encoder's transposed if they are
/// `tied`; where a top-k code stands between a shift and one dense layer, the shift takes off
/// what the decoder's bias adds, and the decoder's features have unit norm.
pub(crate) fn of(autoencoder: &Autoencoder, tied: bool) -> Result<Vec<Constraint>, Error> {
    let network = autoencoder.network();
    let blocks = network.blocks();
    let mut constraints = Vec::new();
    if tied {
        constraints = ties(autoencoder, &blocks)?;
    }
    if let Some(dictionary) = Dictionary::of(network) {
        if tied {
            let what = "the features of a top-k code keep unit norm, and the encoder's don't";
            return Err(Error::Untieable {
                what: what.to_owned(),
            });
        }
        constraints.extend([dictionary.centre(&blocks), dictionary.features(&blocks)]);
    }
    Ok(constraints)
}

/// Begins a dictionary as Gao et al. (2024) do: features of unit norm, and the encoder's
/// weights those of the decoder transposed.
pub(crate) fn begin_dictionary(network: &mut Network) {
    let Some(dictionary) = Dictionary::of(network) else {
        return;
    };
    let blocks = network.blocks();
    for constraint in [dictionary.features(&blocks), dictionary.encoder(&blocks)] {
        constraint.restore(network.parameters_mut());
    }
}

/// What a dictionary is learnt around, as the decoder's bias and what the shift takes off.
pub(crate) fn centre_dictionary(network: &mut Network, centre: &[f32]) {
    let Some(dictionary) = Dictionary::of(network) else {
        return;
    };
    let blocks = network.blocks();
    let bias = find(&blocks, dictionary.decoder, "bias");
    network.parameters_mut()[bias].copy_from_slice(centre);
    let constraint = dictionary.centre(&blocks);
    constraint.restore(network.parameters_mut());
}

/// Whether a network is a dictionary of features.
pub(crate) fn is_dictionary(network: &Network) -> bool {
    Dictionary::of(network).is_some()
}

/// A dictionary of features: the places of its layers.
struct Dictionary {
    shift: usize,
    encoder: usize,
    decoder: usize,
    /// Numbers in a code and in a row.
    shape: [usize; 2],
}

impl Dictionary {
    /// That of a network, if it is one.
    fn of(network: &Network) -> Option<Self> {
        match network.layers() {
            [
                Layer::Shift(_),
                Layer::Dense(_),
                Layer::TopK(_),
                Layer::Dense(decoder),
            ] => Some(Self {
                shift: 0,
                encoder: 1,
                decoder: 3,
                shape: [decoder.inputs, decoder.outputs],
            }),
            _ => None,
        }
    }

    /// What the shift takes off is what the decoder's bias adds.
    fn centre(&self, blocks: &[PlacedBlock]) -> Constraint {
        Constraint::Negated {
            of: find(blocks, self.decoder, "bias"),
            copy: find(blocks, self.shift, "shift"),
        }
    }

    /// Features have unit norm.
    fn features(&self, blocks: &[PlacedBlock]) -> Constraint {
        Constraint::UnitRows {
            block: find(blocks, self.decoder, "weight"),
            width: self.shape[1],
        }
    }

    /// The encoder's weights are the features.
    fn encoder(&self, blocks: &[PlacedBlock]) -> Constraint {
        Constraint::Transposed {
            of: find(blocks, self.decoder, "weight"),
            copy: find(blocks, self.encoder, "weight"),
            shape: self.shape,
        }
    }
}

fn find(blocks: &[PlacedBlock], layer: usize, name: &str) -> Range<usize> {
    let found = blocks
        .iter()
        .find(|block| block.layer == layer && block.name == name);
    found.map_or(0..0, |block| block.range.clone())
}

fn ties(autoencoder: &Autoencoder, blocks: &[PlacedBlock]) -> Result<Vec<Constraint>, Error> {
    let refuse = |what: String| Err(Error::Untieable { what });
    let layers = autoencoder.network().layers();
    let mut dense = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        match layer {
            Layer::Dense(layer) => dense.push((index, layer.inputs, layer.outputs)),
            Layer::Convolve(_) | Layer::ConvolveTransposed(_) => {
                return refuse("only those of dense layers can be, not of convolutions".to_owned());
            }
            _ => {}
        }
    }
    let waist = autoencoder.encoder_layers();
    let (encoder, decoder): (Vec<_>, Vec<_>) =
        dense.into_iter().partition(|(index, ..)| *index < waist);
    if encoder.len() != decoder.len() {
        let (encoder, decoder) = (encoder.len(), decoder.len());
        return refuse(format!(
            "dense layers of the encoder: {encoder}, of the decoder: {decoder}"
        ));
    }
    let mut constraints = Vec::new();
    for ((of, inputs, outputs), (copy, from, to)) in encoder.iter().zip(decoder.iter().rev()) {
        if (inputs, outputs) != (to, from) {
            return refuse(format!(
                "the encoder goes from {inputs} to {outputs} numbers where the decoder goes from {from} to {to}"
            ));
        }
        constraints.push(Constraint::Transposed {
            of: find(blocks, *of, "weight"),
            copy: find(blocks, *copy, "weight"),
            shape: [*inputs, *outputs],
        });
    }
    Ok(constraints)
}

impl Constraint {
    /// The numbers that are copies.
    pub(crate) fn copy(&self) -> Option<&Range<usize>> {
        match self {
            Self::Transposed { copy, .. } | Self::Negated { copy, .. } => Some(copy),
            Self::UnitRows { .. } => None,
        }
    }

    /// Makes the gradient that of the free numbers: a copy's is added to its original's and
    /// becomes 0; along a row of unit norm there is none.
    pub(crate) fn gather(&self, parameters: &[f32], gradients: &mut [f32]) {
        match self {
            Self::Transposed {
                of,
                copy,
                shape: [rows, columns],
            } => {
                let (of, copy) = two(gradients, of, copy);
                let mut original = shaped_mut(of, [*rows, *columns]);
                original += &shaped(copy, [*columns, *rows]).t();
                copy.fill(0.0);
            }
            Self::Negated { of, copy } => {
                let (of, copy) = two(gradients, of, copy);
                elementwise::zip(of, copy, |of, copy| of - copy);
                copy.fill(0.0);
            }
            Self::UnitRows { block, width } => {
                let parts = (&mut gradients[block.clone()], &parameters[block.clone()]);
                parallel::for_each(parts, row_chunk(*width), |_, (gradients, weights)| {
                    let rows = gradients.chunks_exact_mut(*width);
                    for (gradient, weights) in rows.zip(weights.chunks_exact(*width)) {
                        let along = reduce::dot(gradient, weights) as f32;
                        elementwise::zip(gradient, weights, |g, w| g - along * w);
                    }
                });
            }
        }
    }

    /// Makes it hold again after the parameters have moved.
    pub(crate) fn restore(&self, parameters: &mut [f32]) {
        match self {
            Self::Transposed {
                of,
                copy,
                shape: [rows, columns],
            } => {
                let (of, copy) = two(parameters, of, copy);
                let mut copy = shaped_mut(copy, [*columns, *rows]);
                copy.assign(&shaped(of, [*rows, *columns]).t());
            }
            Self::Negated { of, copy } => {
                let (of, copy) = two(parameters, of, copy);
                elementwise::zip(copy, of, |_, of| -of);
            }
            Self::UnitRows { block, width } => {
                let rows = &mut parameters[block.clone()];
                parallel::for_each(rows, row_chunk(*width), |_, rows| {
                    for row in rows.chunks_exact_mut(*width) {
                        let norm = reduce::sum_squares(row).sqrt() as f32;
                        if norm > 0.0 {
                            elementwise::map(row, |w| w / norm);
                        }
                    }
                });
            }
        }
    }
}

/// Two stretches that don't overlap, in the order given.
fn two<'a>(
    values: &'a mut [f32],
    first: &Range<usize>,
    second: &Range<usize>,
) -> (&'a mut [f32], &'a mut [f32]) {
    if first.start < second.start {
        let (low, high) = values.split_at_mut(second.start);
        (&mut low[first.clone()], &mut high[..second.len()])
    } else {
        let (low, high) = values.split_at_mut(first.start);
        (&mut high[..first.len()], &mut low[second.clone()])
    }
}

fn shaped(values: &[f32], [rows, columns]: [usize; 2]) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((rows, columns), values).expect("a block of rows × columns numbers")
}

fn shaped_mut(values: &mut [f32], [rows, columns]: [usize; 2]) -> ArrayViewMut2<'_, f32> {
    ArrayViewMut2::from_shape((rows, columns), values).expect("a block of rows × columns numbers")
}
