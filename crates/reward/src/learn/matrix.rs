//! The few dense operations the heads need, on row-major f64, over faer.
//!
//! Everything is symmetric and positive definite, so one factorisation serves: a Cholesky factor that solves,
//! inverts, gives the log-determinant, and colours noise for posterior draws.

use faer::linalg::solvers::{DenseSolveCore, Llt, Solve};
use faer::{Accum, Mat, MatMut, MatRef, Par, Side};

/// A symmetric matrix, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Symmetric {
    size: usize,
    values: Vec<f64>,
}

impl Symmetric {
    /// Zero, but for this diagonal.
    pub fn from_diagonal(diagonal: &[f64]) -> Self {
        let size = diagonal.len();
        let mut values = vec![0.0; size * size];
        for (index, value) in diagonal.iter().enumerate() {
            values[index * (size + 1)] = *value;
        }
        Self { size, values }
    }

    /// From its values, row-major and mirrored at the diagonal.
    pub fn from_values(size: usize, values: Vec<f64>) -> Self {
        debug_assert_eq!(values.len(), size * size);
        Self { size, values }
    }

    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    pub fn size(&self) -> usize {
        self.size
    }

    pub fn get(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.size + column]
    }

    pub fn times(&self, vector: &[f64]) -> Vec<f64> {
        let mut product = vec![0.0; self.size];
        let vector = MatRef::from_column_major_slice(vector, self.size, 1);
        let out = MatMut::from_column_major_slice_mut(&mut product, self.size, 1);
        faer::linalg::matmul::matmul(out, Accum::Replace, self.as_faer(), vector, 1.0, Par::Seq);
        product
    }

    /// Adds `factor · vector vectorᵀ`.
    pub fn add_outer(&mut self, factor: f64, vector: &[f64]) {
        for (row, left) in self.values.chunks_exact_mut(self.size.max(1)).zip(vector) {
            let left = factor * left;
            if left != 0.0 {
                add_scaled(row, left, vector);
            }
        }
    }

    pub fn add(&mut self, row: usize, column: usize, value: f64) {
        self.values[row * self.size + column] += value;
    }

    /// Adds another matrix of this size.
    pub fn add_all(&mut self, other: &Self) {
        add_scaled(&mut self.values, 1.0, &other.values);
    }

    /// `rowᵀ · self · row` of each row, the rows being row-major.
    pub fn forms_of_rows(&self, rows: &[f64]) -> Vec<f64> {
        let count = rows.len() / self.size.max(1);
        let mut turned = Mat::<f64>::zeros(count, self.size);
        let left = MatRef::from_row_major_slice(rows, count, self.size);
        faer::linalg::matmul::matmul(turned.as_mut(), Accum::Replace, left, self.as_faer(), 1.0, Par::Seq);
        let rows = rows.chunks_exact(self.size.max(1)).enumerate();
        rows.map(|(place, row)| {
            row.iter().enumerate().map(|(column, value)| value * turned[(place, column)]).sum()
        })
        .collect()
    }

    pub fn add_diagonal(&mut self, diagonal: &[f64]) {
        for (index, value) in diagonal.iter().enumerate() {
            self.values[index * (self.size + 1)] += value;
        }
    }

    /// `rowsᵀ · diag(weights) · rows`, the rows being row-major of `size` columns.
    pub fn weighted_gram(rows: &[f64], weights: &[f64], size: usize) -> Self {
        let mut scaled = rows.to_vec();
        for (row, weight) in scaled.chunks_exact_mut(size.max(1)).zip(weights) {
            for value in row {
                *value *= weight;
            }
        }
        let left = MatRef::from_row_major_slice(rows, weights.len(), size);
        let right = MatRef::from_row_major_slice(&scaled, weights.len(), size);
        let mut product = Mat::<f64>::zeros(size, size);
        faer::linalg::matmul::matmul(
            product.as_mut(),
            Accum::Replace,
            left.transpose(),
            right,
            1.0,
            Par::Seq,
        );
        Self::from_faer(product.as_ref())
    }

    /// `rows · rowsᵀ`, the rows being row-major of `width` columns; zero where they have none.
    pub fn products_of_rows(rows: &[f64], count: usize, width: usize) -> Self {
        let mut product = Mat::<f64>::zeros(count, count);
        if width > 0 {
            let rows = MatRef::from_row_major_slice(rows, count, width);
            faer::linalg::matmul::matmul(
                product.as_mut(),
                Accum::Replace,
                rows,
                rows.transpose(),
                1.0,
                Par::Seq,
            );
        }
        Self::from_faer(product.as_ref())
    }

    /// `diag(factors) · self · diag(factors)`.
    pub fn scaled_both_sides(&self, factors: &[f64]) -> Self {
        let mut values = self.values.clone();
        for (row, left) in values.chunks_exact_mut(self.size.max(1)).zip(factors) {
            for (value, right) in row.iter_mut().zip(factors) {
                *value *= left * right;
            }
        }
        Self { size: self.size, values }
    }

    /// The Cholesky factor; none where the matrix is not positive definite.
    pub fn cholesky(&self) -> Option<Cholesky> {
        let solver = self.as_faer().llt(Side::Lower).ok()?;
        Some(Cholesky { size: self.size, solver })
    }

    /// Eigenvalues, and eigenvectors as the columns of a row-major matrix.
    pub fn eigen(&self) -> Option<(Vec<f64>, Vec<f64>)> {
        let eigen = self.as_faer().self_adjoint_eigen(Side::Lower).ok()?;
        let values = (0..self.size).map(|index| eigen.S().column_vector()[index]).collect();
        let vectors = (0..self.size * self.size)
            .map(|place| eigen.U()[(place / self.size, place % self.size)])
            .collect();
        Some((values, vectors))
    }

    fn as_faer(&self) -> MatRef<'_, f64> {
        MatRef::from_row_major_slice(&self.values, self.size, self.size)
    }

    fn from_faer(matrix: MatRef<'_, f64>) -> Self {
        let size = matrix.nrows();
        let mut values = vec![0.0; size * size];
        MatMut::from_row_major_slice_mut(&mut values, size, size).copy_from(matrix);
        Self { size, values }
    }
}

/// A factor `L` with `L Lᵀ` the matrix it came from.
pub struct Cholesky {
    size: usize,
    solver: Llt<f64>,
}

impl Cholesky {
    pub fn solve(&self, vector: &[f64]) -> Vec<f64> {
        let right = Mat::from_fn(self.size, 1, |row, _| vector[row]);
        let solution = self.solver.solve(&right);
        (0..self.size).map(|row| solution[(row, 0)]).collect()
    }

    pub fn inverse(&self) -> Symmetric {
        Symmetric::from_faer(self.solver.inverse().as_ref())
    }

    pub fn log_determinant(&self) -> f64 {
        let lower = self.solver.L();
        2.0 * (0..self.size).map(|index| lower[(index, index)].ln()).sum::<f64>()
    }

    /// `L · vector`: noise of this covariance out of standard noise.
    pub fn colour(&self, vector: &[f64]) -> Vec<f64> {
        let lower = self.solver.L();
        (0..self.size)
            .map(|row| (0..=row).map(|column| lower[(row, column)] * vector[column]).sum())
            .collect()
    }

    /// `L`, row-major, with zeros above its diagonal.
    pub fn lower(&self) -> Vec<f64> {
        let lower = self.solver.L();
        (0..self.size * self.size)
            .map(|place| {
                let (row, column) = (place / self.size, place % self.size);
                if column <= row { lower[(row, column)] } else { 0.0 }
            })
            .collect()
    }
}

/// The inner product.
pub fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// Adds `factor · source` to `target`.
pub fn add_scaled(target: &mut [f64], factor: f64, source: &[f64]) {
    for (target, source) in target.iter_mut().zip(source) {
        *target += factor * source;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Symmetric {
        let mut matrix = Symmetric::from_diagonal(&[2.0, 3.0, 1.5]);
        matrix.add_outer(0.5, &[1.0, -2.0, 0.3]);
        matrix
    }

    #[test]
    fn factor_solves_inverts_and_colours() {
        let matrix = sample();
        let factor = matrix.cholesky().unwrap();
        let solution = factor.solve(&[1.0, 2.0, 3.0]);
        for (value, wanted) in matrix.times(&solution).iter().zip([1.0, 2.0, 3.0]) {
            assert!((value - wanted).abs() < 1e-12);
        }
        let inverse = factor.inverse();
        assert!((inverse.times(&[1.0, 2.0, 3.0])[1] - solution[1]).abs() < 1e-12);
        let forms = matrix.forms_of_rows(&[1.0, 2.0, 3.0, 0.0, 1.0, 0.0]);
        assert!((forms[0] - dot(&[1.0, 2.0, 3.0], &matrix.times(&[1.0, 2.0, 3.0]))).abs() < 1e-12);
        assert!(forms.len() == 2 && (forms[1] - matrix.get(1, 1)).abs() < 1e-12);
        let lower = factor.lower();
        assert!((dot(&lower[3..6], &lower[6..9]) - matrix.get(1, 2)).abs() < 1e-12, "L Lᵀ is the matrix");
        assert!((factor.colour(&[1.0, 0.0, 0.0])[2] - lower[6]).abs() < 1e-12);
    }

    #[test]
    fn gram_is_the_sum_of_outer_products() {
        let rows = [1.0, 2.0, -1.0, 0.5];
        let gram = Symmetric::weighted_gram(&rows, &[2.0, 3.0], 2);
        let mut wanted = Symmetric::from_diagonal(&[0.0, 0.0]);
        wanted.add_outer(2.0, &rows[..2]);
        wanted.add_outer(3.0, &rows[2..]);
        assert_eq!(gram, wanted);
        let (values, vectors) = gram.eigen().unwrap();
        let first = [vectors[0], vectors[2]];
        for (product, component) in gram.times(&first).iter().zip(first) {
            assert!((product - values[0] * component).abs() < 1e-12);
        }
        assert!((gram.cholesky().unwrap().log_determinant() - (values[0] * values[1]).ln()).abs() < 1e-12);
    }
}
