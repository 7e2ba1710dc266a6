//! Products of the shapes that decide how fast an autoencoder trains, by the `gemm` crate,
//! `matrixmultiply` and this crate, on all cores or on as many threads as RAYON_NUM_THREADS and
//! MATMUL_NUM_THREADS say.
//!
//! Each line of a network has three products: `fwd` = X · W, `dW` = Xᵀ · dZ, `dX` = dZ · Wᵀ, named
//! here by batch × inputs × outputs. Criterion's "thrpt" counts two operations per multiply-add, so
//! that Gelem/s reads as GFLOP/s. `cargo bench -p ae-tensor --bench gemm -- 256x784x32` runs one
//! shape.

use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{Matrix, matmul, parallel};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{ArrayView2, ArrayViewMut2};
use std::time::Duration;

/// Batch, inputs, outputs.
const SHAPES: [(usize, usize, usize); 17] = [
    (256, 784, 32),
    (256, 32, 784),
    (256, 784, 128),
    (256, 128, 64),
    (256, 64, 32),
    (128, 784, 1000),
    (128, 1000, 500),
    (128, 500, 250),
    (128, 250, 30),
    (32, 32, 64),
    (32, 64, 32),
    (4096, 784, 32),
    (4096, 32, 784),
    (1, 784, 32),
    (1, 32, 784),
    (1, 784, 1000),
    (8, 784, 1000),
];

type Product = fn(ArrayView2<'_, f32>, ArrayView2<'_, f32>, ArrayViewMut2<'_, f32>, usize);

const CANDIDATES: [(&str, Product); 3] = [
    ("gemm", gemm_crate),
    ("matrixmultiply", matrixmultiply_crate),
    ("ours", |a, b, out, _| matmul(a, b, out)),
];

fn gemm_crate(
    a: ArrayView2<'_, f32>,
    b: ArrayView2<'_, f32>,
    mut out: ArrayViewMut2<'_, f32>,
    threads: usize,
) {
    let parallelism = match threads {
        1 => gemm::Parallelism::None,
        threads => gemm::Parallelism::Rayon(threads),
    };
    let (rows, columns) = out.dim();
    let out_strides = (out.strides()[0], out.strides()[1]);
    // SAFETY: pointers, shapes and strides are those of live views.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            a.ncols(),
            out.as_mut_ptr(),
            out_strides.1,
            out_strides.0,
            false,
            a.as_ptr(),
            a.strides()[1],
            a.strides()[0],
            b.as_ptr(),
            b.strides()[1],
            b.strides()[0],
            0.0,
            1.0,
            false,
            false,
            false,
            parallelism,
        );
    }
}

/// Its own threads are set by MATMUL_NUM_THREADS when the program starts.
fn matrixmultiply_crate(
    a: ArrayView2<'_, f32>,
    b: ArrayView2<'_, f32>,
    mut out: ArrayViewMut2<'_, f32>,
    _threads: usize,
) {
    let (rows, columns) = out.dim();
    let out_strides = (out.strides()[0], out.strides()[1]);
    // SAFETY: pointers, shapes and strides are those of live views.
    unsafe {
        matrixmultiply::sgemm(
            rows,
            a.ncols(),
            columns,
            1.0,
            a.as_ptr(),
            a.strides()[0],
            a.strides()[1],
            b.as_ptr(),
            b.strides()[0],
            b.strides()[1],
            0.0,
            out.as_mut_ptr(),
            out_strides.0,
            out_strides.1,
        );
    }
}

fn random(rows: usize, cols: usize) -> Matrix {
    let mut matrix = Matrix::zeros(rows, cols);
    Stream::new(1, Purpose::Generator, 0).fill_uniform(matrix.as_mut_slice());
    matrix
}

fn products(criterion: &mut Criterion, threads: usize) {
    for (batch, inputs, outputs) in SHAPES {
        let (x, w, dz) = (
            random(batch, inputs),
            random(inputs, outputs),
            random(batch, outputs),
        );
        let forms = [
            ("fwd", x.view(), w.view()),
            ("dW", x.view().reversed_axes(), dz.view()),
            ("dX", dz.view(), w.view().reversed_axes()),
        ];
        for (form, a, b) in forms {
            let mut out = Matrix::zeros(a.nrows(), b.ncols());
            let name = format!("{batch}x{inputs}x{outputs} {form}");
            let mut group = criterion.benchmark_group(name);
            group.throughput(Throughput::Elements(2 * (batch * inputs * outputs) as u64));
            group
                .sample_size(20)
                .warm_up_time(Duration::from_millis(100));
            group.measurement_time(Duration::from_millis(400));
            for (name, product) in CANDIDATES {
                group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
                    bencher.iter(|| product(a, b, out.view_mut(), threads));
                });
            }
        }
    }
}

fn all_shapes(criterion: &mut Criterion) {
    // The measuring thread is one of the pool, as in a training loop: no hand-over at the start.
    let pool = rayon::ThreadPoolBuilder::new().use_current_thread();
    if let Err(error) = pool.build_global() {
        eprintln!("{error}");
        return;
    }
    products(criterion, parallel::threads());
}

criterion_group!(benches, all_shapes);
criterion_main!(benches);
