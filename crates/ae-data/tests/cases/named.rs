use std::num::NonZeroUsize;

use crate::idx::idx;
use crate::{Folder, gzip, numbers};
use ae_data::source::{self, FORMATS, NamedSet};
use ae_data::{SourceOptions, Values};

fn in_folder(folder: &Folder) -> SourceOptions {
    SourceOptions {
        folder: folder.path().to_owned(),
        ..SourceOptions::default()
    }
}

#[test]
fn mnist_is_read_from_its_four_files_packed_or_not() {
    let folder = Folder::new();
    let images = idx(8, &[2, 1, 2], &[1, 2, 3, 4]);
    folder.write("mnist/train-images-idx3-ubyte.gz", &gzip(&images));
    folder.write(
        "mnist/train-labels-idx1-ubyte.gz",
        &gzip(&idx(8, &[2], &[5, 0])),
    );
    folder.write("mnist/t10k-images.idx3-ubyte", &idx(8, &[1, 1, 2], &[9, 9]));
    folder.write("mnist/t10k-labels.idx1-ubyte", &idx(8, &[1], &[4]));
    let parts = source::open("mnist", &in_folder(&folder)).unwrap();
    assert_eq!(numbers(&parts.train), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(parts.train.name, "mnist");
    assert_eq!(parts.train.labels.unwrap().names, ["0", "5"]);
    assert_eq!(parts.test.unwrap().labels.unwrap().names, ["4"]);
}

#[test]
fn a_set_that_is_not_fetched_says_how_to_fetch_it() {
    let folder = Folder::new();
    let error = source::open("fashion", &in_folder(&folder)).unwrap_err();
    let message = error.to_string();
    assert!(
        message.starts_with("fashion is not fetched yet: "),
        "{message}"
    );
    assert!(
        message.ends_with("holds no train-images-idx3-ubyte"),
        "{message}"
    );
    assert_eq!(error.hint().unwrap(), "run `cargo xtask fetch-fashion`");
}

#[test]
fn an_unknown_name_is_met_with_the_nearest() {
    let error = source::open("storkes", &SourceOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "no data set and no file named `storkes`");
    assert_eq!(
        error.hint().unwrap(),
        "did you mean `strokes`? data sets: mnist, fashion, strokes; or give a file's path"
    );
    let error = source::open("strokes:rwos=3", &SourceOptions::default()).unwrap_err();
    assert_eq!(
        error.hint().unwrap(),
        "did you mean `rows`? known: rows, test, seed"
    );
    let error = source::open("strokes:rows=0", &SourceOptions::default()).unwrap_err();
    assert!(error.to_string().contains("rows must be in"), "{error}");
}

#[test]
fn strokes_look_like_mnist_to_a_statistician() {
    let parts = source::open("strokes", &SourceOptions::default()).unwrap();
    let (train, test) = (parts.train, parts.test.unwrap());
    assert_eq!((train.rows, test.rows, train.width), (10_000, 2_000, 784));
    assert_eq!(train.labels.as_ref().unwrap().names.len(), 10);
    let Values::Bytes(bytes) = &train.values else {
        panic!("images are bytes");
    };
    // MNIST's training part: mean 0.1307, 80.9 % zeros.
    let mean = bytes.iter().map(|&byte| f64::from(byte)).sum::<f64>() / bytes.len() as f64 / 255.0;
    assert!((mean - 0.13).abs() < 0.01, "mean {mean}");
    let zeros = bytes.iter().filter(|&&byte| byte == 0).count() as f64 / bytes.len() as f64;
    assert!((zeros - 0.81).abs() < 0.02, "zeros {zeros}");
    // Nothing is cut off: the outermost pixels stay dark.
    for image in bytes.chunks_exact(784) {
        assert!(
            image[..28]
                .iter()
                .chain(&image[756..])
                .all(|&byte| byte == 0)
        );
        assert!(image.iter().any(|&byte| byte > 180));
    }
}

#[test]
fn a_strokes_row_depends_on_its_number_and_the_seed_only() {
    let open = |spec: &str| source::open(spec, &SourceOptions::default()).unwrap();
    let (few, many) = (
        open("strokes:rows=130,test=5"),
        open("strokes:rows=300,test=9"),
    );
    assert_eq!(numbers(&few.train), numbers(&many.train)[..130 * 784]);
    let (few_test, many_test) = (few.test.unwrap(), many.test.unwrap());
    assert_eq!(numbers(&few_test), numbers(&many_test)[..5 * 784]);
    assert_ne!(numbers(&few_test), numbers(&few.train)[..5 * 784]);
    let other = open("strokes:rows=130,test=5,seed=1").train;
    assert_ne!(other.fingerprint(), few.train.fingerprint());
    let first = few.train.select(&(0..10).collect::<Vec<_>>());
    assert_eq!(first.labels.unwrap().ids, (0..10).collect::<Vec<_>>());
}

#[test]
fn a_limit_cuts_each_part() {
    let options = SourceOptions {
        limit: NonZeroUsize::new(3),
        ..SourceOptions::default()
    };
    let parts = source::open("strokes:rows=20", &options).unwrap();
    assert_eq!((parts.train.rows, parts.test.unwrap().rows), (3, 3));
    assert_eq!(parts.train.labels.unwrap().ids.len(), 3);
    assert_eq!(parts.train.values.len(), 3 * 784);
}

#[test]
fn the_catalogues_name_everything_that_can_be_opened() {
    let sets: Vec<&str> = NamedSet::CATALOGUE.iter().map(|entry| entry.name).collect();
    assert_eq!(sets, ["mnist", "fashion", "strokes"]);
    let formats: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(formats, ["IDX", "npy", "npz", "pictures", "CSV"]);
}
