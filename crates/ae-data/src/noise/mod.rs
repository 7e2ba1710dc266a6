//! Noise for denoising autoencoders: rewrites one scaled row, while the clean row stays the
//! target. A new noise is a file with a [`Corrupt`] and a line in [`Noise`].

mod gaussian;
mod masking;
mod none;
mod salt_pepper;
mod swap;

pub use gaussian::Gaussian;
pub use masking::Masking;
pub use none::NoNoise;
pub use salt_pepper::SaltPepper;
pub use swap::Swap;

use ae_tensor::random::Stream;

use crate::preprocess::Group;

/// What a noise may know about the data beside the row at hand.
#[derive(Clone, Copy)]
pub struct NoiseContext<'a> {
    /// The interval of the scaled data, if it has one: noise stays inside.
    pub range: Option<(f32, f32)>,
    /// Writes the features that a row (below `donor_rows`) of the training part has in a group.
    pub donors: &'a (dyn Fn(u32, usize, &mut [f32]) + Sync),
    /// How many rows there are to take values from; [`Swap`] needs one at least.
    pub donor_rows: u32,
    /// The columns whose features belong together; each feature is its own where there is no
    /// table.
    pub groups: Option<&'a [Group]>,
}

/// A way of spoiling a row.
pub trait Corrupt {
    /// Spoils one scaled row in place. The same stream gives the same noise.
    fn corrupt(&self, row: &mut [f32], stream: &mut Stream, context: &NoiseContext);
}

ae_choice::choices! {
    /// How input rows are spoiled while training a denoising autoencoder.
    pub enum Noise = "noise", dyn Corrupt {
        None(NoNoise),
        Gaussian(Gaussian),
        Masking(Masking),
        SaltPepper(SaltPepper),
        Swap(Swap),
    }
}

/// Random words drawn at a time, on the stack: corrupting a row allocates nothing.
const CHUNK: usize = 256;

/// Visits each value of the row, in order, with a random word of 24 bits; what the visit needs
/// beyond that it may draw from the stream.
fn for_each_with_word(
    row: &mut [f32],
    stream: &mut Stream,
    mut visit: impl FnMut(&mut f32, u32, &mut Stream),
) {
    let mut words = [0; CHUNK];
    for values in row.chunks_mut(CHUNK) {
        let words = &mut words[..values.len()];
        stream.fill_u32(words);
        for (value, word) in values.iter_mut().zip(words) {
            visit(value, *word >> 8, stream);
        }
    }
}

/// Visits each group of the row, in order, with its place and a random word of 24 bits, drawn
/// as [`for_each_with_word`] draws them.
fn for_each_group_with_word(
    row: &mut [f32],
    groups: Option<&[Group]>,
    stream: &mut Stream,
    mut visit: impl FnMut(usize, &mut [f32], u32, &mut Stream),
) {
    let count = groups.map_or(row.len(), <[Group]>::len);
    let mut words = [0; CHUNK];
    for first in (0..count).step_by(CHUNK) {
        let words = &mut words[..CHUNK.min(count - first)];
        stream.fill_u32(words);
        for (word, place) in words.iter().zip(first..) {
            let features = match groups {
                Some(groups) => groups[place].features.clone(),
                None => place..place + 1,
            };
            visit(place, &mut row[features], *word >> 8, stream);
        }
    }
}

/// The number that a share `probability` of all 24-bit words is below.
fn threshold(probability: f32) -> u32 {
    (f64::from(probability) * f64::from(1 << 24)).round() as u32
}
