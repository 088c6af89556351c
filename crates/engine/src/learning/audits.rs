//! Audits: offers that go to an item drawn uniformly at random, whatever the policy would take.
//!
//! The coin is thrown when an offer is made and not when it is planned: a plan is made anew after every vote, and what
//! of it is on a screen already is passed over. Nearly all that is passed over was chosen by the policy, so that audits
//! planned among it would come up much oftener than their share. For the same reason the probability of an offer is
//! reckoned when it is made, from what could be offered then.

use roaring::RoaringBitmap;

/// What the audits of one offer are drawn from, and how often.
pub struct Audits {
    /// The share of offers that are audits.
    share: f64,
    /// The items that an audit may be of.
    eligible: RoaringBitmap,
}

impl Audits {
    /// Audits of this share among some items.
    pub fn new(share: f64, eligible: RoaringBitmap) -> Self {
        Self { share, eligible }
    }

    /// Throws the coin: the item of an audit, or nothing where the policy has its way.
    pub fn draw(&self, random: &dyn Fn() -> u64) -> Option<u32> {
        if self.share <= 0.0 || self.eligible.is_empty() {
            return None;
        }
        let thrown = (random() >> 11) as f64 / (1_u64 << 53) as f64;
        if thrown < self.share { self.draw_one(random) } else { None }
    }

    /// One of the items, whatever the coin says; nothing where there is none.
    pub fn draw_one(&self, random: &dyn Fn() -> u64) -> Option<u32> {
        drawn(&self.eligible, random)
    }

    /// The probability that an audit is of this item.
    pub fn chance(&self, item: u32) -> f64 {
        if self.eligible.contains(item) { 1.0 / self.eligible.len() as f64 } else { 0.0 }
    }

    /// The probability that an offer goes to an item that the policy would take with this probability.
    pub fn propensity(&self, item: u32, of_policy: f64) -> f64 {
        if self.eligible.is_empty() {
            return of_policy;
        }
        self.share * self.chance(item) + (1.0 - self.share) * of_policy
    }
}

/// One of some items, each as likely as any other; nothing where there is none.
pub fn drawn(items: &RoaringBitmap, random: &dyn Fn() -> u64) -> Option<u32> {
    let count = items.len();
    if count == 0 { None } else { items.select((random() % count) as u32) }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn an_item_is_offered_as_often_as_its_propensity_says() {
        let audits = Audits::new(0.4, (1..=5).collect());
        let random = RefCell::new(StdRng::seed_from_u64(7));
        let next = || random.borrow_mut().random::<u64>();
        // The policy takes item 3, or item 9, which no audit is of.
        for of_policy in [3, 9] {
            let mut offered = BTreeMap::<u32, u32>::new();
            for _ in 0..20_000 {
                *offered.entry(audits.draw(&next).unwrap_or(of_policy)).or_default() += 1;
            }
            let mut sum = 0.0;
            for item in [1, 2, 3, 4, 5, 9] {
                let propensity = audits.propensity(item, f64::from(u8::from(item == of_policy)));
                let often = f64::from(offered.get(&item).copied().unwrap_or(0)) / 20_000.0;
                assert!((often - propensity).abs() < 0.015, "item {item}: {often} of {propensity}");
                sum += propensity;
            }
            assert!((sum - 1.0).abs() < 1e-12, "something is offered: {sum}");
        }
    }

    #[test]
    fn where_nothing_can_be_audited_the_policy_has_its_way() {
        let audits = Audits::new(1.0, RoaringBitmap::new());
        assert_eq!((audits.draw(&|| 0), audits.propensity(4, 1.0)), (None, 1.0));
    }
}
