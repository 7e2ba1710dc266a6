use crate::idx::idx;
use crate::read;
use ae_data::{DataError, Dataset, FittedScaling, Layout, Prepared, Scaling, Values};
use proptest::prelude::*;

fn table(width: usize, values: &[f32]) -> Dataset {
    let names = (0..width).map(|column| format!("c{column}")).collect();
    let values = Values::Floats(values.to_vec());
    Dataset::new("t", Layout::Columns(names), values, None).unwrap()
}

fn fit(name: &str, dataset: &Dataset) -> Result<FittedScaling, DataError> {
    let rows: Vec<u32> = (0..dataset.rows as u32).collect();
    name.parse::<Scaling>().unwrap().fit(dataset, &rows)
}

fn transform(scaling: &FittedScaling, row: &[f32]) -> Vec<f32> {
    let mut row = row.to_vec();
    scaling.transform_row(&mut row);
    row
}

/// The first feature of a row.
fn value(prepared: &Prepared, data: &Dataset, row: usize) -> f32 {
    let mut out = [0.0];
    prepared.fill_group(data, row, 0, &mut out);
    out[0]
}

#[test]
fn standard_uses_the_population_deviation() {
    let scaling = fit("standard", &table(1, &[10.0, 12.0, 14.0])).unwrap();
    assert_eq!(scaling.shift(), [12.0]);
    assert!((scaling.scale()[0] - 1.632_993_161_855_452).abs() < 1e-12);
    assert_eq!(transform(&scaling, &[14.0]), [1.224_744_9]);
}

#[test]
fn only_the_given_rows_count() {
    let data = table(1, &[0.0, 10.0, 1000.0]);
    let scaling = "min-max"
        .parse::<Scaling>()
        .unwrap()
        .fit(&data, &[1, 0])
        .unwrap();
    assert_eq!(
        (scaling.shift(), scaling.scale()),
        (&[0.0][..], &[10.0][..])
    );
}

#[test]
fn values_beyond_the_training_range_are_not_clipped_but_counted() {
    let scaling = fit("min-max", &table(1, &[0.0, 10.0])).unwrap();
    assert_eq!(scaling.range(), Some((0.0, 1.0)));
    assert_eq!(transform(&scaling, &[25.0]), [2.5]);
    assert_eq!(transform(&scaling, &[-5.0]), [-0.5]);
    let seen_later = table(1, &[25.0, 3.0, -5.0, 10.0]);
    let (prepared, warnings) = scaling.prepare(&seen_later).unwrap();
    assert_eq!(prepared.rows_outside(&seen_later), 2);
    assert!(warnings.is_empty());
}

#[test]
fn features_that_never_vary_stay_in_place() {
    let bytes = idx(8, &[3, 2, 2], &[0, 1, 2, 3, 0, 9, 8, 7, 0, 5, 5, 5]);
    let images = read("a.idx", &bytes).unwrap();
    for name in ["min-max", "standard", "robust"] {
        let scaling = fit(name, &images).unwrap();
        let mut row = transform(&scaling, &[0.0, 9.0, 8.0, 7.0]);
        assert_eq!((row.len(), row[0]), (4, 0.0), "{name}");
        scaling.inverse_row(&mut row);
        assert_eq!(row[0], 0.0, "{name}");
    }
    let constant = table(2, &[0.1, 5.0, 0.1, 5.0]);
    let error = fit("standard", &constant).unwrap_err();
    assert_eq!(
        error.to_string(),
        "t: none of the 2 features varies over the 2 training rows"
    );
    assert!(fit("none", &constant).is_ok());
    // Not even by more than rounding.
    let rounded = table(2, &[0.1, 1.0, 0.1 + f32::EPSILON / 16.0, 2.0, 0.1, 3.0]);
    let scaling = fit("standard", &rounded).unwrap();
    assert_eq!(scaling.scale()[0], 1.0);
    let mut row = transform(&scaling, &[0.1, 2.0]);
    assert_eq!(row, [0.0, 0.0]);
    scaling.inverse_row(&mut row);
    assert_eq!(row, [0.1, 2.0]);
}

#[test]
fn a_small_spread_far_from_zero_is_scaled_right() {
    // Rows of 1,000,000 plus 0, 1/2, 1: mean and deviation exactly as near 0.
    let values: Vec<f32> = (0..3000).map(|row| 1e6 + (row % 3) as f32 / 2.0).collect();
    let scaling = fit("standard", &table(1, &values)).unwrap();
    assert!((scaling.shift()[0] - 1_000_000.5).abs() < 1e-6);
    assert!((scaling.scale()[0] - 0.408_248_290_463_863).abs() < 1e-9);
    assert_eq!(transform(&scaling, &[1_000_001.0]), [1.224_744_9]);
    let mut row = [1.224_744_9];
    scaling.inverse_row(&mut row);
    assert_eq!(row, [1_000_001.0]);
}

#[test]
fn robust_takes_median_and_interquartile_range() {
    // numpy.percentile([1, 2, 3, 4, 1000], [25, 50, 75]) → 2, 3, 4
    let scaling = fit("robust", &table(1, &[1000.0, 1.0, 4.0, 3.0, 2.0])).unwrap();
    assert_eq!((scaling.shift(), scaling.scale()), (&[3.0][..], &[2.0][..]));
    // numpy.percentile([1, 2, 3, 5], [25, 50, 75]) → 1.75, 2.5, 3.5
    let scaling = fit("robust", &table(1, &[5.0, 1.0, 2.0, 3.0])).unwrap();
    assert_eq!(
        (scaling.shift(), scaling.scale()),
        (&[2.5][..], &[1.75][..])
    );
    // The middle half is one value: the deviation of 0, 0, 0, 0, 10 stands in.
    let scaling = fit("robust", &table(1, &[0.0, 0.0, 0.0, 0.0, 10.0])).unwrap();
    assert_eq!((scaling.shift(), scaling.scale()), (&[0.0][..], &[4.0][..]));
    // More columns than are sorted at a time.
    let wide: Vec<f32> = (0..40).chain(0..40).map(|value| value as f32).collect();
    let mut wide = wide;
    wide[40..].iter_mut().for_each(|value| *value += 4.0);
    let scaling = fit("robust", &table(40, &wide)).unwrap();
    let expected: Vec<f64> = (0..40).map(|column| f64::from(column) + 2.0).collect();
    assert_eq!(scaling.shift(), expected);
    assert_eq!(scaling.scale(), [2.0; 40]);
}

#[test]
fn unit_reads_the_same_images_alike_however_they_are_written() {
    let bytes: Vec<u8> = (0..=255).collect();
    let images = read("a.idx", &idx(8, &[1, 16, 16], &bytes)).unwrap();
    let scaling = fit("unit", &images).unwrap();
    let floats = |scale: f32| {
        let values: Vec<u8> = bytes
            .iter()
            .flat_map(|&byte| (f32::from(byte) / scale).to_be_bytes())
            .collect();
        read("a.idx", &idx(0x0D, &[1, 16, 16], &values)).unwrap()
    };
    let prepare = |dataset: &Dataset| {
        let (prepared, warnings) = scaling.prepare(dataset).unwrap();
        let mut row = vec![0.0; 256];
        prepared.fill_row(dataset, 0, &mut row);
        (row, warnings)
    };
    let (expected, no_warnings) = prepare(&images);
    assert!(no_warnings.is_empty());
    assert_eq!((expected[0], expected[51], expected[255]), (0.0, 0.2, 1.0));
    assert_eq!(prepare(&floats(255.0)), (expected.clone(), vec![]));
    let (row, warnings) = prepare(&floats(1.0));
    assert_eq!(row, expected);
    assert_eq!(
        warnings,
        ["a.idx: values reach 255 and are taken as 0 to 255"]
    );
    // Results go back to the units of the data set at hand.
    let small = floats(255.0);
    let (prepared, _) = scaling.prepare(&small).unwrap();
    let mut row = vec![0.5; 256];
    prepared.preprocessing().scaling().inverse_row(&mut row);
    assert_eq!(row[0], 0.5);
    let mut row = vec![0.5; 256];
    scaling.inverse_row(&mut row);
    assert_eq!(row[0], 127.5);
}

/// Floats as they are read with a scaling, and what is said about that.
fn prepare(scaling: &FittedScaling, values: &[f32]) -> (Vec<f32>, Vec<String>) {
    let data = table(1, values);
    let (prepared, warnings) = scaling.prepare(&data).unwrap();
    let row = |row| value(&prepared, &data, row);
    ((0..data.rows).map(row).collect(), warnings)
}

#[test]
fn unit_reads_a_row_alike_whatever_stands_beside_it() {
    let zero_to_one = fit("unit", &table(1, &[0.0, 1.0001, 0.5])).unwrap();
    assert_eq!(zero_to_one.scale(), [1.0]);
    // What was learnt from, a little beyond it, and far beyond it.
    for beside in [0.2, 1.0001, 3.0, -7.0] {
        let (rows, warnings) = prepare(&zero_to_one, &[0.5, beside]);
        assert_eq!((rows[0], warnings.len()), (0.5, 0), "beside {beside}");
    }
    let zero_to_255 = fit("unit", &table(1, &[0.0, 255.0])).unwrap();
    for beside in [0.0, 1.0, 200.0, 300.0] {
        let (rows, warnings) = prepare(&zero_to_255, &[51.0, beside]);
        assert_eq!((rows[0], warnings.len()), (0.2, 1), "beside {beside}");
        let (rows, _) = prepare(&zero_to_255, &[0.5, beside]);
        assert_eq!(rows[0], 0.5 / 255.0, "beside {beside}");
    }
    // What is beyond the training range is counted, as for any scaling that has one.
    let data = table(1, &[0.5, 1.5, -0.1]);
    let (prepared, _) = zero_to_one.prepare(&data).unwrap();
    assert_eq!(prepared.rows_outside(&data), 2);
    // Bytes were learnt from: floats go by the rule, which allows for rounding.
    let images = read("a.idx", &idx(8, &[1, 1, 1], &[7])).unwrap();
    let of_bytes = fit("unit", &images).unwrap();
    for beside in [0.2, 1.0001, -0.0005] {
        let (rows, warnings) = prepare(&of_bytes, &[0.5, beside]);
        assert_eq!((rows[0], warnings.len()), (0.5, 0), "beside {beside}");
    }
    // And the other way round.
    let (prepared, _) = zero_to_one.prepare(&images).unwrap();
    assert_eq!(value(&prepared, &images, 0), 7.0 / 255.0);
}

#[test]
fn unit_of_a_file_without_the_kind_goes_by_the_rule() {
    let text = r#"{"scaling":"unit","width":1,"shift":[0.0],"scale":[255.0]}"#;
    let scaling: FittedScaling = serde_json::from_str(text).unwrap();
    assert_eq!(prepare(&scaling, &[0.5, 1.0]).0, [0.5, 1.0]);
    assert_eq!(prepare(&scaling, &[51.0, 255.0]).0, [0.2, 1.0]);
    assert!(scaling.prepare(&table(1, &[300.0])).is_err());
    let kept = serde_json::to_string(&fit("unit", &table(1, &[0.5])).unwrap()).unwrap();
    assert!(kept.contains(r#""kind":"floats""#), "{kept}");
    let back: FittedScaling = serde_json::from_str(&kept).unwrap();
    assert_eq!(prepare(&back, &[0.5, 3.0]).0, [0.5, 3.0]);
}

#[test]
fn unit_refuses_what_is_no_pixel() {
    for values in [[-0.5, 1.0], [0.0, 256.0]] {
        let error = fit("unit", &table(1, &values)).unwrap_err();
        assert!(
            error
                .to_string()
                .contains(&format!("values from {} to {}", values[0], values[1]))
        );
        assert!(error.hint().unwrap().contains("standard"));
    }
}

#[test]
fn rows_of_another_width_are_refused() {
    let scaling = fit("standard", &table(2, &[1.0, 2.0, 3.0, 4.0])).unwrap();
    let error = scaling.prepare(&table(1, &[1.0])).unwrap_err();
    assert_eq!(error.to_string(), "t: expected 2 features, found 1");
}

#[test]
fn a_stored_scaling_is_checked_when_it_comes_back() {
    let scaling = fit("standard", &table(2, &[1.0, 2.0, 3.0, 8.0])).unwrap();
    let text = serde_json::to_string(&scaling).unwrap();
    assert_eq!(
        text,
        r#"{"scaling":"standard","width":2,"shift":[2.0,5.0],"scale":[1.0,3.0]}"#
    );
    assert_eq!(
        serde_json::from_str::<FittedScaling>(&text).unwrap(),
        scaling
    );
    for (from, to, expected) in [
        ("[1.0,3.0]", "[1.0]", "2 shifts and 1 scales for 2 features"),
        ("[1.0,3.0]", "[1.0,0.0]", "shift 5 and scale 0 of feature 1"),
        (
            "\"width\":2",
            "\"width\":3",
            "2 shifts and 2 scales for 3 features",
        ),
    ] {
        let error = serde_json::from_str::<FittedScaling>(&text.replace(from, to)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

proptest! {
    #[test]
    fn what_is_scaled_comes_back(
        name in prop::sample::select(vec!["min-max", "standard", "robust", "none"]),
        values in proptest::collection::vec(-1e4f32..1e4, 6..60),
    ) {
        let values = &values[..values.len() / 3 * 3];
        let data = table(3, values);
        let Ok(scaling) = fit(name, &data) else { return Ok(()) };
        for row in values.chunks(3) {
            let mut back = transform(&scaling, row);
            scaling.inverse_row(&mut back);
            for (value, back) in row.iter().zip(back) {
                // Half a unit of the scaled `f32`, in the units of the data.
                prop_assert!((value - back).abs() <= 1e-2, "{} {} {}", name, value, back);
            }
        }
    }
}
