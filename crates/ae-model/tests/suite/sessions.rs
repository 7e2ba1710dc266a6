//! Training with checkpoints: interrupted, resumed, refused.

use crate::support::{alone, bytes_of, curve, listing, short, trained};
use ae_data::Parts;
use ae_model::{Finished, Model, ModelError, Plan, Session, Settings};
use ae_nn::trainer::Now;
use ae_nn::{Epoch, Flow, Observer, Outcome, Trainer};
use std::path::{Path, PathBuf};

/// Stops after so many epochs, and counts the checkpoints it finds there each time.
struct StopAfter {
    epochs: usize,
    checkpoint: PathBuf,
    seen: Vec<Vec<u8>>,
}

impl StopAfter {
    fn new(epochs: usize, checkpoint: &Path) -> Self {
        Self {
            epochs,
            checkpoint: checkpoint.to_owned(),
            seen: Vec::new(),
        }
    }
}

impl Observer for StopAfter {
    fn epoch(&mut self, epoch: &Epoch, _trainer: &Trainer<'_>) -> Flow {
        self.seen.push(std::fs::read(&self.checkpoint).unwrap());
        if epoch.epoch >= self.epochs {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }
}

/// Stops in the middle of an epoch.
struct StopAtBatch(usize);

impl Observer for StopAtBatch {
    fn batch(&mut self, _now: Now) -> Flow {
        self.0 -= 1;
        if self.0 == 0 {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }
}

fn model(finished: Finished) -> (Model, Outcome) {
    match finished {
        Finished::Model(model, outcome) => (*model, outcome),
        Finished::Interrupted { epochs } => panic!("interrupted after {epochs}"),
    }
}

/// With all that draws random numbers.
fn settings(epochs: usize) -> Settings {
    Settings {
        epochs,
        noise: "gaussian:0.2".parse().unwrap(),
        dropout: 0.1,
        ..short()
    }
}

/// A run interrupted by `observer`; its checkpoint.
fn interrupted(
    parts: &Parts,
    settings: &Settings,
    folder: &Path,
    observer: &mut (dyn Observer + Send),
) -> PathBuf {
    let checkpoint = folder.join("checkpoint.safetensors");
    let plan = Plan::new(parts, settings).unwrap();
    let session = Session::new(parts, &plan).with_checkpoint(checkpoint.clone());
    let finished = session.run(observer).unwrap();
    assert!(matches!(finished, Finished::Interrupted { .. }));
    checkpoint
}

#[test]
fn a_checkpoint_is_written_after_every_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let parts = alone(curve(100));
    let plan = Plan::new(&parts, &settings(4)).unwrap();
    let path = folder.path().join("checkpoint.safetensors");
    let mut observer = StopAfter::new(usize::MAX, &path);
    let session = Session::new(&parts, &plan).with_checkpoint(path);
    let (model, outcome) = model(session.run(&mut observer).unwrap());
    assert_eq!(outcome, Outcome::Finished);
    assert_eq!(model.history().len(), 4);
    observer.seen.dedup();
    assert_eq!(observer.seen.len(), 4, "each another one");
    assert_eq!(listing(folder.path()), ["checkpoint.safetensors"]);
}

#[test]
fn an_interrupted_run_resumes_to_the_same_bytes() {
    let parts = alone(curve(100));
    let (plan, whole) = trained(&parts, &settings(5));
    let whole = bytes_of(&whole);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.safetensors");
    let mut after_two = StopAfter::new(2, &path);
    // In the third epoch, too.
    let mut within = StopAtBatch(15);
    let observers: [(&mut (dyn Observer + Send), usize); 2] =
        [(&mut after_two, 2), (&mut within, 2)];
    for (observer, done) in observers {
        let checkpoint = interrupted(&parts, &settings(5), folder.path(), observer);
        let session = Session::new(&parts, &plan).resume(&checkpoint).unwrap();
        assert_eq!(session.epochs_done(), done);
        let (resumed, _) = model(session.run(&mut ()).unwrap());
        assert_eq!(bytes_of(&resumed), whole);
    }
}

#[test]
fn a_finished_run_goes_on_with_more_epochs() {
    let folder = tempfile::tempdir().unwrap();
    let parts = alone(curve(100));
    let plan = Plan::new(&parts, &settings(2)).unwrap();
    let checkpoint = folder.path().join("checkpoint.safetensors");
    let session = Session::new(&parts, &plan).with_checkpoint(checkpoint.clone());
    model(session.run(&mut ()).unwrap());
    let longer = Settings {
        patience: 50,
        ..settings(4)
    };
    let plan = Plan::new(&parts, &longer).unwrap();
    let session = Session::new(&parts, &plan).resume(&checkpoint).unwrap();
    let (resumed, _) = model(session.run(&mut ()).unwrap());
    let (_, whole) = trained(&parts, &settings(4));
    assert_eq!(resumed.autoencoder(), whole.autoencoder());
}

#[test]
fn other_settings_and_other_data_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let parts = alone(curve(100));
    let path = folder.path().join("checkpoint.safetensors");
    let checkpoint = interrupted(
        &parts,
        &settings(5),
        folder.path(),
        &mut StopAfter::new(1, &path),
    );
    let said = |parts: &Parts, settings: &Settings| {
        let plan = Plan::new(parts, settings).unwrap();
        let error = Session::new(parts, &plan)
            .resume(&checkpoint)
            .err()
            .unwrap();
        assert!(matches!(error, ModelError::OtherRun { .. }), "{error}");
        assert!(error.hint().is_some());
        error.to_string()
    };
    let other = Settings {
        batch: 8,
        ..settings(5)
    };
    let text = said(&parts, &other);
    assert!(
        text.contains("checkpoint.safetensors: made with other batch: 16 then, 8 now"),
        "{text}"
    );
    let other = Settings {
        hidden: vec![7],
        ..settings(5)
    };
    let text = said(&parts, &other);
    assert!(text.contains("other hidden: [6] then, [7] now"), "{text}");
    let text = said(&alone(curve(101)), &settings(5));
    assert!(text.contains("other data (SHA-256)"), "{text}");
}

#[test]
fn what_is_no_checkpoint_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let parts = alone(curve(100));
    let (plan, model) = trained(&parts, &settings(1));
    let path = folder.path().join("model.safetensors");
    model.save(&path).unwrap();
    let resume = |path: &Path| Session::new(&parts, &plan).resume(path).err().unwrap();
    let error = resume(&path);
    assert!(
        error
            .to_string()
            .contains("kind `ae model`, expected `ae checkpoint`"),
        "{error}"
    );
    let error = resume(&folder.path().join("none"));
    assert!(matches!(error, ModelError::Io { .. }), "{error}");

    let good = interrupted(&parts, &settings(5), folder.path(), &mut StopAtBatch(8));
    let bytes = std::fs::read(&good).unwrap();
    let half = folder.path().join("half");
    std::fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    let error = resume(&half);
    assert!(
        error.to_string().contains("half: damaged or incomplete"),
        "{error}"
    );
    // A leftover beside it changes nothing.
    std::fs::write(
        folder.path().join("checkpoint.safetensors.1.tmp"),
        &bytes[..9],
    )
    .unwrap();
    assert!(Session::new(&parts, &plan).resume(&good).is_ok());
}

#[test]
fn a_checkpoint_that_cannot_be_written_ends_the_run() {
    let parts = alone(curve(100));
    let plan = Plan::new(&parts, &settings(2)).unwrap();
    let path = PathBuf::from("/nowhere/at/all/checkpoint");
    let session = Session::new(&parts, &plan).with_checkpoint(path);
    let error = session.run(&mut ()).err().unwrap();
    assert!(
        error
            .to_string()
            .starts_with("/nowhere/at/all/checkpoint: "),
        "{error}"
    );
}

#[test]
fn train_alone_has_nothing_to_resume_from() {
    let parts = alone(curve(100));
    let plan = Plan::new(&parts, &settings(2)).unwrap();
    let error = ae_model::train(&parts, &plan, &mut StopAtBatch(3)).unwrap_err();
    assert!(matches!(error, ModelError::Interrupted { epochs: 0 }));
    assert!(
        error.to_string().contains("interrupted after 0 epochs"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("session"));
}

#[test]
fn other_test_rows_are_another_run_where_they_are_watched() {
    let parts = |test: usize| Parts {
        train: curve(100),
        test: Some(curve(test)),
    };
    for (validate_on_test, is_other) in [(true, true), (false, false)] {
        let settings = Settings {
            validate_on_test,
            ..settings(5)
        };
        let folder = tempfile::tempdir().unwrap();
        let path = interrupted(&parts(40), &settings, folder.path(), &mut StopAtBatch(8));
        let resume = |parts: &Parts| {
            let plan = Plan::new(parts, &settings).unwrap();
            let session = Session::new(parts, &plan).resume(&path);
            session.err().map(|error| error.to_string())
        };
        assert_eq!(resume(&parts(40)), None);
        let said = resume(&parts(41));
        assert_eq!(said.is_some(), is_other, "{said:?}");
        assert!(said.is_none_or(|said| said.contains("other test data (SHA-256)")));
    }
}
