//! All that people said of a project's items, as it stands and as it was first given.
//!
//! Heads are fitted to what stands. They are measured on what was given first: whoever has voted may be told what
//! models say, and a vote that was revised or looked at again after that is no longer independent of them.

use std::collections::HashMap;

use tiebreak_domain::{ApiError, Judgment, JudgmentId};
use tiebreak_store::Reader;

/// Votes, in the order in which they were stored.
#[derive(Default)]
pub struct Said {
    /// Those in force.
    pub in_force: Vec<Judgment>,
    /// The first of each log that goes on with another vote.
    pub superseded: Vec<Judgment>,
    /// How many of those in force were stored before each.
    before: HashMap<JudgmentId, u64>,
}

impl Said {
    /// Reads all of it.
    pub fn read(reader: &Reader) -> Result<Self, ApiError> {
        let mut said = Self::default();
        let mut numbers: Vec<i64> = Vec::new();
        reader.each_vote_numbered(|number, judgment| {
            said.before.insert(judgment.given.id, said.in_force.len() as u64);
            numbers.push(number);
            said.in_force.push(judgment);
        })?;
        reader.each_superseded_first_vote(|number, judgment| {
            let before = numbers.partition_point(|in_force| *in_force < number);
            said.before.insert(judgment.given.id, before as u64);
            said.superseded.push(judgment);
        })?;
        Ok(said)
    }

    /// How many votes in force were stored before a vote; none of one that is not among these.
    pub fn votes_before(&self, judgment: JudgmentId) -> Option<u64> {
        self.before.get(&judgment).copied()
    }
}

#[cfg(test)]
impl Said {
    /// Of these in force, and these before others of the same logs, which were all stored before the first.
    pub fn of(in_force: &[Judgment], superseded: &[Judgment]) -> Self {
        let places = in_force.iter().enumerate().map(|(place, judgment)| (judgment.given.id, place as u64));
        let first = superseded.iter().map(|judgment| (judgment.given.id, 0));
        Self {
            before: places.chain(first).collect(),
            in_force: in_force.to_vec(),
            superseded: superseded.to_vec(),
        }
    }
}
