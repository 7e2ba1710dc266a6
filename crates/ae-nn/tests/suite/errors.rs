//! What is refused, and in which words.

use crate::support::{Checkpoint, StopAfter, busy, rows, settings};
use ae_nn::layer::{BatchNorm, Dense, Dropout};
use ae_nn::trainer::Progress;
use ae_nn::{
    Architecture, Autoencoder, EarlyStopping, Error, Layer, Loss, Network, Penalty, TrainSettings,
    Trainer, evaluate,
};
use ndarray::Array2;

fn mse() -> Loss {
    "mse".parse().unwrap()
}

fn dense(inputs: usize, outputs: usize) -> Layer {
    Layer::Dense(Dense {
        inputs,
        outputs,
        activation: "linear".parse().unwrap(),
        initialiser: "he-normal".parse().unwrap(),
    })
}

#[track_caller]
fn assert_text<T>(result: Result<T, Error>, expected: &str) {
    match result {
        Ok(_) => panic!("no error, expected: {expected}"),
        Err(error) => assert_eq!(error.to_string(), expected),
    }
}

#[test]
fn architectures() {
    let build = |change: &dyn Fn(&mut Architecture)| {
        let mut architecture = busy(4);
        change(&mut architecture);
        architecture.build(&mse(), 1)
    };
    assert_text(
        build(&|a| a.features = 0),
        "the number of features must be at least 1, got 0",
    );
    assert_text(build(&|a| a.latent = 0), "latent must be at least 1, got 0");
    assert_text(
        build(&|a| a.hidden = vec![3, 0]),
        "hidden must be at least 1, got 0",
    );
    assert_text(
        build(&|a| a.decoder_hidden = Some(vec![0])),
        "hidden must be at least 1, got 0",
    );
    assert_text(
        build(&|a| a.dropout = 1.0),
        "dropout must be in [0, 1), got 1",
    );
    assert_text(
        build(&|a| a.dropout = f32::NAN),
        "dropout must be in [0, 1), got NaN",
    );
    let sigmoid = Architecture {
        output_activation: Some("tanh".parse().unwrap()),
        ..busy(4)
    };
    let error = sigmoid.build(&"bce".parse().unwrap(), 1).unwrap_err();
    let expected = "loss bce has sigmoid as its output, tanh can't be combined with it";
    assert_eq!(error.to_string(), expected);
    let hint = "leave the output at sigmoid, or choose another loss such as mse";
    assert_eq!(error.hint().unwrap(), hint);
}

#[test]
fn layers() {
    let network = |layers: &[Layer]| Network::zeros(layers.to_vec());
    assert_text(
        network(&[]),
        "the number of layers must be at least 1, got 0",
    );
    let gap = network(&[dense(4, 3), BatchNorm::new(2).into()]);
    assert_text(
        gap,
        "layer 1 (BatchNorm) takes 2 numbers, the layer before it gives 3",
    );
    assert_text(
        network(&[dense(0, 3)]),
        "the width of a layer must be at least 1, got 0",
    );
    // Numbers as a damaged file could hold them.
    let (width, rate) = (4, -0.5);
    let odd = network(&[Dropout { width, rate }.into()]);
    assert_text(odd, "dropout must be in [0, 1), got -0.5");
    let epsilon = f32::NAN;
    let odd = network(&[BatchNorm { width, epsilon }.into()]);
    assert_text(odd, "epsilon must be in [0, inf), got NaN");
    for layers in [
        vec![dense(1 << 17, 1 << 17)],
        vec![dense(usize::MAX, 2)],
        vec![BatchNorm::new(usize::MAX).into()],
        vec![dense(1, 1 << 31), dense(1 << 31, 1)],
    ] {
        assert_text(
            network(&layers),
            "the network has more than 4294967296 numbers",
        );
    }
}

#[test]
fn parts_that_do_not_fit() {
    let linear = mse().output_activation();
    let part = |inputs, outputs| Network::new(vec![dense(inputs, outputs)], 1).unwrap();
    let join = |encoder, decoder| Autoencoder::from_parts(&encoder, &decoder, linear);
    let gap = "layer 1 (Dense) takes 3 numbers, the layer before it gives 2";
    assert_text(join(part(4, 2), part(3, 4)), gap);
    let crooked = "expected 4 numbers in a reconstruction, found 5";
    assert_text(join(part(4, 2), part(2, 5)), crooked);
    let one = Autoencoder::from_network(part(4, 4), 1, linear);
    assert_text(
        one,
        "the number of decoder layers must be at least 1, got 0",
    );
    let one = Autoencoder::from_network(part(4, 4), 0, linear);
    assert_text(
        one,
        "the number of encoder layers must be at least 1, got 0",
    );
}

#[test]
fn rows_of_another_width() {
    let autoencoder = busy(4).build(&mse(), 1).unwrap();
    let narrow = rows(3, 3, 1);
    assert_text(
        autoencoder.encode(narrow.view()),
        "expected 4 features, found 3",
    );
    assert_text(
        autoencoder.reconstruct(narrow.view()),
        "expected 4 features, found 3",
    );
    let codes = "expected 2 numbers in the code, found 3";
    assert_text(autoencoder.decode(narrow.view()), codes);
    assert_text(
        evaluate(&autoencoder, &narrow, &mse()),
        "expected 4 features, found 3",
    );
    let none = Array2::zeros((0, 4));
    assert_text(evaluate(&autoencoder, &none, &mse()), "no rows to evaluate");

    let fit = |data: &Array2<f32>, validation: &Array2<f32>| {
        let mut autoencoder = autoencoder.clone();
        let mut trainer = Trainer::new(&mut autoencoder, settings("mse")).unwrap();
        trainer.fit(data, Some(validation), &mut ())
    };
    let good = rows(3, 4, 1);
    assert_text(fit(&narrow, &good), "expected 4 features, found 3");
    assert_text(fit(&good, &narrow), "expected 4 features, found 3");
    assert_text(fit(&none, &good), "no rows to train on");
    assert_text(fit(&good, &none), "no rows to validate on");
}

#[test]
fn settings_outside_their_range() {
    let new = |change: &dyn Fn(&mut TrainSettings)| {
        let mut settings = settings("mse");
        change(&mut settings);
        let mut autoencoder = busy(4).build(&mse(), 1).unwrap();
        Trainer::new(&mut autoencoder, settings).map(|_| ())
    };
    assert_text(new(&|s| s.epochs = 0), "epochs must be at least 1, got 0");
    assert_text(new(&|s| s.batch = 0), "batch must be at least 1, got 0");
    let negative = Penalty { l1: 0.0, l2: -1.0 };
    assert_text(
        new(&|s| s.penalty = negative),
        "l2 must be in [0, inf), got -1",
    );
    let early = |patience, least_improvement| {
        Some(EarlyStopping {
            patience,
            least_improvement,
        })
    };
    assert_text(
        new(&|s| s.early_stopping = early(0, 0.0)),
        "patience must be at least 1, got 0",
    );
    assert_text(
        new(&|s| s.early_stopping = early(1, -0.5)),
        "least_improvement must be in [0, inf), got -0.5",
    );
    assert_text(
        new(&|s| s.loss = "bce".parse().unwrap()),
        "loss bce has sigmoid as its output, linear can't be combined with it",
    );
}

#[test]
fn a_run_that_diverges_is_named() {
    let huge = rows(40, 4, 1).mapv(|x| 1e6 * x);
    let settings = TrainSettings {
        optimizer: "sgd:lr=10".parse().unwrap(),
        ..settings("mse")
    };
    let mut autoencoder = Architecture::new(4).build(&mse(), 1).unwrap();
    let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
    let error = trainer.fit(&huge, None, &mut ()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("loss not finite at epoch 1, batch "),
        "{text}"
    );
    assert!(text.ends_with("(learning rate 1e1)"), "{text}");
    let hint = error.hint().unwrap();
    assert!(
        hint.contains("lower the learning rate") && hint.contains("scale the data"),
        "{hint}"
    );
}

#[test]
fn numbers_that_are_none_are_named() {
    let fit = |train: &Array2<f32>, validation: &Array2<f32>| {
        let mut autoencoder = busy(4).build(&mse(), 1).unwrap();
        let settings = TrainSettings {
            shuffle: false,
            ..settings("mse")
        };
        let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
        trainer.fit(train, Some(validation), &mut ())
    };
    let good = rows(10, 4, 1);
    let mut bad = good.clone();
    bad[(5, 1)] = f32::NAN;
    let text = "loss not finite at epoch 1, batch 2 (learning rate 1e-3)";
    assert_text(fit(&bad, &good), text);
    let text = "validation loss not finite at epoch 1, batch 3 (learning rate 1e-3)";
    assert_text(fit(&good, &bad), text);
}

#[test]
fn weights_that_overflow_at_the_last_batch_are_seen() {
    // The loss is finite when it is taken, the step after it is not.
    let settings = TrainSettings {
        optimizer: "sgd:lr=1e38".parse().unwrap(),
        batch: 10,
        ..settings("mse")
    };
    let data = rows(10, 4, 1).mapv(|x| 1e3 * x);
    for stop in [1, 9] {
        let mut autoencoder = Architecture::new(4).build(&mse(), 1).unwrap();
        let mut trainer = Trainer::new(&mut autoencoder, settings.clone()).unwrap();
        let text = "weights not finite at epoch 1, batch 1 (learning rate 1e38)";
        assert_text(trainer.fit(&data, None, &mut StopAfter(stop)), text);
    }
}

/// A checkpoint in the middle of the third epoch, after 2 of 3 batches of 4.
fn checkpoint() -> Checkpoint {
    let mut autoencoder = busy(4).build(&mse(), 1).unwrap();
    let mut trainer = Trainer::new(&mut autoencoder, settings("mse")).unwrap();
    trainer
        .fit(&rows(10, 4, 1), None, &mut StopAfter(8))
        .unwrap();
    Checkpoint::take(&trainer)
}

fn restore(checkpoint: &Checkpoint, change: impl Fn(&mut Progress)) -> Result<(), Error> {
    let mut autoencoder = busy(4).build(&mse(), 2).unwrap();
    let before = autoencoder.clone();
    let mut trainer = Trainer::new(&mut autoencoder, settings("mse")).unwrap();
    let start = trainer.progress();
    let result = checkpoint.put_back_with(&mut trainer, change);
    if result.is_err() {
        assert_eq!(trainer.progress(), start);
        assert_eq!(
            autoencoder, before,
            "a failed restore leaves everything as it was"
        );
        return result;
    }
    trainer.fit(&rows(10, 4, 1), None, &mut ()).map(|_| ())
}

#[test]
fn hostile_progress() {
    let good = checkpoint();
    assert_eq!(restore(&good, |_| {}), Ok(()));
    let refused = |change: &dyn Fn(&mut Progress), what: &str| {
        let text = format!("the checkpoint doesn't fit this run: {what}");
        assert_text(restore(&good, change), &text);
    };
    refused(&|p| p.epoch = 7, "7 epochs finished, 2 in the history");
    refused(&|p| p.step = u64::MAX, "18446744073709551615 steps taken");
    refused(&|p| p.best = Some((3, 0.1)), "best epoch 3 of 2");
    refused(&|p| p.best = Some((0, 0.1)), "best epoch 0 of 2");
    refused(&|p| p.best = Some((1, f64::NAN)), "best loss NaN");
    refused(&|p| p.best = None, "no best epoch in 2");
    refused(
        &|p| p.improved = Some((usize::MAX, 0.1)),
        &format!("last improved epoch {} of 2", usize::MAX),
    );
    refused(&|p| p.improved = None, "no last improved epoch in 2");
    refused(&|p| p.loss_sum = f64::INFINITY, "a loss of inf");
    refused(&|p| p.schedule.best = Some(f64::NAN), "a loss of NaN");
    let waited = "a schedule at factor 1 that has waited 4294967295 of 2 epochs";
    refused(&|p| p.schedule.waited = u32::MAX, waited);
    let factor = "a schedule at factor NaN that has waited 0 of 2 epochs";
    refused(&|p| p.schedule.factor = f64::NAN, factor);
    // These can be seen only when the rows are there.
    let batches = |rows: usize, batch: usize| {
        format!("{rows} rows seen in {batch} batches of an epoch, which has 10 rows in 3 batches")
    };
    refused(&|p| p.batch = 4, &batches(8, 4));
    refused(&|p| (p.batch, p.rows) = (4, 10), &batches(10, 4));
    refused(&|p| p.batch = usize::MAX, &batches(8, usize::MAX));
    refused(&|p| p.batch = 0, &batches(8, 0));
    refused(&|p| p.rows = 7, &batches(7, 2));
}

#[test]
fn hostile_buffers() {
    let good = checkpoint();
    let network = busy(4).build(&mse(), 1).unwrap();
    let block = |name: &str, layer: usize| {
        let blocks = network.network().blocks().into_iter();
        let mut found = blocks.filter(|block| block.name == name && block.layer == layer);
        found.next().unwrap().range.start
    };
    let refused = |buffer: &str, position: usize, value: f32, text: &str| {
        let mut bad = good.clone();
        bad.buffers.get_mut(buffer).unwrap()[position] = value.to_bits();
        assert_text(restore(&bad, |_| {}), text);
    };
    let finite = "weights must be finite";
    let text = format!("encoder.0.weight (parameters): value 3 is NaN, {finite}");
    refused("parameters", 3, f32::NAN, &text);
    let text = format!("encoder.4.bias (slot1): value 1 is inf, {finite}");
    refused("slot1", block("bias", 4) + 1, f32::INFINITY, &text);
    let text = format!("decoder.0.weight (best.parameters): value 0 is -inf, {finite}");
    refused(
        "best.parameters",
        block("weight", 5),
        f32::NEG_INFINITY,
        &text,
    );
    let text = format!("encoder.1.running_mean (best.state): value 2 is NaN, {finite}");
    refused("best.state", 2, f32::NAN, &text);

    for name in ["parameters", "state", "slot0", "best.parameters"] {
        let mut bad = good.clone();
        let numbers = bad.buffers[name].len();
        bad.buffers.get_mut(name).unwrap().pop();
        let text = format!(
            "the checkpoint doesn't fit this run: {name}: expected {numbers} numbers, found {}",
            numbers - 1
        );
        assert_text(restore(&bad, |_| {}), &text);
        bad.buffers.remove(name);
        let text = text.replace(&format!("found {}", numbers - 1), "found 0");
        assert_text(restore(&bad, |_| {}), &text);
    }
}

#[test]
fn nesterov_without_momentum() {
    let check = |optimizer: &str| {
        let settings = TrainSettings {
            optimizer: optimizer.parse().unwrap(),
            ..settings("mse")
        };
        settings.check()
    };
    let expected = "nesterov looks ahead by the momentum, which is 0";
    assert_text(check("sgd:nesterov=1"), expected);
    assert!(check("sgd:momentum=0.9,nesterov=1").is_ok());
}
