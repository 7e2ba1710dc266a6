//! The owned matrix.

use crate::AlignedBuffer;
use ndarray::{ArrayView2, ArrayViewMut2};

/// An owned rows × cols matrix, contiguous and row-major in an [`AlignedBuffer`].
///
/// Buffers are made once for the largest batch; [`top`](Self::top) lends the rows that the
/// current batch uses.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Matrix {
    values: AlignedBuffer,
    rows: usize,
    cols: usize,
}

impl Matrix {
    /// A matrix of zeros.
    ///
    /// # Panics
    /// If rows · cols overflows `usize`.
    #[must_use]
    pub fn zeros(rows: usize, cols: usize) -> Self {
        let Some(len) = rows.checked_mul(cols) else {
            panic!("a matrix of {rows} x {cols} does not fit in memory");
        };
        Self {
            values: AlignedBuffer::zeros(len),
            rows,
            cols,
        }
    }

    /// A copy of `view`, whatever its strides.
    #[must_use]
    pub fn from_view(view: ArrayView2<'_, f32>) -> Self {
        let mut matrix = Self::zeros(view.nrows(), view.ncols());
        matrix.view_mut().assign(&view);
        matrix
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// All values, row after row.
    #[must_use]
    pub fn as_slice(&self) -> &[f32] {
        &self.values
    }

    /// All values, row after row.
    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// The whole matrix as a view.
    #[must_use]
    pub fn view(&self) -> ArrayView2<'_, f32> {
        self.top(self.rows)
    }

    /// The whole matrix as a view.
    pub fn view_mut(&mut self) -> ArrayViewMut2<'_, f32> {
        self.top_mut(self.rows)
    }

    /// The first `rows` rows.
    ///
    /// # Panics
    /// If the matrix has fewer rows.
    #[must_use]
    pub fn top(&self, rows: usize) -> ArrayView2<'_, f32> {
        self.check_rows(rows);
        let shape = (rows, self.cols);
        match ArrayView2::from_shape(shape, &self.values[..rows * self.cols]) {
            Ok(view) => view,
            Err(_) => unreachable!("the slice has rows x cols values"),
        }
    }

    /// The first `rows` rows.
    ///
    /// # Panics
    /// If the matrix has fewer rows.
    pub fn top_mut(&mut self, rows: usize) -> ArrayViewMut2<'_, f32> {
        self.check_rows(rows);
        let shape = (rows, self.cols);
        match ArrayViewMut2::from_shape(shape, &mut self.values[..rows * self.cols]) {
            Ok(view) => view,
            Err(_) => unreachable!("the slice has rows x cols values"),
        }
    }

    /// Row `r`.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, r: usize) -> &[f32] {
        &self.values[r * self.cols..][..self.cols]
    }

    /// Row `r`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row_mut(&mut self, r: usize) -> &mut [f32] {
        &mut self.values[r * self.cols..][..self.cols]
    }

    fn check_rows(&self, rows: usize) {
        assert!(
            rows <= self.rows,
            "{rows} rows asked of a matrix of {} x {}",
            self.rows,
            self.cols
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn copies_a_transposed_view_row_by_row() {
        let source = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let matrix = Matrix::from_view(source.t());
        assert_eq!((matrix.rows(), matrix.cols()), (3, 2));
        assert_eq!(matrix.as_slice(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        assert_eq!(matrix.row(1), [2.0, 5.0]);
        assert_eq!(matrix.top(2), source.t().slice(ndarray::s![..2, ..]));
    }

    #[test]
    fn empty_shapes_are_shapes() {
        assert_eq!(Matrix::zeros(0, 3).view().dim(), (0, 3));
        assert_eq!(Matrix::zeros(3, 0).top(2).dim(), (2, 0));
        assert_eq!(Matrix::zeros(3, 0).row(2), [0.0; 0]);
    }

    #[test]
    #[should_panic(expected = "4 rows asked of a matrix of 3 x 2")]
    fn more_rows_than_there_are() {
        let _ = Matrix::zeros(3, 2).top(4);
    }
}
