//! The filters that image editors have, on one image with its channels side by side.
//!
//! Beyond an edge, pixels are taken as mirrored at it, the edge's own included (d c b a | a b c d),
//! as SciPy's filters do unless asked otherwise.

use ae_nn::layer::Image;
use std::fmt;

/// A filter and its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Filter {
    /// Each value becomes the median of those of its channel in a window of `side` × `side`
    /// around it; `side` is odd.
    Median {
        /// In pixels.
        side: usize,
    },
    /// A blur with the normal density, cut off at four deviations.
    Gaussian {
        /// In pixels.
        deviation: f32,
    },
}

impl Filter {
    /// Changes a row that is such an image.
    ///
    /// # Panics
    /// If it isn't.
    pub fn apply(&self, image: Image, row: &mut [f32]) {
        match *self {
            Self::Median { side } => median_filter(image, side, row),
            Self::Gaussian { deviation } => gaussian_blur(image, deviation, row),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Median { side } => write!(f, "median filter {side}x{side}"),
            Self::Gaussian { deviation } => write!(f, "gaussian filter {deviation}"),
        }
    }
}

fn median_filter(image: Image, side: usize, row: &mut [f32]) {
    let before = row.to_vec();
    let reach = side / 2;
    let mut window = Vec::with_capacity(side * side);
    for y in 0..image.height {
        for x in 0..image.width {
            for channel in 0..image.channels {
                window.clear();
                for v in 0..side {
                    for u in 0..side {
                        let (y, x) = (
                            mirrored(y + v, reach, image.height),
                            mirrored(x + u, reach, image.width),
                        );
                        window.push(before[place(image, y, x, channel)]);
                    }
                }
                let middle = window.len() / 2;
                let (_, median, _) = window.select_nth_unstable_by(middle, f32::total_cmp);
                row[place(image, y, x, channel)] = *median;
            }
        }
    }
}

fn gaussian_blur(image: Image, deviation: f32, row: &mut [f32]) {
    let reach = (4.0 * deviation + 0.5) as usize;
    let weight = |offset: usize| {
        let distance = (offset as f64 - reach as f64) / f64::from(deviation);
        (-0.5 * distance * distance).exp()
    };
    let weights: Vec<f64> = (0..=2 * reach).map(weight).collect();
    let total: f64 = weights.iter().sum();
    for vertical in [true, false] {
        let before = row.to_vec();
        for y in 0..image.height {
            for x in 0..image.width {
                for channel in 0..image.channels {
                    let mut sum = 0.0;
                    for (offset, weight) in weights.iter().enumerate() {
                        let (y, x) = if vertical {
                            (mirrored(y + offset, reach, image.height), x)
                        } else {
                            (y, mirrored(x + offset, reach, image.width))
                        };
                        sum += weight * f64::from(before[place(image, y, x, channel)]);
                    }
                    row[place(image, y, x, channel)] = (sum / total) as f32;
                }
            }
        }
    }
}

fn place(image: Image, y: usize, x: usize, channel: usize) -> usize {
    (y * image.width + x) * image.channels + channel
}

/// The pixel at `position` − `reach` of a line of `length`, mirrored at both ends.
fn mirrored(position: usize, reach: usize, length: usize) -> usize {
    let period = 2 * length as isize;
    let folded = (position as isize - reach as isize).rem_euclid(period) as usize;
    folded.min(2 * length - 1 - folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy.ndimage.median_filter(a, 3) and gaussian_filter(a, 0.8) of
    /// a = (numpy.arange(20).reshape(4, 5) * 7 % 11) / 10.
    #[test]
    fn are_those_of_scipy() {
        let image = Image {
            height: 4,
            width: 5,
            channels: 1,
        };
        let row: Vec<f32> = (0..20).map(|i| (i * 7 % 11) as f32 / 10.0).collect();
        let mut median = row.clone();
        median_filter(image, 3, &mut median);
        let mut blurred = row;
        gaussian_blur(image, 0.8, &mut blurred);
        for (found, expected) in median.iter().zip(MEDIAN) {
            assert_eq!(*found, expected);
        }
        for (found, expected) in blurred.iter().zip(BLURRED) {
            assert!((found - expected).abs() < 1e-6, "{found}, {expected}");
        }
    }

    #[test]
    fn channels_stay_apart() {
        let image = Image {
            height: 3,
            width: 3,
            channels: 2,
        };
        let mut row: Vec<f32> = (0..18).map(|i| (i % 2) as f32).collect();
        let before = row.clone();
        median_filter(image, 3, &mut row);
        gaussian_blur(image, 1.2, &mut row);
        for (found, expected) in row.iter().zip(before) {
            assert!((found - expected).abs() < 1e-6);
        }
    }

    const MEDIAN: [f32; 20] = [
        0.2, 0.3, 0.7, 0.6, 0.6, 0.2, 0.4, 0.5, 0.6, 0.8, 0.4, 0.5, 0.5, 0.5, 0.5, 0.4, 0.6, 0.5,
        0.5, 0.3,
    ];
    const BLURRED: [f32; 20] = [
        0.2351442, 0.4802055, 0.5360911, 0.6417668, 0.6771678, 0.3175027, 0.4889063, 0.5038981,
        0.513795, 0.6736187, 0.3710182, 0.4003993, 0.5067128, 0.5048327, 0.6193161, 0.4535973,
        0.4198422, 0.57757, 0.501394, 0.3772211,
    ];
}
