//! Tables of several kinds of columns.

use ae_data::{Dataset, Layout, Noise, Parts, SourceOptions, source};
use ae_model::{Aim, Model, ModelError, Part, Plan, Settings, evaluate_run, train};
use ae_nn::Samples;
use ae_nn::loss::Measure;
use ndarray::Array2;

/// Size and colour go together; weight has holes, rare is hardly ever anything else.
fn table(rows: usize) -> Parts {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let mut text = "size,colour,weight,new,rare\n".to_owned();
    for row in 0..rows {
        let size = row * 13 % 30;
        let colour = ["red", "blue", "green"][size % 3];
        let weight = if row % 5 == 0 {
            String::new()
        } else {
            (3 * size + 1).to_string()
        };
        let rare = if row % 500 == 7 { "odd" } else { "usual" };
        text += &format!(
            "{size},{colour},{weight},{},{rare}\n",
            ["no", "yes"][size / 15]
        );
    }
    std::fs::write(&path, text).unwrap();
    source::open(path.to_str().unwrap(), &SourceOptions::default()).unwrap()
}

fn settings(epochs: usize) -> Settings {
    Settings {
        hidden: vec![24],
        latent: Some(3),
        epochs,
        batch: 32,
        ..Settings::default()
    }
}

fn features(plan: &Plan, parts: &Parts) -> Array2<f32> {
    let rows = plan.rows(parts, Part::Train).unwrap();
    let numbers: Vec<u32> = (0..rows.row_count() as u32).collect();
    let mut features = Array2::zeros((numbers.len(), rows.width()));
    rows.fill(&numbers, features.view_mut());
    features
}

#[test]
fn no_column_drowns_the_others() {
    let parts = table(1000);
    let plan = Plan::new(&parts, &settings(1)).unwrap();
    let blocks = plan.initial.output_blocks().unwrap();
    let features = features(&plan, &parts);
    // What a hole hides is no part of a mean.
    let mut means = vec![0.0; features.ncols()];
    for (feature, mean) in means.iter_mut().enumerate() {
        let block = blocks
            .blocks()
            .iter()
            .find(|b| b.features.contains(&feature))
            .unwrap();
        let rows = features.rows().into_iter();
        let counted = rows.filter(|row| block.counts(row.as_slice().unwrap()));
        let values: Vec<f32> = counted.map(|row| row[feature]).collect();
        *mean = values.iter().sum::<f32>() / values.len() as f32;
    }
    let mut output = means.clone();
    blocks.output_of_mean(&mut output);
    let parts_of = plan.preprocessing.encoding().unwrap().parts();
    let mut costs = [0.0f64; 5];
    for row in features.rows() {
        let losses = blocks.losses(&output, row.to_slice().unwrap());
        for (part, loss) in parts_of.iter().zip(losses) {
            costs[part.group] += f64::from(loss);
        }
    }
    let share = features.ncols() as f64 / 5.0;
    for (column, cost) in costs.iter().enumerate() {
        let cost = cost / features.nrows() as f64 / share;
        // `rare` is held back: its entropy is below that of one row in twenty.
        let expected = if column == 4 { 0.01..0.5 } else { 0.96..1.04 };
        assert!(expected.contains(&cost), "column {column}: {cost}");
    }
}

#[test]
fn a_mixed_table_is_learnt_and_kept() {
    let parts = table(1000);
    let plan = Plan::new(&parts, &settings(60)).unwrap();
    let model = train(&parts, &plan, &mut ()).unwrap();
    let scores = model.score(&parts.train).unwrap();
    let evaluation = evaluate_run(&model, &parts, &plan).unwrap();
    let reached = evaluation.loss.value;
    assert!(reached < 0.25, "1 is the mean predictor: {reached}");
    let mean_predictor = &evaluation
        .baselines
        .iter()
        .find(|b| b.name == "mean predictor");
    let loss = mean_predictor.unwrap().loss.unwrap();
    assert!((0.6..1.3).contains(&loss), "{loss}");
    assert_eq!(evaluation.loss.name, "balanced mse and cross-entropy");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.safetensors");
    model.save(&path).unwrap();
    let back = Model::load(&path).unwrap();
    assert_eq!(back.preprocessing(), model.preprocessing());
    assert_eq!(back.autoencoder(), model.autoencoder());
    assert_eq!(back.layout(), model.layout());
    assert_eq!(back.score(&parts.train).unwrap(), scores);

    let cells = model.reconstruct(&parts.train).unwrap();
    let right = (0..1000)
        .filter(|&row| cells[(row, 1)] == parts.train.value(row, 1))
        .count();
    assert!(right > 900, "{right} of 1000 colours");
    assert!(
        cells.iter().all(|cell| cell.is_finite()),
        "holes have an expectation too"
    );
    let codes = model.encode(&parts.train).unwrap();
    let decoded = model.decode(codes.view()).unwrap();
    let differ = decoded
        .iter()
        .zip(&cells)
        .filter(|(a, b)| (*a - *b).abs() > 1e-3)
        .count();
    assert_eq!(differ, 0);
}

#[test]
fn a_row_scores_the_same_wherever_it_stands() {
    let parts = table(700);
    let plan = Plan::new(&parts, &settings(1)).unwrap();
    let model = train(&parts, &plan, &mut ()).unwrap();
    let all = model.score(&parts.train).unwrap();
    for row in [0u32, 5, 511, 512, 699] {
        let alone = parts.train.select(&[row]);
        assert_eq!(model.score(&alone).unwrap(), [all[row as usize]], "{row}");
    }
}

#[test]
fn noise_takes_whole_columns() {
    let parts = table(200);
    for noise in ["swap:1", "masking:1", "swap:0.5"] {
        let noise: Noise = noise.parse().unwrap();
        let settings = Settings {
            noise,
            ..settings(1)
        };
        let plan = Plan::new(&parts, &settings).unwrap();
        let rows = plan.noisy_rows(&parts, Part::Train).unwrap();
        let numbers: Vec<u32> = (0..50).collect();
        let mut clean = Array2::zeros((50, rows.width()));
        rows.fill(&numbers, clean.view_mut());
        let mut seen = clean.clone();
        rows.corrupt(&numbers, 0, seen.view_mut());
        assert_ne!(seen, clean, "{noise}");
        let colour = plan.preprocessing.groups().unwrap()[1].features.clone();
        for row in seen.rows() {
            let ones: f32 = colour.clone().map(|feature| row[feature]).sum();
            let masked = noise.name() == "masking";
            assert_eq!(ones, if masked { 0.0 } else { 1.0 }, "{noise}");
        }
    }
}

#[test]
fn other_columns_are_refused() {
    let parts = table(60);
    let plan = Plan::new(&parts, &settings(1)).unwrap();
    let model = train(&parts, &plan, &mut ()).unwrap();
    let names = (0..5).map(|column| format!("x{column}")).collect();
    let values = ae_data::Values::Floats(vec![0.5; 10]);
    let numbers = Dataset::new("plain", Layout::Columns(names), values, None).unwrap();
    let error = model.score(&numbers).unwrap_err();
    assert!(matches!(error, ModelError::Settings { .. }), "{error}");
}

#[test]
fn choices_that_mixed_columns_cannot_have_are_refused() {
    let parts = table(60);
    for (settings, said) in [
        (
            Settings {
                output: Some("sigmoid".parse().unwrap()),
                ..settings(1)
            },
            "output sigmoid",
        ),
        (
            Settings {
                loss: Some("bce".parse().unwrap()),
                ..settings(1)
            },
            "bce",
        ),
    ] {
        let error = Plan::new(&parts, &settings).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    for loss in ["huber", "mae"] {
        let settings = Settings {
            loss: Some(loss.parse().unwrap()),
            ..settings(1)
        };
        Plan::new(&parts, &settings).unwrap();
    }
    let unit = Settings {
        loss: Some("bce".parse().unwrap()),
        scaling: Some("min-max".parse().unwrap()),
        ..settings(1)
    };
    let plan = Plan::new(&parts, &unit).unwrap();
    let blocks = plan.initial.output_blocks().unwrap();
    assert!(blocks.floor(&vec![0.5; blocks.width()]) > 0.0);
}

#[test]
fn defaults_go_by_the_size_of_the_table() {
    let mut small = table(150).train;
    let chosen = |dataset: &Dataset| {
        let s = Settings::suited_to(dataset, Aim::Compression);
        (s.hidden, s.latent, s.batch, s.epochs, s.patience)
    };
    assert_eq!(chosen(&small), (vec![20], Some(2), 32, 200, 20));
    small.rows = 5_000_000;
    assert_eq!(chosen(&small), (vec![20, 10], Some(2), 1024, 4, 5));
    small.rows = 50_000;
    assert_eq!(chosen(&small), (vec![20, 10], Some(2), 128, 16, 5));
    let for_anomalies = |rows: usize| {
        let dataset = Dataset {
            rows,
            ..table(150).train
        };
        let s = Settings::suited_to(&dataset, Aim::Anomalies);
        (s.hidden, s.latent, s.batch, s.epochs, s.patience)
    };
    assert_eq!(for_anomalies(2000), (vec![128], Some(5), 64, 50, 0));
    assert_eq!(for_anomalies(5_000_000), (vec![128], Some(5), 1024, 10, 0));
    let layout = Layout::Image {
        height: 2,
        width: 2,
        channels: 1,
    };
    let image = Dataset::new("i", layout, ae_data::Values::Bytes(vec![0; 8]), None).unwrap();
    assert_eq!(
        Settings::suited_to(&image, Aim::Compression),
        Settings::default()
    );
}
