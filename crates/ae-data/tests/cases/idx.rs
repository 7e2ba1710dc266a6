use crate::{Folder, gzip, numbers, open_with, read, read_with, refuse, refuse_with};
use ae_data::{Layout, SourceOptions, Values};

/// An IDX file of these axes and data.
pub(crate) fn idx(code: u8, shape: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend_from_slice(data);
    bytes
}

#[test]
fn images_stay_bytes() {
    let data: Vec<u8> = (0..12).collect();
    let images = read("images-idx3-ubyte", &idx(8, &[2, 2, 3], &data)).unwrap();
    assert_eq!(images.values, Values::Bytes(data));
    let layout = Layout::Image {
        height: 2,
        width: 3,
        channels: 1,
    };
    assert_eq!((images.rows, images.width, &images.layout), (2, 6, &layout));
    assert_eq!(images.feature_name(5), "pixel 1,2");
}

#[test]
fn gzip_is_found_by_content_in_one_member_or_several() {
    let bytes = idx(8, &[2, 2, 3], &[7; 12]);
    let plain = read("a-idx3-ubyte", &bytes).unwrap();
    let mut two_members = gzip(&bytes[..20]);
    two_members.extend(gzip(&bytes[20..]));
    for packed in [gzip(&bytes), two_members] {
        assert_eq!(
            read("no-gz-in-its-name.idx", &packed).unwrap().values,
            plain.values
        );
        assert_eq!(read("whatever.gz", &packed).unwrap().values, plain.values);
    }
}

#[test]
fn every_type_code_is_read_big_endian() {
    let cases: [(u8, Vec<u8>, [f32; 2]); 6] = [
        (0x08, vec![1, 254], [1.0, 254.0]),
        (0x09, vec![1, 254], [1.0, -2.0]),
        (
            0x0B,
            [1i16, -300].iter().flat_map(|v| v.to_be_bytes()).collect(),
            [1.0, -300.0],
        ),
        (
            0x0C,
            [1i32, -70_000]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
            [1.0, -70_000.0],
        ),
        (
            0x0D,
            [1.5f32, -2.0]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
            [1.5, -2.0],
        ),
        (
            0x0E,
            [1.5f64, -2.0]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
            [1.5, -2.0],
        ),
    ];
    for (code, data, expected) in cases {
        let table = read("table.idx", &idx(code, &[1, 2], &data)).unwrap();
        assert_eq!(numbers(&table), expected, "type code {code:#x}");
        assert_eq!(
            table.layout,
            Layout::Columns(vec!["x0".into(), "x1".into()])
        );
    }
}

#[test]
fn colour_images_have_a_fourth_axis() {
    let images = read("colour.idx", &idx(8, &[1, 1, 2, 3], &[1, 2, 3, 4, 5, 6])).unwrap();
    assert_eq!(images.feature_name(4), "pixel 0,1,1");
    let (message, hint) = refuse("five.idx", &idx(8, &[1, 1, 1, 1, 9], &[0; 9]));
    assert_eq!(
        message,
        "five.idx: 5-D array (1 × 1 × 1 × 1 × 9) where rows of images or of a table were expected"
    );
    assert!(hint.contains("height × width"), "{hint}");
}

#[test]
fn missing_pixels_are_counted() {
    let (message, hint) = refuse("cut.idx", &idx(8, &[5, 3, 3], &[0; 40]));
    assert_eq!(
        message,
        "cut.idx: truncated: 5 × 3 × 3 elements take 45 bytes, 40 found"
    );
    assert!(hint.contains("fetch"), "{hint}");
    let (message, _) = refuse("cut.idx", &gzip(&idx(0x0D, &[5, 3, 3], &[0; 40])));
    assert!(message.contains("180 bytes, 40 found"), "{message}");
}

#[test]
fn bytes_after_the_data_are_refused() {
    let (message, _) = refuse("long.idx", &idx(8, &[1, 2, 2], &[0; 5]));
    assert_eq!(
        message,
        "long.idx: data goes on after the 4 bytes that 1 × 2 × 2 elements take"
    );
}

#[test]
fn an_empty_file_and_a_web_page_are_called_that() {
    assert_eq!(
        refuse("train-images-idx3-ubyte.gz", b"").0,
        "train-images-idx3-ubyte.gz: empty file, 0 data rows"
    );
    let page = b"\n<!DOCTYPE html><html><body>404</body></html>";
    for bytes in [page.to_vec(), gzip(page)] {
        let (message, hint) = refuse("train-images-idx3-ubyte.gz", &bytes);
        assert_eq!(message, "train-images-idx3-ubyte.gz: a web page, not IDX");
        assert!(hint.contains("error page"), "{hint}");
    }
}

#[test]
fn a_damaged_gzip_is_called_that() {
    let mut bytes = gzip(&idx(8, &[1, 30, 30], &[1; 900]));
    bytes.truncate(bytes.len() - 9);
    let (message, hint) = refuse("a-idx3-ubyte.gz", &bytes);
    assert!(
        message.starts_with("a-idx3-ubyte.gz: damaged or incomplete compressed data"),
        "{message}"
    );
    assert!(hint.contains("fetch it again"), "{hint}");
}

#[test]
fn labels_and_images_are_not_mistaken_for_each_other() {
    let (message, _) = refuse("train-labels.idx", &idx(8, &[4], &[1, 2, 3, 4]));
    assert_eq!(
        message,
        "train-labels.idx: 1-D labels (4) where 3-D images were expected"
    );
    let folder = Folder::new();
    let images = folder.write("images.idx", &idx(8, &[1, 2, 2], &[0; 4]));
    let options = SourceOptions {
        label: Some(images.to_str().unwrap().to_owned()),
        ..SourceOptions::default()
    };
    let error = open_with(&images, &options).unwrap_err().to_string();
    assert!(
        error.ends_with("3-D images (1 × 2 × 2) where 1-D labels were expected"),
        "{error}"
    );
}

#[test]
fn text_is_refused_by_its_first_bytes() {
    let text: Vec<u8> = "\u{feff}0,1\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let (message, _) = refuse("text.idx", &text);
    assert_eq!(
        message,
        "text.idx: not IDX: the first two bytes must be 00 00, found FF FE"
    );
}

#[test]
fn an_unknown_type_code_is_named_with_those_known() {
    let (message, hint) = refuse("a.idx", &idx(7, &[1, 2], &[0; 2]));
    assert_eq!(message, "a.idx: unknown type code 0x07 at byte 2");
    assert_eq!(hint, "known type codes: 0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E");
}

#[test]
fn a_header_is_not_trusted() {
    let (message, _) = refuse("huge.idx", &idx(8, &[u32::MAX; 3], &[]));
    assert!(
        message.contains("4294967295 × 4294967295 × 4294967295 elements"),
        "{message}"
    );
    // Two terabytes that could be addressed: found missing before they are asked for.
    let (message, _) = refuse("big.idx", &idx(8, &[1 << 20, 1 << 10, 1 << 11], &[1, 2]));
    assert!(
        message.contains("take 2199023255552 bytes, 2 found"),
        "{message}"
    );
    let (message, _) = refuse("short.idx", &[0, 0, 8, 3, 0, 0, 0, 1]);
    assert_eq!(
        message,
        "short.idx: truncated: the header of 3 axes takes 16 bytes, 8 found"
    );
    let (message, _) = refuse("none.idx", &idx(8, &[0, 28, 28], &[]));
    assert_eq!(message, "none.idx: 0 data rows: the shape is 0 × 28 × 28");
}

#[test]
fn transpose_swaps_lines_and_columns() {
    let bytes = idx(8, &[1, 2, 3], &[1, 2, 3, 4, 5, 6]);
    let options = SourceOptions {
        transpose: true,
        ..SourceOptions::default()
    };
    let turned = read_with("emnist.idx", &bytes, &options).unwrap();
    assert_eq!(numbers(&turned), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    let layout = Layout::Image {
        height: 3,
        width: 2,
        channels: 1,
    };
    assert_eq!(turned.layout, layout);
    assert_eq!(
        numbers(&read("emnist.idx", &bytes).unwrap()),
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    );
    // The channels of a pixel stay together.
    let colour = idx(8, &[1, 1, 2, 2], &[1, 2, 3, 4]);
    let turned = read_with("colour.idx", &colour, &options).unwrap();
    assert_eq!(numbers(&turned), [1.0, 2.0, 3.0, 4.0]);
    let (message, _) = refuse_with("table.idx", &idx(8, &[1, 2], &[1, 2]), &options);
    assert_eq!(
        message,
        "table.idx: transpose is for images, and this is a table of 2 columns"
    );
}

#[test]
fn invert_swaps_dark_and_bright() {
    let options = SourceOptions {
        invert: true,
        ..SourceOptions::default()
    };
    let bytes = read_with("scan.idx", &idx(8, &[1, 1, 3], &[0, 55, 255]), &options).unwrap();
    assert_eq!(numbers(&bytes), [255.0, 200.0, 0.0]);
    let floats: Vec<u8> = [0.0f32, 0.25, 1.0]
        .iter()
        .flat_map(|v| v.to_be_bytes())
        .collect();
    let floats = read_with("scan.idx", &idx(0x0D, &[1, 1, 3], &floats), &options).unwrap();
    assert_eq!(numbers(&floats), [1.0, 0.75, 0.0]);
    let wide: Vec<u8> = [0.0f32, -3.0]
        .iter()
        .flat_map(|v| v.to_be_bytes())
        .collect();
    let (message, _) = refuse_with("scan.idx", &idx(0x0D, &[1, 1, 2], &wide), &options);
    assert!(message.contains("values from -3 to 0"), "{message}");
}

#[test]
fn labels_are_found_beside_the_images() {
    let images = idx(8, &[3, 1, 1], &[0; 3]);
    let labels = idx(8, &[3], &[7, 2, 7]);
    for (images_name, labels_name) in [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte"),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte.gz"),
    ] {
        let folder = Folder::new();
        let path = folder.write(images_name, &images);
        folder.write(labels_name, &gzip(&labels));
        let found = open_with(&path, &SourceOptions::default())
            .unwrap()
            .train
            .labels
            .unwrap();
        assert_eq!(found.ids, [1, 0, 1], "{labels_name}");
        assert_eq!(found.names, ["2", "7"]);
        folder.write(labels_name, &idx(8, &[2], &[7, 2]));
        let error = open_with(&path, &SourceOptions::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{images_name}: 2 labels for 3 rows")
        );
    }
}
