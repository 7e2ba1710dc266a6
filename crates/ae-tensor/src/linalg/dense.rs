//! A small `f64` matrix stored column after column.

use crate::Matrix;
use crate::instruction_set::compiled_for_each_instruction_set;
use crate::parallel;
use ndarray::ArrayView2;

/// rows × n values, each column contiguous.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    values: Vec<f64>,
    rows: usize,
    count: usize,
}

/// A remainder below this part of a column's length is rounding noise: the column depends on those
/// before it.
const DEPENDENT: f64 = 1e-10;

impl Columns {
    pub(super) fn zeros(rows: usize, count: usize) -> Self {
        Self {
            values: vec![0.0; rows * count],
            rows,
            count,
        }
    }

    pub(super) fn identity(n: usize) -> Self {
        let mut identity = Self::zeros(n, n);
        for i in 0..n {
            identity.values[i * n + i] = 1.0;
        }
        identity
    }

    pub(super) fn from_view(view: ArrayView2<'_, f32>) -> Self {
        let values = view.columns().into_iter().flatten();
        Self {
            values: values.map(|&x| f64::from(x)).collect(),
            rows: view.nrows(),
            count: view.ncols(),
        }
    }

    pub(super) fn write_to(&self, out: &mut Matrix) {
        for ((i, j), value) in out.view_mut().indexed_iter_mut() {
            *value = self.values[j * self.rows + i] as f32;
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn column(&self, j: usize) -> &[f64] {
        &self.values[j * self.rows..][..self.rows]
    }

    pub(super) fn column_mut(&mut self, j: usize) -> &mut [f64] {
        &mut self.values[j * self.rows..][..self.rows]
    }

    /// Columns i < j, both to be changed.
    pub(super) fn pair_mut(&mut self, i: usize, j: usize) -> (&mut [f64], &mut [f64]) {
        let (left, right) = self.values.split_at_mut(j * self.rows);
        (
            &mut left[i * self.rows..][..self.rows],
            &mut right[..self.rows],
        )
    }

    pub(super) fn select(&self, order: &[usize]) -> Self {
        Self {
            values: order
                .iter()
                .flat_map(|&j| self.column(j))
                .copied()
                .collect(),
            rows: self.rows,
            count: order.len(),
        }
    }

    /// self · right
    pub(super) fn times(&self, right: &Self) -> Self {
        let mut product = Self::zeros(self.rows, right.count);
        let columns: &mut [f64] = &mut product.values;
        parallel::for_each(columns, self.rows.max(1), |first, out| {
            let factors = right.column(first / self.rows);
            for (k, &factor) in factors.iter().enumerate() {
                add_scaled(out, self.column(k), factor);
            }
        });
        product
    }

    /// selfᵀ · right
    pub(super) fn transposed_times(&self, right: &Self) -> Self {
        let mut product = Self::zeros(self.count, right.count);
        for j in 0..right.count {
            for i in 0..self.count {
                product.values[j * self.count + i] = dot(self.column(i), right.column(j));
            }
        }
        product
    }

    /// ‖image_j - value · self_j‖
    pub(super) fn residual(&self, image: &Self, j: usize, value: f64) -> f64 {
        let pairs = image.column(j).iter().zip(self.column(j));
        pairs
            .map(|(y, x)| (y - value * x).powi(2))
            .sum::<f64>()
            .sqrt()
    }

    pub(super) fn make_largest_positive(&mut self) {
        for j in 0..self.count {
            let column = self.column_mut(j);
            let largest = column
                .iter()
                .copied()
                .max_by(|a, b| a.abs().total_cmp(&b.abs()));
            if largest.is_some_and(|value| value < 0.0) {
                column.iter_mut().for_each(|value| *value = -*value);
            }
        }
    }

    pub(super) fn orthonormalise(&mut self) {
        assert!(
            self.count <= self.rows,
            "{} orthonormal columns asked of {} rows",
            self.count,
            self.rows
        );
        let mut next_axis = 0;
        for j in 0..self.count {
            while !self.normalise_against_previous(j) {
                // Some axis is independent of fewer than `rows` columns.
                let column = self.column_mut(j);
                column.fill(0.0);
                column[next_axis] = 1.0;
                next_axis += 1;
            }
        }
    }

    /// Whether column j was independent of those before it.
    fn normalise_against_previous(&mut self, j: usize) -> bool {
        let length = dot(self.column(j), self.column(j)).sqrt();
        for _ in 0..2 {
            for i in 0..j {
                let (previous, column) = self.pair_mut(i, j);
                let projection = dot(previous, column);
                add_scaled(column, previous, -projection);
            }
        }
        let rest = dot(self.column(j), self.column(j)).sqrt();
        let independent = rest > DEPENDENT * length;
        if independent {
            self.column_mut(j)
                .iter_mut()
                .for_each(|value| *value /= rest);
        }
        independent
    }
}

compiled_for_each_instruction_set! {
    /// out += factor · x
    fn add_scaled[](out: &mut [f64], x: &[f64], factor: f64) {
        for (out, x) in out.iter_mut().zip(x) {
            *out = factor.mul_add(*x, *out);
        }
    }

    fn dot[](a: &[f64], b: &[f64]) -> f64 {
        let mut lanes = [0.0; 8];
        let (a_lines, a_rest) = a.as_chunks::<8>();
        let (b_lines, b_rest) = b.as_chunks::<8>();
        for (a, b) in a_lines.iter().zip(b_lines) {
            for lane in 0..8 {
                lanes[lane] = a[lane].mul_add(b[lane], lanes[lane]);
            }
        }
        for ((lane, a), b) in lanes.iter_mut().zip(a_rest).zip(b_rest) {
            *lane = a.mul_add(*b, *lane);
        }
        lanes.iter().sum()
    }
}
