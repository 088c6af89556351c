//! Fits: a dimension's head as a function of its votes alone, so that a vote that is taken back leaves nothing behind
//! and a project that is opened again has the heads it had.
//!
//! Every fit starts from a head that has seen nothing. What costs many fits, the choice of the prior, is made by the
//! first votes: all of them while they are few, then a number that doubles, up to so many that more would choose alike.
//! It is kept for as long as those votes stay as they are.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tiebreak_domain::reward::Prediction;
use tiebreak_domain::rubric::{OVERALL, QuestionKind, RankingForm};
use tiebreak_domain::{JudgmentId, Rubric};
use tiebreak_reward::learn::features::{Column, ColumnKind};
use tiebreak_reward::learn::head::luce::Order;
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
/// More votes than this are not needed to choose it: how widely weights spread does not hang on how many votes there
/// are.
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
    /// How much of an order the question asks, where it asks one.
    pub form: Option<RankingForm>,
    /// What it learned from.
    pub votes: Vec<KnownVote>,
    /// First votes that it did not learn from, because their items were looked at again or another vote followed.
    pub set_aside: Vec<KnownVote>,
    /// The table's columns as this question takes them.
    columns: Vec<Column>,
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
        let columns = columns(&key, pool);
        let head = Head::over(columns.clone(), likelihood, Prior::default());
        let form = rubric.ranking_form(&key);
        let (votes, set_aside) = (Vec::new(), Vec::new());
        let offsets = judges::offsets(pool, &key, &[]).map(Arc::new);
        Self { key, head, form, votes, set_aside, columns, offers_ties, offsets, chosen: None }
    }

    /// The first vote of everybody on everything, whatever became of it: what is measured on. Second looks, and votes
    /// that were revised once models had been told of, are chosen with an eye on what models say.
    pub fn first_votes(&self) -> impl Iterator<Item = &KnownVote> {
        let in_force = self.votes.iter().filter(|known| known.is_first && !known.is_review);
        in_force.chain(&self.set_aside)
    }

    /// What judges of pairs add to a pair's difference, on the logit scale.
    pub fn offset(&self, pair: usize) -> f64 {
        offset_in(self.offsets(), pair)
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
        let offsets = judges::offsets(pool, &self.key, &first);
        for known in &mut self.votes {
            known.vote.offset = offset_in(offsets.as_deref(), known.pair);
        }
        self.offsets = offsets.map(Arc::new);
        let votes: Vec<Vote> = self.votes.iter().map(|known| known.vote).collect();
        let prior = self.prior(pool, &votes[..choosing(votes.len())]);
        let start = self.likelihood(&votes);
        let blank = Head::over(self.columns.clone(), start.clone(), prior);
        let Taught { votes: alone, orders, of_orders } = self.taught(&self.votes);
        self.head = if votes.len() < VOTES_FOR_THRESHOLDS {
            blank.refit_with_orders(&pool.table, &alone, &orders)
        } else {
            blank.refit_orders_with_thresholds(&pool.table, &alone, &orders, &of_orders, &start)
        };
    }

    /// A head that has seen nothing, with the prior and the thresholds of this one.
    pub fn blank(&self) -> Head {
        Head::over(self.columns.clone(), self.head.likelihood().clone(), self.head.prior())
    }

    /// The head as it would be with these votes alone.
    pub fn taught_by(&self, pool: &Pool, votes: &[KnownVote]) -> Head {
        let Taught { votes, orders, .. } = self.taught(votes);
        self.head.refit_with_orders(&pool.table, &votes, &orders)
    }

    /// What a head learns from, of some votes: whole orders as one answer each, and everything else pair by pair.
    fn taught(&self, votes: &[KnownVote]) -> Taught {
        let mut taught = Taught::default();
        // The pairs of a judgment stand together.
        for judgment in votes.chunk_by(|one, other| one.judgment == other.judgment) {
            let votes = judgment.iter().map(|known| known.vote);
            match self.form.and_then(|_| whole_order(judgment)) {
                Some(order) => {
                    taught.orders.push(order);
                    taught.of_orders.extend(votes);
                }
                None => taught.votes.extend(votes),
            }
        }
        taught
    }

    /// The likelihood that thresholds are learned from: with strengths where most of those who chose a side gave one,
    /// and without a tie where none is on offer and none was given. Where ties could be given and are not, the
    /// threshold of a tie falls as votes come in.
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
        let blank = Head::over(self.columns.clone(), likelihood, Prior::default());
        let prior = blank.refit_across_groups(&pool.table, first, &groups).prior();
        self.chosen = Some(Chosen { by: first.to_vec(), prior });
        prior
    }
}

/// Whether what a model scores is what a question asks, or all in all.
pub fn is_about(question: &str, dimension: &str) -> bool {
    let dimension = dimension.trim().to_lowercase();
    dimension == question || dimension == OVERALL
}

/// The pool's columns as a question takes them: of the scores of models, those of its own dimension and of all in all
/// are trusted before the first vote, and nobody knows what the others mean for it.
fn columns(question: &str, pool: &Pool) -> Vec<Column> {
    let mut scorers = pool.scorers.iter();
    let mut columns = pool.table.columns().to_vec();
    for column in columns.iter_mut().filter(|column| column.kind == ColumnKind::Scorer) {
        let is_about = scorers.next().is_none_or(|scorer| is_about(question, &scorer.dimension));
        column.kind = if is_about { ColumnKind::Scorer } else { ColumnKind::Aspect };
    }
    columns
}

/// What judges of pairs add to a pair; nothing where there is none.
fn offset_in(offsets: Option<&[f32]>, pair: usize) -> f64 {
    offsets.map_or(0.0, |offsets| f64::from(offsets[pair]))
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

/// Answers as a head learns from them.
#[derive(Default)]
struct Taught {
    votes: Vec<Vote>,
    orders: Vec<Order>,
    /// The pairs of the orders.
    of_orders: Vec<Vote>,
}

/// The order that the pairs of one judgment are, from the best; none where it leaves one out or has a tie, and of a
/// single pair.
fn whole_order(pairs: &[KnownVote]) -> Option<Order> {
    let mut wins: BTreeMap<u32, usize> = BTreeMap::new();
    for known in pairs {
        let (winner, loser) = match known.vote.verdict {
            Verdict::A(_) => (known.vote.a, known.vote.b),
            Verdict::B(_) => (known.vote.b, known.vote.a),
            Verdict::Tie => return None,
        };
        *wins.entry(winner).or_default() += 1;
        wins.entry(loser).or_default();
    }
    let count = wins.len();
    if count < 3 || pairs.len() != count * (count - 1) / 2 {
        return None;
    }
    let mut rows: Vec<u32> = wins.keys().copied().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(wins[row]));
    Some(Order { rows, weight: 1.0 })
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
    /// What a question's head would say of all its votes had it not seen them: each fifth of the prompts by a head that
    /// learned from the other four. All votes on a prompt are in one fifth.
    pub fn cross_fitted(&self, dimension: &Dimension) -> Foretold {
        const FOLDS: u32 = 5;
        let pool = &self.pool;
        let fold_of = |known: &KnownVote| pool.pairs[known.pair].cluster % FOLDS;
        let mut said = HashMap::new();
        for fold in 0..FOLDS {
            let taught = dimension.votes.iter().filter(|known| fold_of(known) != fold);
            let mut taught: Vec<KnownVote> = taught.cloned().collect();
            // The scale of judges is learned from those votes alone, too.
            let first: Vec<(usize, Vote)> = taught[..choosing(taught.len())].iter().map(of_pair).collect();
            let offsets = judges::offsets(pool, &dimension.key, &first);
            let offset = |pair: usize| offset_in(offsets.as_deref(), pair);
            for known in &mut taught {
                known.vote.offset = offset(known.pair);
            }
            let head = dimension.taught_by(pool, &taught);
            let all = dimension.votes.iter().chain(&dimension.set_aside);
            for known in all.filter(|known| fold_of(known) == fold) {
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
    use tiebreak_domain::{AnswerValue, Judgment, Outcome, Preference, Strength};

    use tiebreak_reward::learn::features::FeatureTable;

    use super::super::super::tests::{items, judgment, learned, preferred, ranked, rankings, scorer};
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
    fn a_whole_order_is_one_answer_and_what_is_less_is_pair_by_pair() {
        let mut heads = learned(&items(12, 4), &rankings());
        let said = |number, verdict| judgment(number, 1, number, verdict, AcquisitionMethod::Random);
        let mut tied = ranked(&[3, 2, 1, 0]);
        if let tiebreak_domain::Verdict::Judged { answers } = &mut tied
            && let AnswerValue::Ranking(ranking) = &mut answers[0].value
        {
            ranking.groups = vec![vec![3], vec![2, 1], vec![0]];
        }
        let votes = [said(1, ranked(&[3, 2, 1, 0])), said(2, tied), said(3, ranked(&[0, 3]))];
        heads.refit(&votes, 1);
        let Taught { votes, orders, of_orders } = heads.main().taught(&heads.main().votes);
        let rows = &heads.pool.items[0].rows;
        assert_eq!(orders, [Order { rows: [3, 2, 1, 0].map(|place| rows[place]).to_vec(), weight: 1.0 }]);
        assert_eq!((of_orders.len(), votes.len()), (6, 6 + 1), "a tie, and two of four");
    }

    #[test]
    fn a_model_is_trusted_in_what_is_asked_and_not_in_other_things() {
        let mut pool = Pool::of_items(&items(20, 2));
        let scores: Vec<f32> = (0..40).map(|row| if row % 2 == 0 { -1.0 } else { 1.0 }).collect();
        for dimension in ["Overall", "verbosity"] {
            let scorer = scorer(dimension, &scores);
            let block = FeatureTable::from_scores(dimension, ColumnKind::Scorer, &scorer.scores);
            pool.table = pool.table.joined(&block).unwrap();
            pool.scorers.push(scorer);
        }
        let two = |key: &str| {
            let dimension = Dimension::new(key.to_owned(), &Rubric::default(), &pool);
            let weights = dimension.head.weights();
            [weights[weights.len() - 2], weights[weights.len() - 1]]
        };
        assert_eq!(two("overall"), [0.7, 0.0]);
        assert_eq!(two("verbosity"), [0.35, 0.35], "asked about that it is");
    }

    #[test]
    fn the_prior_is_chosen_by_first_votes_whose_number_doubles() {
        assert_eq!([0, 7, 99, 100, 199, 200, 450].map(choosing), [0, 7, 99, 100, 100, 200, 400]);
        assert_eq!([800, 5_000, 1_000_000].map(choosing), [400; 3], "and no more than are needed");
    }
}
