//! Fits: a dimension's head as a function of its votes alone, so that a vote that is taken back leaves nothing behind and
//! a project that is opened again has the heads it had.
//!
//! Every fit starts from a head that has seen nothing. What costs many fits, the choice of the prior, is made by the
//! first votes: all of them while they are few, then a number that doubles, up to so many that more would choose alike.
//! It is kept for as long as those votes stay as they are.

use std::collections::HashMap;

use tiebreak_domain::JudgmentId;
use tiebreak_domain::reward::Prediction;
use tiebreak_reward::learn::head::prior::Prior;
use tiebreak_reward::learn::head::{Head, Vote};
use tiebreak_reward::learn::ordinal::{Ordinal, Verdict};

use super::super::pool::Pool;
use super::super::votes::KnownVote;
use super::{Learned, prediction};

/// Votes with which thresholds of ties are learned too; before, they stay where they start.
const VOTES_FOR_THRESHOLDS: usize = 40;
/// A tie within this of no difference, until it is learned: about one in four of even pairs.
const FIRST_TIE: f64 = 0.5;
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
    pub fn new(key: String, pool: &Pool) -> Self {
        let head = Head::new(&pool.table, Ordinal::rao_kupper(FIRST_TIE), Prior::default());
        Self { key, head, votes: Vec::new(), chosen: None }
    }

    /// Starts again from these votes.
    pub fn fit(&mut self, pool: &Pool, votes: Vec<KnownVote>) {
        self.votes = votes;
        let votes: Vec<Vote> = self.votes.iter().map(|known| known.vote).collect();
        let prior = self.prior(pool, &votes[..choosing(votes.len())]);
        let blank = Head::new(&pool.table, Ordinal::rao_kupper(FIRST_TIE), prior);
        let has_ties = votes.iter().any(|vote| vote.verdict == Verdict::Tie);
        self.head = if votes.len() < VOTES_FOR_THRESHOLDS || !has_ties {
            blank.refit(&pool.table, &votes)
        } else {
            let has_strengths =
                votes.iter().filter(|vote| has_strength(vote.verdict)).count() * 2 > votes.len();
            let start = if has_strengths { Ordinal::strengths() } else { Ordinal::rao_kupper(FIRST_TIE) };
            blank.refit_with_thresholds(&pool.table, &votes, &start)
        };
    }

    /// The prior that the first votes choose: across prompts, since the evidence trusts what only tells prompts apart.
    fn prior(&mut self, pool: &Pool, first: &[Vote]) -> Prior {
        if let Some(chosen) = self.chosen.as_ref().filter(|chosen| chosen.by == first) {
            return chosen.prior;
        }
        let groups: Vec<u32> =
            self.votes[..first.len()].iter().map(|known| pool.pairs[known.pair].cluster).collect();
        let blank = Head::new(&pool.table, Ordinal::rao_kupper(FIRST_TIE), Prior::default());
        let prior = blank.refit_across_groups(&pool.table, first, &groups).prior();
        self.chosen = Some(Chosen { by: first.to_vec(), prior });
        prior
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
    /// What the head would say of its votes had it not seen them: each fifth of the prompts by a head that learned
    /// from the other four. All votes on a prompt are in one fifth.
    pub fn cross_fitted(&self) -> Foretold {
        const FOLDS: u32 = 5;
        let main = self.main();
        let fold_of = |known: &KnownVote| self.pool.pairs[known.pair].cluster % FOLDS;
        let mut said = HashMap::new();
        for fold in 0..FOLDS {
            let taught: Vec<Vote> =
                main.votes.iter().filter(|known| fold_of(known) != fold).map(|known| known.vote).collect();
            let head = main.head.refit(&self.pool.table, &taught);
            for known in main.votes.iter().filter(|known| fold_of(known) == fold) {
                let belief = head.belief(&self.pool.table, known.vote.a, known.vote.b, 0.0);
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
    use tiebreak_domain::{Judgment, Outcome, Rubric};

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
        for count in [90, 110, 99, 101, 70, 50, 39, 110] {
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
    fn the_prior_is_chosen_by_first_votes_whose_number_doubles() {
        assert_eq!([0, 7, 99, 100, 199, 200, 450].map(choosing), [0, 7, 99, 100, 100, 200, 400]);
        assert_eq!([800, 5_000, 1_000_000].map(choosing), [400; 3], "and no more than are needed");
    }
}
