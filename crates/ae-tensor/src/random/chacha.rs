//! ChaCha with eight rounds (Bernstein 2008), sixteen blocks at a time.
//!
//! Each block is computed by one lane of the vector registers, so the words come out interleaved:
//! first word 0 of blocks 0 to 15, then word 1 of them, and so on. That is the order in which
//! [`fill`] gives them; a transposition would cost as much as the rounds.

use crate::instruction_set::compiled_for_each_instruction_set;

/// Blocks computed together.
pub(super) const LANES: usize = 16;

/// Words of a block.
pub(super) const WORDS: usize = 16;

/// "expand 32-byte k", the constant of 256-bit keys.
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

compiled_for_each_instruction_set! {
    #[expect(clippy::needless_range_loop, reason = "a lane is a column of the output")]
    /// The sixteen blocks from number `first` on, of the stream `stream` under `key`.
    pub(super) fn fill[](key: &[u32; 8], stream: u64, first: u64, out: &mut [[u32; LANES]; WORDS]) {
        for lane in 0..LANES {
            let counter = first.wrapping_add(lane as u64);
            let start = [
                CONSTANTS[0], CONSTANTS[1], CONSTANTS[2], CONSTANTS[3],
                key[0], key[1], key[2], key[3],
                key[4], key[5], key[6], key[7],
                counter as u32, (counter >> 32) as u32, stream as u32, (stream >> 32) as u32,
            ];
            // Written out, so that the loop over lanes is the only one left to vectorise.
            let state = double_round(double_round(double_round(double_round(start))));
            for word in 0..WORDS {
                out[word][lane] = state[word].wrapping_add(start[word]);
            }
        }
    }
}

/// A round over the columns of the 4 × 4 state and one over its diagonals.
#[inline(always)]
fn double_round(s: [u32; WORDS]) -> [u32; WORDS] {
    let [
        a0,
        a1,
        a2,
        a3,
        b0,
        b1,
        b2,
        b3,
        c0,
        c1,
        c2,
        c3,
        d0,
        d1,
        d2,
        d3,
    ] = s;
    let [a0, b0, c0, d0] = quarter_round(a0, b0, c0, d0);
    let [a1, b1, c1, d1] = quarter_round(a1, b1, c1, d1);
    let [a2, b2, c2, d2] = quarter_round(a2, b2, c2, d2);
    let [a3, b3, c3, d3] = quarter_round(a3, b3, c3, d3);
    let [a0, b1, c2, d3] = quarter_round(a0, b1, c2, d3);
    let [a1, b2, c3, d0] = quarter_round(a1, b2, c3, d0);
    let [a2, b3, c0, d1] = quarter_round(a2, b3, c0, d1);
    let [a3, b0, c1, d2] = quarter_round(a3, b0, c1, d2);
    [
        a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3,
    ]
}

#[inline(always)]
fn quarter_round(a: u32, b: u32, c: u32, d: u32) -> [u32; 4] {
    let a = a.wrapping_add(b);
    let d = (d ^ a).rotate_left(16);
    let c = c.wrapping_add(d);
    let b = (b ^ c).rotate_left(12);
    let a = a.wrapping_add(b);
    let d = (d ^ a).rotate_left(8);
    let c = c.wrapping_add(d);
    let b = (b ^ c).rotate_left(7);
    [a, b, c, d]
}
