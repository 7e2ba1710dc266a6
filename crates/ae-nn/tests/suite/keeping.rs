//! Which weights are kept, when training stops, what a history says.

use crate::support::{rows, settings, train};
use ae_nn::{
    Architecture, EarlyStopping, Epoch, Flow, Keep, Observer, Outcome, TrainSettings, Trainer,
    evaluate,
};
use ndarray::Array2;

/// Weights and validation loss at the end of each epoch.
#[derive(Default)]
struct Album(Vec<(f64, Vec<f32>)>);

impl Observer for Album {
    fn epoch(&mut self, epoch: &Epoch, trainer: &Trainer<'_>) -> Flow {
        let loss = epoch.validation_loss.unwrap();
        self.0.push((loss, trainer.buffers()[0].1.to_vec()));
        Flow::Continue
    }
}

/// Few rows, more weights than they need, and other rows to be judged by: it overfits.
fn overfit(keep: Keep, early_stopping: Option<EarlyStopping>) -> (Album, Outcome, Vec<f32>, f64) {
    let settings = TrainSettings {
        optimizer: "adam:lr=0.02".parse().unwrap(),
        epochs: 80,
        keep,
        early_stopping,
        ..settings("mse")
    };
    let architecture = Architecture {
        hidden: vec![12],
        latent: 3,
        activation: "tanh".parse().unwrap(),
        ..Architecture::new(8)
    };
    let validation = rows(40, 8, 3);
    let mut autoencoder = architecture.build(&settings.loss, 1).unwrap();
    let mut trainer = Trainer::new(&mut autoencoder, settings.clone()).unwrap();
    let mut album = Album::default();
    let outcome = trainer
        .fit(&rows(6, 8, 2), Some(&validation), &mut album)
        .unwrap();
    let loss = evaluate(&autoencoder, &validation, &settings.loss).unwrap();
    (
        album,
        outcome,
        autoencoder.network().parameters().to_vec(),
        loss,
    )
}

/// The first of the lowest.
fn lowest(album: &Album) -> usize {
    let losses = || album.0.iter().map(|(loss, _)| *loss);
    let least = losses().fold(f64::INFINITY, f64::min);
    losses().position(|loss| loss == least).unwrap()
}

#[test]
fn the_best_weights_are_kept_where_validation_worsens() {
    let (album, outcome, kept, loss) = overfit(Keep::Best, None);
    let best = lowest(&album);
    assert_eq!(outcome, Outcome::Finished);
    assert!(best > 0 && best < 70, "no overfitting: best at {best}");
    assert!(album.0[79].0 > 1.05 * album.0[best].0);
    assert_eq!((kept, loss), (album.0[best].1.clone(), album.0[best].0));

    let (album, _, kept, loss) = overfit(Keep::Last, None);
    assert_eq!((kept, loss), (album.0[79].1.clone(), album.0[79].0));
}

#[test]
fn of_equal_epochs_the_first_is_the_best() {
    let settings = TrainSettings {
        optimizer: "sgd:lr=0".parse().unwrap(),
        ..settings("mse")
    };
    let mut autoencoder = Architecture::new(3).build(&settings.loss, 1).unwrap();
    let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
    let validation = rows(8, 3, 2);
    trainer
        .fit(&rows(8, 3, 1), Some(&validation), &mut ())
        .unwrap();
    let progress = trainer.progress();
    assert_eq!((progress.epoch, progress.best.unwrap().0), (3, 1));
}

#[test]
fn stopping_early_keeps_the_best_too() {
    let early = EarlyStopping {
        patience: 5,
        least_improvement: 0.0,
    };
    let (album, outcome, kept, _) = overfit(Keep::Best, Some(early));
    assert_eq!(outcome, Outcome::StoppedEarly);
    let best = lowest(&album);
    assert_eq!(album.0.len(), best + 1 + 5);
    assert_eq!(kept, album.0[best].1);
}

#[test]
fn improvements_too_small_to_count_are_kept_all_the_same() {
    let early = EarlyStopping {
        patience: 4,
        least_improvement: 1e9,
    };
    let (album, outcome, kept, loss) = overfit(Keep::Best, Some(early));
    assert_eq!((outcome, album.0.len()), (Outcome::StoppedEarly, 5));
    let best = lowest(&album);
    assert!(best > 0, "the loss never fell");
    assert_eq!((kept, loss), (album.0[best].1.clone(), album.0[best].0));
}

#[test]
fn small_improvements_add_up() {
    // No epoch alone improves by as much as counts, several together do.
    let (album, ..) = overfit(Keep::Best, None);
    let falls = album.0.windows(2).map(|pair| pair[0].0 - pair[1].0);
    let least_improvement = 1.2 * falls.fold(0.0, f64::max);
    let patience = 6;
    let early = EarlyStopping {
        patience,
        least_improvement,
    };
    let (short, ..) = overfit(Keep::Best, Some(early));
    let epochs = short.0.len();
    assert!(epochs > 1 + patience, "stopped after {epochs}");
    // From where it stopped, patience reaches back to an epoch that counted.
    let counted = epochs - patience - 1;
    assert!(album.0[counted].0 < album.0[0].0 - least_improvement);
}

#[test]
fn a_history_tells_the_learning_rate_of_its_own_epochs() {
    let settings = TrainSettings {
        schedule: "exponential:0.5".parse().unwrap(),
        optimizer: "sgd:lr=0.5".parse().unwrap(),
        ..settings("mse")
    };
    let architecture = Architecture::new(3);
    let (_, history, _) = train(&architecture, &settings, &rows(10, 3, 1), None).unwrap();
    let rates: Vec<_> = history.iter().map(|epoch| epoch.learning_rate).collect();
    assert_eq!(rates, [0.5, 0.25, 0.125]);
    assert!(
        history
            .iter()
            .all(|e| e.rows_per_second > 0.0 && e.seconds > 0.0)
    );

    let settings = TrainSettings {
        schedule: "cosine".parse().unwrap(),
        ..settings
    };
    let (_, history, _) = train(&architecture, &settings, &rows(10, 3, 1), None).unwrap();
    // The last of nine batches begins 8/9 of the way.
    let expected = 0.25 * (1.0 + (std::f64::consts::PI * 8.0 / 9.0).cos());
    assert!((history[2].learning_rate - expected).abs() < 1e-9);
}

#[test]
fn without_validation_the_training_loss_decides() {
    let settings = TrainSettings {
        epochs: 8,
        optimizer: "sgd:lr=0".parse().unwrap(),
        early_stopping: Some(EarlyStopping {
            patience: 3,
            least_improvement: 0.0,
        }),
        shuffle: false,
        ..settings("mse")
    };
    let data: Array2<f32> = rows(8, 3, 1);
    let (_, history, outcome) = train(&Architecture::new(3), &settings, &data, None).unwrap();
    assert_eq!((history.len(), outcome), (4, Outcome::StoppedEarly));
    assert!(history.iter().all(|epoch| epoch.validation_loss.is_none()));
}
