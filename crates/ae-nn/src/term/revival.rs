//! The auxiliary loss of top-k codes: numbers that no row wakes any more learn what the others
//! leave over (Gao et al. 2024).

use super::Pass;
use crate::flat::{for_rows, slice, slice_mut};
use crate::layer::TopK;
use crate::network::Tape;
use crate::{Autoencoder, Error, Layer};
use ae_choice::Range;
use ae_tensor::{AlignedBuffer, Matrix, elementwise, matmul, matmul_add};
use ndarray::{ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

/// How dead numbers of a top-k code are woken: the `k` largest of them make, through the
/// decoder, a guess at the residual of each row, and weight times that guess's mean squared
/// error is added to the loss. Where there is a hidden layer, nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Revival {
    /// Factor of the error.
    pub weight: f32,
    /// Dead numbers that guess at a row's residual, at most.
    pub k: usize,
    /// Training rows without a number's being kept after which it is dead.
    pub dead_after: usize,
}

impl Default for Revival {
    /// The paper's own: 1/32, 256, ten million.
    fn default() -> Self {
        Self {
            weight: 1.0 / 32.0,
            k: 256,
            dead_after: 10_000_000,
        }
    }
}

impl Revival {
    pub(crate) fn check(self) -> Result<(), Error> {
        let range = Range::at_least(0.0);
        Error::check_range(
            "the weight of the auxiliary loss",
            range,
            self.weight.into(),
        )?;
        for (what, value) in [
            ("k of the auxiliary loss", self.k),
            ("dead-after", self.dead_after),
        ] {
            if value == 0 {
                return Err(Error::Zero { what });
            }
        }
        Ok(())
    }
}

pub(super) struct Reviving {
    revival: Revival,
    /// The place of the top-k layer; the decoder's one layer comes behind it.
    layer: usize,
    width: usize,
    features: usize,
}

pub(super) struct Room {
    /// What is left over, then how far the guess at it is off: B × features.
    left: Matrix,
    guess: Matrix,
    /// The dead numbers' part of the code, before and after the largest are kept: B × latent.
    dead: Matrix,
    kept: Matrix,
    is_dead: AlignedBuffer,
}

impl Reviving {
    pub(super) fn of(autoencoder: &Autoencoder, revival: Revival) -> Option<Self> {
        let layers = autoencoder.network().layers();
        let layer = autoencoder.encoder_layers() - 1;
        match (&layers[layer], &layers[layer + 1..]) {
            (Layer::TopK(top), [Layer::Dense(decoder)]) if layer > 0 && revival.weight > 0.0 => {
                Some(Self {
                    revival,
                    layer,
                    width: top.width,
                    features: decoder.outputs,
                })
            }
            _ => None,
        }
    }

    pub(super) fn room(&self, rows: usize) -> Room {
        let matrix = |width| Matrix::zeros(rows, width);
        Room {
            left: matrix(self.features),
            guess: matrix(self.features),
            dead: matrix(self.width),
            kept: matrix(self.width),
            is_dead: AlignedBuffer::zeros(self.width),
        }
    }

    /// With the residual e (which is not differentiated), the dead numbers' part a of the code
    /// and r = a W − e: c Σ r², dW += 2 c aᵀ r, da = 2 c r Wᵀ.
    pub(super) fn add_before_the_code(
        &self,
        pass: &Pass<'_>,
        tape: &mut Tape,
        gradients: &mut [f32],
        room: &mut Room,
    ) -> f64 {
        let (network, rows) = (pass.network(), pass.rows());
        let state = &network.state()[network.state_range(self.layer)];
        let dead = self.mark_dead(state, &mut room.is_dead);
        if dead == 0 {
            return 0.0;
        }
        let weight_range = network.parameter_range(self.layer + 1);
        let shape = (self.width, self.features);
        let numbers = self.width * self.features;
        // cannot fail: the decoder's weights come first of its parameters
        let weight = ArrayView2::from_shape(
            shape,
            &network.parameters()[weight_range.clone()][..numbers],
        )
        .expect("width × features numbers");
        let mut left = room.left.top_mut(rows);
        left.assign(&tape.at(self.layer + 1, rows).0);
        pass.autoencoder.apply_output(left.view_mut());
        elementwise::zip(slice_mut(&mut left), slice(&pass.target), |y, t| t - y);

        let (before, _, mut gradient) = tape.at(self.layer - 1, rows);
        let (mut part, mut kept) = (room.dead.top_mut(rows), room.kept.top_mut(rows));
        let is_dead: &[f32] = &room.is_dead;
        for_rows(before, part.view_mut(), |_, z, part| {
            part.copy_from_slice(z);
            elementwise::zip(part, is_dead, |z, dead| {
                if dead > 0.0 { z } else { f32::NEG_INFINITY }
            });
        });
        let top = TopK {
            width: self.width,
            k: self.revival.k.min(dead),
        };
        for_rows(part.view(), kept.view_mut(), |_, part, kept| {
            top.keep(part, kept);
        });
        let mut guess = room.guess.top_mut(rows);
        matmul(kept.view(), weight, guess.view_mut());
        let scale = self.revival.weight / (pass.batch_rows * self.features) as f32;
        let squares = elementwise::zip_sum(slice_mut(&mut guess), slice(&left.view()), |g, e| {
            let off = g - e;
            (2.0 * scale * off, off * off)
        });
        let weight_gradient =
            ArrayViewMut2::from_shape(shape, &mut gradients[weight_range][..numbers])
                .expect("width × features numbers");
        matmul_add(kept.t(), guess.view(), weight_gradient);
        matmul(guess.view(), weight.t(), part.view_mut());
        elementwise::zip2(
            slice_mut(&mut gradient),
            slice(&part.view()),
            slice(&kept.view()),
            |g, own, kept| if kept > 0.0 { g + own } else { g },
        );
        f64::from(scale) * f64::from(squares)
    }

    /// Marks the dead numbers and counts them.
    fn mark_dead(&self, rows_since_kept: &[f32], is_dead: &mut [f32]) -> usize {
        let after = self.revival.dead_after as f32;
        let mut dead = 0;
        for (is_dead, since) in is_dead.iter_mut().zip(rows_since_kept) {
            let found = *since >= after;
            *is_dead = if found { 1.0 } else { 0.0 };
            dead += usize::from(found);
        }
        dead
    }
}
