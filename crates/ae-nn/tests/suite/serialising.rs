//! Text that comes back as it was.

use crate::support::{busy, rows, settings};
use ae_nn::layer::{Activate, BatchNorm, Dense, Dropout, LayerNorm};
use ae_nn::trainer::Progress;
use ae_nn::{Architecture, EarlyStopping, Keep, Layer, Penalty, TrainSettings, Trainer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> String {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *value, "{text}");
    text
}

#[test]
fn layers() {
    let dense = Dense {
        inputs: 4,
        outputs: 2,
        activation: "leaky-relu:0.1".parse().unwrap(),
        initialiser: "orthogonal:gain=1.5".parse().unwrap(),
    };
    assert_eq!(
        round_trip(&Layer::from(dense)),
        r#"{"kind":"dense","inputs":4,"outputs":2,"activation":"leaky-relu:slope=0.1","initialiser":"orthogonal:gain=1.5"}"#
    );
    let activation = "elu".parse().unwrap();
    let layers: [(Layer, &str); 4] = [
        (
            Activate {
                width: 3,
                activation,
            }
            .into(),
            "activate",
        ),
        (
            Dropout {
                width: 3,
                rate: 0.1,
            }
            .into(),
            "dropout",
        ),
        (BatchNorm::new(3).into(), "batch_norm"),
        (LayerNorm::new(3).into(), "layer_norm"),
    ];
    for (layer, kind) in layers {
        let text = round_trip(&layer);
        assert!(
            text.starts_with(&format!(r#"{{"kind":"{kind}","width":3"#)),
            "{text}"
        );
    }
    let error = serde_json::from_str::<Layer>(r#"{"kind":"conv"}"#).unwrap_err();
    assert!(
        error.to_string().contains("unknown variant `conv`"),
        "{error}"
    );
}

#[test]
fn settings_and_architectures() {
    let settings = TrainSettings {
        optimizer: "adamw:lr=0.003,decay=0.1".parse().unwrap(),
        schedule: "one-cycle:rise=0.2".parse().unwrap(),
        clipping: "norm:0.5".parse().unwrap(),
        penalty: Penalty { l1: 0.1, l2: 1e-7 },
        early_stopping: Some(EarlyStopping {
            patience: 3,
            least_improvement: 0.1,
        }),
        keep: Keep::Last,
        seed: u64::MAX,
        ..settings("huber:delta=0.3")
    };
    round_trip(&settings);
    round_trip(&TrainSettings::new("bce".parse().unwrap()));
    round_trip(&busy(3));
    round_trip(&Architecture {
        output_activation: Some("sigmoid".parse().unwrap()),
        decoder_hidden: Some(vec![3, 4]),
        ..Architecture::new(9)
    });
}

#[test]
fn progress_but_for_the_clock() {
    let settings = TrainSettings {
        schedule: "plateau:patience=1".parse().unwrap(),
        penalty: Penalty { l1: 0.1, l2: 0.1 },
        ..settings("bce")
    };
    let mut autoencoder = busy(4).build(&settings.loss, 1).unwrap();
    let mut trainer = Trainer::new(&mut autoencoder, settings).unwrap();
    round_trip(&trainer.progress());
    trainer
        .fit(&rows(9, 4, 1), Some(&rows(9, 4, 2)), &mut ())
        .unwrap();
    let mut progress: Progress = trainer.progress();
    for epoch in &mut progress.history {
        (epoch.rows_per_second, epoch.seconds) = (0.0, 0.0);
    }
    let text = round_trip(&progress);
    assert!(
        !text.contains("seconds") && text.contains("validation_loss"),
        "{text}"
    );
}
