//! Series cut into windows.

use ae_data::scaling::Standard;
use ae_data::{
    DataError, Dataset, Kind, Labels, Preprocessing, Schema, Series, SourceOptions, Values,
    Windowing, source,
};
use proptest::prelude::*;

/// Rows of two numbers: the row's own, and its square.
fn table(rows: usize, series: Series) -> Dataset {
    let schema = Schema::of_numbers(["a".to_owned(), "b".to_owned()]);
    let values = (0..rows).flat_map(|row| [row as f32, (row * row) as f32]);
    let mut table = Dataset::table("t", schema, values.collect(), None).unwrap();
    table.series = Some(series);
    table
}

/// Series of these lengths, each with a step eleven times as long after some of its rows, and the
/// rows of all mixed up in the file.
fn mixed(lengths: &[usize], gaps: &[bool], order: &[u32]) -> (Series, Vec<(u32, u32)>) {
    let mut rows = Vec::new();
    let mut gaps = gaps.iter().cycle();
    for (group, length) in lengths.iter().enumerate() {
        let (mut time, mut stretch) = (0.0, 0);
        for _ in 0..*length {
            rows.push((group as u32, time, stretch));
            let is_gap = *gaps.next().unwrap();
            time += if is_gap { 11.0 } else { 1.0 };
            stretch += u32::from(is_gap);
        }
    }
    let mut places: Vec<usize> = (0..rows.len()).collect();
    places.sort_by_key(|place| order[place % order.len()]);
    let rows: Vec<_> = places.into_iter().map(|place| rows[place]).collect();
    let groups: Vec<u32> = rows.iter().map(|row| row.0).collect();
    let series = Series {
        times: Some(rows.iter().map(|row| row.1).collect()),
        groups: Some(Labels::from_numbers(&groups)),
    };
    (series, rows.iter().map(|row| (row.0, row.2)).collect())
}

proptest! {
    #[test]
    fn windows_stay_within_a_stretch_and_cover_all_that_can_be_covered(
        mut lengths in prop::collection::vec(1usize..40, 0..4),
        // Steps of 1 are the median.
        long in 10usize..40,
        // One step in forty at most: they stay exceptions.
        gaps in (0usize..40).prop_map(|at| (0..40).map(|i| i == at).collect::<Vec<_>>()),
        order in prop::collection::vec(any::<u32>(), 1..50),
        length in 2usize..9,
        stride in 1usize..9,
    ) {
        let stride = stride.min(length);
        lengths.push(long);
        let rows: usize = lengths.iter().sum();
        let (series, stretch_of) = mixed(&lengths, &gaps, &order);
        let mut sizes = std::collections::BTreeMap::new();
        for stretch in &stretch_of {
            *sizes.entry(*stretch).or_insert(0usize) += 1;
        }
        let times = series.times.clone().unwrap();
        let windowing = Windowing::new(length, stride).unwrap();
        let cut = table(rows, series).into_windows(windowing);
        let cut = match cut {
            Ok(cut) => cut,
            Err(error) => {
                prop_assert!(sizes.values().all(|size| *size < length), "{error}");
                return Ok(());
            }
        };
        let windows = cut.windows.as_ref().unwrap();
        let mut covered = vec![0; rows];
        let mut buffer = vec![0.0; cut.width];
        for window in 0..cut.rows {
            let of_window: Vec<usize> =
                windows.places(window).map(|place| windows.row(place)).collect();
            for pair in of_window.windows(2) {
                prop_assert_eq!(stretch_of[pair[0]], stretch_of[pair[1]]);
                prop_assert_eq!(times[pair[1]] - times[pair[0]], 1.0);
            }
            cut.fill_row(window, &mut buffer);
            for (step, row) in of_window.into_iter().enumerate() {
                covered[row] += 1;
                prop_assert_eq!(buffer[2 * step], row as f32);
                prop_assert_eq!(cut.value(window, 2 * step + 1), (row * row) as f32);
            }
        }
        for (row, count) in covered.iter().enumerate() {
            prop_assert_eq!(*count > 0, sizes[&stretch_of[row]] >= length);
        }
        let expected: usize = sizes
            .values()
            .filter(|size| **size >= length)
            .map(|size| (size - length).div_ceil(stride) + 1)
            .sum();
        prop_assert_eq!(cut.rows, expected);
    }
}

#[test]
fn a_step_has_the_mean_of_the_windows_that_cover_it() {
    let series = Series {
        // Row 0 is last; row 4 stands alone behind a gap.
        times: Some(vec![4.0, 1.0, 2.0, 3.0, 90.0]),
        groups: None,
    };
    let cut = table(5, series)
        .into_windows(Windowing::new(3, 1).unwrap())
        .unwrap();
    assert_eq!(cut.rows, 2);
    let windows = cut.windows.as_ref().unwrap();
    let means = windows.means([(0, 1.0), (1, 4.0)]);
    assert_eq!(means, [Some(1.0), Some(2.5), Some(2.5), Some(4.0), None]);
    let rows = windows.in_file_order(&means);
    assert_eq!(rows, [Some(4.0), Some(1.0), Some(2.5), Some(2.5), None]);
    let said = cut.warnings.join("\n");
    assert!(said.contains("1 rows are earlier"), "{said}");
    assert!(said.contains("1 gaps in time"), "{said}");
    assert!(
        said.contains("1 rows stand in stretches of fewer than 3"),
        "{said}"
    );
}

#[test]
fn irregular_steps_are_no_gaps_up_to_ten_medians() {
    // Steps of 1 and 4 in turn, and one of 61.
    let times = (0..20).map(|i| (i / 2 * 5 + i % 2 + if i > 10 { 60 } else { 0 }) as f64);
    let series = Series {
        times: Some(times.collect()),
        groups: None,
    };
    let cut = table(20, series)
        .into_windows(Windowing::new(9, 1).unwrap())
        .unwrap();
    let firsts: Vec<usize> = (0..cut.rows)
        .map(|window| cut.windows.as_ref().unwrap().places(window).start)
        .collect();
    assert_eq!(firsts, [0, 1, 2, 11]);
}

#[test]
fn windows_are_read_step_by_step_as_rows_are() {
    let cut = table(12, Series::default())
        .into_windows(Windowing::new(3, 2).unwrap())
        .unwrap();
    let steps = cut.steps_of(&[0, 1]).unwrap();
    assert_eq!(steps.rows, 5);
    let all: Vec<u32> = (0..5).collect();
    let one = Preprocessing::fit(&Standard {}.into(), None, &steps, &all).unwrap();
    let (prepared, _) = one.tiled(3).prepare(&cut).unwrap();
    let (mut window, mut step) = (vec![0.0; 6], vec![0.0; 2]);
    prepared.fill_row(&cut, 4, &mut window);
    for (place, read) in cut
        .windows
        .as_ref()
        .unwrap()
        .places(4)
        .zip(window.chunks(2))
    {
        one.transform_row(&[place as f32, (place * place) as f32], &mut step);
        assert_eq!(read, step);
    }
    assert_eq!(cut.layout.feature_name(3), "b (step 2)");
    assert_eq!(
        prepared.preprocessing().groups().unwrap()[3].column,
        "b (step 2)"
    );
    assert_eq!(one.tiled(3).check(), Ok(()));
}

#[test]
fn too_few_rows_are_counted() {
    let windowing = Windowing::new(8, 1).unwrap();
    match table(5, Series::default()).into_windows(windowing) {
        Err(
            error @ DataError::TooFewSteps {
                longest: 5,
                rows: 5,
                length: 8,
                ..
            },
        ) => {
            assert_eq!(error.hint().unwrap(), "`--window 5` or fewer");
        }
        other => panic!("{other:?}"),
    }
    for (length, stride) in [(1, 1), (4, 0), (4, 5)] {
        assert!(matches!(
            Windowing::new(length, stride),
            Err(DataError::Windowing { .. })
        ));
    }
}

#[test]
fn times_and_groups_are_kinds_of_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.csv");
    let text = "machine,ts,v\nb,2024-01-01 00:01:00,1\na,2024-01-01 00:00:00,2.5\n\
                b,2024-01-02,3\n";
    std::fs::write(&path, text).unwrap();
    let options = SourceOptions {
        time: Some("ts".to_owned()),
        group: Some("machine".to_owned()),
        ..SourceOptions::default()
    };
    let table = source::open(path.to_str().unwrap(), &options)
        .unwrap()
        .train;
    assert_eq!(table.values, Values::Floats(vec![1.0, 2.5, 3.0]));
    let series = table.series.clone().unwrap();
    let day = 19_723.0 * 86_400.0;
    assert_eq!(series.times, Some(vec![day + 60.0, day, day + 86_400.0]));
    assert_eq!(series.groups.unwrap().ids, [1, 0, 1]);
    let schema = table.layout.schema().unwrap();
    assert_eq!(schema.columns[0].kind, Kind::Group);
    assert_eq!(schema.columns[1].kind.name(), "time");

    // Known columns are found by name; a time that is gone is missed.
    let known = |text: &str| {
        std::fs::write(&path, text).unwrap();
        source::open_known(path.to_str().unwrap(), &SourceOptions::default(), schema)
    };
    let again = known("v,ts,machine\n4,2024-01-01 00:00:30,a\n")
        .unwrap()
        .train;
    assert_eq!(again.series.unwrap().times, Some(vec![day + 30.0]));
    let missing = known("v,tz,machine\n4,2024-01-01,a\n").unwrap_err();
    assert_eq!(
        missing.hint().unwrap(),
        "did you mean `tz`? rename it in the file"
    );
    let empty = known("v,ts,machine\n4,,a\n").unwrap_err().to_string();
    assert!(empty.contains("line 2") && empty.contains("ts"), "{empty}");
}

#[test]
fn numbers_of_seconds_keep_all_their_digits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.csv");
    std::fs::write(&path, "t,v\n1700000001,1\n1700000002,2\n1700000003,3\n").unwrap();
    let options = SourceOptions {
        time: Some("t".to_owned()),
        ..SourceOptions::default()
    };
    let table = source::open(path.to_str().unwrap(), &options)
        .unwrap()
        .train;
    let times = table.series.unwrap().times.unwrap();
    assert_eq!(times, [1_700_000_001.0, 1_700_000_002.0, 1_700_000_003.0]);
}
