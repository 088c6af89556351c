//! How learning stands: accuracy on audit votes that were predicted before they were given, its curve, and what more
//! votes are likely to bring.

use std::collections::HashMap;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tiebreak_domain::learning::LearningState;
use tiebreak_domain::reward::{Prediction, Scorer};
use tiebreak_domain::{Interval, JudgmentId};
use tiebreak_reward::learn::ordinal::Verdict;
use tiebreak_reward::learn::stopping::StoppingRule;
use tiebreak_stats::bootstrap::Plan;
use tiebreak_stats::interval::{REPORT_LEVEL, clustered_share};
use tiebreak_stats::learning_curve::{CurvePoint, forecast};
use tiebreak_store::StoredPrediction;

use super::learned::{Learned, SURE, ends};
use super::said::Said;
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

/// The first votes of the main dimension that the head predicted before they were given, in the order in which they
/// came, whatever became of them: those that were looked at again or revised are mostly those that it did not expect.
/// What was said of a pair that somebody had voted on is no such prediction, whoever kept it.
pub fn predicted<'a>(
    learned: &'a Learned,
    predictions: &[StoredPrediction],
    said: &Said,
) -> Vec<Predicted<'a>> {
    let main = learned.main();
    let foretold: HashMap<(JudgmentId, [u8; 2]), Prediction> = predictions
        .iter()
        .filter(|stored| stored.scorer == Scorer::Head && stored.question == main.key)
        .map(|stored| ((stored.judgment, stored.pair.unwrap_or([0, 1])), stored.prediction))
        .collect();
    let mut predicted: Vec<Predicted<'_>> = main
        .first_votes()
        .filter_map(|known| {
            let prediction = *foretold.get(&(known.judgment, known.candidates))?;
            let votes_before = said.votes_before(known.judgment)?;
            Some(Predicted { known, votes_before, prediction })
        })
        .collect();
    predicted.sort_by_key(|predicted| (predicted.votes_before, predicted.known.judgment));
    let mut first_on: HashMap<[u32; 2], (u64, JudgmentId)> = HashMap::new();
    for known in main.votes.iter().chain(&main.set_aside) {
        // A vote that another took the place of has as many before it as the next one.
        let place = (said.votes_before(known.judgment).unwrap_or(u64::MAX), known.judgment);
        let first = first_on.entry(ends(&learned.pool.pairs[known.pair])).or_insert(place);
        *first = place.min(*first);
    }
    let is_first = |predicted: &Predicted<'_>| {
        first_on.get(&ends(&learned.pool.pairs[predicted.known.pair]))
            == Some(&(predicted.votes_before, predicted.known.judgment))
    };
    predicted.retain(is_first);
    predicted
}

/// The curve over windows of decided audit votes: votes so far, accuracy.
pub fn curve(predicted: &[Predicted<'_>]) -> Vec<(u64, Interval)> {
    let decided = decided_audits(predicted);
    // Pairs of one judgment go together: it is one vote.
    let votes: Vec<&[Decided]> = decided.chunk_by(|one, other| one.vote == other.vote).collect();
    votes
        .chunks_exact(WINDOW)
        .filter_map(|window| {
            let votes = window.iter().map(|vote| vote[0].votes_before).sum::<u64>() / WINDOW as u64;
            let pairs = window.iter().flat_map(|vote| vote.iter().map(Decided::share));
            Some((votes, clustered_share(pairs, REPORT_LEVEL)?))
        })
        .collect()
}

/// A pair of an audit vote that says which side is better.
struct Decided {
    vote: JudgmentId,
    votes_before: u64,
    is_right: bool,
}

impl Decided {
    /// Which vote it is of, and whether the head was right.
    fn share(&self) -> (JudgmentId, bool) {
        (self.vote, self.is_right)
    }
}

/// The decided pairs of audit votes, those of one vote beside each other.
fn decided_audits(predicted: &[Predicted<'_>]) -> Vec<Decided> {
    let audits = predicted.iter().filter(|predicted| predicted.known.is_audit());
    let decided = |predicted: &Predicted<'_>| {
        let (vote, votes_before) = (predicted.known.judgment, predicted.votes_before);
        Some(Decided { vote, votes_before, is_right: is_right(predicted)? })
    };
    audits.filter_map(decided).collect()
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
    said: &Said,
) -> LearningState {
    let main = learned.main();
    let predicted = predicted(learned, predictions, said);
    let curve = curve(&predicted);
    let next_200 = next_200(&curve, said.in_force.len() as u64);
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
        audit_votes: main.first_votes().filter(|known| known.is_audit()).count() as u64,
        pairs: learned.pool.pairs.len() as u64,
        accuracy: clustered_share(decided_audits(&predicted).iter().map(Decided::share), REPORT_LEVEL),
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
    use tiebreak_domain::{AnnotatorId, ItemId, Judgment, Origin, Outcome, Rubric};

    use super::super::tests::{items, judgment, learned, preferred, ranked, rankings};
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
                pair: None,
                prediction,
            })
            .collect();
        let predicted = predicted(&heads, &kept, &Said::of(&votes, &[]));
        let of: Vec<_> = predicted.iter().map(|predicted| predicted.known.judgment).collect();
        assert_eq!(of, [votes[0].given.id, votes[2].given.id], "the second on the first pair was not");
    }

    /// What the head said of a vote, whatever pair it is about.
    fn kept(
        heads: &Learned,
        vote: &Judgment,
        pair: Option<[u8; 2]>,
        prediction: Prediction,
    ) -> StoredPrediction {
        let question = heads.main().key.clone();
        StoredPrediction { judgment: vote.given.id, scorer: Scorer::Head, question, pair, prediction }
    }

    #[test]
    fn what_was_looked_at_again_or_revised_is_measured_as_it_was_first_given() {
        let mut heads = learned(&items(60, 2), &Rubric::default());
        let b_expected = Prediction { a: 0.1, tie: 0.0, b: 0.9 };
        let vote =
            |number: i64, outcome| judgment(number, 1, number, preferred(outcome), AcquisitionMethod::Audit);
        // Every third is a surprise. Half of those were looked at again, the others revised, all as was expected.
        let outcome = |number: i64| if number % 3 == 0 { Outcome::A } else { Outcome::B };
        let first: Vec<Judgment> = (1..=60).map(|number| vote(number, outcome(number))).collect();
        let is_revised = |number: i64| number % 6 == 0;
        let mut in_force: Vec<Judgment> =
            first.iter().filter(|vote| !is_revised(vote.given.item.0)).cloned().collect();
        for number in (3..=60).step_by(3) {
            let mut again = vote(100 + number, Outcome::B);
            again.given.item = ItemId(number);
            if is_revised(number) {
                again.revision = 2;
            } else {
                again.given.origin = Origin::Review;
                again.given.annotator = AnnotatorId(2);
            }
            in_force.push(again);
        }
        let superseded: Vec<Judgment> =
            first.iter().filter(|vote| is_revised(vote.given.item.0)).cloned().collect();
        let foretold: Vec<StoredPrediction> =
            first.iter().map(|vote| kept(&heads, vote, None, b_expected)).collect();
        heads.refit(&in_force, 1);
        heads.note_superseded(&superseded);
        let state = state(&heads, &foretold, &[], &Said::of(&in_force, &superseded));
        let accuracy = state.accuracy.expect("sixty audits");
        assert!((accuracy.estimate - 2.0 / 3.0).abs() < 1e-9, "two thirds were expected: {accuracy:?}");
        assert_eq!((state.audit_votes, state.votes), (60, 60), "each once; and reviews teach instead");
        assert!(
            heads.main().votes.iter().all(|known| known.vote.verdict == Verdict::B(None)),
            "as they stand"
        );
    }

    #[test]
    fn each_pair_of_a_ranking_is_foretold_and_a_ranking_is_one_vote() {
        let mut heads = learned(&items(40, 3), &rankings());
        let votes: Vec<Judgment> = (1..=40)
            .map(|number| judgment(number, 1, number, ranked(&[2, 1, 0]), AcquisitionMethod::Audit))
            .collect();
        let foretold: Vec<StoredPrediction> = votes
            .iter()
            .flat_map(|vote| {
                let said = heads.fresh_predictions(vote.given.item);
                said.into_iter()
                    .map(|said| kept(&heads, vote, said.pair, said.prediction))
                    .collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(foretold.len(), 40 * 3);
        heads.refit(&votes, 1);
        assert!(heads.fresh_predictions(ItemId(1)).is_empty(), "a pair with a vote is no more foretold");
        let state = state(&heads, &foretold, &[], &Said::of(&votes, &[]));
        assert!(state.accuracy.is_some());
        assert_eq!(state.curve.len(), 1, "a point for thirty rankings, and not for ninety pairs");
    }
}
