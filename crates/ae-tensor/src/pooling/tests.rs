use super::*;
use crate::instruction_set::forced::on_each;
use crate::random::{Purpose, Stream};
use crate::reference;
use proptest::prelude::*;

/// Few different numbers, so that windows have several that are the largest.
fn coarse(seed: u64, length: usize) -> Vec<f32> {
    let mut values = vec![0.0; length];
    Stream::new(seed, Purpose::Generator, 0).fill_normal(&mut values);
    values.iter().map(|x| (2.0 * x).round()).collect()
}

fn check(pooling: &Pooling) {
    let numbers = pooling.input.iter().product();
    let pooled = pooling.output[0] * pooling.output[1] * pooling.input[2];
    let (input, slope) = (coarse(1, numbers), coarse(2, pooled));
    let mut expected = [(); 2].map(|()| (vec![0.0; pooled], vec![0.0; numbers]));
    let [(largest, largest_slope), (mean, mean_slope)] = &mut expected;
    reference::max_pool(pooling, &input, largest);
    reference::max_pool_gradient(pooling, (&input, largest), &slope, largest_slope);
    reference::average_pool(pooling, &input, mean);
    reference::average_pool_gradient(pooling, &slope, mean_slope);
    on_each(|set| {
        let mut found = [(); 2].map(|()| (vec![f32::NAN; pooled], vec![f32::NAN; numbers]));
        let [(largest, largest_slope), (mean, mean_slope)] = &mut found;
        pooling.max(&input, largest);
        pooling.max_gradient((&input, largest), &slope, largest_slope);
        pooling.average(&input, mean);
        pooling.average_gradient(&slope, mean_slope);
        assert_eq!(found, expected, "{set:?} {pooling:?}");
    });
}

proptest! {
    #[test]
    fn any_pooling_is_its_naive_twin(
        sides in [1usize..12, 1usize..12],
        channels in prop::sample::select(vec![1usize, 3, 8, 16, 24, 32]),
        size in 1usize..5,
        stride in 1usize..5,
        padding in [0usize..4, 0usize..4],
    ) {
        let padding = [0, 1].map(|axis| padding[axis].min(size - 1));
        // As many windows as begin inside.
        let output = [0, 1].map(|axis| (sides[axis] + padding[axis]).div_ceil(stride));
        check(&Pooling { input: [sides[0], sides[1], channels], output, size, stride, padding });
    }

    #[test]
    fn enlarging_repeats_pixels_and_its_gradient_adds_them_up(
        sides in [1usize..6, 1usize..6],
        channels in prop::sample::select(vec![1usize, 3, 8, 16, 24]),
        factor in 1usize..4,
    ) {
        let [height, width] = sides;
        let image = [height, width, channels];
        let input = coarse(3, height * width * channels);
        let slope = coarse(4, input.len() * factor * factor);
        let mut expected = vec![0.0; slope.len()];
        let mut sums = vec![0.0; input.len()];
        for (place, value) in expected.iter_mut().enumerate() {
            let (pixel, channel) = (place / channels, place % channels);
            let (y, x) = (pixel / (width * factor) / factor, pixel % (width * factor) / factor);
            let from = (y * width + x) * channels + channel;
            *value = input[from];
            sums[from] += slope[place];
        }
        on_each(|_| {
            let (mut output, mut found) = (vec![0.0; slope.len()], vec![f32::NAN; input.len()]);
            enlarge(image, factor, &input, &mut output);
            assert_eq!(output, expected);
            enlarge_gradient(image, factor, &slope, &mut found);
            assert_eq!(found, sums);
        });
    }
}

#[test]
fn numbers_that_are_none_stay_so() {
    let pooling = Pooling {
        input: [2, 1, 1],
        output: [1, 1],
        size: 2,
        stride: 2,
        padding: [0, 0],
    };
    for input in [[f32::NAN, 1.0], [1.0, f32::NAN]] {
        let mut output = [0.0];
        pooling.max(&input, &mut output);
        assert!(output[0].is_nan(), "{input:?}");
    }
}
