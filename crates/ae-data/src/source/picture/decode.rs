//! From a file's bytes to the numbers of a row.

use std::io::{Cursor, Read};
use std::path::Path;

use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Rgb32FImage};

use super::{Background, Colour, PictureError, Pictures, Size};
use crate::source::input::{Input, InputError};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";

/// Whether a file's first bytes are those of a picture.
pub fn is_picture(head: &[u8]) -> bool {
    head.starts_with(PNG) || head.starts_with(JPEG)
}

/// How the numbers of all rows are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// From 0 to 255.
    Bytes,
    /// From 0 to 1: bytes can't hold the steps of 16 bits.
    Floats,
}

/// What is known of a picture before it is decoded.
pub struct Probe {
    /// As it is looked at: turned as its EXIF data say.
    pub size: Size,
    pub is_grey: bool,
    /// Whether it has 16 bits a number.
    pub is_deep: bool,
}

pub fn probe(path: &Path) -> Result<Probe, PictureError> {
    let bytes = read(path)?;
    let mut decoder = decoder(&bytes)?;
    let turn = decoder.orientation().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = match turn {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
        _ => (width, height),
    };
    let colours = decoder.color_type();
    Ok(Probe {
        size: Size {
            width: width as usize,
            height: height as usize,
        },
        is_grey: !colours.has_color(),
        is_deep: colours.bytes_per_pixel() > colours.channel_count(),
    })
}

/// Writes a picture's numbers from 0 to 255 into a row.
pub fn bytes(path: &Path, how: Pictures, size: Size, row: &mut [u8]) -> Result<(), PictureError> {
    let image = decoded(path, how.background, size)?;
    match how.colour {
        Colour::Grey => fill(row, &image.to_luma8()),
        Colour::Rgb => fill(row, &image.to_rgb8()),
    }
}

/// Writes a picture's numbers from 0 to 1 into a row.
pub fn floats(path: &Path, how: Pictures, size: Size, row: &mut [f32]) -> Result<(), PictureError> {
    let image = decoded(path, how.background, size)?;
    match how.colour {
        Colour::Grey => fill(row, &image.to_luma32f()),
        Colour::Rgb => fill(row, &image.to_rgb32f()),
    }
}

/// A file may have become another since its size was looked at.
fn fill<T: Copy>(row: &mut [T], numbers: &[T]) -> Result<(), PictureError> {
    if row.len() != numbers.len() {
        return Err(PictureError::Damaged(
            "it changed while it was read".to_owned(),
        ));
    }
    row.copy_from_slice(numbers);
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    let input = Input::try_open(path)?;
    let read = input.reader().read_to_end(&mut bytes);
    read.map_err(InputError::from)?;
    Ok(bytes)
}

fn decoder(bytes: &[u8]) -> Result<impl ImageDecoder + '_, PictureError> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(InputError::from)?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(Size::MOST as u32);
    limits.max_image_height = Some(Size::MOST as u32);
    reader.limits(limits);
    reader.into_decoder().map_err(damaged)
}

/// As it is looked at, on its background, in the size asked for.
fn decoded(path: &Path, background: Background, size: Size) -> Result<DynamicImage, PictureError> {
    let bytes = read(path)?;
    if bytes.starts_with(JPEG) && !has_end(&bytes) {
        // The decoder would paint the rest grey.
        return Err(PictureError::Damaged(
            "it ends before its image does".to_owned(),
        ));
    }
    let mut decoder = decoder(&bytes)?;
    let turn = decoder.orientation().map_err(damaged)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    image.apply_orientation(turn);
    if image.color().has_alpha() {
        image = DynamicImage::ImageRgb32F(on(&image, background.level()));
    }
    let (width, height) = (size.width as u32, size.height as u32);
    if (image.width(), image.height()) != (width, height) {
        image = image.resize_exact(width, height, FilterType::Triangle);
    }
    Ok(image)
}

fn on(image: &DynamicImage, background: f32) -> Rgb32FImage {
    let seen = image.to_rgba32f();
    Rgb32FImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0;
        image::Rgb([red, green, blue].map(|c| alpha * c + (1.0 - alpha) * background))
    })
}

/// Whether the image data of a JPEG file are followed by the marker that ends them: in them, a
/// byte of 255 is never followed by that marker's.
fn has_end(bytes: &[u8]) -> bool {
    const SCAN: u8 = 0xDA;
    const END: [u8; 2] = [0xFF, 0xD9];
    let mut place = 2;
    while let Some([0xFF, marker, high, low]) = bytes.get(place..place + 4) {
        if *marker == SCAN {
            return bytes[place..].windows(2).any(|pair| pair == END);
        }
        place += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    // Markers that are not understood here are the decoder's to judge.
    true
}

fn damaged(error: image::ImageError) -> PictureError {
    PictureError::Damaged(error.to_string())
}
