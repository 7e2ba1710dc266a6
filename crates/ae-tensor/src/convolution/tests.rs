use super::*;
use crate::instruction_set::forced::on_each;
use crate::random::{Purpose, Stream};
use crate::{InstructionSet, reference};
use ndarray::Array2;
use proptest::prelude::*;

fn random(seed: u64, rows: usize, columns: usize) -> Array2<f32> {
    let mut values = vec![0.0; rows * columns];
    Stream::new(seed, Purpose::Generator, 0).fill_normal(&mut values);
    Array2::from_shape_vec((rows, columns), values).unwrap()
}

/// Sums of `terms` products in another order, or without fused multiply-adds.
fn assert_near(found: &[f32], expected: &[f32], terms: usize, about: &str) {
    for (found, expected) in found.iter().zip(expected) {
        let tolerance = 1e-6 * (terms as f32).sqrt() * (4.0 + expected.abs());
        assert!(
            (found - expected).abs() <= tolerance,
            "{found} for {expected}, {about}"
        );
    }
}

fn is_fused(set: InstructionSet) -> bool {
    set != InstructionSet::Baseline || cfg!(target_arch = "aarch64")
}

/// All three against their twins, with each instruction set.
fn check(convolution: &Convolution, images: usize) {
    let size = |sides: [usize; 3]| sides.iter().product::<usize>();
    let (width, out_width) = (size(convolution.input), size(convolution.output));
    let (input, slope) = (random(1, images, width), random(2, images, out_width));
    let weight = random(3, 1, convolution.weights())
        .into_raw_vec_and_offset()
        .0;
    let mut output = Array2::zeros(slope.dim());
    let mut input_slope = Array2::zeros(input.dim());
    let mut weight_slope = vec![0.0; weight.len()];
    for image in 0..images {
        let (x, dy) = (input.row(image).to_vec(), slope.row(image).to_vec());
        let y = output.row_mut(image).into_slice().unwrap();
        reference::convolve(convolution, &x, &weight, y);
        let dx = input_slope.row_mut(image).into_slice().unwrap();
        reference::convolve_input_gradient(convolution, &dy, &weight, dx);
        reference::convolve_weight_gradient(convolution, &x, &dy, &mut weight_slope);
    }
    let window = convolution.kernel[0] * convolution.kernel[1];
    on_each(|set| {
        let about = format!("{set:?} {convolution:?}");
        let mut found = Array2::from_elem(output.dim(), f32::NAN);
        convolution.forward(input.view(), &weight, found.view_mut(), &|_| {});
        let (found, expected) = (found.as_slice().unwrap(), output.as_slice().unwrap());
        assert_near(found, expected, window * convolution.input[2], &about);
        // One channel going out is summed along the window.
        if is_fused(set) && convolution.output[2] > 1 {
            assert_eq!(found, expected, "{about}");
        }
        let mut found = Array2::from_elem(input.dim(), f32::NAN);
        convolution.input_gradient(slope.view(), &weight, found.view_mut(), &|_| {});
        let (found, expected) = (found.as_slice().unwrap(), input_slope.as_slice().unwrap());
        assert_near(found, expected, window * convolution.output[2], &about);
        let mut found = vec![f32::NAN; weight.len()];
        convolution.weight_gradient(input.view(), slope.view(), &mut found);
        assert_near(&found, &weight_slope, images * out_width, &about);
        if is_fused(set) {
            assert_eq!(found, weight_slope, "{about}");
        }
    });
}

/// With so many zeros around the image, above and left as many as below and right or one fewer.
fn convolution(
    [height, width]: [usize; 2],
    channels: [usize; 2],
    kernel: [usize; 2],
    stride: usize,
    border: [usize; 2],
) -> Convolution {
    let out = |side: usize, axis: usize| (side + border[axis] - kernel[axis]) / stride + 1;
    Convolution {
        input: [height, width, channels[0]],
        output: [out(height, 0), out(width, 1), channels[1]],
        kernel,
        stride,
        padding: border.map(|border| border / 2),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_convolution_is_its_naive_twin(
        extra in [0usize..12, 0usize..12],
        channels in [1usize..20, 1usize..20],
        kernel in [1usize..5, 1usize..5],
        stride in 1usize..4,
        border in [0usize..8, 0usize..8],
        images in 0usize..3,
    ) {
        let border = [0, 1].map(|axis| border[axis].min(2 * (kernel[axis] - 1)));
        let sides = [0, 1].map(|axis| (kernel[axis] + extra[axis]).saturating_sub(border[axis]).max(1));
        check(&convolution(sides, channels, kernel, stride, border), images);
    }
}

#[test]
fn convolutions_of_a_known_network() {
    for (side, channels, border) in [
        (28, [1, 16], 2),
        (14, [16, 8], 2),
        (7, [8, 8], 2),
        (16, [8, 16], 0),
        (28, [16, 1], 2),
        (9, [33, 40], 2),
    ] {
        check(
            &convolution([side, side], channels, [3, 3], 1, [border, border]),
            2,
        );
    }
}

#[test]
fn many_images_are_shared_among_threads_and_give_the_same_bits() {
    let convolution = convolution([14, 14], [8, 16], [3, 3], 1, [2, 2]);
    let (input, weight) = (
        random(1, 60, 14 * 14 * 8),
        random(2, 1, convolution.weights()),
    );
    let slope = random(3, 60, 14 * 14 * 16);
    let weight = weight.as_slice().unwrap();
    let run = |threads| {
        let mut output = Array2::zeros(slope.dim());
        let mut input_slope = Array2::zeros(input.dim());
        let mut weight_slope = vec![0.0; weight.len()];
        parallel::with_threads(threads, || {
            convolution.forward(input.view(), weight, output.view_mut(), &|line| {
                line.iter_mut().for_each(|value| *value = value.max(0.0));
            });
            convolution.input_gradient(slope.view(), weight, input_slope.view_mut(), &|_| {});
            convolution.weight_gradient(input.view(), slope.view(), &mut weight_slope);
        })
        .unwrap();
        assert!(output.iter().all(|value| *value >= 0.0));
        (output, input_slope, weight_slope)
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn instruction_sets_agree_in_every_bit() {
    for channels in [[16, 1], [3, 1], [1, 1], [5, 12]] {
        let convolution = convolution([6, 9], channels, [3, 3], 1, [2, 2]);
        let input = random(1, 2, 54 * channels[0]);
        let weight = random(2, 1, convolution.weights());
        let mut first = None;
        on_each(|set| {
            let mut output = Array2::zeros((2, 54 * channels[1]));
            let weight = weight.as_slice().unwrap();
            convolution.forward(input.view(), weight, output.view_mut(), &|_| {});
            if is_fused(set) {
                assert_eq!(*first.get_or_insert(output.clone()), output, "{set:?}");
            }
        });
        assert!(first.is_some() || !is_fused(InstructionSet::best()));
    }
}

#[test]
#[should_panic(expected = "a border as wide as the window")]
fn borders_are_narrower_than_windows() {
    let mut wide = convolution([3, 3], [1, 1], [1, 1], 1, [0, 0]);
    wide.padding = [1, 0];
    let mut output = Array2::zeros((1, 9));
    wide.forward(random(1, 1, 9).view(), &[1.0], output.view_mut(), &|_| {});
}
