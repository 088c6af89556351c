//! A gate over given scores: how much each of them counts, by the prompt.
//!
//! `score = s · Σ_k g_k(prompt) r_k` with `g = softmax((V e + b) / T)`: ArmoRM's stage 2 (Wang et al. 2024, arXiv
//! 2406.12845) with a linear gate in place of its perceptron (METHODS 2.4), trained on pairs by L-BFGS. The scores
//! are de-correlated from verbosity first ([`verbosity_shares`]), as the paper says; its released code trains on
//! the scores from before that (METHODS 5, trap 6).

use super::matrix::{add_scaled, dot};
use super::ordinal::{Ordinal, Verdict};

/// The shares that the paper tries, from none upwards.
const SHARES: [f64; 16] =
    [0.0, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95];
const HIGHEST_CORRELATION: f64 = 0.03;

/// How much of the verbosity score is taken off each score: the smallest share whose rank correlation with
/// verbosity is at most .03 on this reference set. `scores` holds one list per dimension, over the candidates.
pub fn verbosity_shares(scores: &[Vec<f64>], verbosity: &[f64]) -> Vec<f64> {
    let least = |dimension: &Vec<f64>| {
        let rest = |share: f64| {
            let values = dimension.iter().zip(verbosity).map(|(score, verbose)| score - share * verbose);
            spearman(&values.collect::<Vec<_>>(), verbosity)
        };
        SHARES.iter().copied().find(|share| rest(*share) <= HIGHEST_CORRELATION).unwrap_or(SHARES[15])
    };
    scores.iter().map(least).collect()
}

/// Spearman's rank correlation, ties sharing the mean of their ranks; zero where either does not vary.
pub fn spearman(left: &[f64], right: &[f64]) -> f64 {
    let (left, right) = (ranks(left), ranks(right));
    let centre = f64::midpoint(left.len() as f64, 1.0);
    let (mut product, mut left_square, mut right_square) = (0.0, 0.0, 0.0);
    for (left, right) in left.iter().zip(&right) {
        product += (left - centre) * (right - centre);
        left_square += (left - centre).powi(2);
        right_square += (right - centre).powi(2);
    }
    if left_square > 0.0 && right_square > 0.0 { product / (left_square * right_square).sqrt() } else { 0.0 }
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order = (0..values.len()).collect::<Vec<_>>();
    order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
    let mut ranks = vec![0.0; values.len()];
    let mut place = 0;
    while place < order.len() {
        let mut end = place + 1;
        while end < order.len() && values[order[end]] == values[order[place]] {
            end += 1;
        }
        let shared = f64::midpoint(place as f64 + 1.0, end as f64);
        order[place..end].iter().for_each(|index| ranks[*index] = shared);
        place = end;
    }
    ranks
}

/// A pair to train on: the prompt's embedding, the scores of both candidates, and what was said.
#[derive(Clone, Debug)]
pub struct GatedPair {
    /// The embedding of the prompt.
    pub prompt: Vec<f64>,
    /// The scores of A, by dimension.
    pub a: Vec<f64>,
    /// The scores of B.
    pub b: Vec<f64>,
    /// What was said.
    pub verdict: Verdict,
}

/// A trained gate.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    dimensions: usize,
    prompt_width: usize,
    temperature: f64,
    /// Per dimension the weights of the prompt and a constant; the logarithm of the scale comes last.
    parameters: Vec<f64>,
}

impl Gate {
    /// A gate that gives every dimension the same share. ArmoRM's temperature is 10.
    pub fn even(dimensions: usize, prompt_width: usize, temperature: f64) -> Self {
        Self {
            dimensions,
            prompt_width,
            temperature,
            parameters: vec![0.0; dimensions * (prompt_width + 1) + 1],
        }
    }

    /// Trains on pairs, with `penalty / 2` times the squared parameters of the gate (the scale is free).
    pub fn train(&self, pairs: &[GatedPair], penalty: f64) -> Self {
        let parameters = descend(self.parameters.clone(), |parameters| self.loss(parameters, pairs, penalty));
        Self { parameters, ..self.clone() }
    }

    /// The share of each dimension for a prompt; they sum to one.
    pub fn shares(&self, prompt: &[f64]) -> Vec<f64> {
        self.shares_at(&self.parameters, prompt)
    }

    /// The gated score of a candidate.
    pub fn score(&self, prompt: &[f64], scores: &[f64]) -> f64 {
        self.parameters[self.parameters.len() - 1].exp() * dot(&self.shares(prompt), scores)
    }

    fn shares_at(&self, parameters: &[f64], prompt: &[f64]) -> Vec<f64> {
        let logits = parameters
            .chunks_exact(self.prompt_width + 1)
            .take(self.dimensions)
            .map(|row| (dot(row, prompt) + row[self.prompt_width]) / self.temperature)
            .collect::<Vec<_>>();
        let highest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shares = logits.iter().map(|logit| (logit - highest).exp()).collect::<Vec<_>>();
        let total = shares.iter().sum::<f64>();
        shares.into_iter().map(|share| share / total).collect()
    }

    /// The penalised loss and its gradient.
    fn loss(&self, parameters: &[f64], pairs: &[GatedPair], penalty: f64) -> (f64, Vec<f64>) {
        let likelihood = Ordinal::bradley_terry();
        let last = parameters.len() - 1;
        let scale = parameters[last].exp();
        let mut loss = 0.5 * penalty * dot(&parameters[..last], &parameters[..last]);
        let mut gradient = parameters.iter().map(|value| penalty * value).collect::<Vec<_>>();
        gradient[last] = 0.0;
        for pair in pairs {
            let shares = self.shares_at(parameters, &pair.prompt);
            let gaps = pair.a.iter().zip(&pair.b).map(|(a, b)| a - b).collect::<Vec<_>>();
            let mixed = dot(&shares, &gaps);
            let at = likelihood.evaluate(pair.verdict, scale * mixed);
            loss -= at.log_probability;
            gradient[last] -= at.gradient * scale * mixed;
            for (dimension, row) in gradient[..last].chunks_exact_mut(self.prompt_width + 1).enumerate() {
                let slope =
                    -at.gradient * scale / self.temperature * shares[dimension] * (gaps[dimension] - mixed);
                add_scaled(&mut row[..self.prompt_width], slope, &pair.prompt);
                row[self.prompt_width] += slope;
            }
        }
        (loss, gradient)
    }
}

/// L-BFGS with ten pairs of memory and halving steps (Nocedal and Wright 2006, algorithm 7.4).
fn descend(mut at: Vec<f64>, objective: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> Vec<f64> {
    let (mut value, mut gradient) = objective(&at);
    let mut memory: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for _ in 0..500 {
        let direction = two_loops(&gradient, &memory);
        let slope = -dot(&direction, &gradient);
        let mut share = if memory.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1.0) } else { 1.0 };
        let (next, reached, next_gradient) = loop {
            let mut next = at.clone();
            add_scaled(&mut next, -share, &direction);
            let (reached, next_gradient) = objective(&next);
            if reached <= value + 1e-4 * share * slope {
                break (next, reached, next_gradient);
            }
            share *= 0.5;
            if share < 1e-12 {
                return at;
            }
        };
        let step = next.iter().zip(&at).map(|(next, at)| next - at).collect::<Vec<_>>();
        let change = next_gradient.iter().zip(&gradient).map(|(next, at)| next - at).collect::<Vec<_>>();
        if dot(&step, &change) > 1e-14 {
            memory.push((step, change));
            if memory.len() > 10 {
                memory.remove(0);
            }
        }
        let gained = value - reached;
        (at, value, gradient) = (next, reached, next_gradient);
        if gained < 1e-10 * value.abs().max(1.0) {
            break;
        }
    }
    at
}

fn two_loops(gradient: &[f64], memory: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let mut direction = gradient.to_vec();
    let mut taken = Vec::with_capacity(memory.len());
    for (step, change) in memory.iter().rev() {
        let share = dot(step, &direction) / dot(step, change);
        add_scaled(&mut direction, -share, change);
        taken.push(share);
    }
    if let Some((step, change)) = memory.last() {
        let scale = dot(step, change) / dot(change, change);
        for value in &mut direction {
            *value *= scale;
        }
    }
    for ((step, change), share) in memory.iter().zip(taken.iter().rev()) {
        let back = dot(change, &direction) / dot(step, change);
        add_scaled(&mut direction, share - back, step);
    }
    direction
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::learn::logistic::normal_draw;

    /// Where the prompt says so, the first score is right, elsewhere the second.
    fn pairs(count: usize) -> Vec<GatedPair> {
        let mut random = StdRng::seed_from_u64(6);
        (0..count)
            .map(|index| {
                let mut two = || vec![normal_draw(&mut random), normal_draw(&mut random)];
                let (a, b) = (two(), two());
                let place = index % 2;
                let verdict = if a[place] > b[place] { Verdict::A(None) } else { Verdict::B(None) };
                GatedPair { prompt: vec![if place == 0 { 1.0 } else { -1.0 }], a, b, verdict }
            })
            .collect()
    }

    #[test]
    fn the_gate_learns_which_score_to_trust() {
        let pairs = pairs(400);
        let gate = Gate::even(2, 1, 1.0).train(&pairs, 0.1);
        assert!(gate.shares(&[1.0])[0] > 0.85 && gate.shares(&[-1.0])[1] > 0.85);
        let right = pairs.iter().filter(|pair| {
            let better = gate.score(&pair.prompt, &pair.a) > gate.score(&pair.prompt, &pair.b);
            better == (pair.verdict == Verdict::A(None))
        });
        assert!(right.count() > 370, "nearly every pair is told apart");
    }

    #[test]
    fn the_gradient_is_the_slope() {
        let pairs = pairs(20);
        let gate = Gate::even(2, 1, 10.0);
        let at = [0.3, -0.2, 0.5, 0.1, 0.4];
        let (_, gradient) = gate.loss(&at, &pairs, 0.2);
        for index in 0..5 {
            let moved = |shift: f64| {
                let mut moved = at;
                moved[index] += shift;
                gate.loss(&moved, &pairs, 0.2).0
            };
            assert!((gradient[index] - (moved(1e-5) - moved(-1e-5)) / 2e-5).abs() < 1e-6);
        }
    }

    #[test]
    fn verbosity_is_taken_off_where_it_shows() {
        let verbosity = (0..200).map(f64::from).map(|value| value / 50.0).collect::<Vec<_>>();
        let free = (0..200).map(|index| f64::from(index * 37 % 200) / 50.0).collect::<Vec<_>>();
        let tied =
            free.iter().zip(&verbosity).map(|(free, verbose)| free + 0.3 * verbose).collect::<Vec<_>>();
        let shares = verbosity_shares(&[free.clone(), tied], &verbosity);
        assert_eq!(shares[0], 0.0, "what is not tied to length stays whole");
        assert!((0.2..=0.4).contains(&shares[1]), "{shares:?}");
        assert!((spearman(&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 2.0, 9.0]) - 1.0).abs() < 1e-12);
    }
}
