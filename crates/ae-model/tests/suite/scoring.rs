//! Scores, p-values, thresholds, and what they are worth.

use crate::support::{Parted, alone, bytes_of, curve, short, table, trained};
use ae_data::Dataset;
use ae_model::scoring::{Fit, Groups, Method, OneClass, Sample, Surprise};
use ae_model::{Aim, Model, ModelError, Plan, Ranking, Settings, train};
use ndarray::{Array2, array};
use proptest::prelude::*;
use serde_json::Value;

fn with_threshold(threshold: &str, validation: f64) -> Settings {
    Settings {
        threshold: threshold.parse().unwrap(),
        validation,
        ..short()
    }
}

#[test]
fn rankings_are_judged_as_scikit_learn_judges_them() {
    // `tests/reference/make_metrics.py` made them.
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../reference/metrics.json")).unwrap();
    assert_eq!(cases.len(), 6);
    for case in &cases {
        let numbers = |name: &str| -> Vec<f64> {
            let numbers = case[name].as_array().unwrap().iter();
            numbers.map(|number| number.as_f64().unwrap()).collect()
        };
        let anomalies: Vec<bool> = numbers("labels")
            .iter()
            .map(|label| *label == 1.0)
            .collect();
        let found = Ranking::judge(&numbers("scores"), &anomalies).unwrap();
        let expected = |name: &str| case[name].as_f64().unwrap();
        assert!(
            (found.auroc - expected("auroc")).abs() < 1e-12,
            "{found:?} {case}"
        );
        let precision = expected("average_precision");
        assert!(
            (found.average_precision - precision).abs() < 1e-12,
            "{found:?} {case}"
        );
    }
}

#[test]
fn precision_at_n_shares_the_last_place() {
    // Two anomalies: one on top, the other among three rows that share places 2 to 4.
    let found = Ranking::judge(
        &[9.0, 5.0, 5.0, 5.0, 1.0],
        &[true, false, true, false, false],
    );
    assert!((found.unwrap().precision_at_n - (1.0 + 1.0 / 3.0) / 2.0).abs() < 1e-12);
}

#[test]
fn one_class_is_no_ranking() {
    assert_eq!(
        Ranking::judge(&[1.0, 2.0], &[false; 2]),
        Err(OneClass::NoAnomaly)
    );
    assert_eq!(
        Ranking::judge(&[1.0, 2.0], &[true; 2]),
        Err(OneClass::OnlyAnomalies)
    );
    assert_eq!(Ranking::judge(&[], &[]), Err(OneClass::NoAnomaly));
}

proptest! {
    #[test]
    fn only_the_order_of_scores_counts(
        rows in prop::collection::vec((-20i8..20, any::<bool>()), 2..80),
        turn in 0usize..80,
    ) {
        let judge = |rows: &[(i8, bool)], grow: fn(f64) -> f64| {
            let (scores, anomalies): (Vec<f64>, Vec<bool>) =
                rows.iter().map(|(score, is)| (grow(f64::from(*score)), *is)).unzip();
            Ranking::judge(&scores, &anomalies)
        };
        let plain = judge(&rows, |score| score);
        prop_assert_eq!(judge(&rows, |score| (score / 7.0).exp() - 3.0), plain);
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        prop_assert_eq!(judge(&turned, |score| score), plain);
        if let Ok(plain) = plain {
            let inverse = judge(&rows, |score| -score).unwrap();
            prop_assert!((plain.auroc + inverse.auroc - 1.0).abs() < 1e-12);
        }
    }
}

/// A row of a data set by itself.
fn alone_row(dataset: &Dataset, row: u32) -> Dataset {
    dataset.select(&[row])
}

#[test]
fn a_row_is_judged_the_same_alone_in_a_file_and_by_the_saved_model() {
    let rows = curve(1300);
    let (_, model) = trained(&alone(rows.clone()), &short());
    let together = model.judge(&rows).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.safetensors");
    model.save(&path).unwrap();
    let loaded = Model::load(&path).unwrap();
    assert_eq!(loaded.scorer(), model.scorer());
    for row in [0, 1, 511, 512, 1299] {
        let one = alone_row(&rows, row);
        assert_eq!(model.judge(&one).unwrap(), [together[row as usize]]);
        assert_eq!(loaded.judge(&one).unwrap(), [together[row as usize]]);
    }
}

/// [`Surprise`], written down a second time: for at most 80 rows, of which all are kept.
fn expected(rows: &Array2<f64>, back: &Array2<f64>, row: usize) -> f64 {
    let n = rows.nrows() as f64;
    let median = |mut numbers: Vec<f64>| {
        numbers.sort_by(f64::total_cmp);
        let half = numbers.len() / 2;
        match numbers.len() % 2 {
            1 => numbers[half],
            _ => (numbers[half - 1] + numbers[half]) / 2.0,
        }
    };
    let deviation = |numbers: &[f64]| {
        let mean = numbers.iter().sum::<f64>() / n;
        (numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt()
    };
    let mad = |numbers: &[f64]| {
        let middle = median(numbers.to_vec());
        let scale = 1.4826 * median(numbers.iter().map(|x| (x - middle).abs()).collect());
        (middle, scale)
    };
    let residuals = rows - back;
    let sums = |row: usize| {
        let mut sums = [0.0; 3];
        for column in 0..rows.ncols() {
            let values = rows.column(column).to_vec();
            let errors = residuals.column(column).to_vec();
            let below = values.iter().filter(|x| **x <= values[row]).count();
            let above = values.iter().filter(|x| **x >= values[row]).count();
            let share = (below.min(above) as f64 + 0.5) / (n + 1.0);
            sums[0] -= share.min(0.5).ln();
            let (middle, scale) = mad(&values);
            let scale = scale.max(0.1 * deviation(&values));
            sums[1] += ((values[row] - middle) / scale).powi(2);
            let (middle, scale) = mad(&errors);
            let scale = scale
                .max(0.1 * deviation(&errors))
                .max(0.01 * deviation(&values));
            sums[2] += ((errors[row] - middle) / scale).powi(2);
        }
        sums.map(f64::ln)
    };
    let all: Vec<[f64; 3]> = (0..rows.nrows()).map(sums).collect();
    let parts = [0, 1, 2].map(|part| {
        let (middle, scale) = mad(&all.iter().map(|sums| sums[part]).collect::<Vec<_>>());
        (all[row][part] - middle) / scale
    });
    (parts[0] + parts[1]) / 4.0 + parts[2] / 2.0
}

#[test]
fn surprise_is_what_it_is_said_to_be() {
    let rows = curve(75);
    let settings = Settings {
        validation: 0.0,
        ..short()
    };
    let (_, model) = trained(&alone(rows.clone()), &settings);
    let scaled = |values: &mut [f32]| model.scaling().transform_row(values);
    let (mut given, mut back) = (Array2::zeros((75, 4)), Array2::zeros((75, 4)));
    let reconstructed = model.reconstruct(&rows).unwrap();
    for row in 0..75 {
        let (mut x, mut y) = (vec![0.0; 4], reconstructed.row(row).to_vec());
        rows.fill_row(row, &mut x);
        scaled(&mut x);
        scaled(&mut y);
        for column in 0..4 {
            given[(row, column)] = f64::from(x[column]);
            back[(row, column)] = f64::from(y[column]);
        }
    }
    let scores = model.score(&rows).unwrap();
    assert_eq!(scores.len(), 75);
    for (row, score) in scores.into_iter().enumerate() {
        let expected = expected(&given, &back, row);
        assert!((score - expected).abs() < 1e-3, "{row}: {score} {expected}");
    }
}

#[test]
fn a_row_off_the_curve_but_within_every_column_is_the_oddest() {
    let rows = curve(2000);
    let settings = Settings {
        threshold: "fpr:rate=0.02".parse().unwrap(),
        ..Settings::suited_to(&rows, Aim::Anomalies)
    };
    let plan = Plan::new(&alone(rows.clone()), &settings).unwrap();
    let model = train(&alone(rows.clone()), &plan, &mut ()).unwrap();
    // The square of -1.5 is not 0.1, its sine not 0.9.
    let odd = table(4, vec![-1.5, 0.1, 0.9, 4.0]);
    let odd = model.judge(&odd).unwrap()[0];
    let highest = model
        .score(&rows)
        .unwrap()
        .into_iter()
        .fold(f64::MIN, f64::max);
    assert!(odd.score > highest, "{odd:?} {highest}");
    assert!(odd.anomaly && odd.p_value < 0.006, "{odd:?}");
}

#[test]
fn fpr_flags_the_rows_whose_p_value_is_low_enough() {
    let (_, model) = trained(&alone(curve(1000)), &with_threshold("fpr:rate=0.1", 0.4));
    assert_eq!(model.scorer().calibration(), (400, true));
    // Wilder and wilder rows, on and off the curve.
    let values = (0..400).flat_map(|row| {
        let x = row as f32 / 100.0;
        [x, x * x / 2.0, x.sin(), 1.0 - x]
    });
    let judged = model.judge(&table(4, values.collect())).unwrap();
    let flagged = judged.iter().filter(|row| row.anomaly).count();
    assert!((1..400).contains(&flagged), "{flagged}");
    for row in judged {
        assert_eq!(row.anomaly, row.p_value <= 0.1, "{row:?}");
    }
}

#[test]
fn a_quantile_flags_its_share_of_the_rows_it_was_chosen_on() {
    let rows = curve(400);
    let (_, model) = trained(&alone(rows.clone()), &with_threshold("quantile:q=0.9", 0.0));
    assert_eq!(model.scorer().calibration(), (400, false));
    let judged = model.judge(&rows).unwrap();
    assert_eq!(judged.iter().filter(|row| row.anomaly).count(), 40);
    let highest = judged
        .iter()
        .max_by(|a, b| a.score.total_cmp(&b.score))
        .unwrap();
    assert_eq!(highest.p_value, 2.0 / 401.0);
}

#[test]
fn fpr_asks_for_held_out_rows_and_for_enough_of_them() {
    let parts = alone(curve(200));
    let error = |threshold: &str, validation: f64| -> ModelError {
        let plan = Plan::new(&parts, &with_threshold(threshold, validation)).unwrap();
        train(&parts, &plan, &mut ()).unwrap_err()
    };
    let none = error("fpr:rate=0.1", 0.0);
    assert_eq!(
        none.to_string(),
        "threshold fpr:rate=0.1: no rows are held out"
    );
    assert!(none.hint().unwrap().contains("--validation 0.1"));
    let few = error("fpr:rate=0.01", 0.1);
    let said = "threshold fpr:rate=0.01: needs at least 99 held-out rows, there are 20";
    assert_eq!(few.to_string(), said);
}

#[test]
fn a_column_counts_once_however_many_features_it_has() {
    let single = array![
        [-1.0f32, 0.3],
        [1.0, 0.1],
        [-1.0, -0.4],
        [1.0, 0.7],
        [1.0, -0.2],
        [-1.0, 0.0]
    ];
    let back = &single * 0.5;
    let threefold = |a: &Array2<f32>| {
        ndarray::concatenate![
            ndarray::Axis(1),
            a.slice(ndarray::s![.., 0..1]),
            a.slice(ndarray::s![.., 0..1]),
            a.slice(ndarray::s![.., 0..1]),
            a.slice(ndarray::s![.., 1..2])
        ]
    };
    let fit = |rows: &Array2<f32>, back: &Array2<f32>, groups: &Groups| -> Method {
        Surprise {}.fit(&Sample {
            rows: rows.view(),
            reconstructed: back.view(),
            groups,
        })
    };
    let (two, threefold_and_one) = (Groups::new(vec![0..1, 1..2]), Groups::new(vec![0..3, 3..4]));
    let plain = fit(&single, &back, &two);
    let (wide_rows, wide_back) = (threefold(&single), threefold(&back));
    let wide = fit(&wide_rows, &wide_back, &threefold_and_one);
    let row = |a: &Array2<f32>| a.row(3).to_vec();
    let expected = plain.score(&two, &row(&single), &row(&back));
    let found = wide.score(&threefold_and_one, &row(&wide_rows), &row(&wide_back));
    assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    let mse = |groups, row: &[f32], back: &[f32]| Method::Mse.score(groups, row, back);
    let expected = mse(&two, &row(&single), &row(&back));
    let found = mse(&threefold_and_one, &row(&wide_rows), &row(&wide_back));
    assert!((found - expected).abs() < 1e-7, "{found} {expected}");
}

#[test]
fn a_missing_cell_costs_nothing() {
    let rows = array![
        [-1.0f32, 0.3],
        [1.0, 0.1],
        [-1.0, -0.4],
        [f32::NAN, 0.7],
        [1.0, -0.2],
        [f32::NAN, 9.0]
    ];
    let back = rows.mapv(|value| if value.is_nan() { 5.0 } else { 0.5 * value });
    let both = Groups::new(vec![0..1, 1..2]);
    let fitted = Surprise {}.fit(&Sample {
        rows: rows.view(),
        reconstructed: back.view(),
        groups: &both,
    });
    let score = |method: &Method, groups: &Groups, row: [f32; 2], back: [f32; 2]| {
        method.score(groups, &row, &back)
    };
    let second = Groups::new(std::iter::once(1..2).collect());
    for method in [&fitted, &Method::Mse] {
        let missing = score(method, &both, [f32::NAN, 0.7], [5.0, 0.2]);
        let alone = score(method, &second, [123.0, 0.7], [5.0, 0.2]);
        assert_eq!(missing, alone, "as if there were no such column");
        let there = score(method, &both, [1.0, 0.7], [5.0, 0.2]);
        assert!(there > missing, "{there} {missing}");
        assert!(score(method, &both, [f32::NAN; 2], [0.0; 2]).is_finite());
    }
}

#[test]
fn a_column_that_never_changed_makes_no_score_infinite() {
    let values = (0..120).flat_map(|row| [row as f32, 7.0, (row % 5) as f32]);
    let (_, model) = trained(&alone(table(3, values.collect())), &short());
    let odd = table(
        3,
        vec![60.0, 8.0, 2.0, 60.0, 7.0, 2.0, f32::MAX, 7.0, f32::MIN],
    );
    let [changed, same, far] = model.score(&odd).unwrap()[..] else {
        panic!("three scores");
    };
    assert!(changed.is_finite() && far.is_finite());
    assert!(changed > same && far > changed, "{changed} {same} {far}");
}

#[test]
fn damaged_scoring_is_refused() {
    let (_, model) = trained(&alone(curve(100)), &short());
    let refused = |change: &dyn Fn(&mut Value), said: &str| {
        let mut file = Parted::from_bytes(&bytes_of(&model));
        let mut metadata = file.metadata();
        change(&mut metadata["scoring"]);
        file.set_metadata(&metadata);
        let error = file.load().unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    };
    let surprise = "surprise";
    refused(
        &|m| m["method"][surprise]["parts"][1]["scale"] = 0.0.into(),
        "scale is no number above 0",
    );
    refused(
        &|m| m["method"][surprise]["rows"] = 3_000_000_000u32.into(),
        "scoring.knots: expected F32",
    );
    refused(
        &|m| m["calibration_rows"] = 50.into(),
        "scoring.calibration: expected F32",
    );
    refused(&|m| m["threshold"] = "fpr:rate=2".into(), "rate");
}
