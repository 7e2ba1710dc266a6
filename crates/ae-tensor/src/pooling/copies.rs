//! The loops over a pixel's copies, N channels at a time.

#[inline(always)]
pub(super) fn enlarge_by<const N: usize>(
    [_, width, channels]: [usize; 3],
    factor: usize,
    input: &[f32],
    output: &mut [f32],
) {
    let blocks = channels / N;
    let line = width * factor * channels;
    let lines = output.chunks_exact_mut(factor * line);
    for (pixels, lines) in input.chunks_exact(width * channels).zip(lines) {
        let (first, others) = lines.split_at_mut(line);
        let pixels = pixels.as_chunks::<N>().0.chunks_exact(blocks);
        let wide = first
            .as_chunks_mut::<N>()
            .0
            .chunks_exact_mut(factor * blocks);
        for (pixel, copies) in pixels.zip(wide) {
            // By blocks, since a call of `memcpy` would take longer than the copy.
            for (place, copy) in copies.iter_mut().enumerate() {
                *copy = pixel[if blocks == 1 { 0 } else { place % blocks }];
            }
        }
        for other in others.chunks_exact_mut(line) {
            other.copy_from_slice(first);
        }
    }
}

#[inline(always)]
pub(super) fn enlarge_gradient_by<const N: usize>(
    [_, width, channels]: [usize; 3],
    factor: usize,
    output_gradient: &[f32],
    input_gradient: &mut [f32],
) {
    let blocks = channels / N;
    let line = width * factor * channels;
    let lines = output_gradient.chunks_exact(factor * line);
    for (sums, lines) in input_gradient.chunks_exact_mut(width * channels).zip(lines) {
        let lines = lines.as_chunks::<N>().0;
        for (place, sum) in sums.as_chunks_mut::<N>().0.iter_mut().enumerate() {
            let (pixel, block) = (place / blocks, place % blocks);
            *sum = [0.0; N];
            for copy in 0..factor * factor {
                let column = pixel * factor + copy % factor;
                let slope = &lines[(copy / factor * width * factor + column) * blocks + block];
                sum.iter_mut()
                    .zip(slope)
                    .for_each(|(sum, slope)| *sum += slope);
            }
        }
    }
}
