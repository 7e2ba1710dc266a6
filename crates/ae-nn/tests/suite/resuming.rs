//! Interrupted anywhere and resumed, a run ends as if nothing had happened.

use crate::support::{Checkpoint, StopAfter, busy, rows, settings};
use ae_nn::{
    Architecture, Divergence, EarlyStopping, Epoch, Flow, Keep, Observer, Optimizer, Outcome,
    TrainSettings, Trainer,
};
use proptest::prelude::*;

const ROWS: usize = 26;
const BATCHES: usize = 7;

fn optimizers() -> Vec<Optimizer> {
    let names = Optimizer::CATALOGUE.iter().map(|entry| entry.name);
    let names = names.chain(["sgd:momentum=0.9", "sgd:lr=0.1,momentum=0.5,nesterov=1"]);
    names.map(|name| name.parse().unwrap()).collect()
}

fn long(optimizer: Optimizer, schedule: &str, keep: Keep) -> TrainSettings {
    TrainSettings {
        optimizer,
        schedule: schedule.parse().unwrap(),
        keep,
        epochs: 6,
        early_stopping: Some(EarlyStopping {
            patience: 2,
            least_improvement: 1e-3,
        }),
        ..settings("mse")
    }
}

/// Trains from a checkpoint, or from the beginning, and says how it ended.
fn run(
    settings: &TrainSettings,
    from: Option<&Checkpoint>,
    observer: &mut (dyn Observer + Send),
) -> (Outcome, Checkpoint) {
    run_of(&busy(5), settings, from, observer)
}

fn run_of(
    architecture: &Architecture,
    settings: &TrainSettings,
    from: Option<&Checkpoint>,
    observer: &mut (dyn Observer + Send),
) -> (Outcome, Checkpoint) {
    // What is resumed doesn't depend on where its weights began.
    let seed = if from.is_some() { 99 } else { 1 };
    let mut autoencoder = architecture.build(&settings.loss, seed).unwrap();
    let mut trainer = Trainer::new(&mut autoencoder, settings.clone()).unwrap();
    if let Some(checkpoint) = from {
        checkpoint.put_back(&mut trainer).unwrap();
        assert_eq!(*checkpoint, Checkpoint::take(&trainer));
    }
    let validation = rows(15, 5, 8);
    let outcome = trainer.fit(&rows(ROWS, 5, 7), Some(&validation), observer);
    (outcome.unwrap(), Checkpoint::take(&trainer))
}

fn interrupted(settings: &TrainSettings, after: usize) -> (Outcome, Checkpoint) {
    let (outcome, checkpoint) = run(settings, None, &mut StopAfter(after));
    if outcome == Outcome::Interrupted {
        run(settings, Some(&checkpoint), &mut ())
    } else {
        (outcome, checkpoint)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn after_any_batch(
        rule in 0..optimizers().len(),
        schedule in prop::sample::select(vec!["plateau:patience=1", "cosine", "one-cycle", "step:every=2"]),
        keep in prop::sample::select(vec![Keep::Best, Keep::Last]),
        after in 1..=6 * BATCHES,
    ) {
        let settings = long(optimizers()[rule], schedule, keep);
        prop_assert_eq!(interrupted(&settings, after), run(&settings, None, &mut ()));
    }
}

#[test]
fn after_each_batch_of_adam() {
    let settings = long("adam".parse().unwrap(), "plateau:patience=1", Keep::Best);
    let whole = run(&settings, None, &mut ());
    for after in 1..=6 * BATCHES {
        assert_eq!(interrupted(&settings, after), whole, "{after}");
    }
}

/// A code that is drawn, whose divergence comes in over the first epochs, with nats for nothing:
/// wherever it stops, in the middle of the warm-up or after it.
#[test]
fn after_each_batch_of_a_variational_one() {
    let drawn = Architecture {
        variational: true,
        ..busy(5)
    };
    let settings = TrainSettings {
        divergence: Divergence {
            warm_up: 2.5,
            free_nats: 0.05,
            ..Divergence::default()
        },
        ..long("adam".parse().unwrap(), "plateau:patience=1", Keep::Best)
    };
    let (outcome, whole) = run_of(&drawn, &settings, None, &mut ());
    let history = whole.progress().history;
    assert!(history.iter().all(|epoch| epoch.divergence > Some(0.0)));
    for after in 1..=6 * BATCHES {
        let mut stop = StopAfter(after);
        let mut ended = run_of(&drawn, &settings, None, &mut stop);
        if ended.0 == Outcome::Interrupted {
            ended = run_of(&drawn, &settings, Some(&ended.1), &mut ());
        }
        assert_eq!(ended, (outcome, whole.clone()), "{after}");
    }
}

/// Keeps what it sees at the end of the last epoch.
#[derive(Default)]
struct Last(Option<Checkpoint>);

impl Observer for Last {
    fn epoch(&mut self, _epoch: &Epoch, trainer: &Trainer<'_>) -> Flow {
        self.0 = Some(Checkpoint::take(trainer));
        Flow::Continue
    }
}

#[test]
fn three_epochs_and_three_more_are_six() {
    for rule in optimizers() {
        let six = TrainSettings {
            early_stopping: None,
            ..long(rule, "plateau:patience=1", Keep::Best)
        };
        let three = TrainSettings {
            epochs: 3,
            ..six.clone()
        };
        let mut last = Last::default();
        assert_eq!(run(&three, None, &mut last).0, Outcome::Finished);
        let more = run(&six, last.0.as_ref(), &mut ());
        assert_eq!(more, run(&six, None, &mut ()), "{rule}");
    }
}

/// Stops at the end of an epoch.
struct StopAtEpoch(usize);

impl Observer for StopAtEpoch {
    fn epoch(&mut self, epoch: &Epoch, _trainer: &Trainer<'_>) -> Flow {
        if epoch.epoch == self.0 {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }
}

#[test]
fn at_the_end_of_an_epoch() {
    let settings = TrainSettings {
        early_stopping: None,
        ..long("adam".parse().unwrap(), "constant", Keep::Best)
    };
    let whole = run(&settings, None, &mut ());
    let (outcome, checkpoint) = run(&settings, None, &mut StopAtEpoch(4));
    assert_eq!(outcome, Outcome::Interrupted);
    assert_eq!(run(&settings, Some(&checkpoint), &mut ()), whole);
    // There is nothing left to stop at the end of the last.
    assert_eq!(run(&settings, None, &mut StopAtEpoch(6)), whole);
}
