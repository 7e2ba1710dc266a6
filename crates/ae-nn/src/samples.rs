//! Where the trainer's rows come from.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

/// Rows to train on, however they are stored: they are asked for a batch at a time.
pub trait Samples: Sync {
    /// How many rows there are.
    fn row_count(&self) -> usize;

    /// Numbers in a row.
    fn width(&self) -> usize;

    /// Writes the named rows, as they should be reconstructed.
    fn fill(&self, rows: &[u32], out: ArrayViewMut2<f32>);

    /// Whether the encoder is to see something else than what it should reconstruct.
    fn is_noisy(&self) -> bool {
        false
    }

    /// Makes clean rows into what the encoder sees in this epoch (from 0). The same row in
    /// the same epoch always gets the same noise.
    fn corrupt(&self, _rows: &[u32], _epoch: u64, _inout: ArrayViewMut2<f32>) {}
}

impl Samples for ArrayView2<'_, f32> {
    fn row_count(&self) -> usize {
        self.nrows()
    }

    fn width(&self) -> usize {
        self.ncols()
    }

    fn fill(&self, rows: &[u32], mut out: ArrayViewMut2<f32>) {
        for (row, mut out) in rows.iter().zip(out.rows_mut()) {
            out.assign(&self.index_axis(Axis(0), *row as usize));
        }
    }
}

impl Samples for Array2<f32> {
    fn row_count(&self) -> usize {
        self.nrows()
    }

    fn width(&self) -> usize {
        self.ncols()
    }

    fn fill(&self, rows: &[u32], out: ArrayViewMut2<f32>) {
        self.view().fill(rows, out);
    }
}
