//! What a head believes of every pair of a pool, kept up to date vote by vote.
//!
//! A vote moves the head along one direction `u`, so every pair's mean and variance follow from one number per
//! candidate, `t = φ·u` (METHODS 2.6): one pass over the candidates' features and one over the pairs, exact.
//! The inner loop works on sixteen f32 at a time, which the compiler turns into vector instructions.

use std::thread;

use faer::{Accum, MatMut, MatRef, Par};
use serde::{Deserialize, Serialize};

use crate::learn::features::FeatureTable;

use super::{Belief, Head, Update};

/// Two candidates that may be asked about, and the cluster (the prompt) they share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pair {
    /// Row of the first candidate.
    pub a: u32,
    /// Row of the second.
    pub b: u32,
    /// What pairs of one prompt share.
    pub cluster: u32,
}

impl Pair {
    /// Every pair of one item's candidates.
    pub fn all_of(candidates: &[u32], cluster: u32) -> Vec<Self> {
        let pair = |(place, a): (usize, &u32)| {
            candidates[place + 1..].iter().map(move |b| (*a, *b)).collect::<Vec<_>>()
        };
        candidates.iter().enumerate().flat_map(pair).map(|(a, b)| Self { a, b, cluster }).collect()
    }
}

/// Means and variances of every pair's difference, in the pool's order.
#[derive(Clone, Debug)]
pub struct PoolBelief {
    means: Vec<f32>,
    variances: Vec<f32>,
    projections: Vec<f32>,
    threads: usize,
}

impl PoolBelief {
    /// Computes the pool from scratch, on this many threads. `offsets` are those of the pairs, if a judge of pairs
    /// has any. The candidates are sent through a factor of the covariance once, so that a pair costs O(d).
    pub fn new(
        head: &Head,
        table: &FeatureTable,
        pairs: &[Pair],
        offsets: Option<&[f32]>,
        threads: usize,
    ) -> Self {
        let weights = head.weights().iter().map(|weight| *weight as f32).collect::<Vec<_>>();
        let mut pool = Self {
            means: offsets.map_or_else(|| vec![0.0; pairs.len()], <[f32]>::to_vec),
            variances: vec![0.0; pairs.len()],
            projections: vec![0.0; table.len()],
            threads: threads.max(1),
        };
        pool.project(table, &weights);
        let coloured = coloured(head, table, pool.threads);
        let width = table.width();
        let projections = &pool.projections;
        let row = |candidate: u32| &coloured[candidate as usize * width..(candidate as usize + 1) * width];
        in_chunks(pool.threads, pairs, &mut pool.means, &mut pool.variances, |pair, mean, variance| {
            *mean += projections[pair.a as usize] - projections[pair.b as usize];
            *variance = squared_distance(row(pair.a), row(pair.b));
        });
        pool
    }

    /// Follows what a vote moved.
    pub fn refresh(&mut self, table: &FeatureTable, pairs: &[Pair], update: &Update) {
        self.project(table, &update.direction);
        let (gain, shrink) = (update.gain as f32, update.shrink as f32);
        let projections = &self.projections;
        in_chunks(self.threads, pairs, &mut self.means, &mut self.variances, |pair, mean, variance| {
            let moved = projections[pair.a as usize] - projections[pair.b as usize];
            *mean += gain * moved;
            *variance = (*variance - shrink * moved * moved).max(0.0);
        });
    }

    /// A number per pair out of its mean and variance, written to `scores`.
    pub fn score_into(&self, scores: &mut [f32], score: impl Fn(f32, f32) -> f32 + Sync) {
        let chunk = self.means.len().div_ceil(self.threads).max(1);
        thread::scope(|scope| {
            let parts =
                self.means.chunks(chunk).zip(self.variances.chunks(chunk)).zip(scores.chunks_mut(chunk));
            for ((means, variances), scores) in parts {
                let score = &score;
                spawn(scope, self.threads, move || {
                    for ((out, mean), variance) in scores.iter_mut().zip(means).zip(variances) {
                        *out = score(*mean, *variance);
                    }
                });
            }
        });
    }

    /// The belief of a pair.
    pub fn belief(&self, pair: usize) -> Belief {
        Belief { mean: f64::from(self.means[pair]), variance: f64::from(self.variances[pair]) }
    }

    /// The means, in the pool's order.
    pub fn means(&self) -> &[f32] {
        &self.means
    }

    /// The variances.
    pub fn variances(&self) -> &[f32] {
        &self.variances
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.means.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.means.is_empty()
    }

    /// `φ·direction` of every candidate: the only pass over the features.
    fn project(&mut self, table: &FeatureTable, direction: &[f32]) {
        project_into(&mut self.projections, table, direction, self.threads);
    }
}

/// The inner product of every candidate's features with one direction.
pub fn project_into(projections: &mut [f32], table: &FeatureTable, direction: &[f32], threads: usize) {
    let width = table.width();
    let rows = projections.len().div_ceil(threads.max(1)).max(1);
    thread::scope(|scope| {
        for (out, values) in projections.chunks_mut(rows).zip(table.values().chunks(rows * width)) {
            spawn(scope, threads, move || {
                for (out, row) in out.iter_mut().zip(values.chunks_exact(width)) {
                    *out = dot_f32(row, direction);
                }
            });
        }
    });
}

/// `Lᵀφ` of every candidate, where `L Lᵀ` is the covariance of the table's columns.
fn coloured(head: &Head, table: &FeatureTable, threads: usize) -> Vec<f32> {
    let width = table.width();
    let factor = head.factor();
    // The side of the screen is the last column, so the leading rows of the factor are those of the features.
    let lower = factor.lower();
    let leading = (0..width * width)
        .map(|place| lower[place / width * (width + 1) + place % width] as f32)
        .collect::<Vec<_>>();
    let mut coloured = vec![0.0_f32; table.values().len()];
    let chunk = table.len().div_ceil(threads.max(1)).max(1) * width;
    thread::scope(|scope| {
        for (out, rows) in coloured.chunks_mut(chunk).zip(table.values().chunks(chunk)) {
            let leading = &leading;
            spawn(scope, threads, move || {
                let count = rows.len() / width;
                faer::linalg::matmul::matmul(
                    MatMut::from_row_major_slice_mut(out, count, width),
                    Accum::Replace,
                    MatRef::from_row_major_slice(rows, count, width),
                    MatRef::from_row_major_slice(leading, width, width),
                    1.0,
                    Par::Seq,
                );
            });
        }
    });
    coloured
}

/// Runs over the pairs with their two numbers, a share of them on each thread.
fn in_chunks(
    threads: usize,
    pairs: &[Pair],
    means: &mut [f32],
    variances: &mut [f32],
    each: impl Fn(&Pair, &mut f32, &mut f32) + Sync,
) {
    let chunk = pairs.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let parts = pairs.chunks(chunk).zip(means.chunks_mut(chunk)).zip(variances.chunks_mut(chunk));
        for ((pairs, means), variances) in parts {
            let each = &each;
            spawn(scope, threads, move || {
                for ((pair, mean), variance) in pairs.iter().zip(means).zip(variances) {
                    each(pair, mean, variance);
                }
            });
        }
    });
}

/// Runs a share of the work on a thread of its own, or right here where there is to be one only.
fn spawn<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    threads: usize,
    work: impl FnOnce() + Send + 'scope,
) {
    if threads <= 1 {
        return work();
    }
    thread::Builder::new()
        .name("rerank".to_owned())
        .spawn_scoped(scope, work)
        .expect("the system starts a few threads");
}

const LANES: usize = 16;

/// The inner product in sixteen running sums.
pub(crate) fn dot_f32(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (left_chunks, right_chunks) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
    let rest = left_chunks
        .remainder()
        .iter()
        .zip(right_chunks.remainder())
        .map(|(left, right)| left * right)
        .sum::<f32>();
    for (left, right) in left_chunks.zip(right_chunks) {
        for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
            *sum += left * right;
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// The squared distance in sixteen running sums.
pub(crate) fn squared_distance(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (left_chunks, right_chunks) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
    let rest = left_chunks
        .remainder()
        .iter()
        .zip(right_chunks.remainder())
        .map(|(left, right)| (left - right).powi(2))
        .sum::<f32>();
    for (left, right) in left_chunks.zip(right_chunks) {
        for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
            *sum += (left - right) * (left - right);
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::super::prior::Prior;
    use super::super::tests::world;
    use super::*;
    use crate::learn::ordinal::Ordinal;

    fn pairs(candidates: u32) -> Vec<Pair> {
        (0..candidates)
            .flat_map(|a| Pair::all_of(&[a, (a + 3) % candidates, (a + 7) % candidates], a))
            .collect()
    }

    #[test]
    fn refreshing_is_computing_again() {
        let (table, votes) = world(50, 37, 40, 12);
        let pairs = pairs(50);
        let offsets = (0..pairs.len()).map(|index| (index % 5) as f32 / 10.0).collect::<Vec<_>>();
        for threads in [1, 3] {
            let mut head = Head::new(&table, Ordinal::rao_kupper(0.3), Prior::default());
            let mut pool = PoolBelief::new(&head, &table, &pairs, Some(&offsets), threads);
            for vote in &votes {
                let update = head.update(&table, vote);
                pool.refresh(&table, &pairs, &update);
            }
            for (index, pair) in pairs.iter().enumerate() {
                let naive = head.belief(&table, pair.a, pair.b, f64::from(offsets[index]));
                let kept = pool.belief(index);
                assert!((naive.mean - kept.mean).abs() < 1e-4, "means: {naive:?} {kept:?}");
                assert!((naive.variance - kept.variance).abs() < 1e-4, "variances: {naive:?} {kept:?}");
            }
            let fresh = PoolBelief::new(&head, &table, &pairs, Some(&offsets), threads);
            let gaps = fresh.variances.iter().zip(&pool.variances).map(|(one, other)| (one - other).abs());
            assert!(gaps.fold(0.0, f32::max) < 1e-4, "from scratch it is the same");
            let mut scores = vec![0.0; pairs.len()];
            pool.score_into(&mut scores, |mean, variance| mean + 2.0 * variance);
            assert_eq!(scores[7], pool.means[7] + 2.0 * pool.variances[7]);
        }
    }

    #[test]
    fn items_of_many_candidates_give_every_pair() {
        assert_eq!(Pair::all_of(&[4, 5, 6, 7], 1).len(), 6);
        assert_eq!(Pair::all_of(&[4, 5], 1), [Pair { a: 4, b: 5, cluster: 1 }]);
    }
}
