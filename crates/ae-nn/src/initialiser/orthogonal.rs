use super::Initialise;
use ae_choice::Range;
use ae_tensor::random::Stream;
use ae_tensor::{Matrix, linalg};

ae_choice::choice! {
    /// A random matrix with orthonormal rows or columns, times a gain (Saxe et al. 2014).
    pub struct Orthogonal = "orthogonal", "orthonormal rows or columns, times a gain" {
        /// What the orthonormal matrix is multiplied by.
        gain: "gain" = 1.0, in Range::above(0.0), "what the orthonormal matrix is multiplied by";
    }
}

impl Initialise for Orthogonal {
    fn fill(&self, fan_in: usize, _fan_out: usize, weight: &mut [f32], stream: &mut Stream) {
        // Of a window, each place counts as an input.
        let fan_out = weight.len() / fan_in;
        // Columns can be orthonormal only in a tall matrix: a wide one is made as a tall
        // one and transposed.
        let (rows, columns) = (fan_in.max(fan_out), fan_in.min(fan_out));
        let mut tall = Matrix::zeros(rows, columns);
        stream.fill_normal(tall.as_mut_slice());
        linalg::orthonormal_columns(&mut tall);
        let tall = tall.view();
        for (position, value) in weight.iter_mut().enumerate() {
            let (i, j) = (position / fan_out, position % fan_out);
            let entry = if fan_in >= fan_out {
                tall[(i, j)]
            } else {
                tall[(j, i)]
            };
            *value = self.gain * entry;
        }
    }
}
