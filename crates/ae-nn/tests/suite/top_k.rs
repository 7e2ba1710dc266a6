//! Top-k codes: gradients, dictionaries, the loss that wakes dead numbers.

use crate::gradients::{ROUNDING, check, dense, one_step};
use crate::support::{Checkpoint, StopAfter, rows, settings};
use ae_nn::layer::{Shift, TopK};
use ae_nn::{Architecture, Autoencoder, Layer, Revival, TrainSettings, Trainer};
use ae_tensor::random::{Purpose, Stream};
use ndarray::{Array2, ArrayView2, Axis};

#[test]
fn gradients_are_those_of_the_numbers_kept() {
    let rows = rows(5, 4, 2);
    for (width, k) in [(6, 2), (3, 3), (5, 1)] {
        let layers = [
            Layer::Shift(Shift { width: 4 }),
            dense(4, width, "tanh"),
            Layer::TopK(TopK { width, k }),
            Layer::Shift(Shift { width }),
            dense(width, 4, "linear"),
        ];
        check(&layers, &one_step("mse"), &rows, ROUNDING);
    }
}

fn dictionary(features: usize, latent: usize, k: usize) -> Architecture {
    Architecture {
        latent,
        top_k: Some(k),
        ..Architecture::new(features)
    }
}

fn block<'a>(autoencoder: &'a Autoencoder, layer: usize, name: &str) -> &'a [f32] {
    let network = autoencoder.network();
    let blocks = network.blocks();
    let block = blocks.iter().find(|b| b.layer == layer && b.name == name);
    &network.parameters()[block.unwrap().range.clone()]
}

fn features(autoencoder: &Autoencoder) -> ArrayView2<'_, f32> {
    let shape = (autoencoder.latent(), autoencoder.features());
    ArrayView2::from_shape(shape, block(autoencoder, 3, "weight")).unwrap()
}

fn assert_a_dictionary(autoencoder: &Autoencoder) {
    for feature in features(autoencoder).rows() {
        let norm = feature.dot(&feature).sqrt();
        assert!((norm - 1.0).abs() < 1e-5, "{norm}");
    }
    let (shift, bias) = (
        block(autoencoder, 0, "shift"),
        block(autoencoder, 3, "bias"),
    );
    assert!(shift.iter().zip(bias).all(|(shift, bias)| *shift == -bias));
}

#[test]
fn dictionaries_begin_tied_and_keep_unit_norm_and_one_bias() {
    let settings = settings("mse");
    let mut autoencoder = dictionary(6, 10, 3).build(&settings.loss, 1).unwrap();
    assert_a_dictionary(&autoencoder);
    let encoder = ArrayView2::from_shape((6, 10), block(&autoencoder, 1, "weight")).unwrap();
    assert_eq!(encoder, features(&autoencoder).t());
    let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
    trainer.fit(&rows(40, 6, 3), None, &mut ()).unwrap();
    assert_a_dictionary(&autoencoder);
    assert!(block(&autoencoder, 0, "shift").iter().any(|b| *b != 0.0));
    let codes = autoencoder.encode(rows(40, 6, 3).view()).unwrap();
    let kept = |code: ndarray::ArrayView1<f32>| code.iter().filter(|h| **h != 0.0).count();
    assert!(codes.rows().into_iter().all(|code| kept(code) <= 3));
}

/// The auxiliary loss by hand: with every number dead, the k largest guess at the residual.
#[test]
fn the_auxiliary_loss_teaches_dead_numbers_what_is_left_over() {
    let rows = rows(5, 4, 2);
    let step = |weight: f32| {
        let settings = TrainSettings {
            revival: Revival {
                weight,
                k: 2,
                dead_after: 1,
            },
            ..one_step("mse")
        };
        let mut autoencoder = dictionary(4, 6, 1).build(&settings.loss, 1).unwrap();
        let since: Vec<f32> = vec![10.0; autoencoder.network().state().len()];
        autoencoder
            .network_mut()
            .state_mut()
            .copy_from_slice(&since);
        let start = autoencoder.clone();
        let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
        trainer.fit(&rows, None, &mut StopAfter(1)).unwrap();
        let value = trainer.progress().penalty;
        (start, autoencoder, value)
    };
    let (start, without, none) = step(0.0);
    assert_eq!(none, 0.0);
    let (_, with, value) = step(0.25);
    // Forward by hand, in double precision.
    let wide = |values: &[f32], shape: (usize, usize)| {
        Array2::from_shape_vec(shape, values.iter().map(|x| f64::from(*x)).collect()).unwrap()
    };
    let encoder = wide(block(&start, 1, "weight"), (4, 6));
    let decoder = wide(block(&start, 3, "weight"), (6, 4));
    let x = rows.mapv(f64::from);
    let z = x.dot(&encoder);
    let largest = |k: usize| {
        let mut kept = z.clone();
        for mut row in kept.rows_mut() {
            let mut sorted = row.to_vec();
            sorted.sort_by(|a, b| b.total_cmp(a));
            row.mapv_inplace(|z| if z < sorted[k - 1] { 0.0 } else { z.max(0.0) });
        }
        kept
    };
    let left = &x - largest(1).dot(&decoder);
    let dead = largest(2);
    let off = dead.dot(&decoder) - &left;
    let expected = 0.25 * off.mapv(|d| d * d).mean().unwrap();
    assert!((value - expected).abs() < 1e-6, "{value}, {expected}");
    // The encoder moved by that much more: 2 c Xᵀ (r Wᵀ where kept).
    let mut through = off.dot(&decoder.t()) * (2.0 * 0.25 / 20.0);
    ndarray::Zip::from(&mut through)
        .and(&dead)
        .for_each(|g, kept| *g = if *kept > 0.0 { *g } else { 0.0 });
    let expected = x.t().dot(&through);
    let pairs = block(&without, 1, "weight")
        .iter()
        .zip(block(&with, 1, "weight"));
    for ((without, with), expected) in pairs.zip(&expected) {
        let found = f64::from(*without) - f64::from(*with);
        assert!((found - expected).abs() < 1e-6, "{found}, {expected}");
    }
}

#[test]
fn what_is_dead_comes_back_with_a_checkpoint() {
    let settings = TrainSettings {
        epochs: 6,
        revival: Revival {
            dead_after: 8,
            ..Revival::default()
        },
        ..settings("mse")
    };
    let train = rows(30, 6, 3);
    let run = |stop: Option<usize>, from: Option<&Checkpoint>| {
        let mut autoencoder = dictionary(6, 24, 2).build(&settings.loss, 1).unwrap();
        let mut trainer = Trainer::new(&mut autoencoder, settings.clone()).unwrap();
        if let Some(checkpoint) = from {
            checkpoint.put_back(&mut trainer).unwrap();
        }
        match stop {
            Some(batches) => trainer.fit(&train, None, &mut StopAfter(batches)),
            None => trainer.fit(&train, None, &mut ()),
        }
        .unwrap();
        Checkpoint::take(&trainer)
    };
    let whole = run(None, None);
    let first = run(Some(11), None);
    assert_eq!(run(None, Some(&first)).buffers, whole.buffers);
}

/// Rows of `active` features out of `count`, each with a strength in [0.5, 1.5), and the features.
fn made_of_features(
    rows: usize,
    width: usize,
    (count, active): (usize, usize),
) -> (Array2<f32>, Array2<f32>) {
    let mut stream = Stream::new(11, Purpose::Generator, 0);
    let mut features = Array2::zeros((count, width));
    stream.fill_normal(features.as_slice_mut().unwrap());
    for mut feature in features.rows_mut() {
        let norm = feature.dot(&feature).sqrt();
        feature /= norm;
    }
    let mut data = Array2::zeros((rows, width));
    for mut row in data.rows_mut() {
        let mut chosen: Vec<usize> = Vec::new();
        while chosen.len() < active {
            let feature = stream.below(count);
            if !chosen.contains(&feature) {
                chosen.push(feature);
                row.scaled_add(0.5 + stream.uniform(), &features.row(feature));
            }
        }
    }
    (data, features)
}

#[test]
fn a_dictionary_of_512_features_in_64_dimensions_is_found_again() {
    let (data, truth) = made_of_features(40_000, 64, (512, 5));
    let settings = TrainSettings {
        optimizer: "adam:lr=0.01".parse().unwrap(),
        schedule: "cosine".parse().unwrap(),
        epochs: 40,
        batch: 512,
        revival: Revival {
            dead_after: 20_000,
            ..Revival::default()
        },
        ..TrainSettings::new("mse".parse().unwrap())
    };
    let mut autoencoder = dictionary(64, 512, 5).build(&settings.loss, 1).unwrap();
    let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
    trainer.fit(&data, None, &mut ()).unwrap();
    let cosines = truth.dot(&features(&autoencoder).t());
    let best = cosines.map_axis(Axis(1), |row| row.fold(f32::MIN, |a, b| a.max(*b)));
    let found = best.iter().filter(|cosine| **cosine > 0.9).count();
    let codes = autoencoder.encode(data.view()).unwrap();
    let is_dead = |column: ndarray::ArrayView1<f32>| column.iter().all(|h| *h == 0.0);
    let dead = codes
        .columns()
        .into_iter()
        .filter(|column| is_dead(*column))
        .count();
    assert!(
        found as f64 >= 0.95 * 512.0,
        "{found} of 512 found, {dead} dead"
    );
    assert!((dead as f64) < 0.05 * 512.0, "{dead} of 512 dead");
}
