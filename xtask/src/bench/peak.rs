use std::hint::black_box;
use std::time::Instant;

use ae_tensor::{elementwise, parallel, scalar};
use serde::Serialize;

/// What fused multiply-adds alone reach, in GFLOP/s: the most that any matrix product could.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Peak {
    pub one_core: f64,
    pub all_cores: f64,
}

/// Multiply-adds on each number, one after the other; neighbouring vectors overlap and so
/// keep both ports busy.
const CHAIN: usize = 32;

/// Numbers of one piece: 16 KB, well inside the first cache.
const NUMBERS: usize = 4096;

/// Times through a piece, and the number of tries of which the best counts.
const ROUNDS: usize = 2000;
const TRIES: usize = 5;

pub fn measure() -> Peak {
    let threads = parallel::threads();
    let best = |threads: usize| {
        let tries = (0..TRIES).map(|_| gflops(threads));
        tries.fold(0.0, f64::max)
    };
    Peak {
        one_core: best(1),
        all_cores: best(threads),
    }
}

fn gflops(threads: usize) -> f64 {
    let mut numbers = vec![1.0f32; threads * NUMBERS];
    let started = Instant::now();
    parallel::for_each_chunk(&mut numbers, NUMBERS, |_, piece| {
        for _ in 0..ROUNDS {
            elementwise::map(piece, |mut x| {
                for _ in 0..CHAIN {
                    x = scalar::mul_add(x, 0.999, 0.001);
                }
                x
            });
        }
        black_box(piece);
    });
    let flop = 2.0 * (threads * NUMBERS * ROUNDS * CHAIN) as f64;
    flop / started.elapsed().as_secs_f64() * 1e-9
}
