use crate::activation::{Activation, DerivativeFrom};
use crate::flat::{CHUNK, for_chunks};
use ae_tensor::parallel;

/// The activation at the end of a layer with weights: what its derivative wants kept, and
/// when it is applied.
pub(super) struct Ending(pub Activation);

impl Ending {
    /// Whether z has to be kept.
    fn keeps_input(&self) -> bool {
        self.0.derivative_from() == DerivativeFrom::Input
    }

    /// How many numbers are kept of so many going out.
    pub fn cache(&self, numbers: usize) -> usize {
        if self.keeps_input() { numbers } else { 0 }
    }

    /// Applies it to a part of z that is still in the cache, unless z is to be kept first.
    pub fn apply_early(&self, cache: &[f32], part: &mut [f32]) {
        if cache.is_empty() {
            self.0.apply(part);
        }
    }

    /// Where z is to be kept, keeps it and applies the activation.
    pub fn apply_late(&self, cache: &mut [f32], output: &mut [f32]) {
        if !cache.is_empty() {
            parallel::for_each((output, cache), CHUNK, |_, (output, kept)| {
                kept.copy_from_slice(output);
                self.0.apply(output);
            });
        }
    }

    /// dY becomes dZ.
    pub fn derive(&self, output: &[f32], cache: &[f32], gradient: &mut [f32]) {
        let kept = if self.keeps_input() { cache } else { output };
        for_chunks(gradient, |first, part| {
            self.0.apply_derivative(&kept[first..][..part.len()], part);
        });
    }
}
