//! Who gave the votes of one import.
//!
//! Data without names says how many votes an item got, not whose they are. So they are counted: the first vote on
//! an item is the past annotator's, the second "past annotator 2"'s, and so on; a vote on another question of the
//! item begins again at the first. The count begins anew with every import, so that the same file read again
//! gives its votes to the same people. Whoever is named stays who they are, and a second vote of theirs on the
//! same question is a change of their mind.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use tiebreak_domain::{AnnotatorKey, Answer, ItemId};

use crate::import::batch::Vote;

/// How many votes without a name one item gets at most; a file could hold the same row without end.
pub const MAX_NAMELESS: u32 = 1_000;

/// What was answered in this import, and by whom. Hashes stand for it: one that met another by chance would only
/// give a vote a higher number.
#[derive(Default)]
pub struct Voters {
    hasher: RandomState,
    /// How many nameless votes each question of an item got.
    nameless: HashMap<u64, u32>,
    /// Which questions of an item each named annotator answered.
    named: HashSet<u64>,
}

impl Voters {
    /// Gives a vote on an item to somebody; says whether they answered one of its questions before. None where the
    /// item has had all the votes without a name that it gets.
    pub fn place(&mut self, item: ItemId, mut vote: Vote, answers: &[Answer]) -> Option<(Vote, bool)> {
        if !vote.is_nameless {
            let of_vote = self.of_annotator(item, vote.annotator, answers);
            let before = self.named.len();
            let count = of_vote.len();
            self.named.extend(of_vote);
            return Some((vote, self.named.len() - before < count));
        }
        let of_item: Vec<u64> = answers
            .iter()
            .map(|answer| self.hasher.hash_one((item, &answer.question, answer.candidate)))
            .collect();
        let counted = of_item.iter().filter_map(|hash| self.nameless.get(hash)).max();
        let mut number = counted.copied().unwrap_or_default();
        let base = std::mem::take(&mut vote.name);
        loop {
            number += 1;
            if number > MAX_NAMELESS {
                return None;
            }
            if number == 1 {
                vote.name.clone_from(&base);
            } else {
                vote.name = format!("{base} {number}");
                vote.annotator = AnnotatorKey::of_past_annotator(&vote.name);
            }
            // The data may call somebody so.
            let of_vote = self.of_annotator(item, vote.annotator, answers);
            if self.named.is_empty() || of_vote.iter().all(|hash| !self.named.contains(hash)) {
                break;
            }
        }
        self.nameless.extend(of_item.into_iter().map(|hash| (hash, number)));
        Some((vote, false))
    }

    fn of_annotator(&self, item: ItemId, annotator: AnnotatorKey, answers: &[Answer]) -> Vec<u64> {
        let hash =
            |answer: &Answer| self.hasher.hash_one((item, annotator, &answer.question, answer.candidate));
        answers.iter().map(hash).collect()
    }
}
