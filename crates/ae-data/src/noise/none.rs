use ae_tensor::random::Stream;

use super::{Corrupt, NoiseContext};

ae_choice::choice! {
    /// Leaves rows as they are.
    pub struct NoNoise = "none", "rows stay as they are" {}
}

impl Corrupt for NoNoise {
    fn corrupt(&self, _row: &mut [f32], _stream: &mut Stream, _context: &NoiseContext) {}
}
