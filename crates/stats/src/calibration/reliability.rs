//! Reliability diagrams and the expected calibration error (ECE).
//!
//! Predictions are put into bins; within each, the mean probability should be the share that came true (Guo et al.
//! 2017, arXiv 1706.04599). The number depends on the binning (Kumar et al. 2019, arXiv 1909.10155), so reports show
//! equal widths and equal masses side by side, with counts. A resampled ECE leans upwards in small samples: noise
//! alone makes one.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Scored, scores::one_against_rest};
use crate::Interval;
use crate::bootstrap::{Plan, by_cluster, plain};
use crate::interval::wilson;

/// How predictions are put into bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "bins", rename_all = "snake_case")]
pub enum Binning {
    /// So many bins of equal width over 0 to 1, each without its lower end and with its upper; 0 is in the first.
    EqualWidth(usize),
    /// At most so many bins of nearly equal counts; equal probabilities stay together.
    EqualMass(usize),
}

/// One bin that holds anything.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// The lower end: of the bin, or with equal masses the least probability in it.
    pub low: f64,
    /// The upper end, likewise.
    pub high: f64,
    /// How many predictions it holds.
    pub count: u64,
    /// Their mean probability.
    pub mean_probability: f64,
    /// The share that came true, with Wilson's interval.
    pub observed: Interval,
}

/// A reliability diagram. Empty bins are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// How the bins were made.
    pub binning: Binning,
    /// From the least probable up.
    pub bins: Vec<ReliabilityBin>,
    /// The mean distance between probability and share, weighted by counts.
    pub ece: f64,
}

/// The diagram of some predictions. None of no predictions, or into no bins.
pub fn reliability(scored: &[Scored], binning: Binning, level: f64) -> Option<Reliability> {
    let bins: Vec<ReliabilityBin> = groups(scored, binning)
        .into_iter()
        .map(|group| {
            let count = group.members.len() as u64;
            let happened = group.members.iter().filter(|one| one.happened).count() as u64;
            let sum: f64 = group.members.iter().map(|one| one.probability).sum();
            ReliabilityBin {
                low: group.low,
                high: group.high,
                count,
                mean_probability: sum / count as f64,
                observed: wilson(happened, count, level).expect("empty groups are left out"),
            }
        })
        .collect();
    let ece = bins
        .iter()
        .map(|bin| bin.count as f64 * (bin.mean_probability - bin.observed.estimate).abs())
        .sum::<f64>()
        / scored.len() as f64;
    (!bins.is_empty()).then_some(Reliability { binning, bins, ece })
}

/// The ECE with an interval from resampled predictions.
pub fn ece_interval(scored: &[Scored], binning: Binning, plan: Plan, rng: &mut impl Rng) -> Option<Interval> {
    let mut drawn = Vec::with_capacity(scored.len());
    plain(scored.len(), plan, rng, |positions| {
        drawn.clear();
        drawn.extend(positions.iter().map(|at| scored[*at]));
        ece(&drawn, binning)
    })
}

/// The same where predictions of one cluster, such as a prompt, go together: whole clusters are drawn.
pub fn ece_interval_by_cluster(
    scored: &[Scored],
    cluster_of: &[usize],
    binning: Binning,
    plan: Plan,
    rng: &mut impl Rng,
) -> Option<Interval> {
    let mut drawn = Vec::with_capacity(scored.len());
    by_cluster(cluster_of, plan, rng, |positions| {
        drawn.clear();
        drawn.extend(positions.iter().map(|at| scored[*at]));
        ece(&drawn, binning)
    })
}

/// The mean over outcomes of the ECE of each against the rest; each row is the probabilities and which came true.
pub fn classwise_ece<const K: usize>(rows: &[([f64; K], usize)], binning: Binning) -> Option<f64> {
    let sum: Option<f64> = (0..K).map(|class| ece(&one_against_rest(rows, class), binning)).sum();
    Some(sum? / K as f64)
}

/// The ECE alone, without the diagram's intervals.
fn ece(scored: &[Scored], binning: Binning) -> Option<f64> {
    let groups = groups(scored, binning);
    let gap =
        |group: &Group| group.members.iter().map(|one| one.probability - one.outcome()).sum::<f64>().abs();
    (!groups.is_empty()).then(|| groups.iter().map(gap).sum::<f64>() / scored.len() as f64)
}

/// What is in one bin, and its ends.
struct Group {
    low: f64,
    high: f64,
    members: Vec<Scored>,
}

fn groups(scored: &[Scored], binning: Binning) -> Vec<Group> {
    match binning {
        Binning::EqualWidth(bins) => groups_of_equal_width(scored, bins),
        Binning::EqualMass(bins) => groups_of_equal_mass(scored, bins),
    }
}

fn groups_of_equal_width(scored: &[Scored], bins: usize) -> Vec<Group> {
    let end = |bin: usize| bin as f64 / bins as f64;
    let mut groups: Vec<Group> =
        (0..bins).map(|bin| Group { low: end(bin), high: end(bin + 1), members: Vec::new() }).collect();
    for one in scored {
        let mut bin = ((one.probability * bins as f64).ceil() as usize).clamp(1, bins.max(1)) - 1;
        // The product may round across an end; the ends themselves decide.
        if bin > 0 && one.probability <= end(bin) {
            bin -= 1;
        } else if bin + 1 < bins && one.probability > end(bin + 1) {
            bin += 1;
        }
        if let Some(group) = groups.get_mut(bin) {
            group.members.push(*one);
        }
    }
    groups.retain(|group| !group.members.is_empty());
    groups
}

fn groups_of_equal_mass(scored: &[Scored], bins: usize) -> Vec<Group> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|one, other| one.probability.total_cmp(&other.probability));
    let mut groups = Vec::new();
    let mut start = 0;
    for bin in 1..=bins {
        let mut end = (sorted.len() * bin / bins).max(start);
        while end > start && end < sorted.len() && sorted[end].probability == sorted[end - 1].probability {
            end += 1;
        }
        if let [first, .., last] | [first @ last] = &sorted[start..end] {
            groups.push(Group {
                low: first.probability,
                high: last.probability,
                members: sorted[start..end].to_vec(),
            });
        }
        start = end;
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::super::toy;
    use super::*;

    #[test]
    fn the_toy_has_its_known_errors() {
        let confident: Vec<Scored> = toy().into_iter().map(Scored::as_confidence).collect();
        let diagram = reliability(&confident, Binning::EqualWidth(10), 0.95).expect("ten predictions");
        assert!((diagram.ece - 0.14).abs() < 1e-12, "of confidence, ten bins: {}", diagram.ece);
        let diagram = reliability(&toy(), Binning::EqualWidth(5), 0.95).expect("ten predictions");
        assert!((diagram.ece - 0.15).abs() < 1e-12, "of probability, five bins: {}", diagram.ece);
        assert_eq!(diagram.bins.iter().map(|bin| bin.count).sum::<u64>(), 10);
    }

    /// 0.07 × 100 rounds to a hair above 7.
    #[test]
    fn an_end_belongs_to_the_bin_below_even_where_products_round() {
        let diagram =
            reliability(&[Scored { probability: 0.07, happened: true }], Binning::EqualWidth(100), 0.95);
        let bin = diagram.expect("one prediction").bins[0];
        assert_eq!((bin.low, bin.high), (0.06, 0.07));
    }

    #[test]
    fn equal_masses_keep_equal_probabilities_together() {
        let scored: Vec<Scored> =
            [0.2, 0.2, 0.2, 0.7, 0.8, 0.9].map(|probability| Scored { probability, happened: true }).to_vec();
        let diagram = reliability(&scored, Binning::EqualMass(3), 0.95).expect("six predictions");
        let counts: Vec<u64> = diagram.bins.iter().map(|bin| bin.count).collect();
        assert_eq!(counts, [3, 1, 2], "the second bin begins where the first had to end");
    }

    #[test]
    fn calibrated_forecasts_have_little_error_and_overconfident_ones_much() {
        let mut rng = StdRng::seed_from_u64(21);
        let honest: Vec<Scored> = (0..20_000)
            .map(|_| {
                let probability: f64 = rng.random();
                Scored { probability, happened: rng.random::<f64>() < probability }
            })
            .collect();
        let plan = Plan { resamples: 40, level: 0.95 };
        for binning in [Binning::EqualWidth(10), Binning::EqualMass(10)] {
            let interval = ece_interval(&honest, binning, plan, &mut rng).expect("many predictions");
            assert!(interval.high < 0.02, "{binning:?}: {interval:?}");
            let pushed: Vec<Scored> = honest
                .iter()
                .map(|one| Scored { probability: f64::from(u8::from(one.probability > 0.5)), ..*one })
                .collect();
            let interval = ece_interval(&pushed, binning, plan, &mut rng).expect("many predictions");
            assert!(interval.contains(0.25), "certainty is off by a quarter here: {interval:?}");
        }
    }

    #[test]
    fn classwise_error_is_the_mean_over_outcomes() {
        let rows = [([0.5, 0.3, 0.2], 0), ([0.5, 0.3, 0.2], 1)];
        let error = classwise_ece(&rows, Binning::EqualWidth(10)).expect("two rows");
        assert!((error - (0.0 + 0.2 + 0.2) / 3.0).abs() < 1e-12, "{error}");
    }

    #[test]
    fn nothing_has_no_diagram() {
        assert_eq!(reliability(&[], Binning::EqualMass(10), 0.95), None);
        assert_eq!(reliability(&toy(), Binning::EqualWidth(0), 0.95), None);
    }

    proptest! {
        #[test]
        fn every_prediction_is_in_one_bin_and_inside_its_ends(
            hundredths in prop::collection::vec(0_u8..=100, 1..80), bins in 1_usize..20, by_mass: bool,
        ) {
            let scored: Vec<Scored> = hundredths
                .iter()
                .map(|percent| Scored { probability: f64::from(*percent) / 100.0, happened: percent % 3 == 0 })
                .collect();
            let binning = if by_mass { Binning::EqualMass(bins) } else { Binning::EqualWidth(bins) };
            let groups = groups(&scored, binning);
            prop_assert_eq!(groups.iter().map(|group| group.members.len()).sum::<usize>(), scored.len());
            for group in &groups {
                for one in &group.members {
                    prop_assert!(group.low <= one.probability && one.probability <= group.high);
                    prop_assert!(by_mass || one.probability > group.low || group.low == 0.0);
                }
            }
        }
    }
}
