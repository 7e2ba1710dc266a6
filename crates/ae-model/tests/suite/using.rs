//! A model put to use on other data.

use crate::support::{alone, curve, images, short, table, trained};
use ae_data::{Dataset, Values};
use ae_model::{Model, Settings};
use ndarray::{ArrayView2, Axis};

/// Bright strokes on black: 12 % of the pixels are lit.
fn strokes(rows: usize) -> Dataset {
    let byte = |index: usize| if (index * 29) % 100 < 12 { 250 } else { 3 };
    images(5, 5, 1, (0..rows * 25).map(byte).collect())
}

fn inverted(dataset: &Dataset) -> Dataset {
    let Values::Bytes(bytes) = &dataset.values else {
        panic!("bytes");
    };
    images(5, 5, 1, bytes.iter().map(|byte| 255 - byte).collect())
}

fn warnings(model: &Model, dataset: &Dataset) -> String {
    model.prepare(dataset).unwrap().1.join("\n")
}

#[test]
fn scans_of_dark_strokes_on_white_are_noticed() {
    let rows = strokes(40);
    let (_, model) = trained(&alone(rows.clone()), &short());
    assert_eq!(warnings(&model, &rows), "");
    let said = warnings(&model, &inverted(&rows));
    for part in [
        "images: the pixel mean is 0.87",
        "0.13 of the training rows",
        "`--invert`",
    ] {
        assert!(said.contains(part), "{said}");
    }
    // The same pixels as numbers in 0..1.
    let mut floats = rows.clone();
    floats.values = Values::Floats(as_floats(&inverted(&rows)));
    assert!(warnings(&model, &floats).contains("`--invert`"));
}

#[test]
fn images_that_are_grey_all_over_are_far_but_not_inverted() {
    let (_, model) = trained(&alone(strokes(40)), &short());
    let said = warnings(&model, &images(5, 5, 1, vec![130; 100]));
    assert!(said.contains("the pixel mean is 0.51"), "{said}");
    assert!(!said.contains("--invert"), "{said}");
    // Somewhat brighter strokes are nothing to mention.
    let brighter = images(
        5,
        5,
        1,
        (0..1000)
            .map(|i| if i % 100 < 25 { 255 } else { 0 })
            .collect(),
    );
    assert_eq!(warnings(&model, &brighter), "");
}

#[test]
fn tables_have_no_brightness() {
    let settings = Settings {
        scaling: Some("min-max".parse().unwrap()),
        ..short()
    };
    let (_, model) = trained(&alone(curve(60)), &settings);
    // One row may lie anywhere.
    assert_eq!(
        warnings(&model, &table(4, vec![1.8, 3.24, 0.974, 2.266])),
        ""
    );
    let said = warnings(&model, &table(4, vec![9.0, 4.0, 0.9, 3.0]));
    assert!(
        said.contains("1 of 1 rows hold values outside the range"),
        "{said}"
    );
}

#[test]
fn codes_decode_to_what_reconstruct_says_in_the_datas_own_units() {
    let rows = curve(700);
    let settings = Settings {
        scoring: Some("mse".parse().unwrap()),
        ..short()
    };
    let (_, model) = trained(&alone(rows.clone()), &settings);
    let codes = model.encode(&rows).unwrap();
    assert_eq!(codes.dim(), (700, 2));
    let decoded = model.decode(codes.view()).unwrap();
    assert_eq!(decoded, model.reconstruct(&rows).unwrap());
    // By `mse`, a score is the squared error of the scaled row.
    let scores = model.score(&rows).unwrap();
    let (row, mut raw) = (650, vec![0.0; 4]);
    rows.fill_row(row, &mut raw);
    let mut back = decoded.row(row).to_vec();
    model.scaling().transform_row(&mut raw);
    model.scaling().transform_row(&mut back);
    let squares = raw.iter().zip(&back).map(|(a, b)| f64::from(a - b).powi(2));
    let expected = squares.sum::<f64>() / 4.0;
    assert!((scores[row] - expected).abs() < 1e-5 * (1.0 + expected));
}

/// The same images as floats in 0..1.
fn as_floats(dataset: &Dataset) -> Vec<f32> {
    let Values::Bytes(bytes) = &dataset.values else {
        panic!("bytes");
    };
    bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect()
}

#[test]
fn a_row_scores_alone_as_within_its_file() {
    let of = |floats: Vec<f32>| {
        let mut dataset = strokes(floats.len() / 25);
        dataset.values = Values::Floats(floats);
        dataset
    };
    let (_, model) = trained(&alone(of(as_floats(&strokes(40)))), &short());
    let mut floats = as_floats(&strokes(40));
    // A resized image rings, another is overexposed.
    (floats[7 * 25], floats[9 * 25 + 3]) = (1.0001, 1.7);
    let scores = model.score(&of(floats.clone())).unwrap();
    for (row, score) in scores.iter().enumerate() {
        let one = of(floats[row * 25..][..25].to_vec());
        assert_eq!(model.score(&one).unwrap(), [*score], "row {row}");
    }
    let said = warnings(&model, &of(floats));
    assert!(said.contains("2 of 40 rows hold values outside"), "{said}");
}

#[test]
fn rows_of_a_matrix_are_used_as_those_of_a_file() {
    let dataset = curve(700);
    let (_, model) = trained(&alone(dataset.clone()), &short());
    let Values::Floats(values) = &dataset.values else {
        panic!("floats");
    };
    let rows = ArrayView2::from_shape((700, 4), values).unwrap();
    // However it lies in memory.
    let columns = rows.t().as_standard_layout().into_owned();
    for rows in [rows, columns.t()] {
        let codes = model.encode_rows(rows).unwrap();
        assert_eq!(codes, model.encode(&dataset).unwrap());
        let back = model.reconstruct_rows(rows).unwrap();
        assert_eq!(back, model.reconstruct(&dataset).unwrap());
        let scores = model.score_rows(rows).unwrap();
        assert_eq!(scores, model.score(&dataset).unwrap());
        let one = model.score_rows(rows.slice_axis(Axis(0), (650..651).into()));
        assert_eq!(one.unwrap(), scores[650..651]);
    }
    let none = rows.slice_axis(Axis(0), (0..0).into());
    assert!(model.score_rows(none).unwrap().is_empty());
    let mut bad = rows.to_owned();
    bad[(3, 2)] = f32::NAN;
    let text = model.encode_rows(bad.view()).unwrap_err().to_string();
    assert!(text.contains("NaN at row 3, c2"), "{text}");
    let narrow = rows.slice_axis(Axis(1), (0..3).into());
    let text = model.score_rows(narrow).unwrap_err().to_string();
    assert!(text.contains("expected 4 features, found 3"), "{text}");
}

#[test]
fn a_result_beyond_single_precision_is_an_error_with_its_place() {
    let settings = Settings {
        hidden: vec![],
        ..short()
    };
    let values = (0..240).map(|i| (i * i % 1009) as f32).collect();
    let (_, model) = trained(&alone(table(4, values)), &settings);
    let mut codes = ndarray::Array2::zeros((5, 2));
    assert!(model.decode(codes.view()).is_ok());
    codes.row_mut(3).fill(f32::MAX);
    let text = model.decode(codes.view()).unwrap_err().to_string();
    assert!(text.starts_with("row 3, c"), "{text}");
    assert!(text.contains("beyond the range of single"), "{text}");
}

#[test]
fn another_width_is_refused_everywhere() {
    let (_, model) = trained(&alone(curve(60)), &short());
    let narrow = table(3, vec![0.5; 12]);
    for error in [
        model.encode(&narrow).unwrap_err(),
        model.reconstruct(&narrow).unwrap_err(),
        model.score(&narrow).unwrap_err(),
        model.prepare(&narrow).unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(text.contains("expected 4 features, found 3"), "{text}");
    }
    let codes = ndarray::Array2::zeros((5, 3));
    let text = model.decode(codes.view()).unwrap_err().to_string();
    assert!(
        text.contains("expected 2 numbers in the code, found 3"),
        "{text}"
    );
}
