//! The contractive penalty, weight · ‖∂h/∂x‖² (Frobenius) of each row's code h (Rifai et al.
//! 2011): codes that hardly change when the row changes a little.
//!
//! Of a single dense layer it is computed exactly. Of deeper encoders it is estimated: for
//! normal ε, E‖h(x + σε) − h(x)‖² / σ² is the penalty up to O(σ²) (Alain & Bengio 2014), so
//! each row goes through the encoder a second time, a little beside itself.

use super::Pass;
use crate::activation::DerivativeFrom;
use crate::flat::{rows_per_chunk, slice, slice_mut};
use crate::network::{Network, Tape};
use crate::{Autoencoder, Layer};
use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{AlignedBuffer, Matrix, elementwise, parallel, reduce};

/// σ: a hundredth of a standardised feature's spread. A tenth of it would leave half of the
/// digits of h(x + σε) − h(x).
const STEP: f32 = 0.01;

pub(super) struct Contraction {
    weight: f32,
    encoder_layers: usize,
    is_exact: bool,
}

pub(super) enum Room {
    Exact {
        /// Sums of the squared weights of each unit.
        squares: AlignedBuffer,
        /// Sums of the squared slopes of each unit over rows.
        slope_squares: AlignedBuffer,
        /// f′ or f″ of each row and unit.
        slopes: Matrix,
    },
    Estimated {
        input: Matrix,
        tape: Tape,
        gradients: AlignedBuffer,
    },
}

impl Contraction {
    pub(super) fn of(autoencoder: &Autoencoder, weight: f32) -> Option<Self> {
        let encoder_layers = autoencoder.encoder_layers();
        let first = &autoencoder.network().layers()[0];
        (weight > 0.0).then_some(Self {
            weight,
            encoder_layers,
            is_exact: encoder_layers == 1 && matches!(first, Layer::Dense(_)),
        })
    }

    pub(super) fn room(&self, network: &Network, rows: usize) -> Room {
        let units = network.layers()[self.encoder_layers - 1].outputs();
        if self.is_exact {
            Room::Exact {
                squares: AlignedBuffer::zeros(units),
                slope_squares: AlignedBuffer::zeros(units),
                slopes: Matrix::zeros(rows, units),
            }
        } else {
            Room::Estimated {
                input: Matrix::zeros(rows, network.inputs()),
                tape: Tape::of_first(self.encoder_layers, network, rows),
                gradients: AlignedBuffer::zeros(network.parameters().len()),
            }
        }
    }

    /// Its value as far as these rows are concerned, and its derivative by the code.
    pub(super) fn add_at_code(&self, pass: &Pass<'_>, tape: &mut Tape, room: &mut Room) -> f64 {
        match room {
            Room::Exact {
                squares,
                slope_squares,
                slopes,
            } => self.exact(pass, tape, (squares, slope_squares, slopes)),
            Room::Estimated {
                input, tape: probe, ..
            } => self.estimate(pass, tape, input, probe),
        }
    }

    /// Its derivative by weights that doesn't go through the code.
    pub(super) fn add_to_weights(&self, pass: &Pass<'_>, gradients: &mut [f32], room: &mut Room) {
        let network = pass.network();
        match room {
            // ∂/∂W: 2 c W Σ f′².
            Room::Exact { slope_squares, .. } => {
                let units = slope_squares.len();
                let range = network.parameter_range(0);
                let weights = network.inputs() * units;
                let gradients = &mut gradients[range.clone()][..weights];
                let parameters = &network.parameters()[range][..weights];
                let factor = 2.0 * self.factor(pass);
                for (gradients, weights) in gradients
                    .chunks_exact_mut(units)
                    .zip(parameters.chunks_exact(units))
                {
                    elementwise::zip2(gradients, weights, slope_squares, |g, w, sum| {
                        g + factor * w * sum
                    });
                }
            }
            Room::Estimated {
                input,
                tape,
                gradients: own,
            } => {
                let input = input.top(pass.rows());
                network.backward(0..self.encoder_layers, input, tape, own);
                let end = network.parameter_range(self.encoder_layers - 1).end;
                elementwise::zip(&mut gradients[..end], &own[..end], |g, own| g + own);
            }
        }
    }

    fn factor(&self, pass: &Pass<'_>) -> f32 {
        self.weight / pass.batch_rows as f32
    }

    /// Of h = f(xW + b), ‖∂h/∂x‖² = Σⱼ f′(zⱼ)² Σᵢ Wᵢⱼ²; its derivative by z is
    /// 2 f′ f″ Σᵢ Wᵢⱼ², which is f′ times what is added to the derivative by h.
    fn exact(
        &self,
        pass: &Pass<'_>,
        tape: &mut Tape,
        (squares, slope_squares, slopes): (&mut [f32], &mut [f32], &mut Matrix),
    ) -> f64 {
        let network = pass.network();
        let Layer::Dense(dense) = &network.layers()[0] else {
            return 0.0;
        };
        let (rows, units) = (pass.rows(), dense.outputs);
        let parameters = &network.parameters()[network.parameter_range(0)];
        squares.fill(0.0);
        for weights in parameters[..dense.inputs * units].chunks_exact(units) {
            elementwise::zip(squares, weights, |sum, w| sum + w * w);
        }
        let (codes, cache, mut gradient) = tape.at(0, rows);
        let kept = match dense.activation.derivative_from() {
            DerivativeFrom::Output => slice(&codes),
            DerivativeFrom::Input => &cache[..rows * units],
        };
        let factor = 2.0 * self.factor(pass);
        let mut slopes = slopes.top_mut(rows);
        let slopes = slice_mut(&mut slopes);
        slopes.fill(1.0);
        dense.activation.apply_curvature(kept, slopes);
        let gradients = slice_mut(&mut gradient).chunks_exact_mut(units);
        for (gradient, curvature) in gradients.zip(slopes.chunks_exact(units)) {
            elementwise::zip2(gradient, curvature, squares, |g, curvature, sum| {
                g + factor * curvature * sum
            });
        }
        slopes.fill(1.0);
        dense.activation.apply_derivative(kept, slopes);
        slope_squares.fill(0.0);
        for slopes in slopes.chunks_exact(units) {
            elementwise::zip(slope_squares, slopes, |sum, slope| sum + slope * slope);
        }
        let sum = reduce::dot(slope_squares, squares);
        f64::from(self.weight) * sum / pass.batch_rows as f64
    }

    fn estimate(
        &self,
        pass: &Pass<'_>,
        tape: &mut Tape,
        beside: &mut Matrix,
        probe: &mut Tape,
    ) -> f64 {
        let (network, rows, (seed, step)) = (pass.network(), pass.rows(), pass.key);
        let mut beside = beside.top_mut(rows);
        let width = beside.ncols();
        parallel::for_each(
            (beside.view_mut(), pass.input),
            rows_per_chunk(width),
            |first, (mut beside, input)| {
                let pairs = slice_mut(&mut beside).chunks_exact_mut(width);
                for (row, (beside, input)) in
                    pairs.zip(slice(&input).chunks_exact(width)).enumerate()
                {
                    let row = (pass.first_row + first + row) as u64;
                    let index = (step << 32) ^ row;
                    Stream::new(seed, Purpose::Contraction, index).fill_normal(beside);
                    elementwise::zip(beside, input, |normal, x| x + STEP * normal);
                }
            },
        );
        let code = self.encoder_layers - 1;
        network.forward(
            self.encoder_layers,
            pass.key,
            pass.first_row,
            beside.view(),
            probe,
        );
        let (codes, _, mut gradient) = tape.at(code, rows);
        let (moved, _, mut moved_gradient) = probe.at(code, rows);
        let (gradient, moved_gradient) = (slice_mut(&mut gradient), slice_mut(&mut moved_gradient));
        let factor = 2.0 * self.factor(pass) / (STEP * STEP);
        moved_gradient.copy_from_slice(slice(&moved));
        let squares = elementwise::zip_sum(moved_gradient, slice(&codes), |moved, h| {
            let difference = moved - h;
            (factor * difference, difference * difference)
        });
        elementwise::zip(gradient, moved_gradient, |g, moved| g - moved);
        let step = f64::from(STEP);
        f64::from(self.weight) * f64::from(squares) / (step * step) / pass.batch_rows as f64
    }
}
