//! Every number of an evaluation against NumPy in double precision; `tests/reference/
//! make_reference.py` made them, with weights and data of its own.

use crate::support::{Parted, alone, table, trained};
use ae_model::{Evaluation, Model, Rows, Settings, evaluate};
use serde_json::Value;
use std::sync::LazyLock;

static REFERENCE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../reference/reference.json")).unwrap());

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().unwrap()],
    }
}

fn floats(value: &Value) -> Vec<f32> {
    numbers(value).into_iter().map(|x| x as f32).collect()
}

#[track_caller]
fn assert_close(about: &str, found: &[f64], expected: &Value) {
    assert_within(1e-5, about, found, expected);
}

#[track_caller]
fn assert_within(relative: f64, about: &str, found: &[f64], expected: &Value) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len(), "{about}");
    for (found, expected) in found.iter().zip(&expected) {
        let tolerance = 2e-6 + relative * expected.abs();
        assert!(
            (found - expected).abs() < tolerance,
            "{about}: {found}, {expected} expected"
        );
    }
}

/// A model with the reference's weights, fitted to its training rows in all else.
fn model(case: &Value) -> Model {
    let width = |name: &str| case[name].as_u64().unwrap() as usize;
    let settings = Settings {
        scaling: Some("unit".parse().unwrap()),
        validation: 0.0,
        hidden: vec![width("hidden")],
        latent: Some(width("latent")),
        decoder_hidden: Some(vec![]),
        epochs: 1,
        ..Settings::default()
    };
    let parts = alone(table(4, floats(&REFERENCE["train"])));
    let (_, model) = trained(&parts, &settings);
    let mut file = Parted::of(&model);
    let layers = case["layers"].as_array().unwrap();
    for (name, layer) in ["encoder.0", "encoder.1", "decoder.0"].iter().zip(layers) {
        file.set_tensor(&format!("{name}.weight"), &floats(&layer[0]));
        file.set_tensor(&format!("{name}.bias"), &floats(&layer[1]));
    }
    file.load().unwrap()
}

fn evaluation(case: &Value) -> Evaluation {
    let model = model(case);
    let rows = table(4, floats(&REFERENCE["train"]));
    let (prepared, _) = model.prepare(&rows).unwrap();
    let first = REFERENCE["first"].as_u64().unwrap() as u32;
    let chosen: Vec<u32> = (first..rows.rows as u32).collect();
    evaluate(&model, &Rows::new(&rows, &chosen, &prepared), "test").unwrap()
}

/// Cases with a code of one, two and three numbers.
fn cases() -> impl Iterator<Item = (&'static Value, Evaluation)> {
    let cases = REFERENCE["cases"].as_array().unwrap().iter();
    cases.map(|case| (case, evaluation(case)))
}

#[test]
fn errors_and_losses() {
    for (case, found) in cases() {
        let error = &found.error;
        for (name, found) in [
            ("loss", found.loss.value),
            ("floor", found.loss.floor.unwrap()),
            ("mse", error.mse),
            ("squared_error_per_row", error.squared_error_per_row),
            ("mae", error.mae),
            ("explained_variance", error.explained_variance.unwrap()),
            ("psnr", error.psnr.unwrap()),
        ] {
            assert_close(name, &[found], &case[name]);
        }
        assert_close("quantiles", &error.row_quantiles, &case["row_quantiles"]);
    }
}

#[test]
fn baselines() {
    for (case, found) in cases() {
        let baseline = |name: &str| {
            let mut all = found.baselines.iter();
            all.find(|baseline| baseline.name.starts_with(name))
                .unwrap()
        };
        let mean = baseline("mean predictor");
        assert_close("mean", &[mean.mse], &case["mean_predictor_mse"]);
        let loss = mean.loss.unwrap();
        assert_close("its loss", &[loss], &case["mean_predictor_loss"]);
        // The search ends before the last digit.
        let components = [baseline("PCA").mse];
        assert_within(1e-3, "PCA", &components, &case["components_mse"]);
        assert_eq!(found.baselines.len(), 2, "no noise, no noisy input");
        assert!(found.left_out.is_empty());
        assert!(found.baselines.is_sorted_by(|a, b| a.mse <= b.mse));
    }
}

#[test]
fn features_and_output_variation() {
    for (case, found) in cases() {
        let features = &found.per_feature;
        let errors: Vec<f64> = features.iter().map(|feature| feature.mse).collect();
        assert_close("errors", &errors, &case["feature_mse"]);
        let variances: Vec<f64> = features.iter().map(|feature| feature.variance).collect();
        assert_close("variances", &variances, &case["feature_variance"]);
        let variation = case["output_variation"].as_f64().unwrap();
        let mut findings = found.verdict.findings.iter();
        let barely = findings.find(|finding| finding.title == "outputs barely vary");
        assert_eq!(barely.is_some(), variation < 0.02, "{variation}");
        if let Some(finding) = barely {
            let share = format!("{:.2} % of the variance", 100.0 * variation);
            assert!(finding.detail.contains(&share), "{}", finding.detail);
        }
    }
}

#[test]
fn units_of_the_code_and_of_the_hidden_layer() {
    for (case, found) in cases() {
        let units = &found.latent_units;
        let means: Vec<f64> = units.iter().map(|unit| unit.mean).collect();
        assert_close("means", &means, &case["code_mean"]);
        let stds: Vec<f64> = units.iter().map(|unit| unit.std).collect();
        assert_close("stds", &stds, &case["code_std"]);
        assert!(units.iter().all(|unit| unit.active == 1.0 && !unit.dead));
        let [layer] = &found.hidden_layers[..] else {
            panic!("{:?}", found.hidden_layers);
        };
        assert_eq!(layer.units as u64, case["hidden"].as_u64().unwrap());
        assert!(layer.dead >= 1, "one was made so");
        assert!(layer.dead < layer.units);
    }
}

#[test]
fn the_map_of_codes() {
    for (case, found) in cases() {
        let (map, code) = (&found.latent_map, numbers(&case["code"]));
        let [xs, ys] = [0, 1].map(|axis| -> Vec<f64> {
            let points = map.points.iter();
            points.map(|point| f64::from(point[axis])).collect()
        });
        let latent = case["latent"].as_u64().unwrap() as usize;
        let column = |unit: usize| -> Value {
            let values = code.iter().skip(unit).step_by(latent);
            values.copied().collect::<Vec<f64>>().into()
        };
        match latent {
            1 => {
                assert_close("code", &xs, &column(0));
                let mean = ys.iter().sum::<f64>() / ys.len() as f64;
                assert_close("errors", &[mean], &case["mse"]);
                assert_eq!(map.axes[1], "mean squared error of the row");
            }
            2 => {
                assert_close("across", &xs, &column(0));
                assert_close("up", &ys, &column(1));
                assert_eq!(map.axes[0], "number 0 of the code");
            }
            _ => {
                // An eigenvector may point either way.
                for (axis, found) in [xs, ys].into_iter().enumerate() {
                    let expected: Vec<f64> = numbers(&case["code_components"])
                        .into_iter()
                        .skip(axis)
                        .step_by(2)
                        .collect();
                    let sign = (expected[0] * found[0]).signum();
                    let turned: Vec<f64> = found.iter().map(|value| value * sign).collect();
                    assert_close("component", &turned, &expected.into());
                }
                let share = case["code_share"].as_f64().unwrap();
                let share = format!("({share:.0} % of its variance)");
                assert!(map.method.contains(&share), "{} {share}", map.method);
                assert_eq!(map.axes[0], "first principal component");
            }
        }
    }
}

#[test]
fn traversals() {
    for (case, found) in cases() {
        assert_eq!(found.traversals.len(), found.latent);
        let first = &found.traversals[0];
        assert_eq!(first.unit as u64, case["traversal_unit"].as_u64().unwrap());
        let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<_>>();
        assert_close("values", &wide(&first.values), &case["traversal_values"]);
        let rows = wide(&first.rows.concat());
        assert_close("rows", &rows, &case["traversal_rows"]);
    }
}
