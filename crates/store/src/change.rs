//! Changes: what one process that shares a project tells the others, so that their sets follow.
//!
//! A change is told after its commit. Should a process die in between, the others find it when they next look
//! themselves ([`crate::Follower`]).

use serde::{Deserialize, Serialize};
use tiebreak_domain::{AnnotatorId, ItemId, ItemStatus, UnixMillis};

use crate::Lease;
use crate::facets::Facets;
use crate::last_word::LastWord;

/// What another process changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Somebody's last word on an item, as the number that is stored.
    Word {
        /// Whose.
        annotator: i64,
        /// On which item.
        item: i64,
        /// See `migrations/0003_judgment.sql`.
        state: i64,
    },
    /// Items that take part or no longer do.
    Statuses(Vec<(i64, ItemStatus)>),
    /// Items that are kept for somebody: item, annotator, until when.
    Leases(Vec<(i64, i64, i64)>),
    /// Items came in, or the project became another: everything may be new.
    Items,
    /// The rubric.
    Rubric,
    /// The study, people or roles of items.
    People,
    /// What models said.
    Scores,
}

impl Change {
    /// Somebody's last word.
    pub(crate) fn word(annotator: AnnotatorId, item: ItemId, word: LastWord) -> Self {
        Self::Word { annotator: annotator.0, item: item.0, state: word.state() }
    }

    /// Items kept for somebody.
    pub(crate) fn leases(leases: &[Lease]) -> Self {
        let row = |lease: &Lease| (lease.item.0, lease.annotator.0, lease.expires_at.0);
        Self::Leases(leases.iter().map(row).collect())
    }

    /// The leases, where it is about such.
    pub fn as_leases(&self) -> Option<Vec<Lease>> {
        let Self::Leases(rows) = self else { return None };
        let lease = |&(item, annotator, expires_at): &(i64, i64, i64)| Lease {
            item: ItemId(item),
            annotator: AnnotatorId(annotator),
            expires_at: UnixMillis(expires_at),
        };
        Some(rows.iter().map(lease).collect())
    }

    /// Changes sets as the change says; whether that is all there is to it.
    pub(crate) fn apply(&self, facets: &mut Facets) -> bool {
        let bit = |item: i64| u32::try_from(item).ok().filter(|item| *item <= facets.last_item());
        match self {
            Self::Word { annotator, item, state } => {
                let (Some(item), Some(word)) = (bit(*item), LastWord::from_state(*state)) else {
                    return false;
                };
                facets.set_word(AnnotatorId(*annotator), item, word);
                true
            }
            Self::Statuses(statuses) => {
                let known: Vec<_> =
                    statuses.iter().filter_map(|(item, status)| Some((bit(*item)?, *status))).collect();
                let are_all_known = known.len() == statuses.len();
                for (item, status) in known {
                    facets.set_status(item, status);
                }
                are_all_known
            }
            Self::Items => false,
            Self::Leases(_) | Self::Rubric | Self::People | Self::Scores => true,
        }
    }
}

/// A change as it is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    /// By whom: those who hear themselves take no notice.
    pub(crate) by: u64,
    pub(crate) change: Change,
}

/// The most rows of one telling: a payload has at most 8000 bytes.
const MOST_ROWS: usize = 120;

/// What is told of some changes, piece by piece.
pub(crate) fn payloads(by: u64, changes: &[Change]) -> Vec<String> {
    let mut payloads = Vec::with_capacity(changes.len());
    let mut push = |change: Change| {
        payloads.extend(serde_json::to_string(&Told { by, change }).ok());
    };
    for change in changes {
        match change {
            Change::Statuses(rows) => {
                rows.chunks(MOST_ROWS).for_each(|rows| push(Change::Statuses(rows.to_vec())));
            }
            Change::Leases(rows) => {
                rows.chunks(MOST_ROWS).for_each(|rows| push(Change::Leases(rows.to_vec())));
            }
            other => push(other.clone()),
        }
    }
    payloads
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_change_of_many_items_is_told_in_pieces_that_fit() {
        let rows = (0..1_000).map(|at| (i64::MAX - at, i64::MAX, i64::MAX)).collect();
        let payloads = payloads(u64::MAX, &[Change::Leases(rows)]);
        assert!(payloads.iter().all(|payload| payload.len() < 8_000));
        let told: usize = payloads
            .iter()
            .map(|payload| match serde_json::from_str::<Told>(payload).unwrap().change {
                Change::Leases(rows) => rows.len(),
                other => panic!("{other:?}"),
            })
            .sum();
        assert_eq!(told, 1_000);
    }
}
