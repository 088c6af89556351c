//! The signs that asking no longer pays, noted as votes come in.
//!
//! Heads are noted every so many votes. What the best questions promise is held against what they promised before the
//! first vote, under the same prior: that is worked out anew, so that a project that is opened again is as exhausted as
//! it was. Of heads that were learned before it was opened the last few are learned once more.

use std::collections::HashSet;

use tiebreak_reward::learn::head::pool::PoolBelief;
use tiebreak_reward::learn::stopping::{LABELS_BETWEEN, Promise};

use super::Learned;

/// The pairs on which successive heads are held against each other.
const STOP_SET: usize = 2_000;
/// The questions by which it is told what the next batch promises.
const BEST_QUESTIONS: usize = 20;
/// How many heads of the past are learned once more: as many as a run of agreement takes.
const PAST_HEADS: usize = 3;

impl Learned {
    /// Notes what the head says, and what its best questions promise, once enough votes came since it was last noted.
    pub(super) fn note_for_stopping(&mut self, threads: usize) {
        let votes = self.main().votes.len();
        if !self.stopping.is_due(votes) {
            return;
        }
        if self.stopping.is_empty() {
            self.note_past_heads();
        }
        let voted: HashSet<usize> = self.main().votes.iter().map(|known| known.pair).collect();
        let promise =
            Promise { now: self.promised(&self.belief, &voted), at_first: self.promised_at_first(threads) };
        let step = self.step();
        let sides = self.belief.means().iter().step_by(step).map(|mean| *mean > 0.0).collect();
        self.stopping.push(votes, sides, Some(promise));
    }

    /// Learns from the first of the votes once more, as heads did before the project was opened.
    fn note_past_heads(&mut self) {
        let step = self.step();
        let votes = self.main().votes.clone();
        for back in (1..=PAST_HEADS).rev() {
            let Some(count) =
                votes.len().checked_sub(back * LABELS_BETWEEN).filter(|count| *count >= LABELS_BETWEEN)
            else {
                continue;
            };
            let head = self.main().taught_by(&self.pool, &votes[..count]);
            let scores: Vec<f64> =
                (0..self.pool.table.len() as u32).map(|row| head.score(&self.pool.table, row)).collect();
            let side = |pair: usize| {
                let ends = &self.pool.pairs[pair];
                scores[ends.a as usize] - scores[ends.b as usize] + self.main().offset(pair) > 0.0
            };
            let sides = (0..self.pool.pairs.len()).step_by(step).map(side).collect();
            self.stopping.push(count, sides, None);
        }
    }

    fn step(&self) -> usize {
        self.pool.pairs.len().div_ceil(STOP_SET).max(1)
    }

    /// The mean information, in nats, of the best questions that nobody has answered; 0 where none is left.
    fn promised(&self, belief: &PoolBelief, voted: &HashSet<usize>) -> f64 {
        let mut promised = vec![0.0; self.pool.pairs.len()];
        belief.score_into(&mut promised, |mean, variance| self.information.get(mean, variance));
        let open = promised.into_iter().enumerate().filter(|(pair, _)| !voted.contains(pair));
        let mut open: Vec<f32> = open.map(|(_, information)| information).collect();
        open.sort_unstable_by(|one, other| other.total_cmp(one));
        open.truncate(BEST_QUESTIONS);
        open.iter().map(|information| f64::from(*information)).sum::<f64>() / open.len().max(1) as f64
    }

    /// The same as it was before the first vote.
    fn promised_at_first(&self, threads: usize) -> f64 {
        let (main, pool) = (self.main(), &self.pool);
        let belief = PoolBelief::new(&main.blank(), &pool.table, &pool.pairs, main.offsets(), threads);
        self.promised(&belief, &HashSet::new())
    }
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::assignment::mixed;
    use tiebreak_domain::showing::AcquisitionMethod;
    use tiebreak_domain::{Candidate, Item, ItemId, Judgment, Outcome, Part, Rubric};
    use tiebreak_reward::learn::stopping::{StoppingRule, StoppingSigns};

    use super::super::super::tests::{items, judgment, learned, preferred};
    use super::*;

    /// Pairs of texts that have hardly a word in common, and votes that follow nothing.
    fn varied(count: i64) -> (Learned, Vec<Judgment>) {
        let word = |number: i64, place: u64| format!("word{}", mixed(number as u64 * 64 + place) % 500);
        let text = |number: i64, from: u64| {
            let words: Vec<String> = (from..from + 12).map(|place| word(number, place)).collect();
            Candidate::markdown(words.join(" "))
        };
        let item = |number: i64| Item {
            prompt: vec![Part::markdown(format!("Question {number}?"))],
            candidates: vec![text(number, 0), text(number, 32)],
            ..Item::default()
        };
        let items: Vec<_> = (1..=count).map(|number| (ItemId(number), item(number))).collect();
        let vote = |number: i64| {
            let outcome = if mixed(number as u64).is_multiple_of(2) { Outcome::A } else { Outcome::B };
            judgment(number, 1, number, preferred(outcome), AcquisitionMethod::Random)
        };
        (learned(&items, &Rubric::default()), (1..=count).map(vote).collect())
    }

    fn signs(heads: &Learned) -> StoppingSigns {
        heads.stopping.signs(&StoppingRule::default(), None)
    }

    #[test]
    fn what_is_left_to_ask_is_told_from_batch_to_batch() {
        let (mut heads, votes) = varied(80);
        let mut told = |count: usize| {
            heads.refit(&votes[..count], 1);
            (heads.stopping.kappas().count(), signs(&heads).is_exhausted)
        };
        assert_eq!(told(25), (0, false));
        assert_eq!(
            [told(26), told(40), told(26)],
            [(0, false); 3],
            "hardly anything new says nothing of stability"
        );
        assert_eq!(told(50), (1, false));
        assert_eq!(told(80), (2, true), "there is nothing left to ask");
        assert_eq!(told(60), (1, false), "what was taken back is asked again");
    }

    #[test]
    fn a_project_that_is_opened_again_is_as_finished_as_it_was() {
        let (fresh, votes) = varied(80);
        let opened = |count: usize| {
            let mut heads = fresh.clone();
            heads.refit(&votes[..count], 1);
            signs(&heads)
        };
        assert!(opened(80).is_exhausted, "there is nothing left to ask");
        let half = opened(40);
        assert!(!half.is_exhausted && !half.is_stable);
        // The later answer always wins: one head after another says so.
        let fresh = learned(&items(100, 2), &Rubric::default());
        let votes: Vec<_> = (1..=100)
            .map(|number| judgment(number, 1, number, preferred(Outcome::B), AcquisitionMethod::Random))
            .collect();
        let (mut working, mut opened) = (fresh.clone(), fresh);
        for count in [25, 50, 75, 100] {
            working.refit(&votes[..count], 1);
        }
        opened.refit(&votes, 1);
        assert!(signs(&working).is_stable);
        assert_eq!(signs(&opened), signs(&working), "heads of the past are learned once more");
    }
}
