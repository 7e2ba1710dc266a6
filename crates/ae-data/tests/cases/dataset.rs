use ae_data::{Dataset, Labels, Layout, Values};

fn columns(names: &[&str]) -> Layout {
    Layout::Columns(names.iter().map(|&name| name.to_owned()).collect())
}

fn table(values: &[f32]) -> Dataset {
    Dataset::new(
        "t",
        columns(&["a", "b"]),
        Values::Floats(values.to_vec()),
        None,
    )
    .unwrap()
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let new = |values: &[f32], labels: Option<&[u8]>| {
        let labels = labels.map(Labels::from_numbers);
        let values = Values::Floats(values.to_vec());
        let made = Dataset::new("t", columns(&["a", "b"]), values, labels);
        made.unwrap_err().to_string()
    };
    assert_eq!(new(&[], None), "t: 0 data rows");
    assert_eq!(
        new(&[1.0; 3], None),
        "t: 3 values where the layout asks for rows of 2"
    );
    assert_eq!(new(&[1.0; 4], Some(&[1])), "t: 1 labels for 2 rows");
    assert_eq!(
        new(&[1.0, 2.0, 3.0, f32::INFINITY], None),
        "t: inf at row 1, b, where a finite number was expected"
    );
    let no_columns = Dataset::new("t", columns(&[]), Values::Floats(vec![]), None);
    assert_eq!(no_columns.unwrap_err().to_string(), "t: rows of 0 features");
}

#[test]
fn rows_are_widened_and_selected() {
    let layout = Layout::Image {
        height: 1,
        width: 2,
        channels: 1,
    };
    let labels = Labels::from_numbers(&[9u8, 4, 9]);
    let bytes = Values::Bytes(vec![0, 255, 1, 2, 3, 4]);
    let images = Dataset::new("i", layout, bytes, Some(labels)).unwrap();
    let mut row = [0.0; 2];
    images.fill_row(0, &mut row);
    assert_eq!(row, [0.0, 255.0]);
    assert_eq!(images.range(), (0.0, 255.0));
    let picked = images.select(&[2, 0, 2]);
    assert_eq!(picked.values, Values::Bytes(vec![3, 4, 0, 255, 3, 4]));
    assert_eq!(picked.labels.unwrap().ids, [1, 1, 1]);
}

#[test]
fn the_fingerprint_is_that_of_kind_shape_and_values() {
    // sha256 of "columns", 2, 2, 1, 1 as 64-bit little-endian, "f32", and the floats:
    // python -c 'import hashlib,struct;print(hashlib.sha256(b"columns"+struct.pack("<4Q",2,2,1,1)
    //   +b"f32"+struct.pack("<4f",1,2,3,4)).hexdigest())'
    let table = table(&[1.0, 2.0, 3.0, 4.0]);
    assert_eq!(
        table.fingerprint(),
        "e5bb5852c280d9c84f9455059e02f71d0c19ccf8d1e00e56da7320770a2195f0"
    );
    let mut renamed = table.clone();
    renamed.name = "other".to_owned();
    renamed.layout = columns(&["c", "d"]);
    assert_eq!(renamed.fingerprint(), table.fingerprint());
    let reshaped = Dataset::new("t", columns(&["a"]), table.values.clone(), None).unwrap();
    assert_ne!(reshaped.fingerprint(), table.fingerprint());
    // Longer than the buffer through which floats are hashed.
    let long = |last: f32| {
        let mut values = vec![0.5; 10_000];
        values[9_999] = last;
        self::table(&values).fingerprint()
    };
    assert_ne!(long(0.5), long(0.6));
    assert_eq!(long(0.5), long(0.5));
}

#[test]
fn classes_are_sorted_as_numbers_if_all_are() {
    let labels = Labels::from_texts(&["10", "9", "-1", "9"]);
    assert_eq!(labels.names, ["-1", "9", "10"]);
    assert_eq!(labels.ids, [2, 1, 0, 1]);
    let labels = Labels::from_texts(&["10", "9", "b"]);
    assert_eq!(labels.names, ["10", "9", "b"]);
    assert_eq!(labels.ids, [0, 1, 2]);
}
