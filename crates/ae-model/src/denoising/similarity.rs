//! Structural similarity of two images (Wang, Bovik, Sheikh & Simoncelli 2004).

use ae_nn::layer::Image;

/// Pixels of a side of the window that local means are taken over.
pub const WINDOW: usize = 11;

/// Deviation of the window's normal density, in pixels; the paper's.
const DEVIATION: f64 = 1.5;

/// (0.01 L)² and (0.03 L)², which keep quotients finite; L is the range of the data, 1.
const C1: f64 = 1e-4;
const C2: f64 = 9e-4;

/// Mean similarity over all windows that lie within the image, and over its channels; both
/// images scaled to \[0, 1\], at least [`WINDOW`] high and wide. 1 for the same image.
///
/// # Panics
/// If the slices aren't such images.
pub fn ssim(image: Image, first: &[f32], second: &[f32]) -> f64 {
    let channels = (0..image.channels).map(|channel| {
        let of = |values: &[f32]| -> Vec<f64> {
            let values = values.iter().skip(channel).step_by(image.channels);
            values.map(|value| f64::from(*value)).collect()
        };
        of_a_channel([image.height, image.width], &of(first), &of(second))
    });
    channels.sum::<f64>() / image.channels as f64
}

fn of_a_channel(sides: [usize; 2], a: &[f64], b: &[f64]) -> f64 {
    let product =
        |x: &[f64], y: &[f64]| -> Vec<f64> { x.iter().zip(y).map(|(x, y)| x * y).collect() };
    let mean = |values: &[f64]| local_means(sides, values);
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (aa, bb, ab) = (
        mean(&product(a, a)),
        mean(&product(b, b)),
        mean(&product(a, b)),
    );
    let windows = mean_a.len();
    let sum: f64 = (0..windows)
        .map(|index| {
            let (ma, mb) = (mean_a[index], mean_b[index]);
            let (va, vb) = (aa[index] - ma * ma, bb[index] - mb * mb);
            let covariance = ab[index] - ma * mb;
            (2.0 * ma * mb + C1) * (2.0 * covariance + C2)
                / ((ma * ma + mb * mb + C1) * (va + vb + C2))
        })
        .sum();
    sum / windows as f64
}

/// Weighted means over each window within the image, row after row.
fn local_means([height, width]: [usize; 2], values: &[f64]) -> Vec<f64> {
    let weights = weights();
    let (rows, columns) = (height + 1 - WINDOW, width + 1 - WINDOW);
    let mut across = Vec::with_capacity(height * columns);
    for line in values.chunks_exact(width) {
        across.extend(
            line.windows(WINDOW)
                .map(|window| window.iter().zip(&weights).map(|(x, w)| x * w).sum::<f64>()),
        );
    }
    let mut means = Vec::with_capacity(rows * columns);
    for y in 0..rows {
        for x in 0..columns {
            let terms = weights
                .iter()
                .zip(y..)
                .map(|(w, y)| w * across[y * columns + x]);
            means.push(terms.sum());
        }
    }
    means
}

fn weights() -> [f64; WINDOW] {
    let middle = (WINDOW / 2) as f64;
    let density = |place: usize| {
        let distance = (place as f64 - middle) / DEVIATION;
        (-0.5 * distance * distance).exp()
    };
    let densities: [f64; WINDOW] = std::array::from_fn(density);
    let total: f64 = densities.iter().sum();
    densities.map(|density| density / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// skimage.metrics.structural_similarity(a, b, data_range=1, gaussian_weights=True, sigma=1.5,
    /// use_sample_covariance=False, channel_axis=2) of the images below.
    #[test]
    fn is_that_of_scikit_image() {
        let image = Image {
            height: 14,
            width: 13,
            channels: 2,
        };
        let numbers = image.numbers();
        let a: Vec<f32> = (0..numbers).map(|i| (i * 7 % 11) as f32 / 10.0).collect();
        let b: Vec<f32> = (0..numbers).map(|i| (i * i % 13) as f32 / 12.0).collect();
        let mixed: Vec<f32> = a.iter().zip(&b).map(|(a, b)| 0.7 * a + 0.3 * b).collect();
        for (other, expected) in [
            (&a, 1.0),
            (&b, 0.06063638969550633),
            (&mixed, 0.888041911416771),
        ] {
            let found = ssim(image, &a, other);
            assert!((found - expected).abs() < 1e-6, "{found}, {expected}");
        }
    }
}
