//! Draws the first images of a data set side by side, into a PNG.
//!
//! `cargo run -p ae-data --example contact_sheet -- strokes sheet.png`

use std::error::Error;
use std::num::NonZeroUsize;

use ae_data::{Layout, SourceOptions, source};

const COLUMNS: usize = 30;
const LINES: usize = 20;
const GAP: usize = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let spec = arguments.next().unwrap_or_else(|| "strokes".to_owned());
    let path = arguments
        .next()
        .unwrap_or_else(|| "contact_sheet.png".to_owned());
    let options = SourceOptions {
        limit: NonZeroUsize::new(COLUMNS * LINES),
        ..SourceOptions::default()
    };
    let dataset = source::open(&spec, &options)?.train;
    let Layout::Image {
        height,
        width,
        channels: 1,
    } = dataset.layout
    else {
        return Err("a contact sheet needs grey images".into());
    };
    let (_, white) = dataset.range();
    let cell = [width + GAP, height + GAP];
    let size = [COLUMNS * cell[0], LINES * cell[1]].map(|pixels| pixels as u32);
    let mut sheet = image::GrayImage::from_pixel(size[0], size[1], image::Luma([60]));
    let mut pixels = vec![0.0; dataset.width];
    for row in 0..dataset.rows {
        dataset.fill_row(row, &mut pixels);
        let corner = [row % COLUMNS * cell[0], row / COLUMNS * cell[1]];
        for (index, value) in pixels.iter().enumerate() {
            let x = (corner[0] + index % width) as u32;
            let y = (corner[1] + index / width) as u32;
            sheet.put_pixel(x, y, image::Luma([(255.0 * value / white) as u8]));
        }
    }
    sheet.save(&path)?;
    println!("{}: {} images", path, dataset.rows);
    Ok(())
}
