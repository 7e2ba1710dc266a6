//! Data at the edge of what there is: it works, and what is said stays sane.

use crate::support::{Parted, alone, curve, images, short, table, trained};
use ae_data::{Dataset, Labels, Layout, Values};
use ae_model::evaluation::{Grade, Rank};
use ae_model::{Evaluation, Rows, Settings, evaluate, evaluate_run};

/// Trained on all rows, and judged on them; every number is one.
fn run(dataset: Dataset, settings: &Settings) -> Evaluation {
    let parts = alone(dataset);
    let settings = Settings {
        validation: 0.0,
        ..settings.clone()
    };
    let (plan, model) = trained(&parts, &settings);
    let found = evaluate_run(&model, &parts, &plan).unwrap();
    let text = serde_json::to_string(&found).unwrap();
    assert!(found.error.mse.is_finite() && found.loss.value.is_finite());
    // What is not finite is written as null.
    let nulls = text.matches("null").count();
    let absent = [
        found.loss.floor.is_none(),
        found.error.psnr.is_none(),
        found.error.explained_variance.is_none(),
        found.training.as_ref().unwrap().validation.is_none(),
    ];
    let absent = absent.into_iter().filter(|absent| *absent).count();
    let lossless = found.baselines.iter().filter(|b| b.loss.is_none()).count();
    assert_eq!(nulls, absent + lossless, "{text}");
    found
}

fn titles(found: &Evaluation) -> Vec<&str> {
    let findings = found.verdict.findings.iter();
    findings.map(|finding| finding.title.as_str()).collect()
}

#[test]
fn rows_that_are_all_the_same() {
    let found = run(images(3, 3, 1, [7, 0, 255].repeat(3 * 20)), &short());
    assert_eq!(found.error.explained_variance, None);
    assert_eq!(found.verdict.grade, Grade::Fair);
    assert_eq!(titles(&found), ["nothing to tell apart"]);
    assert!(
        found
            .verdict
            .sentence
            .starts_with("the train rows are all the same")
    );
    assert!(
        found
            .latent_units
            .iter()
            .all(|unit| unit.std == 0.0 && !unit.dead)
    );
    assert!(found.hidden_layers.iter().all(|layer| layer.dead == 0));
    assert!(
        found
            .per_feature
            .iter()
            .all(|feature| feature.variance == 0.0)
    );
}

#[test]
fn one_row_two_rows_and_a_few() {
    for (rows, ranks) in [
        (1, vec![Rank::Best]),
        (2, vec![Rank::Best, Rank::Worst]),
        (3, vec![Rank::Best, Rank::Median, Rank::Worst]),
        (4, vec![Rank::Best, Rank::Median, Rank::Worst]),
    ] {
        let bytes = (0..rows * 6).map(|i| (i * 41 % 256) as u8).collect();
        let found = run(images(2, 3, 1, bytes), &short());
        assert_eq!(found.rows, rows);
        let shown: Vec<Rank> = found.examples.iter().map(|example| example.rank).collect();
        assert_eq!(shown, ranks);
        let mut numbers: Vec<usize> = found.examples.iter().map(|example| example.row).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), ranks.len(), "no row twice");
        assert_eq!(titles(&found).contains(&"nothing to tell apart"), rows == 1);
    }
}

#[test]
fn examples_are_ordered_and_never_shown_twice() {
    let found = run(curve(100), &short());
    let errors = |rank| {
        let examples = found
            .examples
            .iter()
            .filter(move |example| example.rank == rank);
        examples.map(|example| example.mse).collect::<Vec<f64>>()
    };
    let [best, median, mut worst] = [Rank::Best, Rank::Median, Rank::Worst].map(errors);
    // The best begin with the smallest error, the worst with the largest.
    worst.reverse();
    assert_eq!([best.len(), median.len(), worst.len()], [6; 3]);
    let [smallest, .., largest] = found.error.row_quantiles;
    assert_eq!((best[0], worst[5]), (smallest, largest));
    assert!(median.contains(&found.error.row_quantiles[3]));
    let together = [best, median, worst].concat();
    assert!(together.is_sorted());
}

#[test]
fn one_feature_and_one_number_in_the_code() {
    let settings = Settings {
        latent: Some(1),
        ..short()
    };
    let found = run(
        table(1, (0..50).map(|i| (i % 17) as f32).collect()),
        &settings,
    );
    assert_eq!((found.features, found.latent), (1, 1));
    assert_eq!(
        found.left_out,
        ["PCA not computed: 1 components of 1 lose nothing"]
    );
    let found = run(curve(50), &settings);
    assert!(found.latent_map.axes[0].contains("number 0"));
    assert_eq!(found.latent_map.points.len(), 50);
    assert_eq!(found.traversals.len(), 1);
}

#[test]
fn colour_images_and_images_of_one_line() {
    let bytes = |count: usize| (0..count).map(|i| (i * 37 % 251) as u8).collect();
    let found = run(images(4, 5, 3, bytes(60 * 30)), &short());
    assert_eq!(found.per_feature[4].name, "pixel 0,1,1");
    assert_eq!(found.filters[0].len(), 60);
    let found = run(images(1, 40, 1, bytes(40 * 30)), &short());
    assert_eq!(found.per_feature[39].name, "pixel 0,39");
}

fn sorted(ids: &[u32]) -> Vec<u32> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids
}

#[test]
fn one_class_and_a_thousand_classes() {
    for classes in [1u32, 1000] {
        let ids: Vec<u32> = (0..1000).map(|row| row % classes).collect();
        let mut dataset = curve(1000);
        dataset.labels = Some(Labels::from_numbers(&ids));
        let found = run(dataset, &short());
        assert_eq!(found.latent_map.label_names.len(), classes as usize);
        // Training rows are shuffled.
        let mut labels = found.latent_map.labels.unwrap();
        labels.sort_unstable();
        assert!(labels.iter().eq(&sorted(&ids)));
        let example = &found.examples[0];
        let label = (example.row as u32 % classes).to_string();
        assert_eq!(example.label.as_deref(), Some(label.as_str()));
    }
}

#[test]
fn values_far_from_zero_keep_their_spread() {
    // Moments as plain sums of squares would drown in 10^12.
    let settings = Settings {
        scaling: Some("none".parse().unwrap()),
        optimizer: "adam:lr=0".parse().unwrap(),
        ..short()
    };
    let values = (0..50).flat_map(|i| [1e6 + i as f32, i as f32]).collect();
    let found = run(table(2, values), &settings);
    // Of 0, 1, … 49: (50² − 1) / 12.
    for feature in &found.per_feature {
        assert!(
            (feature.variance - 208.25).abs() < 1e-6,
            "{}",
            feature.variance
        );
    }
}

#[test]
fn no_rows_are_an_error() {
    let (_, model) = trained(&alone(curve(50)), &short());
    let rows = curve(50);
    let (prepared, _) = model.prepare(&rows).unwrap();
    let error = evaluate(&model, &Rows::new(&rows, &[], &prepared), "none").unwrap_err();
    assert!(error.to_string().contains("evaluate"), "{error}");
    let layout = Layout::Columns(vec!["a".to_owned()]);
    let narrow = Dataset::new("narrow", layout, Values::Floats(vec![1.0, 2.0]), None).unwrap();
    let error = model.prepare(&narrow).unwrap_err().to_string();
    assert!(error.contains("expected 4 features, found 1"), "{error}");
}

#[test]
fn a_model_whose_weights_explode_is_still_judged() {
    let parts = alone(curve(50));
    let (plan, model) = trained(&parts, &short());
    let mut file = Parted::of(&model);
    file.set_tensor("decoder.1.bias", &[3e38, -3e38, 3e38, 1e30]);
    let found = evaluate_run(&file.load().unwrap(), &parts, &plan).unwrap();
    assert_eq!(found.verdict.grade, Grade::Broken);
}
