//! Options that change images after they were read, whatever they were read from.

use super::SourceOptions;
use crate::{DataError, Dataset, Layout, Values};

pub fn apply(dataset: &mut Dataset, options: &SourceOptions) -> Result<(), DataError> {
    if options.transpose {
        transpose(dataset)?;
    }
    if options.invert {
        invert(dataset)?;
    }
    Ok(())
}

/// Refuses the same for rows of so many numbers that are no images.
pub fn refuse(options: &SourceOptions, name: &str, width: usize) -> Result<(), DataError> {
    let given = [("transpose", options.transpose), ("invert", options.invert)];
    let found = given.into_iter().find(|(_, given)| *given);
    found.map_or(Ok(()), |(option, _)| Err(not_images(name, option, width)))
}

/// Swaps lines and columns, image by image.
fn transpose(dataset: &mut Dataset) -> Result<(), DataError> {
    check_images(dataset, "transpose")?;
    let Layout::Image {
        height,
        width,
        channels,
    } = &mut dataset.layout
    else {
        return Ok(());
    };
    let shape = (*height, *width, *channels);
    match &mut dataset.values {
        Values::Bytes(bytes) => transpose_each(bytes, shape),
        Values::Floats(floats) => transpose_each(floats, shape),
    }
    std::mem::swap(height, width);
    Ok(())
}

fn transpose_each<T: Copy>(values: &mut [T], (height, width, channels): (usize, usize, usize)) {
    let length = height * width * channels;
    let mut image = Vec::with_capacity(length);
    for target in values.chunks_exact_mut(length) {
        image.clear();
        image.extend_from_slice(target);
        for (index, pixel) in target.chunks_exact_mut(channels).enumerate() {
            let (line, column) = (index % height, index / height);
            let source = (line * width + column) * channels;
            pixel.copy_from_slice(&image[source..source + channels]);
        }
    }
}

/// Swaps dark and bright: `255 − x`, or `1 − x` for numbers from 0 to 1.
fn invert(dataset: &mut Dataset) -> Result<(), DataError> {
    check_images(dataset, "invert")?;
    let white = dataset.white()?;
    match &mut dataset.values {
        Values::Bytes(bytes) => bytes.iter_mut().for_each(|byte| *byte = 255 - *byte),
        Values::Floats(floats) => floats.iter_mut().for_each(|value| *value = white - *value),
    }
    Ok(())
}

fn check_images(dataset: &Dataset, option: &'static str) -> Result<(), DataError> {
    match dataset.layout {
        Layout::Image { .. } => Ok(()),
        Layout::Columns(_) | Layout::Table(_) => {
            Err(not_images(&dataset.name, option, dataset.width))
        }
    }
}

fn not_images(name: &str, option: &'static str, width: usize) -> DataError {
    let name = name.to_owned();
    DataError::NotImages {
        name,
        option,
        width,
    }
}
