//! Layers on images: their gradients, their sizes, and what they refuse.

use crate::gradients::{ROUNDING, check, dense, one_step};
use crate::support::rows;
use ae_nn::layer::{Convolve, ConvolveTransposed, Filters, Image, Padding, Pool, Pooled, Upsample};
use ae_nn::{Error, Layer, Network};

const PADDINGS: [Padding; 4] = [
    Padding::Same,
    Padding::Valid,
    Padding::Sides([1, 0, 1, 1]),
    Padding::Sides([0, 1, 1, 0]),
];

fn image(height: usize, width: usize, channels: usize) -> Image {
    Image {
        height,
        width,
        channels,
    }
}

fn filters_of(image: Image, filters: usize, stride: usize, padding: Padding, of: &str) -> Filters {
    Filters {
        image,
        filters,
        kernel: 3,
        stride,
        padding,
        activation: of.parse().unwrap(),
        initialiser: "lecun-normal".parse().unwrap(),
    }
}

fn convolve(image: Image, filters: usize, stride: usize, padding: Padding, of: &str) -> Layer {
    Layer::Convolve(Convolve(filters_of(image, filters, stride, padding, of)))
}

fn transposed(image: Image, filters: usize, stride: usize, padding: Padding, of: &str) -> Layer {
    Layer::ConvolveTransposed(ConvolveTransposed(filters_of(
        image, filters, stride, padding, of,
    )))
}

fn pool(image: Image, of: Pooled, size: usize, stride: usize, padding: Padding) -> Layer {
    Layer::Pool(Pool {
        image,
        of,
        size,
        stride,
        padding,
    })
}

/// Every layer, over small images of unequal sides.
fn layers() -> Vec<Layer> {
    let small = image(4, 5, 2);
    let mut layers = Vec::new();
    for padding in PADDINGS {
        for stride in [1, 2] {
            layers.push(convolve(small, 3, stride, padding, "tanh"));
            layers.push(transposed(image(2, 3, 2), 3, stride, padding, "tanh"));
        }
        for of in [Pooled::Max, Pooled::Average] {
            layers.push(pool(small, of, 2, 2, padding));
            layers.push(pool(small, of, 3, 1, padding));
        }
    }
    layers.extend([1, 2, 3].map(|factor| {
        Layer::Upsample(Upsample {
            image: image(2, 3, 2),
            factor,
        })
    }));
    // Whose derivatives come from either end.
    for activation in ["relu", "gelu"] {
        layers.push(convolve(image(3, 3, 1), 2, 1, Padding::Same, activation));
        layers.push(transposed(image(2, 2, 1), 2, 2, Padding::Same, activation));
    }
    layers
}

#[test]
fn gradients_of_each_in_the_middle_and_at_either_end() {
    for (index, layer) in layers().into_iter().enumerate() {
        let (inputs, outputs) = (layer.inputs(), layer.outputs());
        let middle = [
            dense(2, inputs, "tanh"),
            layer.clone(),
            dense(outputs, 2, "linear"),
        ];
        check(&middle, &one_step("mse"), &rows(3, 2, 2), ROUNDING);
        // What stands at an end differs in what it is given, not in how it computes.
        if index % 4 > 0 {
            continue;
        }
        let first = [
            layer.clone(),
            dense(outputs, 2, "tanh"),
            dense(2, inputs, "linear"),
        ];
        check(&first, &one_step("bce"), &rows(3, inputs, 3), ROUNDING);
        let last = [dense(outputs, 2, "tanh"), dense(2, inputs, "linear"), layer];
        check(&last, &one_step("mse"), &rows(3, outputs, 4), ROUNDING);
    }
}

#[test]
fn gradients_of_many_channels_and_of_several_lanes() {
    let layers = [
        convolve(image(4, 4, 1), 16, 1, Padding::Same, "tanh"),
        pool(image(4, 4, 16), Pooled::Max, 2, 2, Padding::Same),
        convolve(image(2, 2, 16), 2, 1, Padding::Same, "tanh"),
        Layer::Upsample(Upsample {
            image: image(2, 2, 2),
            factor: 2,
        }),
        convolve(image(4, 4, 2), 1, 1, Padding::Same, "linear"),
    ];
    let settings = ae_nn::TrainSettings {
        batch: 70,
        ..one_step("bce")
    };
    check(&layers, &settings, &rows(70, 16, 5), ROUNDING);
}

#[test]
fn sizes_are_those_of_keras() {
    let size = |layer: Layer| layer.images().unwrap()[1].to_string();
    let from = image(28, 27, 3);
    let conv = |stride, padding| size(convolve(from, 8, stride, padding, "relu"));
    assert_eq!(conv(1, Padding::Same), "28x27x8");
    assert_eq!(conv(2, Padding::Same), "14x14x8");
    assert_eq!(conv(1, Padding::Valid), "26x25x8");
    assert_eq!(conv(2, Padding::Valid), "13x13x8");
    assert_eq!(conv(1, Padding::Sides([2, 2, 2, 2])), "30x29x8");
    let back = |stride, padding| size(transposed(from, 8, stride, padding, "relu"));
    assert_eq!(back(2, Padding::Same), "56x54x8");
    assert_eq!(back(2, Padding::Valid), "57x55x8");
    assert_eq!(back(2, Padding::Sides([1, 0, 1, 0])), "56x54x8");
    let pooled = |padding| size(pool(image(7, 7, 8), Pooled::Max, 2, 2, padding));
    assert_eq!(
        (pooled(Padding::Same), pooled(Padding::Valid)),
        ("4x4x8".into(), "3x3x8".into())
    );
}

#[test]
fn a_convolution_begins_as_its_fans_say() {
    let mut filters = Filters {
        image: image(9, 9, 4),
        filters: 6,
        kernel: 5,
        stride: 1,
        padding: Padding::Same,
        activation: "relu".parse().unwrap(),
        initialiser: "glorot-uniform".parse().unwrap(),
    };
    let start = |filters: &Filters| {
        let network = Network::new(vec![Convolve(filters.clone()).into()], 1).unwrap();
        let weight = network.blocks()[0].range.clone();
        network.parameters()[weight].to_vec()
    };
    // Glorot's bound: the square root of 6 over the numbers in and out of a window.
    let bound = (6.0 / (25.0 * 10.0f32)).sqrt();
    let largest = start(&filters)
        .iter()
        .fold(0.0f32, |most, w| most.max(w.abs()));
    assert!(
        largest <= bound && largest > 0.97 * bound,
        "{largest} of {bound}"
    );
    filters.initialiser = "orthogonal".parse().unwrap();
    let weight = start(&filters);
    for (a, b) in (0..6).flat_map(|a| (0..6).map(move |b| (a, b))) {
        let product: f32 = weight.chunks(6).map(|row| row[a] * row[b]).sum();
        let expected = if a == b { 1.0 } else { 0.0 };
        assert!((product - expected).abs() < 1e-5, "{product}");
    }
}

#[test]
fn what_is_refused() {
    let refuse = |layer: Layer| Network::zeros(vec![layer]).unwrap_err();
    let small = image(2, 2, 1);
    let zero = refuse(convolve(small, 1, 1, Padding::Valid, "relu"));
    assert_eq!(
        zero.to_string(),
        "the width of a layer must be at least 1, got 0"
    );
    let stride = refuse(convolve(small, 1, 0, Padding::Same, "relu"));
    assert_eq!(stride.to_string(), "stride must be in [1, 1024], got 0");
    let border = refuse(convolve(small, 1, 1, Padding::Sides([3, 0, 1, 1]), "relu"));
    assert_eq!(border.to_string(), "padding must be in [0, 2], got 3");
    let factor = refuse(Layer::Upsample(Upsample {
        image: small,
        factor: 1025,
    }));
    assert!(matches!(factor, Error::OutOfRange { .. }), "{factor}");
    // As a file may claim.
    let most = usize::MAX;
    for huge in [
        convolve(image(most, most, most), most, 1, Padding::Same, "relu"),
        transposed(image(most, most, 1), 1, 1024, Padding::Valid, "relu"),
        pool(image(most, 1, 1), Pooled::Max, 2, 1, Padding::Same),
        pool(image(most, 1, 1), Pooled::Max, most, 1, Padding::Same),
        convolve(image(most, 3, 1), 1, 1, Padding::Sides([most; 4]), "relu"),
    ] {
        let error = Network::zeros(vec![huge]).unwrap_err();
        let is_refused = matches!(error, Error::TooLarge { .. } | Error::OutOfRange { .. });
        assert!(is_refused, "{error}");
    }
}

#[test]
fn layers_come_back_as_they_were_written() {
    let layers = [
        convolve(image(28, 28, 1), 16, 1, Padding::Same, "relu"),
        pool(
            image(7, 7, 8),
            Pooled::Average,
            2,
            2,
            Padding::Sides([0, 1, 0, 1]),
        ),
    ];
    let texts = layers
        .each_ref()
        .map(|layer| serde_json::to_string(layer).unwrap());
    assert_eq!(
        texts,
        [
            r#"{"kind":"convolve","image":{"height":28,"width":28,"channels":1},"filters":16,"kernel":3,"stride":1,"padding":"same","activation":"relu","initialiser":"lecun-normal"}"#.to_owned(),
            r#"{"kind":"pool","image":{"height":7,"width":7,"channels":8},"of":"average","size":2,"stride":2,"padding":{"sides":[0,1,0,1]}}"#.to_owned(),
        ]
    );
    for (layer, text) in layers.iter().zip(texts) {
        assert_eq!(serde_json::from_str::<Layer>(&text).unwrap(), *layer);
    }
}
