//! A twin of the network in double precision, written for reading.

use crate::image_oracle::{Weights, Window, convolved, convolved_transposed, pooled, upsampled};
use ae_nn::layer::{Forward, Mode};
use ae_nn::network::PlacedBlock;
use ae_nn::{Activation, Layer, Loss, Network, Penalty};
use ndarray::{Array1, Array2, Axis};
use std::f64::consts::PI;

/// Rows of a batch that dropout draws for at a time, where rows may part: a batch of up to
/// 1,024 goes through a small network in lanes of so many.
pub const LANE_ROWS: usize = 64;

/// A network's parameters in double precision.
pub struct Oracle {
    layers: Vec<Layer>,
    blocks: Vec<PlacedBlock>,
    pub parameters: Vec<f64>,
    /// Rows that go through together, unless a layer wants all of them to.
    pub lane_rows: usize,
    seed: u64,
}

impl Oracle {
    pub fn of(network: &Network, seed: u64) -> Self {
        Self {
            layers: network.layers().to_vec(),
            blocks: network.blocks(),
            parameters: network.parameters().iter().map(|p| f64::from(*p)).collect(),
            lane_rows: LANE_ROWS,
            seed,
        }
    }

    /// Where parameters are, between the padding.
    pub fn positions(&self) -> Vec<usize> {
        let ranges = self.blocks.iter().map(|block| block.range.clone());
        ranges.flatten().collect()
    }

    /// Mean loss of a first training step, penalty included.
    pub fn loss(&self, rows: &Array2<f64>, loss: &Loss, penalty: Penalty) -> f64 {
        let mut values = rows.clone();
        for index in 0..self.layers.len() {
            values = self.forward(index, &values);
        }
        let losses = values.iter().zip(rows).map(|(y, t)| term(loss, *y, *t));
        let mean = losses.sum::<f64>() / values.len() as f64;
        let decaying = self.blocks.iter().filter(|block| block.decays);
        let weights = decaying.flat_map(|block| &self.parameters[block.range.clone()]);
        let (l1, l2) = (f64::from(penalty.l1), f64::from(penalty.l2));
        mean + weights.map(|w| l1 * w.abs() + l2 * w * w).sum::<f64>()
    }

    /// Its derivative by one parameter, by central differences: with h = 1e-5 both the
    /// truncation (h² f‴/6) and the rounding (1e-16 / h) are near 1e-10.
    pub fn slope(&mut self, position: usize, loss: impl Fn(&Self) -> f64) -> f64 {
        let (before, step) = (self.parameters[position], 1e-5);
        let mut at = |value| {
            self.parameters[position] = value;
            loss(self)
        };
        let slope = (at(before + step) - at(before - step)) / (2.0 * step);
        self.parameters[position] = before;
        slope
    }

    pub fn block(&self, layer: usize, name: &str) -> Array1<f64> {
        let named = |block: &&PlacedBlock| block.layer == layer && block.name == name;
        let block = self.blocks.iter().find(named).unwrap();
        Array1::from_vec(self.parameters[block.range.clone()].to_vec())
    }

    pub fn forward(&self, index: usize, x: &Array2<f64>) -> Array2<f64> {
        let affine = |x: Array2<f64>| x * self.block(index, "scale") + self.block(index, "shift");
        match &self.layers[index] {
            Layer::Dense(dense) => {
                let shape = (dense.inputs, dense.outputs);
                let weight = self.block(index, "weight").into_shape_with_order(shape);
                let z = x.dot(&weight.unwrap()) + self.block(index, "bias");
                z.mapv(|z| activation(&dense.activation, z))
            }
            Layer::Activate(layer) => x.mapv(|z| activation(&layer.activation, z)),
            Layer::Dropout(_) => x * self.factors(index, x.dim()),
            Layer::Convolve(conv) => {
                let (from, to) = (conv.0.image, conv.output());
                let window = Window::over(from, to, conv.0.kernel, conv.0.stride, conv.0.padding);
                let z = convolved(x, [from, to], &window, &self.weights(index));
                z.mapv(|z| activation(&conv.0.activation, z))
            }
            Layer::ConvolveTransposed(conv) => {
                let (from, to) = (conv.0.image, conv.output());
                let window = Window::over(to, from, conv.0.kernel, conv.0.stride, conv.0.padding);
                let z = convolved_transposed(x, [from, to], &window, &self.weights(index));
                z.mapv(|z| activation(&conv.0.activation, z))
            }
            Layer::Pool(pool) => pooled(x, pool),
            Layer::Upsample(up) => upsampled(x, up),
            Layer::Shift(_) => x + self.block(index, "shift"),
            Layer::TopK(top) => top_k(x, top.k),
            Layer::GaussianCode(code) => self.drawn(index, x, code.latent),
            Layer::BatchNorm(norm) => affine(normal(x, Axis(0), norm.epsilon)),
            Layer::LayerNorm(norm) => affine(normal(x, Axis(1), norm.epsilon)),
        }
    }

    fn weights(&self, index: usize) -> Weights {
        Weights {
            weight: self.block(index, "weight"),
            bias: self.block(index, "bias"),
        }
    }

    /// What dropout multiplies by: it does the same to ones.
    fn factors(&self, index: usize, shape: (usize, usize)) -> Array2<f64> {
        self.in_training(index, Array2::ones(shape))
    }

    /// Codes for the noise that the layer draws, which is what it makes of means of 0 and
    /// variances of 1.
    fn drawn(&self, index: usize, x: &Array2<f64>, latent: usize) -> Array2<f64> {
        let noise = self.in_training(index, Array2::zeros(x.dim()));
        let (means, log_variances) = x.view().split_at(Axis(1), latent);
        log_variances.mapv(|x| (0.5 * x).exp()) * noise + means
    }

    /// What the layer makes of these rows in a first training step, lane by lane.
    fn in_training(&self, index: usize, input: Array2<f32>) -> Array2<f64> {
        let layer = &self.layers[index];
        let shape = (input.nrows(), layer.outputs());
        let rows_per_lane = if self.layers.iter().any(|layer| layer.couples_rows()) {
            shape.0
        } else {
            self.lane_rows
        };
        let mut output = Array2::zeros(shape);
        let inputs = input.axis_chunks_iter(Axis(0), rows_per_lane);
        let lanes = output.axis_chunks_iter_mut(Axis(0), rows_per_lane);
        for (lane, (input, output)) in inputs.zip(lanes).enumerate() {
            layer.forward(Forward {
                mode: Mode::Train {
                    first_row: lane * rows_per_lane,
                    seed: self.seed,
                    step: 0,
                    layer: index,
                },
                parameters: &[],
                state: &[],
                input,
                cache: &mut vec![0.0; layer.cache(output.nrows())],
                output,
            });
        }
        output.mapv(f64::from)
    }
}

fn top_k(x: &Array2<f64>, k: usize) -> Array2<f64> {
    let mut kept = x.clone();
    for mut row in kept.rows_mut() {
        let mut sorted = row.to_vec();
        sorted.sort_by(|a, b| b.total_cmp(a));
        row.mapv_inplace(|z| if z < sorted[k - 1] { 0.0 } else { z.max(0.0) });
    }
    kept
}

fn normal(x: &Array2<f64>, axis: Axis, epsilon: f32) -> Array2<f64> {
    let mean = x.mean_axis(axis).unwrap().insert_axis(axis);
    let variance = x.var_axis(axis, 0.0).insert_axis(axis);
    (x - mean) / variance.mapv(|v| (v + f64::from(epsilon)).sqrt())
}

pub fn activation(activation: &Activation, z: f64) -> f64 {
    match activation {
        Activation::Linear(_) => z,
        Activation::Relu(_) => z.max(0.0),
        Activation::LeakyRelu(leaky) if z < 0.0 => f64::from(leaky.slope) * z,
        Activation::LeakyRelu(_) => z,
        Activation::Elu(elu) if z < 0.0 => f64::from(elu.alpha) * z.exp_m1(),
        Activation::Elu(_) => z,
        Activation::Gelu(_) => 0.5 * z * (1.0 + erf(z / 2.0f64.sqrt())),
        Activation::Silu(_) => z / (1.0 + (-z).exp()),
        Activation::Sigmoid(_) => 1.0 / (1.0 + (-z).exp()),
        Activation::Tanh(_) => z.tanh(),
        Activation::Softplus(_) => z.max(0.0) + (-z.abs()).exp().ln_1p(),
    }
}

pub fn term(loss: &Loss, y: f64, t: f64) -> f64 {
    let d = (y - t).abs();
    match loss {
        Loss::Mse(_) => d * d,
        Loss::Mae(_) => d,
        Loss::Huber(huber) => {
            let delta = f64::from(huber.delta);
            if d <= delta {
                0.5 * d * d
            } else {
                delta * (d - 0.5 * delta)
            }
        }
        Loss::Bce(_) => y.max(0.0) - y * t + (-y.abs()).exp().ln_1p(),
    }
}

/// 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms all have one sign.
fn erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        term *= 2.0 * x * x / f64::from(2 * n + 1);
        sum += term;
    }
    2.0 / PI.sqrt() * (-x * x).exp() * sum
}

#[test]
fn erf_is_erf() {
    // Abramowitz & Stegun, table 7.1.
    for (x, expected) in [
        (0.5, 0.520_499_877_8),
        (1.5, 0.966_105_146_5),
        (-2.0, -0.995_322_265_0),
    ] {
        assert!((erf(x) - expected).abs() < 1e-10, "{x}");
    }
}
