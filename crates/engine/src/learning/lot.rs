//! Second looks by lot: items whose votes are looked at again whatever any model says of them.
//!
//! What second looks at flagged items decide is odder than what people say on average. Only of items drawn at random
//! do second looks tell how odd an honest vote is, which the control of false discoveries stands on; imported votes,
//! of which nobody knows how many are slips, have no other measure. Every item that has a vote may be drawn, a flagged
//! one as likely as any: to draw among the others alone would make honest votes look less odd than they are.

use std::collections::BTreeMap;

use tiebreak_domain::ItemId;
use tiebreak_domain::assignment::mixed;
use tiebreak_domain::showing::{Acquisition, AcquisitionMethod};

/// Apart from every other order that is made of the same numbers.
const LOT: u64 = 0x5EC0_4D10_0C0F_7A11;

/// What was drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lot {
    /// The items, in the order in which they were drawn; those that were looked at stay among them.
    pub items: Vec<ItemId>,
    /// How many could have been drawn.
    pub eligible: usize,
}

/// How far the second look of an item has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// There was none.
    Open,
    /// It was by whoever gave the vote, and says nothing.
    Own,
    /// It found no better side.
    Tie,
    /// It found one.
    Side,
}

impl Lot {
    /// Draws until there are so many second looks that found a better side, or may yet.
    pub fn draw(voted: &BTreeMap<ItemId, Looked>, wanted: u64) -> Self {
        let mut order: Vec<ItemId> = voted.keys().copied().collect();
        order.sort_by_key(|item| mixed(item.0.unsigned_abs() ^ LOT));
        let mut counted = 0;
        let is_drawn = |item: &ItemId| {
            let is_short = counted < wanted;
            counted += u64::from(matches!(voted[item], Looked::Open | Looked::Side));
            is_short
        };
        Self { items: order.into_iter().take_while(is_drawn).collect(), eligible: voted.len() }
    }

    /// How a second look at an item came about, if it was drawn.
    pub fn acquisition(&self, item: ItemId) -> Option<Acquisition> {
        let propensity = self.items.len() as f64 / self.eligible.max(1) as f64;
        let drawn = Acquisition { method: AcquisitionMethod::RandomLook, score: None, propensity };
        self.items.contains(&item).then_some(drawn)
    }
}

/// Mixes items that were drawn among others, so that they are this share of all, as far as there are so many.
pub fn mixed_in<Other>(others: Vec<Other>, drawn: impl Iterator<Item = Other>, share: f64) -> Vec<Other> {
    let mut drawn = drawn.fuse();
    let mut mixed = Vec::with_capacity(others.len());
    let mut due = 0.0;
    for other in others {
        mixed.push(other);
        due += share / (1.0 - share).max(share);
        if due >= 1.0 {
            due -= 1.0;
            mixed.extend(drawn.next());
        }
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voted(count: i64) -> BTreeMap<ItemId, Looked> {
        (1..=count).map(|item| (ItemId(item), Looked::Open)).collect()
    }

    #[test]
    fn what_is_drawn_stays_drawn_while_it_is_looked_at_and_a_tie_is_made_good() {
        let mut voted = voted(1_000);
        let first = Lot::draw(&voted, 20);
        assert_eq!((first.items.len(), first.eligible), (20, 1_000));
        for (at, item) in first.items.iter().enumerate() {
            voted.insert(*item, if at % 4 == 0 { Looked::Tie } else { Looked::Side });
        }
        let next = Lot::draw(&voted, 20);
        assert_eq!(next.items[..20], first.items, "the same order");
        assert_eq!(next.items.len(), 25, "five that found no better side, and as many more");
        for item in &next.items[20..] {
            voted.insert(*item, Looked::Side);
        }
        assert_eq!(Lot::draw(&voted, 20), Lot { items: next.items, eligible: 1_000 }, "enough is enough");
        assert_eq!(Lot::draw(&self::voted(7), 20).items.len(), 7, "no more than there are");
    }

    #[test]
    fn every_item_is_as_likely_as_any_other() {
        let drawn = Lot::draw(&voted(10_000), 2_000).items;
        let low = drawn.iter().filter(|item| item.0 <= 5_000).count();
        let odd = drawn.iter().filter(|item| item.0 % 2 == 1).count();
        // Five standard deviations of so many throws of a coin are 112.
        assert!(low.abs_diff(1_000) < 112 && odd.abs_diff(1_000) < 112, "{low} low, {odd} odd");
        let acquisition = Lot::draw(&voted(10_000), 2_000).acquisition(drawn[7]).unwrap();
        assert_eq!((acquisition.method, acquisition.propensity), (AcquisitionMethod::RandomLook, 0.2));
    }

    #[test]
    fn a_share_of_what_is_listed_was_drawn() {
        let mixed = mixed_in((0..60).collect(), 100.., 0.25);
        assert_eq!(mixed[..9], [0, 1, 2, 100, 3, 4, 5, 101, 6]);
        assert_eq!(mixed.iter().filter(|one| **one >= 100).count(), 20, "a quarter of all");
        assert_eq!(mixed_in(vec![1, 2, 3, 4], 100..101, 0.5), [1, 100, 2, 3, 4], "there is but one");
        assert_eq!(mixed_in(vec![1, 2], 100.., 0.0), [1, 2]);
        assert!(mixed_in(Vec::new(), 100.., 0.5).is_empty(), "among nothing there is nothing");
    }
}
