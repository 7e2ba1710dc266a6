//! The variance-scaled family: variance = scale / fan, uniform or normal.

use super::Initialise;
use ae_tensor::elementwise;
use ae_tensor::random::Stream;

fn uniform(variance: f32, weight: &mut [f32], stream: &mut Stream) {
    // A uniform number in ±limit has the variance limit² / 3.
    let limit = (3.0 * variance).sqrt();
    stream.fill_uniform(weight);
    elementwise::map(weight, |u| limit * (2.0 * u - 1.0));
}

fn normal(variance: f32, weight: &mut [f32], stream: &mut Stream) {
    let std = variance.sqrt();
    stream.fill_normal(weight);
    elementwise::map(weight, |n| std * n);
}

fn glorot(fan_in: usize, fan_out: usize) -> f32 {
    2.0 / (fan_in + fan_out) as f32
}

macro_rules! scaled {
    ($(#[$doc:meta])* $name:ident, $text:literal, $summary:literal, $draw:ident,
     |$fan_in:ident, $fan_out:ident| $variance:expr) => {
        ae_choice::choice! {
            $(#[$doc])*
            pub struct $name = $text, $summary {}
        }

        impl Initialise for $name {
            fn fill(&self, $fan_in: usize, $fan_out: usize, weight: &mut [f32], stream: &mut Stream) {
                $draw($variance, weight, stream);
            }
        }
    };
}

scaled!(
    /// Uniform, variance 2 / (fan in + fan out) (Glorot & Bengio 2010); Keras's default.
    GlorotUniform, "glorot-uniform", "uniform, variance 2 / (fan_in + fan_out)",
    uniform, |fan_in, fan_out| glorot(fan_in, fan_out)
);
scaled!(
    /// Normal, variance 2 / (fan in + fan out) (Glorot & Bengio 2010).
    GlorotNormal, "glorot-normal", "normal, variance 2 / (fan_in + fan_out)",
    normal, |fan_in, fan_out| glorot(fan_in, fan_out)
);
scaled!(
    /// Uniform, variance 2 / fan in (He et al. 2015); made for relu.
    HeUniform, "he-uniform", "uniform, variance 2 / fan_in",
    uniform, |fan_in, _fan_out| 2.0 / fan_in as f32
);
scaled!(
    /// Normal, variance 2 / fan in (He et al. 2015); made for relu.
    HeNormal, "he-normal", "normal, variance 2 / fan_in",
    normal, |fan_in, _fan_out| 2.0 / fan_in as f32
);
scaled!(
    /// Uniform, variance 1 / fan in (LeCun et al. 1998).
    LecunUniform, "lecun-uniform", "uniform, variance 1 / fan_in",
    uniform, |fan_in, _fan_out| 1.0 / fan_in as f32
);
scaled!(
    /// Normal, variance 1 / fan in (LeCun et al. 1998).
    LecunNormal, "lecun-normal", "normal, variance 1 / fan_in",
    normal, |fan_in, _fan_out| 1.0 / fan_in as f32
);
