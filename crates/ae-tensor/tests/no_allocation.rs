//! Nothing is allocated once the buffers of each thread have grown.

use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{Matrix, elementwise, matmul, matmul_add, matmul_then, parallel, reduce, scalar};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A training step in small: products in the three forms, fused work, sums, an update, noise.
struct Step {
    inputs: Matrix,
    weights: Matrix,
    outputs: Matrix,
    weight_gradient: Matrix,
    input_gradient: Matrix,
    bias_gradient: Vec<f32>,
}

impl Step {
    fn new(batch: usize, width: usize, units: usize) -> Self {
        Self {
            inputs: Matrix::zeros(batch, width),
            weights: Matrix::zeros(width, units),
            outputs: Matrix::zeros(batch, units),
            weight_gradient: Matrix::zeros(width, units),
            input_gradient: Matrix::zeros(batch, width),
            bias_gradient: vec![0.0; units],
        }
    }

    fn run(&mut self) -> f64 {
        Stream::new(1, Purpose::Noise, 0).fill_normal(self.inputs.as_mut_slice());
        let (inputs, weights) = (self.inputs.view(), self.weights.view());
        matmul_then(inputs, weights, self.outputs.view_mut(), &|segment| {
            elementwise::map(segment.values, |x| scalar::sigmoid(x + 0.1));
        });
        matmul_add(
            inputs.t(),
            self.outputs.view(),
            self.weight_gradient.view_mut(),
        );
        matmul(
            self.outputs.view(),
            weights.t(),
            self.input_gradient.view_mut(),
        );
        reduce::column_sums(self.outputs.view(), &mut self.bias_gradient);
        let parts = (self.weights.as_mut_slice(), self.weight_gradient.as_slice());
        parallel::for_each(parts, 1000, |_, (weights, gradient)| {
            elementwise::zip(weights, gradient, |w, g| w - 1e-3 * g);
        });
        let input_gradient = self.input_gradient.as_slice();
        reduce::sum_squares(input_gradient)
            + parallel::sum(input_gradient, 999, |_, part| {
                f64::from(elementwise::sum_map(part, |x| x))
            })
    }
}

#[test]
fn a_warm_step_allocates_nothing() {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .unwrap();
    pool.install(|| {
        let mut steps = [
            Step::new(128, 300, 520),
            Step::new(256, 784, 32),
            Step::new(1, 784, 90),
        ];
        // A thread that has not yet been given the largest part grows its buffers late.
        for _ in 0..200 {
            for step in &mut steps {
                step.run();
            }
        }
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        let sum: f64 = (0..50)
            .map(|_| steps.iter_mut().map(Step::run).sum::<f64>())
            .sum();
        let after = ALLOCATIONS.load(Ordering::Relaxed);
        assert!(sum.is_finite());
        assert_eq!(after - before, 0);
    });
}
