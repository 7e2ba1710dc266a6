//! Random numbers that repeat.
//!
//! A [`Stream`] is named by a seed, a [`Purpose`] and an index, so that any part of a run can be
//! made again by itself, in any order and on any thread: the noise of row 17 in epoch 3 does not
//! depend on which rows came before. Streams with different names are independent (ChaCha8: the
//! seed and the purpose are its key, the index its stream number).
//!
//! Reference values in the tests pin what each method draws; a change of them changes every seeded
//! result and belongs in the change log.

mod chacha;

use crate::instruction_set::compiled_for_each_instruction_set;
use crate::scalar;
use rand::TryRng;
use std::convert::Infallible;
use std::fmt;

/// What random numbers are for: streams of different purposes never share numbers.
///
/// The codes are part of what a seed means and must not change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u32)]
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
    /// Points of a search among settings; the index is the point.
    Search = 8,
    /// Starting vectors of iterative linear algebra.
    Linalg = 9,
    /// Parts of a data set for repeated measurements.
    Resampling = 10,
    /// Steps aside of training rows, to see how much a code changes; the index holds step and
    /// row.
    Contraction = 11,
    /// Codes drawn from what an encoder says of them, in training.
    Code = 12,
    /// The same in use; the index holds draw and row.
    CodeInUse = 13,
    /// Codes drawn without a row; the index is the code.
    Prior = 14,
}

/// "ae-tensor/stream", the part of the key that seed and purpose leave free.
const KEY_TAG: [u32; 4] = [0x742d_6561, 0x6f73_6e65, 0x7473_2f72, 0x6d61_6572];

/// Words computed at a time.
const BUFFER: usize = chacha::WORDS * chacha::LANES;

/// Normals are made in blocks: from 16 words for the radius and 16 for the angle come 32 numbers.
const HALF_BLOCK: usize = 16;
const BLOCK: usize = 2 * HALF_BLOCK;

/// One stream of random numbers. It implements rand's traits as well.
#[derive(Clone)]
pub struct Stream {
    key: [u32; 8],
    index: u64,
    /// Number of the block after those in `words`.
    next_block: u64,
    words: [[u32; chacha::LANES]; chacha::WORDS],
    /// Words of `words` already given out.
    used: usize,
}

impl Stream {
    /// The stream of this name, at its start.
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let (low, high) = (seed as u32, (seed >> 32) as u32);
        let [tag0, tag1, tag2, tag3] = KEY_TAG;
        Self {
            key: [low, high, purpose as u32, 0, tag0, tag1, tag2, tag3],
            index,
            next_block: 0,
            words: [[0; chacha::LANES]; chacha::WORDS],
            used: BUFFER,
        }
    }

    fn refill(&mut self) {
        chacha::fill(&self.key, self.index, self.next_block, &mut self.words);
        self.next_block = self.next_block.wrapping_add(chacha::LANES as u64);
        self.used = 0;
    }

    fn word(&mut self) -> u32 {
        if self.used == BUFFER {
            self.refill();
        }
        let word = self.words.as_flattened()[self.used];
        self.used += 1;
        word
    }

    /// Two words, the low one first.
    fn double_word(&mut self) -> u64 {
        u64::from(self.word()) | u64::from(self.word()) << 32
    }

    /// Uniform 32-bit numbers, one word each.
    pub fn fill_u32(&mut self, out: &mut [u32]) {
        self.for_each_stretch(out, |out, words| out.copy_from_slice(words));
    }

    /// Pairs each stretch of `out` with as many new words.
    fn for_each_stretch<T>(&mut self, mut out: &mut [T], mut f: impl FnMut(&mut [T], &[u32])) {
        while !out.is_empty() {
            if self.used == BUFFER {
                self.refill();
            }
            let words = &self.words.as_flattened()[self.used..];
            let (now, later) = out.split_at_mut(words.len().min(out.len()));
            f(now, &words[..now.len()]);
            self.used += now.len();
            out = later;
        }
    }

    /// Uniform numbers in [0, 1), multiples of 2⁻²⁴, one word each.
    pub fn fill_uniform(&mut self, out: &mut [f32]) {
        self.for_each_stretch(out, uniforms);
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
        uniform(self.word())
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
            let product = u128::from(self.double_word()) * u128::from(n);
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
        Ok(self.word())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.double_word())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Stream")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

compiled_for_each_instruction_set! {
    fn uniforms[](out: &mut [f32], words: &[u32]) {
        for (out, &word) in out.iter_mut().zip(words) {
            *out = uniform(word);
        }
    }

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

#[inline(always)]
fn uniform(word: u32) -> f32 {
    (word >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// √(-2 ln u) for a uniform u in (0, 1] of 31 bits, centred in its cell near 0.
#[inline(always)]
fn radius(word: u32) -> f32 {
    let u = ((word >> 1) as i32 as f32 + 0.5) * (1.0 / 2_147_483_648.0);
    (-2.0 * scalar::ln_of_normal(u, 0.0)).sqrt()
}

#[cfg(test)]
mod tests;
