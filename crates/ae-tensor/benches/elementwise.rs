//! Loops over 200,000 values: a hidden layer of 784 × 256 activations.

use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{AlignedBuffer, elementwise, reduce, scalar};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;

const LENGTH: usize = 200_000;

fn normals(index: u64) -> AlignedBuffer {
    let mut values = AlignedBuffer::zeros(LENGTH);
    Stream::new(1, Purpose::Generator, index).fill_normal(&mut values);
    values
}

fn functions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("elementwise");
    group.throughput(Throughput::Elements(LENGTH as u64));
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_millis(500));
    let x = normals(0);
    let mut out = normals(1);
    macro_rules! bench {
        ($name:literal, $f:expr) => {
            group.bench_function($name, |bencher| {
                bencher.iter(|| elementwise::zip(&mut out, black_box(&x), |_, x| $f(x)));
            });
        };
    }
    bench!("copy", |x| x);
    bench!("exp", scalar::exp);
    bench!("ln", scalar::ln);
    bench!("ln_1p", scalar::ln_1p);
    bench!("sigmoid", scalar::sigmoid);
    bench!("tanh", scalar::tanh);
    bench!("softplus", scalar::softplus);
    bench!("erf", scalar::erf);
    bench!("gelu", |x| x * scalar::normal_cdf(x));
    group.bench_function("cross-entropy on logits, value and gradient", |bencher| {
        bencher.iter(|| {
            elementwise::zip_sum(&mut out, black_box(&x), |target, logit| {
                let gradient = scalar::sigmoid(logit) - target;
                (gradient, scalar::softplus(logit) - target * logit)
            })
        });
    });
    let (mut m, mut v) = (normals(2), AlignedBuffer::zeros(LENGTH));
    group.bench_function("adam", |bencher| {
        bencher.iter(|| {
            elementwise::update2(&mut out, black_box(&x), &mut m, &mut v, |p, g, m, v| {
                let m = scalar::mul_add(0.1, g - m, m);
                let v = scalar::mul_add(0.001, g * g - v, v);
                (p - 1e-3 * m / (v.sqrt() + 1e-8), m, v)
            });
        });
    });
    group.bench_function("sum of squares in f64", |bencher| {
        bencher.iter(|| reduce::sum_squares(black_box(&x)));
    });
    group.bench_function("all finite", |bencher| {
        bencher.iter(|| reduce::all_finite(black_box(&x)));
    });
    let mut stream = Stream::new(1, Purpose::Generator, 3);
    group.bench_function("uniform numbers", |bencher| {
        bencher.iter(|| stream.fill_uniform(&mut out));
    });
    group.bench_function("normal numbers", |bencher| {
        bencher.iter(|| stream.fill_normal(&mut out));
    });
}

criterion_group!(benches, functions);
criterion_main!(benches);
