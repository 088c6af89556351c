//! Assignment: who is offered what, how many judgments an item wants, and everyone's own order.
//!
//! The plain setting wants one judgment of every item from everybody, in the order of the file. All else is
//! opted into: a number of judgments wanted per item, more of them where the first ones disagree, leases so that
//! nobody is offered a place that another is filling, an order of one's own, and items for those with a skill.

mod disagreement;
mod own_order;

pub use disagreement::do_disagree;
pub use own_order::{OwnOrder, mixed};

use serde::{Deserialize, Serialize};

/// The most judgments that can be wanted of an item.
pub const MOST_WANTED: u32 = 100;

/// Who is offered what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assignment {
    /// The order in which items are offered.
    pub order: QueueOrder,
    /// How many people judge an item; everyone if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<u32>,
    /// More of them where they disagree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlap: Option<Overlap>,
    /// How long an offered item is kept for whoever was offered it, in minutes; where a number is wanted.
    pub lease_minutes: u32,
    /// The metadata column that names the tag an item needs. Items without a value are for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_column: Option<String>,
}

/// More judgments where the first ones disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    /// The most judgments of one item.
    pub most: u32,
    /// The largest difference of two ratings that is no disagreement.
    #[serde(default)]
    pub disagreement_above: u32,
}

/// The order in which items are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueOrder {
    /// As the data has them.
    #[default]
    File,
    /// A random order for each annotator, the same at any time.
    Own {
        /// What the orders go by.
        seed: u64,
    },
}

impl Default for Assignment {
    fn default() -> Self {
        Self { order: QueueOrder::File, wanted: None, overlap: None, lease_minutes: 30, tag_column: None }
    }
}

impl Assignment {
    pub(crate) fn fault(&self) -> Option<String> {
        match (self.wanted, self.overlap) {
            (Some(wanted), _) if wanted == 0 || wanted > MOST_WANTED => {
                return Some(format!("1 to {MOST_WANTED} judgments can be wanted of an item, not {wanted}"));
            }
            (None, Some(_)) => {
                return Some("more judgments need a number that is wanted at first".to_owned());
            }
            (Some(wanted), Some(overlap)) if overlap.most <= wanted || overlap.most > MOST_WANTED => {
                return Some(format!(
                    "the most judgments of an item are more than the {wanted} wanted, not {}",
                    overlap.most
                ));
            }
            (Some(1), Some(_)) => return Some("one judgment cannot disagree, want two at least".to_owned()),
            _ => {}
        }
        if !(1..=24 * 60).contains(&self.lease_minutes) {
            return Some(format!("a lease lasts 1 minute to 24 hours, not {} minutes", self.lease_minutes));
        }
        let is_empty = self.tag_column.as_ref().is_some_and(|column| column.trim().is_empty());
        is_empty.then(|| "the column of the tags has no name".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_make_no_sense_together_are_refused() {
        assert_eq!(Assignment::default().fault(), None);
        let overlap = |wanted, most| Assignment {
            wanted,
            overlap: Some(Overlap { most, disagreement_above: 1 }),
            ..Assignment::default()
        };
        assert_eq!(overlap(Some(2), 3).fault(), None);
        assert!(overlap(Some(3), 3).fault().is_some(), "nothing more to ask");
        assert!(overlap(Some(1), 3).fault().is_some(), "one cannot disagree");
        assert!(overlap(None, 3).fault().is_some(), "everyone judges it anyway");
        assert!(Assignment { wanted: Some(0), ..Assignment::default() }.fault().is_some(), "no judgments");
        assert!(Assignment { lease_minutes: 0, ..Assignment::default() }.fault().is_some(), "no time");
    }
}
