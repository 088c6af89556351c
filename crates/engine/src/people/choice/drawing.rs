//! Offers of items that are to be judged: by what was learned or in the order of the study, and in a share of them
//! drawn at random, with the probability of each as it was when the offer was made.

use roaring::RoaringBitmap;
use tiebreak_domain::assignment::QueueOrder;
use tiebreak_domain::showing::AcquisitionMethod;

use super::Choice;
use crate::learning::audits::{Audits, drawn};

/// An item, how it came about, and how likely that was.
type Drawn = (Option<u32>, AcquisitionMethod, f64);

impl Choice<'_> {
    /// What the plan of the head says; at random where it says nothing yet, or of what it does not know.
    pub(super) fn next_learned(&mut self) -> Drawn {
        let audits = self.audits();
        let normal = &self.pools.normal;
        let is_exhausted = self.learning.is_exhausted(self.annotator);
        // What is done where the policy has said nothing.
        let unplanned =
            |item| if is_exhausted { audits.chance(item) } else { 1.0 / normal.len().max(1) as f64 };
        if let Some(item) = audits.draw(self.random) {
            let of_policy = self.learning.chance(self.annotator, item, normal);
            let of_policy = of_policy.unwrap_or_else(|| unplanned(item));
            return (Some(item), AcquisitionMethod::Audit, audits.propensity(item, of_policy));
        }
        if let Some((planned, of_policy)) = self.learning.take(self.annotator, normal) {
            self.scores.extend(planned.score.map(|score| (planned.item, score)));
            let propensity = audits.propensity(planned.item, of_policy);
            return (Some(planned.item), planned.method, propensity);
        }
        if is_exhausted && let Some(item) = audits.draw_one(self.random) {
            return (Some(item), AcquisitionMethod::Audit, audits.chance(item));
        }
        let item = drawn(normal, self.random);
        let of_item = |item| audits.propensity(item, 1.0 / normal.len() as f64);
        (item, AcquisitionMethod::Random, item.map_or(1.0, of_item))
    }

    /// The next in the order of the study, or an audit.
    pub(super) fn next_in_line(&mut self, after: u32) -> Drawn {
        let audits = self.audits();
        let place = self.share(self.pools.normal.len());
        let item = self.next_normal(after);
        if let Some(audited) = audits.draw(self.random) {
            self.work.audited.entry(self.annotator).or_default().insert(audited);
            let of_order = if item == Some(audited) { place } else { 0.0 };
            return (Some(audited), AcquisitionMethod::Audit, audits.propensity(audited, of_order));
        }
        let method = match item {
            // Where they have no rate they stand where the order has them.
            Some(item) if self.plan.gold.contains(item) => AcquisitionMethod::Gold,
            Some(item) if self.plan.attention.contains(item) => AcquisitionMethod::Attention,
            _ if self.plan.study.assignment.order == QueueOrder::File => AcquisitionMethod::FileOrder,
            _ => AcquisitionMethod::OwnOrder,
        };
        (item, method, item.map_or(place, |item| audits.propensity(item, place)))
    }

    /// Audits of what is to be judged: of the items on which heads learn, as long as there are such.
    fn audits(&self) -> Audits {
        let share = self.plan.share_of_audits();
        if share == 0.0 {
            return Audits::new(share, RoaringBitmap::new());
        }
        let mut eligible = &self.pools.normal - &self.plan.gold;
        eligible -= &self.plan.attention;
        let learned = self.learning.askable().map(|askable| &eligible & &*askable);
        Audits::new(share, learned.filter(|learned| !learned.is_empty()).unwrap_or(eligible))
    }
}
