//! The convolutions of a known network: 28 x 28 x 1 to 4 x 4 x 8 and back, in windows of 3 x 3.
//!
//! `RAYON_NUM_THREADS=1 cargo bench -p ae-tensor --bench convolution`; elements are multiply-adds.

use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{Convolution, Matrix};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;

/// Images at a time: a lane of a batch.
const IMAGES: usize = 8;

/// Side of the image, channels in and out, and whether it has a border.
const LAYERS: [(usize, usize, usize, bool); 6] = [
    (28, 1, 16, true),
    (14, 16, 8, true),
    (7, 8, 8, true),
    (8, 8, 8, true),
    (16, 8, 16, false),
    (28, 16, 1, true),
];

fn normals(columns: usize, index: u64) -> Matrix {
    let mut values = Matrix::zeros(IMAGES, columns);
    Stream::new(1, Purpose::Generator, index).fill_normal(values.as_mut_slice());
    values
}

fn layer(
    group: &mut BenchmarkGroup<'_, criterion::measurement::WallTime>,
    (side, inputs, outputs, has_border): (usize, usize, usize, bool),
) {
    let places = if has_border { side } else { side - 2 };
    let convolution = Convolution {
        input: [side, side, inputs],
        output: [places, places, outputs],
        kernel: [3, 3],
        stride: 1,
        padding: [usize::from(has_border); 2],
    };
    let name = format!("{side}x{side}x{inputs} to {places}x{places}x{outputs}");
    let mut input = normals(side * side * inputs, 1);
    let mut output = normals(places * places * outputs, 2);
    let mut weight = normals(convolution.weights(), 3).row(0).to_vec();
    group.throughput(Throughput::Elements(
        (IMAGES * convolution.products()) as u64,
    ));
    group.bench_function(format!("{name}, forward"), |bencher| {
        bencher.iter(|| {
            convolution.forward(input.view(), black_box(&weight), output.view_mut(), &|_| {});
        });
    });
    group.bench_function(format!("{name}, weight gradient"), |bencher| {
        bencher.iter(|| {
            convolution.weight_gradient(input.view(), output.view(), black_box(&mut weight));
        });
    });
    group.bench_function(format!("{name}, input gradient"), |bencher| {
        bencher.iter(|| {
            convolution.input_gradient(output.view(), &weight, input.view_mut(), &|_| {});
        });
    });
}

fn convolutions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("convolution");
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_millis(500));
    LAYERS
        .into_iter()
        .for_each(|sizes| layer(&mut group, sizes));
}

criterion_group!(benches, convolutions);
criterion_main!(benches);
