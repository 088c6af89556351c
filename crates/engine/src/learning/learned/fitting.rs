//! Fits: a dimension's head as a function of its votes alone, so that a vote that is taken back leaves nothing behind and
//! a project that is opened again has the heads it had.
//!
//! Every fit starts from a head that has seen nothing. What costs many fits, the choice of the prior, is made by the
//! first votes: all of them while they are few, then a number that doubles, up to so many that more would choose alike.
//! It is kept for as long as those votes stay as they are.

use std::collections::HashMap;
use std::sync::Arc;

use tiebreak_domain::reward::Prediction;
use tiebreak_domain::rubric::{QuestionKind, RankingForm};
use tiebreak_domain::{JudgmentId, Rubric};
use tiebreak_reward::learn::head::prior::Prior;
use tiebreak_reward::learn::head::{Head, Vote};
use tiebreak_reward::learn::ordinal::{Ordinal, Verdict};

use super::super::judges;
use super::super::pool::Pool;
use super::super::votes::KnownVote;
use super::{Learned, prediction};

/// Votes with which thresholds of ties and strengths are learned too; before, they stay where they start.
const VOTES_FOR_THRESHOLDS: usize = 40;
/// A tie within this of no difference, until it is learned: about one in four of even pairs.
const FIRST_TIE: f64 = 0.5;
/// From the weakest strength to the next and the one after, where there are no ties.
const FIRST_STEPS: [f64; 2] = [1.0, 2.0];
/// Fewer votes than this choose the prior together.
const FEW_VOTES: usize = 100;
/// More votes than this are not needed to choose it: how widely weights spread does not hang on how many votes there are.
const MOST_CHOOSING: usize = 400;

/// What was said of votes by a head that had not seen them: by judgment, and by the pair where one orders several.
pub type Foretold = HashMap<(JudgmentId, usize), Prediction>;

/// One dimension: its head and its votes.
#[derive(Clone)]
pub struct Dimension {
    /// The question.
    pub key: String,
    /// What it learned.
    pub head: Head,
    /// What it learned from.
    pub votes: Vec<KnownVote>,
    /// Whether a tie is on offer.
    offers_ties: bool,
    /// What judges of pairs add to each pair.
    offsets: Option<Arc<Vec<f32>>>,
    chosen: Option<Chosen>,
}

/// A prior, and the votes that chose it.
#[derive(Clone)]
struct Chosen {
    by: Vec<Vote>,
    prior: Prior,
}

impl Dimension {
    /// A question whose head has seen no vote.
    pub fn new(key: String, rubric: &Rubric, pool: &Pool) -> Self {
        let offers_ties = rubric.question(&key).is_none_or(|question| offers_ties(&question.kind));
        let likelihood = if offers_ties { Ordinal::rao_kupper(FIRST_TIE) } else { Ordinal::bradley_terry() };
        let head = Head::new(&pool.table, likelihood, Prior::default());
        let offsets = judges::offsets(pool, &[]).map(Arc::new);
        Self { key, head, votes: Vec::new(), offers_ties, offsets, chosen: None }
    }

    /// What judges of pairs add to a pair's difference, on the logit scale.
    pub fn offset(&self, pair: usize) -> f64 {
        self.offsets.as_ref().map_or(0.0, |offsets| f64::from(offsets[pair]))
    }

    /// The same of every pair; none where there is no judge.
    pub fn offsets(&self) -> Option<&[f32]> {
        self.offsets.as_deref().map(Vec::as_slice)
    }

    /// Starts again from these votes.
    pub fn fit(&mut self, pool: &Pool, votes: Vec<KnownVote>) {
        self.votes = votes;
        // The votes that choose the prior choose the scale of judges too, so that both stay while those do.
        let first: Vec<(usize, Vote)> =
            self.votes[..choosing(self.votes.len())].iter().map(of_pair).collect();
        let offsets = judges::offsets(pool, &first);
        for known in &mut self.votes {
            known.vote.offset = offsets.as_ref().map_or(0.0, |offsets| f64::from(offsets[known.pair]));
        }
        self.offsets = offsets.map(Arc::new);
        let votes: Vec<Vote> = self.votes.iter().map(|known| known.vote).collect();
        let prior = self.prior(pool, &votes[..choosing(votes.len())]);
        let start = self.likelihood(&votes);
        let blank = Head::new(&pool.table, start.clone(), prior);
        self.head = if votes.len() < VOTES_FOR_THRESHOLDS {
            blank.refit(&pool.table, &votes)
        } else {
            blank.refit_with_thresholds(&pool.table, &votes, &start)
        };
    }

    /// The likelihood that thresholds are learned from: with strengths where most of those who chose a side gave one, and
    /// without a tie where none is on offer and none was given. Where ties could be given and are not, the threshold
    /// of a tie falls as votes come in.
    fn likelihood(&self, votes: &[Vote]) -> Ordinal {
        let has_tie = self.offers_ties || votes.iter().any(|vote| vote.verdict == Verdict::Tie);
        let decided = votes.iter().filter(|vote| vote.verdict != Verdict::Tie).count();
        let with_strength = votes.iter().filter(|vote| has_strength(vote.verdict)).count();
        let has_strengths = votes.len() >= VOTES_FOR_THRESHOLDS && 2 * with_strength > decided;
        match (has_strengths, has_tie) {
            (true, true) => Ordinal::strengths(),
            (true, false) => Ordinal::with_thresholds(FIRST_STEPS.to_vec(), false),
            (false, true) => Ordinal::rao_kupper(FIRST_TIE),
            (false, false) => Ordinal::bradley_terry(),
        }
    }

    /// The prior that the first votes choose: across prompts, since the evidence trusts what only tells prompts apart.
    fn prior(&mut self, pool: &Pool, first: &[Vote]) -> Prior {
        if let Some(chosen) = self.chosen.as_ref().filter(|chosen| chosen.by == first) {
            return chosen.prior;
        }
        let groups: Vec<u32> =
            self.votes[..first.len()].iter().map(|known| pool.pairs[known.pair].cluster).collect();
        let has_tie = self.offers_ties || first.iter().any(|vote| vote.verdict == Verdict::Tie);
        let likelihood = if has_tie { Ordinal::rao_kupper(FIRST_TIE) } else { Ordinal::bradley_terry() };
        let blank = Head::new(&pool.table, likelihood, Prior::default());
        let prior = blank.refit_across_groups(&pool.table, first, &groups).prior();
        self.chosen = Some(Chosen { by: first.to_vec(), prior });
        prior
    }
}

fn of_pair(known: &KnownVote) -> (usize, Vote) {
    (known.pair, known.vote)
}

/// Whether a question lets two candidates be called equal.
fn offers_ties(kind: &QuestionKind) -> bool {
    match kind {
        QuestionKind::Preference { outcomes, .. } => outcomes.iter().any(|outcome| !outcome.is_decided()),
        QuestionKind::Ranking { form } => *form == RankingForm::WithTies,
        _ => true,
    }
}

/// How many of so many votes choose the prior.
fn choosing(votes: usize) -> usize {
    let mut first = FEW_VOTES;
    while 2 * first <= votes && first < MOST_CHOOSING {
        first *= 2;
    }
    first.min(votes)
}

fn has_strength(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::A(Some(_)) | Verdict::B(Some(_)))
}

impl Learned {
    /// What a question's head would say of its votes had it not seen them: each fifth of the prompts by a head that
    /// learned from the other four. All votes on a prompt are in one fifth.
    pub fn cross_fitted(&self, dimension: &Dimension) -> Foretold {
        const FOLDS: u32 = 5;
        let pool = &self.pool;
        let fold_of = |known: &KnownVote| pool.pairs[known.pair].cluster % FOLDS;
        let mut said = HashMap::new();
        for fold in 0..FOLDS {
            let mut taught: Vec<(usize, Vote)> =
                dimension.votes.iter().filter(|known| fold_of(known) != fold).map(of_pair).collect();
            // The scale of judges is learned from those votes alone, too.
            let offsets = judges::offsets(pool, &taught[..choosing(taught.len())]);
            let offset = |pair: usize| offsets.as_ref().map_or(0.0, |offsets| f64::from(offsets[pair]));
            for (pair, vote) in &mut taught {
                vote.offset = offset(*pair);
            }
            let taught: Vec<Vote> = taught.into_iter().map(|(_, vote)| vote).collect();
            let head = dimension.head.refit(&pool.table, &taught);
            for known in dimension.votes.iter().filter(|known| fold_of(known) == fold) {
                let belief = head.belief(&pool.table, known.vote.a, known.vote.b, offset(known.pair));
                let of_vote = prediction(belief, head.likelihood());
                said.insert((known.judgment, known.pair), of_vote);
            }
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::showing::AcquisitionMethod;
    use tiebreak_domain::{Judgment, Outcome, Preference, Strength};

    use super::super::super::tests::{items, judgment, learned, preferred};
    use super::*;

    fn votes(count: i64, outcome: impl Fn(i64) -> Outcome) -> Vec<Judgment> {
        let vote = |number| {
            judgment(number, 1, 1 + number % 60, preferred(outcome(number)), AcquisitionMethod::Random)
        };
        (1..=count).map(vote).collect()
    }

    #[test]
    fn what_was_taken_back_leaves_nothing_behind() {
        let items = items(60, 2);
        let often = |number: i64| match number {
            number if number > 60 && number % 3 == 0 => Outcome::Tie,
            number if number % 5 == 0 => Outcome::A,
            _ => Outcome::B,
        };
        let all = votes(110, often);
        let mut heads = learned(&items, &Rubric::default());
        let fresh = |count: usize| {
            let mut heads = learned(&items, &Rubric::default());
            heads.refit(&all[..count], 1);
            heads.main().head.clone()
        };
        // Over the doubling of the votes that choose the prior, past the first tie, and before anything is learned.
        for count in [110, 99, 50, 110] {
            for vote in &all[..count] {
                heads.take_in(vote);
            }
            heads.refit(&all[..count], 1);
            let (learned, fresh) = (&heads.main().head, fresh(count));
            assert_eq!(learned.weights(), fresh.weights(), "after {count} votes, whatever was before");
            assert_eq!(learned.prior(), fresh.prior(), "{count}");
            assert_eq!(learned.likelihood(), fresh.likelihood(), "{count}");
        }
    }

    #[test]
    fn where_no_tie_is_given_none_is_foretold() {
        let items = items(60, 2);
        let mut heads = learned(&items, &Rubric::default());
        let tie_of = |heads: &Learned| {
            let ties = (0..60).map(|pair| heads.prediction_of_pair(pair).tie);
            ties.sum::<f64>() / 60.0
        };
        let decided = votes(120, |number| if number % 4 == 0 { Outcome::A } else { Outcome::B });
        let threshold_of = |heads: &Learned| heads.main().head.likelihood().thresholds()[0];
        heads.refit(&decided[..39], 1);
        assert_eq!(threshold_of(&heads), FIRST_TIE, "nobody knows yet");
        heads.refit(&decided, 1);
        assert!(threshold_of(&heads) < 0.15, "{}", threshold_of(&heads));
        assert!(tie_of(&heads) < 0.06, "of 120 votes none was a tie: {}", tie_of(&heads));
        let mut strict = Rubric::default();
        if let QuestionKind::Preference { outcomes, .. } = &mut strict.questions[0].kind {
            outcomes.retain(|outcome| outcome.is_decided());
        }
        let mut heads = learned(&items, &strict);
        assert_eq!(tie_of(&heads), 0.0, "where none is on offer there is none to foretell");
        heads.refit(&decided[..30], 1);
        assert_eq!(tie_of(&heads), 0.0);
    }

    #[test]
    fn strengths_are_learned_without_a_tie() {
        let mut heads = learned(&items(60, 2), &Rubric::default());
        let mut given = votes(80, |_| Outcome::B);
        for (place, vote) in given.iter_mut().enumerate() {
            // Hardly ever more than slightly.
            let strength = if place % 10 == 0 { Strength::Clearly } else { Strength::Slightly };
            let said = Preference { strength: Some(strength), ..Preference::new(Outcome::B) };
            vote.given.verdict = tiebreak_domain::Verdict::overall(said);
        }
        heads.refit(&given[..39], 1);
        assert_eq!(heads.main().head.likelihood().thresholds().len(), 1, "too few to tell");
        heads.refit(&given, 1);
        let thresholds = heads.main().head.likelihood().thresholds().to_vec();
        assert!(thresholds.len() == 3 && thresholds[1] - thresholds[0] > 1.3, "{thresholds:?}");
    }

    #[test]
    fn the_prior_is_chosen_by_first_votes_whose_number_doubles() {
        assert_eq!([0, 7, 99, 100, 199, 200, 450].map(choosing), [0, 7, 99, 100, 100, 200, 400]);
        assert_eq!([800, 5_000, 1_000_000].map(choosing), [400; 3], "and no more than are needed");
    }
}
