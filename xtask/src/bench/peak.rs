use std::time::Instant;

use ae_tensor::{gemm, parallel};
use serde::Serialize;

/// What multiply-adds alone reach, in GFLOP/s: the most that any matrix product could.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Peak {
    pub one_core: f64,
    pub all_cores: f64,
}

/// Steps of the kernel: some milliseconds, so that handing out the work and reading the clock
/// don't count, yet short enough to go by undisturbed where others use the machine too.
const STEPS: usize = 1_000_000;

/// Tries, of which the best counts: what others do on the machine is not the processor's.
const TRIES: usize = 200;

pub fn measure() -> Peak {
    let best = |threads: usize| {
        let tries = (0..TRIES).map(|_| gflops(threads));
        tries.fold(0.0, f64::max)
    };
    Peak {
        one_core: best(1),
        all_cores: best(parallel::threads()),
    }
}

fn gflops(threads: usize) -> f64 {
    let mut flop = vec![0.0; threads];
    let started = Instant::now();
    parallel::for_each(&mut flop[..], 1, |_, flop| {
        flop.fill(gemm::multiply_adds_alone(STEPS));
    });
    flop.iter().sum::<f64>() / started.elapsed().as_secs_f64() * 1e-9
}
