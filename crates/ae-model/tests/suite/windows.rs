//! Models of time series: what is dealt to which part, and what a file holds.

use crate::support::{Parted, alone, bytes_of, curve, load_bytes, short, trained};
use ae_data::{Dataset, Labels, Parts, Schema, Series, Values, Windowing};
use ae_model::{ModelError, Plan, Settings};
use proptest::prelude::*;

/// `groups` series of these many rows, in turn in the file where they last, without gaps.
fn series(lengths: &[usize]) -> Dataset {
    let longest = lengths.iter().copied().max().unwrap();
    let mut rows: Vec<(u32, usize)> = Vec::new();
    for step in 0..longest {
        let lasting = lengths
            .iter()
            .enumerate()
            .filter(|(_, length)| step < **length);
        rows.extend(lasting.map(|(group, _)| (group as u32, step)));
    }
    let values = rows.iter().flat_map(|(group, step)| {
        let phase = *step as f32 / 5.0 + *group as f32;
        [
            phase.sin(),
            phase.cos() * 3.0,
            if step % 7 == 3 { f32::NAN } else { phase.sin() },
        ]
    });
    let schema = Schema::of_numbers(["a", "b", "c"].map(str::to_owned));
    let mut table = Dataset::table("series", schema, values.collect(), None).unwrap();
    let groups: Vec<u32> = rows.iter().map(|row| row.0).collect();
    table.series = Some(Series {
        times: Some(rows.iter().map(|row| row.1 as f64).collect()),
        groups: Some(Labels::from_numbers(&groups)),
    });
    table
}

fn windowed(window: usize, stride: usize) -> Settings {
    Settings {
        window: Some(window),
        stride: Some(stride),
        validation: 0.2,
        test: 0.1,
        ..short()
    }
}

fn cut(table: Dataset, settings: &Settings) -> Parts {
    settings.cut(alone(table)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn no_row_is_in_two_parts_and_parts_follow_each_other_in_time(
        lengths in prop::collection::vec(100usize..200, 1..4),
        window in 2usize..9,
        stride in 1usize..9,
        seed in any::<u32>(),
    ) {
        let settings = Settings { seed: seed.into(), ..windowed(window, stride.min(window)) };
        let parts = cut(series(&lengths), &settings);
        let plan = Plan::new(&parts, &settings).unwrap();
        let windows = parts.train.windows.as_ref().unwrap();
        let mut part_of = vec![None; windows.steps()];
        let split = &plan.split;
        for (part, chosen) in [&split.train, &split.validation, &split.test].into_iter().enumerate() {
            for window in chosen {
                for place in windows.places(*window as usize) {
                    prop_assert!(part_of[place].is_none_or(|other| other == part));
                    part_of[place] = Some(part);
                }
            }
        }
        for group in windows.groups() {
            let of_group: Vec<usize> = part_of[group].iter().copied().flatten().collect();
            prop_assert!(of_group.is_sorted());
            prop_assert_eq!(of_group.last(), Some(&2));
        }
        // At most the windows over two boundaries of each group are in no part.
        let dealt = split.train.len() + split.validation.len() + split.test.len();
        let over = 2 * (window - 1) * lengths.len();
        prop_assert!(dealt <= parts.train.rows && dealt + over >= parts.train.rows);
        prop_assert!(split.train.len() < 10 || !split.train.is_sorted(), "shuffled");
    }
}

#[test]
fn scaling_is_that_of_the_training_steps() {
    let settings = windowed(5, 1);
    let mut table = series(&[200]);
    // The test part is elsewhere: nothing of it is seen.
    if let Values::Floats(floats) = &mut table.values {
        floats[3 * 180..].iter_mut().for_each(|value| *value += 1e6);
    }
    let parts = cut(table, &settings);
    let plan = Plan::new(&parts, &settings).unwrap();
    let step: Vec<f64> = (0..140)
        .map(|step| f64::from((step as f32 / 5.0).sin()))
        .collect();
    let mean = step.iter().sum::<f64>() / 140.0;
    let shift = plan.preprocessing.scaling().shift();
    assert_eq!(shift.len(), 15);
    for at in (0..15).step_by(3) {
        assert!((shift[at] - mean).abs() < 1e-6, "{} {mean}", shift[at]);
        assert_eq!(shift[at + 1], shift[1]);
    }
}

#[test]
fn a_model_of_windows_comes_back_and_says_its_format() {
    let settings = windowed(6, 2);
    let parts = cut(series(&[120, 90]), &settings);
    let (_, model) = trained(&parts, &settings);
    let loaded = load_bytes(&bytes_of(&model)).unwrap();
    assert_eq!(bytes_of(&loaded), bytes_of(&model));
    assert_eq!(loaded.windowing(), Some(Windowing::new(6, 2).unwrap()));
    assert_eq!(loaded.layout(), model.layout());
    let judged = model.judge_steps(&parts.train).unwrap();
    assert_eq!(loaded.judge_steps(&parts.train).unwrap(), judged);
    assert_eq!(judged.len(), 210);
    let parted = Parted::of(&model);
    assert_eq!(parted.metadata()["format"], 3);
    // Whoever claims other windows isn't believed, nor is anything made for them.
    for length in [5, 7, u32::MAX] {
        let mut wrong = parted.clone();
        let mut metadata = wrong.metadata();
        metadata["windows"]["length"] = length.into();
        wrong.set_metadata(&metadata);
        assert!(
            matches!(wrong.load(), Err(ModelError::File { .. })),
            "{length}"
        );
    }
    // Models of rows are what they were.
    let (_, rows) = trained(&alone(curve(60)), &short());
    let metadata = Parted::of(&rows).metadata();
    assert_eq!(metadata["format"], 2);
    assert!(metadata.get("windows").is_none() && metadata["settings"].get("window").is_none());
}

#[test]
fn a_step_has_the_mean_of_the_scores_of_its_windows() {
    let settings = windowed(4, 1);
    let parts = cut(series(&[60]), &settings);
    let (_, model) = trained(&parts, &settings);
    let scores = model.score(&parts.train).unwrap();
    let steps = model.judge_steps(&parts.train).unwrap();
    let third = steps[2].unwrap().score;
    let mean = (scores[0] + scores[1] + scores[2]) / 3.0;
    assert!((third - mean).abs() < 1e-6, "{third} {mean}");
    assert_eq!(steps[0].unwrap().score, scores[0]);
}

#[test]
fn data_that_is_cut_otherwise_is_refused() {
    let settings = windowed(4, 1);
    let parts = cut(series(&[60]), &settings);
    let (_, model) = trained(&parts, &settings);
    let other = cut(series(&[60]), &windowed(5, 1));
    for dataset in [&other.train, &series(&[60])] {
        let error = model.score(dataset).unwrap_err();
        assert!(
            error.to_string().contains("not cut into windows"),
            "{error}"
        );
    }
    let error = Plan::new(&alone(series(&[60])), &settings).unwrap_err();
    assert!(
        error.to_string().contains("not cut into windows"),
        "{error}"
    );
}
