//! Rows, differences and weights as small PNG pictures inside the page.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::codecs::png::{self, CompressionType, PngEncoder};
use image::imageops::FilterType;
use image::{DynamicImage, Rgba, RgbaImage, imageops};
use maud::{Markup, html};

/// Larger pictures are shrunk to this side, so that a page of photographs stays small.
const LARGEST_SIDE: u32 = 128;

/// The longer side of an image is at most this many times the shorter.
const THINNEST: u32 = 6;

/// Colours of what is below and above 0. Told apart by every kind of colour vision, and by
/// their strength alone on light and on dark paper: 0 is fully transparent.
const NEGATIVE: [u8; 3] = [0x2f, 0x7f, 0xd0];
const POSITIVE: [u8; 3] = [0xe0, 0x6a, 0x10];

/// Colour of shares from 0 (transparent) to 1, and of what is out of bounds.
const SHARE: [u8; 3] = [0x7a, 0x4f, 0xc0];
const ABOVE: [u8; 3] = [0xd0, 0x20, 0x40];

/// How the numbers of a row make an image.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    height: usize,
    width: usize,
    channels: usize,
}

impl Shape {
    /// Lines, pixels in a line, numbers in a pixel.
    pub fn new(height: usize, width: usize, channels: usize) -> Self {
        Self {
            height,
            width,
            channels,
        }
    }

    /// An image as the eye knows it, `range` running from black to white; red where a number
    /// isn't finite.
    pub fn photograph(&self, row: &[f32], range: (f32, f32)) -> RgbaImage {
        let (low, high) = range;
        let byte = |value: f32| (255.0 * (value - low) / (high - low)).round() as u8;
        self.draw(row, |pixel| match *pixel {
            _ if !mean(pixel).is_finite() => tint(ABOVE, 1.0),
            [red, green, blue] => Rgba([byte(red), byte(green), byte(blue), 255]),
            _ => {
                let grey = byte(mean(pixel));
                Rgba([grey, grey, grey, 255])
            }
        })
    }

    /// Signed numbers: `scale` and beyond in full colour, 0 transparent. Where a pixel has
    /// several numbers, their mean is shown.
    pub fn signed(&self, row: &[f32], scale: f32) -> RgbaImage {
        self.draw(row, |pixel| {
            let share = mean(pixel) / scale;
            tint(if share < 0.0 { NEGATIVE } else { POSITIVE }, share.abs())
        })
    }

    /// Shares of 1: 0 transparent, 1 in full colour, what is above in another colour.
    pub fn shares(&self, row: &[f32]) -> RgbaImage {
        self.draw(row, |pixel| {
            let share = mean(pixel);
            tint(if share > 1.0 { ABOVE } else { SHARE }, share)
        })
    }

    fn draw(&self, row: &[f32], colour: impl Fn(&[f32]) -> Rgba<u8>) -> RgbaImage {
        let mut image = RgbaImage::new(self.width as u32, self.height as u32);
        for (target, pixel) in image.pixels_mut().zip(row.chunks_exact(self.channels)) {
            *target = colour(pixel);
        }
        image
    }
}

/// `colour` in a strength from 0 to 1.
fn tint(colour: [u8; 3], strength: f32) -> Rgba<u8> {
    let [red, green, blue] = colour;
    match (255.0 * strength).round() as u8 {
        0 => Rgba([0; 4]),
        alpha => Rgba([red, green, blue, alpha]),
    }
}

fn mean(pixel: &[f32]) -> f32 {
    pixel.iter().sum::<f32>() / pixel.len() as f32
}

/// The range to show `rows` in: 0 to 1 where they keep to it, else from the smallest to the
/// largest finite value.
pub fn range<'a>(rows: impl IntoIterator<Item = &'a [f32]>) -> (f32, f32) {
    let (low, high) = rows
        .into_iter()
        .flatten()
        .filter(|value| value.is_finite())
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
            (low.min(*value), high.max(*value))
        });
    if low < 0.0 || high > 1.0 {
        (low, high)
    } else {
        (0.0, 1.0)
    }
}

/// The magnitude that all but the largest two percent of `values` stay below: a scale for
/// [`Shape::signed`] that one outlier doesn't pale.
pub fn magnitude(values: impl IntoIterator<Item = f32>) -> f32 {
    let mut sizes: Vec<f32> = values
        .into_iter()
        .map(f32::abs)
        .filter(|size| size.is_finite() && *size > 0.0)
        .collect();
    sizes.sort_by(f32::total_cmp);
    sizes.get(sizes.len() * 98 / 100).copied().unwrap_or(1.0)
}

/// Images side by side with a gap between them.
pub fn strip(images: &[RgbaImage]) -> RgbaImage {
    let height = images.iter().map(RgbaImage::height).max().unwrap_or(0);
    let gap = height.div_ceil(20);
    let width: u32 = images.iter().map(|image| image.width() + gap).sum();
    let mut strip = RgbaImage::new(width.saturating_sub(gap), height);
    let mut left = 0;
    for image in images {
        imageops::replace(&mut strip, image, i64::from(left), 0);
        left += image.width() + gap;
    }
    strip
}

/// Images of one size in lines of so many, 1 at least; nothing, if there are none.
pub fn grid(images: &[RgbaImage], in_a_line: usize) -> Option<RgbaImage> {
    let height = images.first()?.height();
    let gap = height.div_ceil(20);
    let lines: Vec<RgbaImage> = images.chunks(in_a_line).map(strip).collect();
    let width = lines.iter().map(RgbaImage::width).max()?;
    let mut grid = RgbaImage::new(width, lines.len() as u32 * (height + gap) - gap);
    for (line, top) in lines.iter().zip((0..).step_by((height + gap) as usize)) {
        imageops::replace(&mut grid, line, 0, top);
    }
    Some(grid)
}

/// One image above the other.
pub fn stacked(upper: &RgbaImage, lower: &RgbaImage) -> RgbaImage {
    let (width, height) = upper.dimensions();
    let gap = height.div_ceil(20);
    let mut stacked = RgbaImage::new(width.max(lower.width()), height + gap + lower.height());
    imageops::replace(&mut stacked, upper, 0, 0);
    imageops::replace(&mut stacked, lower, 0, i64::from(height + gap));
    stacked
}

/// No larger than the page needs, and no thinner than the eye does: an image of one line
/// becomes a band.
pub fn shrunk(image: RgbaImage) -> RgbaImage {
    let (width, height) = image.dimensions();
    let longest = width.max(height);
    let shrunk = if longest <= LARGEST_SIDE {
        image
    } else {
        let side = |length: u32| (length * LARGEST_SIDE / longest).max(1);
        imageops::thumbnail(&image, side(width), side(height))
    };
    let (width, height) = shrunk.dimensions();
    let least = width.max(height) / THINNEST;
    if width.min(height) >= least {
        return shrunk;
    }
    let (width, height) = (width.max(least), height.max(least));
    imageops::resize(&shrunk, width, height, FilterType::Nearest)
}

/// The image inside the page, with words for those who cannot see it.
pub fn picture(image: RgbaImage, alt: &str) -> Markup {
    let (width, height) = image.dimensions();
    html! {
        img src=(data_uri(image)) alt=(alt) width=(width) height=(height);
    }
}

fn data_uri(image: RgbaImage) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(png(image)))
}

/// The image as a file.
pub fn png(image: RgbaImage) -> Vec<u8> {
    let mut png = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut png, CompressionType::Best, png::FilterType::Adaptive);
    without_spare_channels(image)
        .write_with_encoder(encoder)
        // cannot fail: writing to memory, of an image whose sides are at least 1
        .expect("an image with pixels can always be written to memory");
    png
}

/// Grey instead of colour and no transparency, where that is all the image has.
fn without_spare_channels(image: RgbaImage) -> DynamicImage {
    let grey = image
        .pixels()
        .all(|Rgba([red, green, blue, _])| red == green && green == blue);
    let opaque = image.pixels().all(|Rgba([.., alpha])| *alpha == 255);
    let image = DynamicImage::ImageRgba8(image);
    match (grey, opaque) {
        (true, true) => image.into_luma8().into(),
        (true, false) => image.into_luma_alpha8().into(),
        (false, true) => image.into_rgb8().into(),
        (false, false) => image,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a browser would see.
    fn decoded(markup: &str) -> RgbaImage {
        let start = markup.find("base64,").unwrap() + "base64,".len();
        let end = start + markup[start..].find('"').unwrap();
        let png = STANDARD.decode(&markup[start..end]).unwrap();
        image::load_from_memory(&png).unwrap().into_rgba8()
    }

    #[test]
    fn grey_and_colour_come_back_as_drawn() {
        let grey = Shape::new(1, 3, 1).photograph(&[-1.0, 0.5, 2.0], (0.0, 1.0));
        let seen = decoded(&picture(grey, "grey").into_string());
        let levels: Vec<u8> = seen.pixels().map(|pixel| pixel.0[0]).collect();
        assert_eq!(levels, [0, 128, 255]);

        let colour = Shape::new(1, 1, 3);
        let seen =
            decoded(&picture(colour.photograph(&[1.0, 0.0, 0.2], (0.0, 1.0)), "").into_string());
        assert_eq!(seen.get_pixel(0, 0).0, [255, 0, 51, 255]);
    }

    #[test]
    fn signed_numbers_fade_into_the_paper_at_zero() {
        let image = Shape::new(1, 4, 1).signed(&[-2.0, 0.0, 0.5, f32::NAN], 1.0);
        let pixels: Vec<[u8; 4]> = image.pixels().map(|pixel| pixel.0).collect();
        let [red, green, blue] = NEGATIVE;
        assert_eq!(pixels[0], [red, green, blue, 255]);
        assert_eq!(pixels[1], [0; 4]);
        assert_eq!(pixels[2][3], 128);
        assert_eq!(pixels[3], [0; 4]);
    }

    #[test]
    fn ranges_ignore_what_is_not_finite() {
        assert_eq!(range([[0.2, 0.9].as_slice()]), (0.0, 1.0));
        assert_eq!(range([[-2.0, f32::NAN, 3.0].as_slice()]), (-2.0, 3.0));
        assert_eq!(range([[f32::NAN].as_slice()]), (0.0, 1.0));
        assert_eq!(magnitude([0.0, f32::NAN]), 1.0);
        assert_eq!(magnitude((1..=100).map(|value| -(value as f32))), 99.0);
    }

    #[test]
    fn strips_and_large_images_have_the_expected_size() {
        let one = Shape::new(28, 28, 1).photograph(&[0.5; 784], (0.0, 1.0));
        assert_eq!(
            strip(&[one.clone(), one.clone(), one]).dimensions(),
            (88, 28)
        );
        assert_eq!(strip(&[]).dimensions(), (0, 0));
        for (size, expected) in [
            ((512, 100), (128, 25)),
            ((28, 28), (28, 28)),
            ((1, 1), (1, 1)),
            ((200, 1), (128, 21)),
            ((1, 60), (10, 60)),
        ] {
            let image = RgbaImage::new(size.0, size.1);
            assert_eq!(shrunk(image).dimensions(), expected, "{size:?}");
        }
    }
}
