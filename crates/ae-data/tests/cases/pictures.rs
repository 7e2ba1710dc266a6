//! Folders of pictures, as people have them.

use ae_data::source::{self, Background, Colour, Pictures, Size};
use ae_data::{DataError, Dataset, Layout, Parts, SourceOptions, Values};
use image::codecs::jpeg::JpegEncoder;
use image::{
    DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage,
};
use std::fs;
use std::io::Cursor;
use std::path::Path;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn put(folder: &TempDir, name: &str, bytes: &[u8]) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn jpeg(image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 100);
    image.into().write_with_encoder(encoder).unwrap();
    bytes
}

/// Pixels 0, 1, 2, … from `first` on.
fn grey(width: u32, height: u32, first: u8) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| Luma([first + (y * width + x) as u8]))
}

fn open_with(folder: &Path, options: &SourceOptions) -> Result<Parts, DataError> {
    source::open(folder.to_str().unwrap(), options)
}

fn open(folder: &TempDir) -> Dataset {
    open_with(folder.path(), &SourceOptions::default())
        .unwrap()
        .train
}

#[track_caller]
fn refused(result: Result<Parts, DataError>, words: &[&str]) {
    let error = result.unwrap_err();
    let text = format!("{error}\nhint: {}", error.hint().unwrap_or_default());
    for word in words {
        assert!(text.contains(word), "no `{word}` in: {text}");
    }
}

fn bytes(dataset: &Dataset) -> &[u8] {
    match &dataset.values {
        Values::Bytes(bytes) => bytes,
        Values::Floats(_) => panic!("floats"),
    }
}

fn image(dataset: &Dataset) -> (usize, usize, usize) {
    match dataset.layout {
        Layout::Image {
            height,
            width,
            channels,
        } => (height, width, channels),
        _ => panic!("{:?}", dataset.layout),
    }
}

#[test]
fn pictures_at_the_root_are_rows_without_a_class_in_the_order_of_their_names() {
    let folder = folder();
    for (name, first) in [("c.png", 20), ("a.png", 0), ("b.png", 10)] {
        put(&folder, name, &png(grey(2, 3, first)));
    }
    let dataset = open(&folder);
    assert_eq!(image(&dataset), (3, 2, 1));
    assert_eq!(dataset.row_names, ["a.png", "b.png", "c.png"]);
    let expected: Vec<u8> = [0, 10, 20]
        .iter()
        .flat_map(|first| *first..first + 6)
        .collect();
    assert_eq!(bytes(&dataset), expected);
    assert!(dataset.labels.is_none() && dataset.warnings.is_empty());
    let last_two = dataset.select(&[2, 1]);
    assert_eq!(last_two.row_names, ["c.png", "b.png"]);
}

#[test]
fn folders_are_classes_and_parts() {
    let folder = folder();
    for name in [
        "train/cat/1.png",
        "train/dog/2.png",
        "test/dog/3.png",
        "test/cat/4.png",
    ] {
        put(&folder, name, &png(grey(2, 2, 0)));
    }
    let Parts { train, test } = open_with(folder.path(), &SourceOptions::default()).unwrap();
    let test = test.unwrap();
    assert_eq!(train.labels.unwrap().names, ["cat", "dog"]);
    assert_eq!(test.labels.unwrap().ids, [0, 1]);
    assert_eq!(test.row_names, ["test/cat/4.png", "test/dog/3.png"]);
    let classes = open_with(&folder.path().join("train"), &SourceOptions::default()).unwrap();
    assert!(classes.test.is_none());
    assert_eq!(classes.train.labels.unwrap().ids, [0, 1]);
    // One more at the root has no class: then none has.
    put(&folder, "train/5.png", &png(grey(2, 2, 0)));
    let loose = open_with(&folder.path().join("train"), &SourceOptions::default()).unwrap();
    assert_eq!((loose.train.rows, loose.train.labels), (3, None));
}

#[test]
fn an_empty_folder_says_what_was_looked_for() {
    let folder = folder();
    let open = || open_with(folder.path(), &SourceOptions::default());
    refused(
        open(),
        &["no pictures found", "PNG and JPEG", "no other files"],
    );
    put(&folder, "notes.txt", b"hello");
    put(&folder, "below/scan.tiff", b"II*\0");
    let path = folder.path().to_str().unwrap();
    refused(
        open(),
        &[path, "2 other files passed over, below/scan.tiff the first"],
    );
}

#[test]
fn content_decides_and_what_is_passed_over_is_counted() {
    let folder = folder();
    let bytes = png(grey(2, 2, 0));
    for name in ["A.PNG", "b", "c.jpg"] {
        put(&folder, name, &bytes);
    }
    put(&folder, "d.png", b"not a picture");
    put(&folder, "e.png", b"");
    put(&folder, ".DS_Store", b"hidden");
    let dataset = open(&folder);
    assert_eq!(dataset.row_names, ["A.PNG", "b", "c.jpg"]);
    assert_eq!(dataset.warnings.len(), 1);
    assert!(
        dataset.warnings[0].contains("2 other files passed over, d.png"),
        "{:?}",
        dataset.warnings
    );
}

#[test]
fn one_that_is_cut_short_stops_everything_or_is_left_out() {
    let whole = [png(grey(64, 64, 0)), jpeg(grey(64, 64, 0))];
    let halves = whole.each_ref().map(|bytes| &bytes[..bytes.len() / 2]);
    for (name, half) in [
        ("b.png", halves[0]),
        ("b.jpg", halves[1]),
        ("b.png", &whole[0][..12]),
    ] {
        let folder = folder();
        for other in ["a.png", "c.png", "d.png"] {
            put(&folder, other, &whole[0]);
        }
        put(&folder, name, half);
        refused(
            open_with(folder.path(), &SourceOptions::default()),
            &[name, "damaged or incomplete picture", "--skip-damaged"],
        );
        let options = SourceOptions {
            skip_damaged: true,
            ..SourceOptions::default()
        };
        let dataset = open_with(folder.path(), &options).unwrap().train;
        assert_eq!(dataset.row_names, ["a.png", "c.png", "d.png"]);
        let told = format!("1 damaged left out: {name}");
        assert!(
            dataset
                .warnings
                .iter()
                .any(|warning| warning.ends_with(&told)),
            "{:?}",
            dataset.warnings
        );
    }
}

#[test]
fn a_palette_gives_its_colours() {
    let mut picture = Vec::new();
    let mut encoder = png_of_palette(&mut picture);
    encoder.write_image_data(&[0b0100_0000]).unwrap();
    drop(encoder);
    let folder = folder();
    put(&folder, "a.png", &picture);
    let dataset = open(&folder);
    assert_eq!(image(&dataset), (1, 2, 3));
    assert_eq!(bytes(&dataset), [10, 20, 30, 250, 240, 230]);
}

/// Two pixels of one bit, whose colours are (10, 20, 30) and (250, 240, 230).
fn png_of_palette(bytes: &mut Vec<u8>) -> png::Writer<&mut Vec<u8>> {
    let mut encoder = png::Encoder::new(bytes, 2, 1);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_palette(vec![10, 20, 30, 250, 240, 230]);
    encoder.write_header().unwrap()
}

#[test]
fn grey_and_colour_together_are_colour_unless_told_otherwise() {
    let folder = folder();
    put(&folder, "a.png", &png(grey(1, 1, 7)));
    put(
        &folder,
        "b.png",
        &png(RgbImage::from_pixel(1, 1, Rgb([100, 200, 50]))),
    );
    let dataset = open(&folder);
    assert_eq!(image(&dataset), (1, 1, 3));
    assert_eq!(bytes(&dataset), [7, 7, 7, 100, 200, 50]);
    assert!(
        dataset.warnings[0].contains("1 of 2 pictures have colours"),
        "{:?}",
        dataset.warnings
    );
    let options = SourceOptions {
        colour: Some(Colour::Grey),
        ..SourceOptions::default()
    };
    let dataset = open_with(folder.path(), &options).unwrap().train;
    // 0.2126 × 100 + 0.7152 × 200 + 0.0722 × 50 = 167.91.
    assert_eq!(bytes(&dataset)[0], 7);
    assert!(
        bytes(&dataset)[1].abs_diff(168) <= 1,
        "{:?}",
        bytes(&dataset)
    );
}

#[test]
fn sizes_that_differ_are_told_and_can_be_made_one() {
    let folder = folder();
    put(&folder, "a.png", &png(grey(4, 4, 100)));
    put(
        &folder,
        "b.png",
        &png(GrayImage::from_pixel(6, 5, Luma([90]))),
    );
    refused(
        open_with(folder.path(), &SourceOptions::default()),
        &["b.png", "6x5 pixels, where a.png has 4x4", "--resize 4x4"],
    );
    let options = SourceOptions {
        resize: Some(Size {
            width: 3,
            height: 2,
        }),
        ..SourceOptions::default()
    };
    let dataset = open_with(folder.path(), &options).unwrap().train;
    assert_eq!(image(&dataset), (2, 3, 1));
    assert_eq!(&bytes(&dataset)[6..], [90; 6]);
    // The mean stays, about.
    let mean = bytes(&dataset)[..6]
        .iter()
        .map(|byte| f32::from(*byte))
        .sum::<f32>()
        / 6.0;
    assert!((mean - 107.5).abs() < 1.0, "{mean}");
    let pictures = Pictures {
        resize: options.resize,
        colour: Colour::Grey,
        background: Background::White,
    };
    assert_eq!(dataset.pictures, Some(pictures));
}

/// With an EXIF segment that says how the picture is to be turned.
fn turned(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let length = (exif.len() + 2) as u16;
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(length.to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&jpeg[2..]);
    bytes
}

#[test]
fn pictures_are_turned_as_they_say() {
    let folder = folder();
    let wide = GrayImage::from_fn(16, 8, |x, _| Luma([if x < 8 { 0 } else { 240 }]));
    put(&folder, "a.jpg", &turned(&jpeg(wide), 6));
    let dataset = open(&folder);
    // A quarter to the right: what was left is above.
    assert_eq!(image(&dataset), (16, 8, 1));
    let (above, below) = (bytes(&dataset)[0], bytes(&dataset)[16 * 8 - 1]);
    assert!(above < 10 && below > 230, "{above}, {below}");
}

#[test]
fn transparent_pixels_show_their_background() {
    let folder = folder();
    let image = RgbaImage::from_fn(2, 1, |x, _| {
        Rgba([200, 100, 0, if x == 0 { 0 } else { 51 }])
    });
    put(&folder, "a.png", &png(image));
    // 51 / 255 is a fifth.
    for (background, expected) in [
        (None, [255, 255, 255, 244, 224, 204]),
        (Some(Background::Black), [0, 0, 0, 40, 20, 0]),
    ] {
        let options = SourceOptions {
            background,
            ..SourceOptions::default()
        };
        let dataset = open_with(folder.path(), &options).unwrap().train;
        assert_eq!(bytes(&dataset), expected);
    }
}

#[test]
fn sixteen_bits_keep_their_steps() {
    let folder = folder();
    let deep: ImageBuffer<Luma<u16>, Vec<u16>> =
        ImageBuffer::from_fn(2, 1, |x, _| Luma([if x == 0 { 1 } else { 65_535 }]));
    put(&folder, "a.png", &png(deep));
    put(&folder, "b.png", &png(grey(2, 1, 51)));
    let dataset = open(&folder);
    let Values::Floats(floats) = &dataset.values else {
        panic!("bytes");
    };
    for (found, expected) in floats.iter().zip([1.0 / 65_535.0, 1.0, 0.2, 52.0 / 255.0]) {
        assert!((found - expected).abs() < 1e-7, "{floats:?}");
    }
}

#[test]
fn a_size_that_a_file_claims_is_not_believed() {
    let mut bytes = png(grey(2, 2, 0));
    bytes[16..20].copy_from_slice(&65_000u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&65_000u32.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    let folder = folder();
    put(&folder, "a.png", &bytes);
    let started = std::time::Instant::now();
    assert!(open_with(folder.path(), &SourceOptions::default()).is_err());
    assert!(started.elapsed().as_secs() < 5);
}

/// That of PNG chunks.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (0u32.wrapping_sub(crc & 1)))
        })
    })
}

#[cfg(unix)]
#[test]
fn links_in_circles_are_not_followed() {
    let folder = folder();
    put(&folder, "below/a.png", &png(grey(2, 2, 0)));
    std::os::unix::fs::symlink(folder.path(), folder.path().join("below/round")).unwrap();
    std::os::unix::fs::symlink(
        folder.path().join("below/a.png"),
        folder.path().join("b.png"),
    )
    .unwrap();
    let dataset = open(&folder);
    assert_eq!(dataset.row_names, ["b.png", "below/a.png"]);
    assert!(
        dataset.warnings[0].contains("below/round"),
        "{:?}",
        dataset.warnings
    );
}

#[test]
fn sizes_are_read_as_they_are_written() {
    assert_eq!(
        "64x48".parse(),
        Ok(Size {
            width: 64,
            height: 48
        })
    );
    assert_eq!(
        " 6 X 4 ".parse::<Size>().map(|size| size.to_string()),
        Ok("6x4".to_owned())
    );
    for bad in ["64", "0x4", "4x0", "70000x4", "axb", "4x4x4", "-4x4"] {
        let error = bad.parse::<Size>().unwrap_err();
        assert!(
            error.contains("WIDTHxHEIGHT") && error.contains(bad),
            "{error}"
        );
    }
}
