//! How learning stands: accuracy on audit votes that were predicted before they were given, its curve, and what more
//! votes are likely to bring.

use std::collections::HashMap;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tiebreak_domain::learning::LearningState;
use tiebreak_domain::reward::{Prediction, Scorer};
use tiebreak_domain::{Interval, Judgment, JudgmentId};
use tiebreak_reward::learn::ordinal::Verdict;
use tiebreak_reward::learn::stopping::StoppingRule;
use tiebreak_stats::bootstrap::Plan;
use tiebreak_stats::interval::{REPORT_LEVEL, wilson};
use tiebreak_stats::learning_curve::{CurvePoint, forecast};
use tiebreak_store::StoredPrediction;

use super::learned::{Learned, SURE, ends};
use super::votes::KnownVote;

/// Audit votes behind one point of the curve.
const WINDOW: usize = 30;
/// How many votes ahead are forecast.
const MORE: u64 = 200;
/// Resamples of the forecast: it is made anew at every refit.
const RESAMPLES: usize = 200;

/// An audit vote that was predicted before it was given.
pub struct Predicted<'a> {
    /// The vote.
    pub known: &'a KnownVote,
    /// How many votes the project had then.
    pub votes_before: u64,
    /// What was said.
    pub prediction: Prediction,
}

/// The votes of the main dimension that the head predicted before they were given, in the order in which they came.
/// What was said of a pair that somebody had voted on is no such prediction, whoever kept it.
pub fn predicted<'a>(
    learned: &'a Learned,
    predictions: &[StoredPrediction],
    judgments: &[Judgment],
) -> Vec<Predicted<'a>> {
    let main = learned.main();
    let said: HashMap<JudgmentId, Prediction> = predictions
        .iter()
        .filter(|stored| stored.scorer == Scorer::Head && stored.question == main.key)
        .map(|stored| (stored.judgment, stored.prediction))
        .collect();
    let order: HashMap<JudgmentId, u64> =
        judgments.iter().enumerate().map(|(place, judgment)| (judgment.given.id, place as u64)).collect();
    let mut predicted: Vec<Predicted<'_>> = main
        .votes
        .iter()
        .filter_map(|known| {
            let prediction = *said.get(&known.judgment)?;
            let votes_before = *order.get(&known.judgment)?;
            Some(Predicted { known, votes_before, prediction })
        })
        .collect();
    predicted.sort_by_key(|predicted| predicted.votes_before);
    let mut first_on: HashMap<[u32; 2], u64> = HashMap::new();
    for known in &main.votes {
        let place = order.get(&known.judgment).copied().unwrap_or(u64::MAX);
        let first = first_on.entry(ends(&learned.pool.pairs[known.pair])).or_insert(place);
        *first = place.min(*first);
    }
    let is_first = |predicted: &Predicted<'_>| {
        first_on.get(&ends(&learned.pool.pairs[predicted.known.pair])) == Some(&predicted.votes_before)
    };
    predicted.retain(is_first);
    predicted
}

/// The curve over windows of decided audit votes: votes so far, accuracy.
pub fn curve(predicted: &[Predicted<'_>]) -> Vec<(u64, Interval)> {
    let decided: Vec<(u64, bool)> = predicted
        .iter()
        .filter(|predicted| predicted.known.is_audit)
        .filter_map(|predicted| Some((predicted.votes_before, is_right(predicted)?)))
        .collect();
    decided
        .chunks(WINDOW)
        .filter(|window| window.len() == WINDOW)
        .filter_map(|window| {
            let right = window.iter().filter(|(_, is_right)| *is_right).count() as u64;
            let votes = window.iter().map(|(votes, _)| *votes).sum::<u64>() / WINDOW as u64;
            Some((votes, wilson(right, WINDOW as u64, REPORT_LEVEL)?))
        })
        .collect()
}

/// What more votes than there are now are likely to bring; none before the curve says anything.
pub fn next_200(curve: &[(u64, Interval)], votes: u64) -> Option<Interval> {
    let points: Vec<CurvePoint> = curve
        .iter()
        .map(|(votes, accuracy)| CurvePoint {
            labels: (*votes).max(1),
            accuracy: accuracy.estimate,
            standard_error: (accuracy.estimate * (1.0 - accuracy.estimate) / WINDOW as f64).sqrt().max(0.02),
        })
        .collect();
    let plan = Plan { resamples: RESAMPLES, level: REPORT_LEVEL };
    // The same votes give the same forecast.
    let mut random = StdRng::seed_from_u64(points.len() as u64);
    forecast(&points, votes, MORE, plan, &mut random).ok().map(|forecast| forecast.gain)
}

/// All of it.
pub fn state(
    learned: &Learned,
    predictions: &[StoredPrediction],
    remarks: &[String],
    judgments: &[Judgment],
) -> LearningState {
    let main = learned.main();
    let predicted = predicted(learned, predictions, judgments);
    let decided: Vec<bool> =
        predicted.iter().filter(|predicted| predicted.known.is_audit).filter_map(is_right).collect();
    let right = decided.iter().filter(|is_right| **is_right).count() as u64;
    let curve = curve(&predicted);
    let next_200 = next_200(&curve, judgments.len() as u64);
    let signs = learned.stopping.signs(&StoppingRule::default(), next_200.as_ref().map(|gain| gain.estimate));
    let stopping = signs.says_stop().then(|| {
        let mut why = Vec::new();
        if signs.is_stable {
            why.push("one head after another says the same");
        }
        if signs.is_exhausted {
            why.push("what is left promises little information");
        }
        if signs.is_flat == Some(true) {
            why.push("the curve is flat");
        }
        format!("Two of three signs say so: {}", why.join(", "))
    });
    LearningState {
        features: learned.pool.features.clone(),
        priors: {
            let pool = &learned.pool;
            let scorers = pool.scorers.iter().map(|scorer| (&scorer.name, &scorer.dimension));
            let judges = pool.judges.iter().map(|judge| (&judge.name, &judge.dimension));
            scorers.chain(judges).map(|(name, dimension)| format!("{name} {dimension}")).collect()
        },
        votes: main.votes.len() as u64,
        audit_votes: main.votes.iter().filter(|known| known.is_audit).count() as u64,
        pairs: learned.pool.pairs.len() as u64,
        accuracy: wilson(right, decided.len() as u64, REPORT_LEVEL),
        curve,
        next_200,
        stopping,
        remarks: learned.pool.remarks.iter().chain(remarks).cloned().collect(),
        sure: learned.sure(SURE).len() as u64,
        is_fitting: false,
    }
}

/// Whether the head chose the side that won; none of a tie.
pub fn is_right(predicted: &Predicted<'_>) -> Option<bool> {
    let a_is_likelier = predicted.prediction.a >= predicted.prediction.b;
    match predicted.known.vote.verdict {
        Verdict::A(_) => Some(a_is_likelier),
        Verdict::B(_) => Some(!a_is_likelier),
        Verdict::Tie => None,
    }
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::showing::AcquisitionMethod;
    use tiebreak_domain::{Outcome, Rubric};

    use super::super::tests::{items, judgment, learned, preferred};
    use super::*;

    #[test]
    fn what_is_to_come_is_counted_from_the_votes_there_are() {
        let accuracy = |votes: u64| 0.9 - (votes as f64).powf(-0.5);
        let interval = |estimate| Interval { estimate, low: estimate, high: estimate, level: REPORT_LEVEL };
        let curve: Vec<(u64, Interval)> =
            (1..=6).map(|window| 50 * window).map(|votes| (votes, interval(accuracy(votes)))).collect();
        let gain = |votes: u64| next_200(&curve, votes).expect("six windows").estimate;
        assert!((gain(600) - (accuracy(800) - accuracy(600))).abs() < 2e-3, "{}", gain(600));
        assert!(gain(600) < gain(300) / 1.5, "what came since the last window is not to come any more");
    }

    #[test]
    fn only_the_first_vote_on_a_pair_was_foretold() {
        let mut heads = learned(&items(3, 2), &Rubric::default());
        let vote = |number, annotator, item| {
            judgment(number, annotator, item, preferred(Outcome::B), AcquisitionMethod::Audit)
        };
        let votes = [vote(1, 1, 1), vote(2, 2, 1), vote(3, 2, 2)];
        heads.refit(&votes, 1);
        let prediction = Prediction { a: 0.1, tie: 0.1, b: 0.8 };
        let kept: Vec<StoredPrediction> = votes
            .iter()
            .map(|vote| StoredPrediction {
                judgment: vote.given.id,
                scorer: Scorer::Head,
                question: heads.main().key.clone(),
                prediction,
            })
            .collect();
        let predicted = predicted(&heads, &kept, &votes);
        let of: Vec<_> = predicted.iter().map(|predicted| predicted.known.judgment).collect();
        assert_eq!(of, [votes[0].given.id, votes[2].given.id], "the second on the first pair was not");
    }
}
