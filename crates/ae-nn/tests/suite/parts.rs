//! Encoder and decoder, taken apart and put together; the ways through.

use crate::support::{busy, rows, settings, train};
use ae_nn::layer::{Activate, BatchNorm, Dense, LayerNorm};
use ae_nn::{Architecture, Autoencoder, Layer, Leg, Loss, Network, Scratch};
use ndarray::{Array2, s};

fn loss() -> Loss {
    "bce".parse().unwrap()
}

#[test]
fn four_eight_two_is_mirrored() {
    let architecture = Architecture {
        hidden: vec![8],
        latent: 2,
        ..Architecture::new(4)
    };
    let autoencoder = architecture.build(&loss(), 1).unwrap();
    assert_eq!(autoencoder.shape(), "4-8-2-8-4");
    assert_eq!((autoencoder.features(), autoencoder.latent()), (4, 2));
    assert_eq!(autoencoder.encoder_layers(), 2);
    let weights = 4 * 8 + 8 + 8 * 2 + 2 + 2 * 8 + 8 + 8 * 4 + 4;
    assert_eq!(autoencoder.network().parameter_count(), weights);
    let lopsided = Architecture {
        decoder_hidden: Some(vec![5, 6]),
        ..architecture
    };
    let autoencoder = lopsided.build(&loss(), 1).unwrap();
    assert_eq!(autoencoder.shape(), "4-8-2-5-6-4");
    assert_eq!(autoencoder.block_name(1, "bias"), "encoder.1.bias");
    assert_eq!(autoencoder.block_name(2, "bias"), "decoder.0.bias");
}

#[test]
fn apart_and_together_again_to_the_bit() {
    let (whole, ..) = train(&busy(6), &settings("bce"), &rows(30, 6, 1), None).unwrap();
    let output = whole.output_activation();
    let again = Autoencoder::from_parts(&whole.encoder(), &whole.decoder(), output).unwrap();
    assert_eq!(again, whole);

    let data = rows(20, 6, 2);
    let codes = whole.encode(data.view()).unwrap();
    let shown = whole.reconstruct(data.view()).unwrap();
    assert_eq!(codes.dim(), (20, 2));
    assert_eq!(whole.decode(codes.view()).unwrap(), shown);
    assert!(shown.iter().all(|x| *x > 0.0 && *x < 1.0));

    let (encoder, decoder) = (whole.encoder(), whole.decoder());
    let mut scratch = Scratch::default();
    let mut alone = Array2::zeros((20, 2));
    let layers = 0..encoder.layers().len();
    encoder.infer(layers, data.view(), alone.view_mut(), &mut scratch);
    assert_eq!(alone, codes);
    let mut logits = Array2::zeros((20, 6));
    let layers = 0..decoder.layers().len();
    decoder.infer(layers, codes.view(), logits.view_mut(), &mut scratch);
    let mut same = Array2::zeros((20, 6));
    whole
        .run(Leg::Logits, data.view(), same.view_mut(), &mut scratch)
        .unwrap();
    assert_eq!(logits, same);
    output.apply(logits.as_slice_mut().unwrap());
    assert_eq!(logits, shown);
}

#[test]
fn a_row_does_not_depend_on_its_neighbours() {
    let (autoencoder, ..) = train(&busy(6), &settings("bce"), &rows(30, 6, 1), None).unwrap();
    // More than are taken at a time.
    let data = rows(1100, 6, 2);
    let all = autoencoder.reconstruct(data.view()).unwrap();
    for row in [0, 511, 512, 1099] {
        let alone = autoencoder
            .reconstruct(data.slice(s![row..=row, ..]))
            .unwrap();
        assert_eq!(alone, all.slice(s![row..=row, ..]));
    }
    assert_eq!(
        autoencoder.encode(data.slice(s![..0, ..])).unwrap().dim(),
        (0, 2)
    );
}

/// Layers that want contiguous rows at both ends.
fn picky() -> Autoencoder {
    let dense = |inputs, outputs| {
        Layer::Dense(Dense {
            inputs,
            outputs,
            activation: "linear".parse().unwrap(),
            initialiser: "orthogonal".parse().unwrap(),
        })
    };
    let layers = vec![
        LayerNorm::new(4).into(),
        BatchNorm::new(4).into(),
        dense(4, 2),
        dense(2, 4),
        Activate {
            width: 4,
            activation: "tanh".parse().unwrap(),
        }
        .into(),
    ];
    let network = Network::new(layers, 1).unwrap();
    Autoencoder::from_network(network, 3, loss().output_activation()).unwrap()
}

#[test]
fn views_may_have_any_strides() {
    let autoencoder = picky();
    let wide = rows(30, 8, 1);
    let every_other = wide.slice(s![.., ..;2]);
    let expected = autoencoder
        .reconstruct(every_other.to_owned().view())
        .unwrap();
    assert_eq!(autoencoder.reconstruct(every_other).unwrap(), expected);
    let columns = every_other.t().to_owned();
    assert_eq!(autoencoder.reconstruct(columns.t()).unwrap(), expected);
    let mut room = Array2::from_elem((30, 8), 7.0);
    let into = room.slice_mut(s![.., ..;2]);
    let mut scratch = Scratch::default();
    autoencoder
        .run(Leg::Reconstruct, every_other, into, &mut scratch)
        .unwrap();
    assert_eq!(room.slice(s![.., ..;2]), expected);
    assert!(room.slice(s![.., 1..;2]).iter().all(|x| *x == 7.0));
}

#[test]
#[should_panic(expected = "layers 0..1 take 4 numbers a row and give 4, not (3, 5) to (3, 4)")]
fn a_network_says_what_does_not_fit() {
    let autoencoder = picky();
    let (input, mut output) = (Array2::zeros((3, 5)), Array2::zeros((3, 4)));
    let mut scratch = Scratch::default();
    autoencoder
        .network()
        .infer(0..1, input.view(), output.view_mut(), &mut scratch);
}
