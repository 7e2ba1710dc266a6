//! Random numbers that repeat.
//!
//! A [`Stream`] is named by a seed, a [`Purpose`] and an index, so that any part of a run can be
//! made again by itself, in any order and on any thread: the noise of row 17 in epoch 3 does not
//! depend on which rows came before. Streams with different names are independent (ChaCha8: the
//! seed and the purpose are its key, the index its stream number).
//!
//! Reference values in the tests pin what each method draws; a change of them changes every seeded
//! result and belongs in the change log.

use crate::instruction_set::compiled_for_each_instruction_set;
use crate::scalar;
use rand::{Rng, SeedableRng, TryRng, rngs::ChaCha8Rng};
use std::convert::Infallible;

/// What random numbers are for: streams of different purposes never share numbers.
///
/// The codes are part of what a seed means and must not change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u64)]
#[non_exhaustive]
pub enum Purpose {
    /// Initial weights; the index is the parameter's place in the network.
    Weights = 1,
    /// The order of the rows; the index is the epoch.
    Shuffle = 2,
    /// Train, validation and test parts.
    Split = 3,
    /// Noise on training rows; the index holds epoch and row.
    Noise = 4,
    /// Noise on validation rows, the same in each epoch.
    ValidationNoise = 5,
    /// Dropped units.
    Dropout = 6,
    /// Made-up data sets.
    Generator = 7,
    /// Samples from a latent space.
    Sampling = 8,
    /// Starting vectors of iterative linear algebra.
    Linalg = 9,
    /// Resampling for error bars and permutations.
    Resampling = 10,
    /// The points tried by a search over settings.
    Search = 11,
}

/// Fills the part of the key that seed and purpose leave free.
const KEY_TAG: &[u8; 16] = b"ae-tensor/stream";

/// Normals are made in blocks: from 16 words for the radius and 16 for the angle come 32 numbers.
const HALF_BLOCK: usize = 16;
const BLOCK: usize = 2 * HALF_BLOCK;

/// One stream of random numbers. It implements rand's traits as well.
#[derive(Debug)]
pub struct Stream {
    words: ChaCha8Rng,
}

impl Stream {
    /// The stream of this name, at its start.
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
        key[16..].copy_from_slice(KEY_TAG);
        let mut words = ChaCha8Rng::from_seed(key);
        words.set_stream(index);
        Self { words }
    }

    /// Uniform 32-bit numbers, one word each.
    pub fn fill_u32(&mut self, out: &mut [u32]) {
        for value in out {
            *value = self.words.next_u32();
        }
    }

    /// Uniform numbers in [0, 1), multiples of 2⁻²⁴, one word each.
    pub fn fill_uniform(&mut self, out: &mut [f32]) {
        for value in out {
            *value = self.uniform();
        }
    }

    /// Independent normal numbers of mean 0 and variance 1 (Box–Muller); none is farther than 6.7
    /// from 0. Draws 32 words for each 32 numbers begun.
    pub fn fill_normal(&mut self, out: &mut [f32]) {
        const BLOCKS: usize = 8;
        let mut words = [0; BLOCKS * BLOCK];
        let (whole, rest) = out.as_chunks_mut::<BLOCK>();
        for blocks in whole.chunks_mut(BLOCKS) {
            let (words, _) = words[..blocks.len() * BLOCK].as_chunks_mut::<BLOCK>();
            self.fill_u32(words.as_flattened_mut());
            normals(words, blocks);
        }
        if !rest.is_empty() {
            let mut block = [[0.0; BLOCK]];
            self.fill_u32(&mut words[..BLOCK]);
            normals(words[..BLOCK].as_chunks().0, &mut block);
            rest.copy_from_slice(&block[0][..rest.len()]);
        }
    }

    /// A uniform number in [0, 1), a multiple of 2⁻²⁴.
    pub fn uniform(&mut self) -> f32 {
        (self.words.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// A normal number of mean 0 and variance 1. [`fill_normal`](Self::fill_normal) is far cheaper
    /// for many.
    pub fn normal(&mut self) -> f32 {
        let mut value = [0.0];
        self.fill_normal(&mut value);
        value[0]
    }

    /// A uniform integer in 0..n, without bias (Lemire 2019, "Fast random integer generation in an
    /// interval").
    ///
    /// # Panics
    /// If `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "there is no integer below 0");
        let n = n as u64;
        let unfair = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.words.next_u64()) * u128::from(n);
            if product as u64 >= unfair {
                return (product >> 64) as usize;
            }
        }
    }

    /// Puts `items` into a uniformly random order (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.words.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.words.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.words.fill_bytes(bytes);
        Ok(())
    }
}

compiled_for_each_instruction_set! {
    fn normals[](words: &[[u32; BLOCK]], out: &mut [[f32; BLOCK]]) {
        for (words, out) in words.iter().zip(out) {
            for lane in 0..HALF_BLOCK {
                let radius = radius(words[lane]);
                let (x, y) = scalar::unit_vector(words[HALF_BLOCK + lane]);
                out[lane] = radius * x;
                out[HALF_BLOCK + lane] = radius * y;
            }
        }
    }
}

/// √(-2 ln u) for a uniform u in (0, 1] of 31 bits, centred in its cell near 0.
#[inline(always)]
fn radius(word: u32) -> f32 {
    let u = ((word >> 1) as i32 as f32 + 0.5) * (1.0 / 2_147_483_648.0);
    (-2.0 * scalar::ln_of_normal(u, 0.0)).sqrt()
}

#[cfg(test)]
mod tests;
