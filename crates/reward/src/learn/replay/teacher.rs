//! A hidden taste: labels from real features by a linear teacher whose best possible accuracy is set.
//!
//! The semi-synthetic track of METHODS 3.3: the ceiling is known, so a policy can be told from a weak feature set.

use rand::Rng;

use crate::learn::features::FeatureTable;
use crate::learn::head::pool::Pair;
use crate::learn::logistic::{normal_draw, sigmoid};
use crate::learn::ordinal::Verdict;

/// A label per pair, by a random direction scaled until the mean of `max(p, 1 − p)` is the wanted accuracy.
pub fn labels(table: &FeatureTable, pairs: &[Pair], accuracy: f64, random: &mut impl Rng) -> Vec<Verdict> {
    let taste = (0..table.width()).map(|_| normal_draw(random)).collect::<Vec<_>>();
    let differences = pairs
        .iter()
        .map(|pair| {
            table.difference(pair.a, pair.b).zip(&taste).map(|(value, weight)| value * weight).sum::<f64>()
        })
        .collect::<Vec<_>>();
    let scale = scale_for(&differences, accuracy);
    differences
        .iter()
        .map(|difference| {
            let is_a = random.random::<f64>() < sigmoid(scale * difference);
            if is_a { Verdict::A(None) } else { Verdict::B(None) }
        })
        .collect()
}

/// The scale at which the best possible accuracy is this; by halving, on a logarithmic scale.
fn scale_for(differences: &[f64], accuracy: f64) -> f64 {
    let best = |scale: f64| {
        let sure = differences.iter().map(|difference| sigmoid((scale * difference).abs()));
        sure.sum::<f64>() / differences.len().max(1) as f64
    };
    let (mut low, mut high) = (-12.0_f64, 12.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if best(middle.exp()) < accuracy { low = middle } else { high = middle }
    }
    f64::midpoint(low, high).exp()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::learn::head::tests::world;

    #[test]
    fn the_ceiling_is_the_wanted_one() {
        let (table, votes) = world(500, 5, 4_000, 40);
        let pairs = votes.iter().map(|vote| Pair { a: vote.a, b: vote.b, cluster: 0 }).collect::<Vec<_>>();
        for accuracy in [0.75, 0.85, 0.95] {
            let mut random = StdRng::seed_from_u64(2);
            let labels = labels(&table, &pairs, accuracy, &mut random);
            let mut again = StdRng::seed_from_u64(2);
            let taste = (0..5).map(|_| normal_draw(&mut again)).collect::<Vec<_>>();
            let met = pairs.iter().zip(&labels).filter(|(pair, label)| {
                let difference =
                    table.difference(pair.a, pair.b).zip(&taste).map(|(value, weight)| value * weight);
                (difference.sum::<f64>() > 0.0) == (**label == Verdict::A(None))
            });
            let share = met.count() as f64 / pairs.len() as f64;
            assert!((share - accuracy).abs() < 0.02, "who knows the taste is right this often: {share}");
        }
    }
}
