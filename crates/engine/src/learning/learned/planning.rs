//! What is asked next: the policies of a study put to the library that knows them, and its picks put into words.

use std::collections::HashSet;

use rand::rngs::StdRng;
use roaring::RoaringBitmap;
use tiebreak_domain::AnnotatorId;
use tiebreak_domain::learning::{Learning, Policy};
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_reward::learn::acquire::batch::choose;
use tiebreak_reward::learn::acquire::{BatchSettings, Policy as Way, Reason, Situation};
use tiebreak_reward::learn::ensemble::Member;
use tiebreak_reward::learn::head::Vote;

use super::{Learned, ends};

/// An item that is to be asked, and why.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The item.
    pub item: u32,
    /// The policy's mark.
    pub method: AcquisitionMethod,
    /// What it is worth; none where that is not why.
    pub score: Option<f64>,
    /// The probability with which it was chosen.
    pub propensity: f64,
    /// Why, for the lead.
    pub reason: String,
}

impl Planned {
    /// An item whose turn it is.
    pub fn in_order(item: u32) -> Self {
        let (method, reason) = (AcquisitionMethod::FileOrder, Reason::InOrder.to_string());
        Self { item, method, score: None, propensity: 1.0, reason }
    }
}

impl Learned {
    /// What is to be asked of an annotator next, in order. `open` are the items that are open to them. Audits are
    /// drawn from all of those, the policy chooses among those of which the head is not sure.
    pub fn plan(
        &self,
        learning: &Learning,
        annotator: AnnotatorId,
        open: &RoaringBitmap,
        size: usize,
        random: &mut StdRng,
    ) -> Vec<Planned> {
        let is_askable: Vec<bool> =
            (0..self.pool.pairs.len()).map(|pair| open.contains(self.item_of(pair))).collect();
        let is_sure = |pair: usize| {
            learning.skip_above.is_some_and(|above| self.prediction_of_pair(pair).confidence() > above)
        };
        let is_second = learning.policy == Policy::SecondOpinions;
        let own = if is_second { self.asked_of(annotator) } else { HashSet::new() };
        let is_open: Vec<bool> = is_askable
            .iter()
            .enumerate()
            .map(|(pair, is_askable)| {
                *is_askable && !is_sure(pair) && !own.contains(&ends(&self.pool.pairs[pair]))
            })
            .collect();
        let is_narrowed = is_open != is_askable;
        let votes: Vec<Vote> = self.main().votes.iter().map(|known| known.vote).collect();
        let mut members: Vec<Member> = self.pool.scorers.iter().map(|scorer| scorer.member.clone()).collect();
        if learning.policy == Policy::ModelAgainstModel {
            members.push(self.head_member());
        }
        let situation = Situation {
            head: &self.main().head,
            table: &self.pool.table,
            pairs: &self.pool.pairs,
            pool: &self.belief,
            information: &self.information,
            open: &is_open,
            askable: &is_askable,
            items: Some(&self.pool.item_of_pair),
            votes: &votes,
            members: &members,
            prompts: None,
        };
        let settings = BatchSettings {
            policy: way(learning.policy, votes.len()),
            size,
            audit_share: learning.audit_share,
            cap_per_cluster: learning.per_prompt as usize,
            only_cluster: None,
            cost_of_asking: 0.0,
        };
        let method = match settings.policy {
            // What is drawn among those of which the head is not sure was chosen by the head.
            Way::Random if is_narrowed => AcquisitionMethod::Uncertainty,
            Way::Random => AcquisitionMethod::Random,
            _ => learning.policy.method().unwrap_or(AcquisitionMethod::FileOrder),
        };
        choose(&situation, &settings, random)
            .into_iter()
            .map(|pick| Planned {
                item: self.item_of(pick.pair),
                method: if pick.is_audit { AcquisitionMethod::Audit } else { method },
                score: Some(pick.score),
                propensity: pick.propensity,
                reason: self.reason(pick.pair, &pick.reason),
            })
            .collect()
    }

    /// The pairs on which somebody voted already, under whatever item: nobody is asked twice for a second opinion.
    fn asked_of(&self, annotator: AnnotatorId) -> HashSet<[u32; 2]> {
        let own = self.main().votes.iter().filter(|known| known.annotator == annotator);
        own.map(|known| ends(&self.pool.pairs[known.pair])).collect()
    }

    fn item_of(&self, pair: usize) -> u32 {
        self.pool.items[self.pool.item_of_pair[pair] as usize].id.0 as u32
    }

    /// The main head as one of the models, in deviations of the pool.
    fn head_member(&self) -> Member {
        let head = &self.main().head;
        let scores: Vec<f32> =
            (0..self.pool.table.len() as u32).map(|row| head.score(&self.pool.table, row) as f32).collect();
        tiebreak_reward::learn::ensemble::standardised(&scores, None)
    }

    /// Why, and of an item of many candidates which two.
    fn reason(&self, pair: usize, reason: &Reason) -> String {
        let item = &self.pool.items[self.pool.item_of_pair[pair] as usize];
        if item.candidates == 2 {
            return match &item.pair_name {
                Some(name) => format!("{reason} (candidates {name})"),
                None => reason.to_string(),
            };
        }
        let place = |row: u32| item.rows.iter().position(|of_item| *of_item == row).unwrap_or_default();
        let letter = |row: u32| char::from(b'A' + place(row) as u8);
        let of_item = self.pool.pairs[pair];
        format!("{} (candidates {} and {})", reason, letter(of_item.a), letter(of_item.b))
    }
}

/// The library's name for a policy; at random until there are votes to go by.
fn way(policy: Policy, votes: usize) -> Way {
    let has_begun = Way::default_after(votes) != Way::Random;
    match policy {
        Policy::Assigned => Way::FileOrder,
        Policy::Random => Way::Random,
        Policy::ModelAgainstModel => Way::ModelAgainstModel,
        Policy::SecondOpinions => Way::SecondOpinion,
        _ if !has_begun => Way::Random,
        Policy::Uncertainty => Way::Uncertainty,
        Policy::GreedyBald => Way::GreedyInformation,
        Policy::BestOfN => Way::BestOfSet,
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use tiebreak_domain::{Outcome, Rubric};

    use super::super::super::tests::{items, judgment, learned, preferred, ranked, rankings};
    use super::*;

    fn planned(heads: &Learned, learning: &Learning, annotator: i64, open: &RoaringBitmap) -> Vec<Planned> {
        let mut random = StdRng::seed_from_u64(5);
        let batches =
            (0..20).flat_map(|_| heads.plan(learning, AnnotatorId(annotator), open, 10, &mut random));
        batches.collect()
    }

    #[test]
    fn second_opinions_are_of_open_items_that_somebody_else_judged_once() {
        let mut heads = learned(&items(30, 2), &Rubric::default());
        let vote = |number, annotator, item| {
            judgment(number, annotator, item, preferred(Outcome::B), AcquisitionMethod::Random)
        };
        let twice = [vote(31, 1, 9), vote(32, 2, 9)];
        let votes: Vec<_> = (1..=8).map(|item| vote(item, 1, item)).chain(twice).collect();
        heads.refit(&votes, 1);
        let learning = Learning { policy: Policy::SecondOpinions, audit_share: 0.2, ..Learning::default() };
        let open: RoaringBitmap = (1..=30).filter(|item| *item != 4).collect();
        let of_other = planned(&heads, &learning, 2, &open);
        let second = of_other.iter().filter(|planned| planned.method == AcquisitionMethod::SecondOpinions);
        let second: Vec<u32> = second.map(|planned| planned.item).collect();
        assert!(!second.is_empty() && second.iter().all(|item| *item < 9 && *item != 4), "{second:?}");
        let audits = of_other.iter().filter(|planned| planned.method == AcquisitionMethod::Audit);
        assert!(audits.clone().any(|planned| planned.item > 9), "audits are of all that is open");
        let own = planned(&heads, &learning, 1, &open);
        let is_audit = |planned: &Planned| planned.method == AcquisitionMethod::Audit;
        assert!(own.len() == 200 && own.iter().all(is_audit), "nobody gives a second opinion on their own");
    }

    #[test]
    fn what_the_head_is_sure_of_is_audited_and_not_chosen() {
        let mut heads = learned(&items(40, 2), &Rubric::default());
        let votes: Vec<_> = (1..=20)
            .map(|item| judgment(item, 1, item, preferred(Outcome::B), AcquisitionMethod::Random))
            .collect();
        heads.refit(&votes, 1);
        let mut sureness: Vec<f64> =
            (20..40).map(|pair| heads.prediction_of_pair(pair).confidence()).collect();
        sureness.sort_by(f64::total_cmp);
        let above = sureness[10].max(0.5);
        let open: RoaringBitmap = (21..=40).collect();
        for policy in [Policy::GreedyBald, Policy::Random] {
            let learning =
                Learning { policy, audit_share: 0.3, skip_above: Some(above), ..Learning::default() };
            let planned = planned(&heads, &learning, 1, &open);
            let is_sure =
                |planned: &&Planned| heads.prediction_of_pair(planned.item as usize - 1).confidence() > above;
            let sure: Vec<&Planned> = planned.iter().filter(is_sure).collect();
            assert!(sure.iter().any(|planned| planned.method == AcquisitionMethod::Audit), "{policy:?}");
            let unsure = planned.iter().filter(|planned| !is_sure(planned));
            assert!(
                unsure.clone().all(|planned| planned.method != AcquisitionMethod::Random),
                "drawn among the unsure is no random draw"
            );
        }
    }

    #[test]
    fn an_item_of_many_candidates_has_the_propensity_of_an_item() {
        let mut heads = learned(&items(10, 4), &rankings());
        let first = judgment(1, 1, 1, ranked(&[3, 2, 1, 0]), AcquisitionMethod::Random);
        heads.refit(&[first], 1);
        let learning = Learning { policy: Policy::Random, audit_share: 0.5, ..Learning::default() };
        let open: RoaringBitmap = (1..=10).collect();
        let plan = heads.plan(&learning, AnnotatorId(1), &open, 10, &mut StdRng::seed_from_u64(1));
        assert!((plan[0].propensity - 0.1).abs() < 1e-12, "one of ten, and not one of sixty pairs: {plan:?}");
        assert!((plan[1].propensity - 1.0 / 9.0).abs() < 1e-12);
        let items: HashSet<u32> = plan.iter().map(|planned| planned.item).collect();
        assert_eq!((plan.len(), items.len()), (10, 10), "each once, and all of them");
    }
}
