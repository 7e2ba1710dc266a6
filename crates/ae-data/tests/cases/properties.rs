use proptest::collection::vec;
use proptest::prelude::*;

use crate::idx::idx;
use crate::npy::{header, npy};
use crate::{gzip, numbers, read};

/// A shape of two to four axes (the last of four being channels) and as many values.
fn array() -> impl Strategy<Value = (Vec<u32>, Vec<f32>)> {
    let shape = prop_oneof![
        vec(1u32..7, 2..=3),
        (vec(1u32..5, 3), 1u32..=4).prop_map(|(mut shape, channels)| {
            shape.push(channels);
            shape
        }),
    ];
    shape.prop_flat_map(|shape| {
        let count = shape.iter().product::<u32>() as usize;
        (Just(shape), vec(-128i32..128, count)).prop_map(|(shape, values)| {
            (
                shape,
                values.into_iter().map(|value| value as f32).collect(),
            )
        })
    })
}

/// The values as elements of the type with this IDX code and NumPy name.
const TYPES: [(u8, &str); 6] = [
    (0x08, "u1"),
    (0x09, "i1"),
    (0x0B, "i2"),
    (0x0C, "i4"),
    (0x0D, "f4"),
    (0x0E, "f8"),
];

fn encode(code: u8, values: &[f32], big: bool) -> Vec<u8> {
    let encode_one = |&value: &f32| {
        let mut bytes = match code {
            0x08 => (value as i32 as u8).to_be_bytes().to_vec(),
            0x09 => (value as i8).to_be_bytes().to_vec(),
            0x0B => (value as i16).to_be_bytes().to_vec(),
            0x0C => (value as i32).to_be_bytes().to_vec(),
            0x0D => value.to_be_bytes().to_vec(),
            _ => f64::from(value).to_be_bytes().to_vec(),
        };
        if !big {
            bytes.reverse();
        }
        bytes
    };
    values.iter().flat_map(encode_one).collect()
}

fn expected(code: u8, values: &[f32]) -> Vec<f32> {
    let wrap = |&value: &f32| f32::from(value as i32 as u8);
    match code {
        0x08 => values.iter().map(wrap).collect(),
        _ => values.to_vec(),
    }
}

/// The values in the order in which NumPy writes a column-major array.
fn column_major(shape: &[u32], values: &[f32]) -> Vec<f32> {
    let mut out = Vec::new();
    for position in 0..values.len() {
        let (mut rest, mut index, mut stride) = (position, 0, values.len());
        let mut digits = Vec::new();
        for &size in shape {
            digits.push(rest % size as usize);
            rest /= size as usize;
        }
        for (digit, &size) in digits.iter().zip(shape) {
            stride /= size as usize;
            index += digit * stride;
        }
        out.push(values[index]);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn idx_comes_back((shape, values) in array(), kind in 0..TYPES.len(), packed: bool) {
        let (code, _) = TYPES[kind];
        let mut bytes = idx(code, &shape, &encode(code, &values, true));
        if packed {
            bytes = gzip(&bytes);
        }
        let dataset = read("a.idx", &bytes).unwrap();
        prop_assert_eq!(dataset.rows, shape[0] as usize);
        prop_assert_eq!(numbers(&dataset), expected(code, &values));
    }

    #[test]
    fn npy_comes_back((shape, values) in array(), kind in 0..TYPES.len(), big: bool, fortran: bool) {
        let (code, name) = TYPES[kind];
        let order = if big { '>' } else { '<' };
        let sizes: Vec<String> = shape.iter().map(u32::to_string).collect();
        let mut text = header(&format!("{order}{name}"), &format!("({})", sizes.join(", ")));
        let mut stored = values.clone();
        if fortran {
            text = text.replace("False", "True");
            stored = column_major(&shape, &values);
        }
        let dataset = read("a.npy", &npy(&text, &encode(code, &stored, big))).unwrap();
        prop_assert_eq!(dataset.rows, shape[0] as usize);
        prop_assert_eq!(numbers(&dataset), expected(code, &values));
    }

    #[test]
    fn a_file_that_is_cut_is_refused((shape, values) in array(), cut in 1usize..40) {
        let whole = idx(0x0D, &shape, &encode(0x0D, &values, true));
        let end = whole.len().saturating_sub(cut);
        prop_assert!(read("a.idx", &whole[..end]).is_err());
        let sizes: Vec<String> = shape.iter().map(u32::to_string).collect();
        let text = header("<f4", &format!("({})", sizes.join(", ")));
        let whole = npy(&text, &encode(0x0D, &values, false));
        let end = whole.len().saturating_sub(cut);
        prop_assert!(read("a.npy", &whole[..end]).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        start in prop::sample::select(vec![
            &b""[..], b"\0\0\x08\x03", b"\0\0\x0D", b"\x93NUMPY\x01\0", b"\x93NUMPY\x02\0",
            b"PK\x03\x04", b"\x1F\x8B\x08\0", b"a,b\n", b"\"",
        ]),
        rest in vec(any::<u8>(), 0..200),
        name in prop::sample::select(vec!["a.idx", "a.npy", "a.npz", "a.csv", "a"]),
    ) {
        let _ = read(name, &[start, &rest].concat());
    }

    #[test]
    fn a_changed_byte_never_panics(position: prop::sample::Index, value: u8) {
        let matrix = npy(&header("<f4", "(2, 3)"), &[0; 24]);
        let images = idx(8, &[2, 2, 2], &[7; 8]);
        let zip = include_bytes!("../data/anomalies.npz").to_vec();
        for mut bytes in [matrix, images.clone(), gzip(&images), zip] {
            let at = position.index(bytes.len());
            bytes[at] = value;
            let _ = read("a", &bytes);
        }
    }
}
