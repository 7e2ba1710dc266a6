//! Autoencoders of images, from a few settings.

use crate::support::{Checkpoint, rows, settings, train};
use ae_nn::layer::{Image, Layer, Padding};
use ae_nn::{Architecture, Error, Loss, Stages, Trainer};
use proptest::prelude::*;

fn stages(sides: [usize; 3], filters: &[usize], has_dense_code: bool) -> Architecture {
    let [height, width, channels] = sides;
    Architecture {
        stages: Some(Stages {
            image: Image {
                height,
                width,
                channels,
            },
            filters: filters.to_vec(),
            has_dense_code,
        }),
        ..Architecture::new(height * width * channels)
    }
}

fn loss(name: &str) -> Loss {
    name.parse().unwrap()
}

#[test]
fn the_best_known_tutorials_network() {
    let architecture = stages([28, 28, 1], &[16, 8, 8], false);
    let autoencoder = architecture.build(&loss("bce"), 1).unwrap();
    assert_eq!(
        autoencoder.shape(),
        "28x28x1-14x14x16-7x7x8-4x4x8-8x8x8-16x16x8-28x28x16-28x28x1"
    );
    assert_eq!(autoencoder.network().parameter_count(), 4385);
    assert_eq!(
        (autoencoder.latent(), autoencoder.encoder_layers()),
        (128, 6)
    );
    let without_border = |layer: &&Layer| matches!(layer, Layer::Convolve(convolve) if convolve.0.padding == Padding::Valid);
    let layers = autoencoder.network().layers();
    assert_eq!(layers.iter().filter(without_border).count(), 1);
}

#[test]
fn a_dense_code_on_top() {
    let architecture = Architecture {
        hidden: vec![20],
        latent: 5,
        ..stages([9, 6, 3], &[4], true)
    };
    let autoencoder = architecture.build(&loss("mse"), 1).unwrap();
    assert_eq!(autoencoder.shape(), "9x6x3-5x3x4-20-5-20-60-10x6x4-9x6x3");
    assert_eq!(autoencoder.latent(), 5);
}

#[test]
fn what_is_refused() {
    let refuse = |architecture: Architecture| architecture.build(&loss("mse"), 1).unwrap_err();
    let error = refuse(stages([4, 4, 1], &[4, 0], false));
    assert_eq!(error, Error::Zero { what: "conv" });
    let error = refuse(Architecture {
        features: 15,
        ..stages([4, 4, 1], &[4], false)
    });
    assert_eq!(
        error.to_string(),
        "expected 15 numbers in an image, found 16"
    );
    // No stage and no dense layer leave nothing to make a code.
    assert!(matches!(
        refuse(stages([4, 4, 1], &[], false)),
        Error::Zero { .. }
    ));
}

proptest! {
    #[test]
    fn images_of_any_size_come_back_as_large_as_they_were(
        sides in [1usize..70, 1usize..70, 1usize..4],
        filters in prop::collection::vec(1usize..4, 1..7),
        has_dense_code: bool,
    ) {
        let architecture = Architecture { latent: 2, ..stages(sides, &filters, has_dense_code) };
        let autoencoder = architecture.build(&loss("mse"), 1).unwrap();
        prop_assert_eq!(autoencoder.network().outputs(), sides.iter().product::<usize>());
    }
}

#[test]
fn training_learns_and_is_the_same_with_any_number_of_threads_and_after_a_resume() {
    let architecture = Architecture {
        latent: 3,
        dropout: 0.1,
        ..stages([12, 11, 1], &[4, 8], true)
    };
    let settings = ae_nn::TrainSettings {
        batch: 50,
        epochs: 4,
        optimizer: "adam:lr=0.01".parse().unwrap(),
        ..settings("bce")
    };
    // Bright lines in dark images.
    let mut images = rows(130, 132, 3);
    for (index, mut image) in images.rows_mut().into_iter().enumerate() {
        image.mapv_inplace(|x| 0.1 * x);
        let line = index % 12;
        image
            .slice_mut(ndarray::s![11 * line..11 * (line + 1)])
            .fill(0.9);
    }
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let trained = pool
            .unwrap()
            .install(|| train(&architecture, &settings, &images, Some(&images)));
        let (autoencoder, history, _) = trained.unwrap();
        (autoencoder, history)
    };
    let (first, history) = run(1);
    assert!(
        history[3].train_loss < 0.8 * history[0].train_loss,
        "{history:?}"
    );
    assert!(run(3).0 == first);

    let mut half = architecture.build(&settings.loss, settings.seed).unwrap();
    let mut trainer = Trainer::new(&mut half, settings.clone()).unwrap();
    let mut stop = crate::support::StopAfter(5);
    trainer.fit(&images, Some(&images), &mut stop).unwrap();
    let checkpoint = Checkpoint::take(&trainer);
    let mut resumed = architecture.build(&settings.loss, settings.seed).unwrap();
    let mut trainer = Trainer::new(&mut resumed, settings.clone()).unwrap();
    checkpoint.put_back(&mut trainer).unwrap();
    trainer.fit(&images, Some(&images), &mut ()).unwrap();
    assert!(resumed == first);
}
