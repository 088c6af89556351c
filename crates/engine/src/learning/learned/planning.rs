//! What is asked next: the policies of a study put to the library that knows them, and its picks put into words.

use std::collections::{HashSet, VecDeque};

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
    /// The probability with which an offer goes to it, as things stood when it was planned.
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

/// What the policy would ask of somebody next. Audits are none of it: they are drawn when an offer is made
/// ([`Audits`](crate::learning::audits::Audits)).
#[derive(Clone, Debug, Default)]
pub struct Ahead {
    /// In order.
    pub picks: VecDeque<Planned>,
    /// The items among which each was drawn uniformly; none where the policy weighed them.
    drawn_among: Option<RoaringBitmap>,
    /// Whether there is nothing at all that the policy would ask.
    pub is_exhausted: bool,
}

impl Ahead {
    /// What the policy would take of the items that may be offered, and the probability with which it would; what
    /// may no more be offered is let go of.
    pub fn next(&mut self, may_be_offered: &RoaringBitmap) -> Option<(&Planned, f64)> {
        while self.picks.front().is_some_and(|planned| !may_be_offered.contains(planned.item)) {
            self.picks.pop_front();
        }
        let of_drawn = self.drawn_among.as_ref().map(|among| among.intersection_len(may_be_offered));
        let planned = self.picks.front()?;
        Some((planned, of_drawn.map_or(1.0, |count| 1.0 / count.max(1) as f64)))
    }

    /// The probability with which the policy would take an item of those that may be offered; none where nothing is
    /// planned.
    pub fn chance(&mut self, item: u32, may_be_offered: &RoaringBitmap) -> Option<f64> {
        let (first, chance) = self.next(may_be_offered).map(|(planned, chance)| (planned.item, chance))?;
        let may_be_taken = self.drawn_among.as_ref().map_or(first == item, |among| among.contains(item));
        Some(if may_be_taken { chance } else { 0.0 })
    }
}

impl Learned {
    /// What the policy asks of an annotator next. `open` are the items that are open to them and not on their screen;
    /// the policy chooses among those of which the head is not sure.
    pub fn plan(
        &self,
        learning: &Learning,
        annotator: AnnotatorId,
        open: &RoaringBitmap,
        size: usize,
        random: &mut StdRng,
    ) -> Ahead {
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
        let mut members: Vec<Member> =
            self.main_scorers().into_iter().map(|scorer| scorer.member.clone()).collect();
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
        let policy = way(learning.policy, votes.len());
        let is_drawn = policy == Way::Random;
        let settings = BatchSettings {
            policy,
            size,
            audit_share: 0.0,
            // A cap would make items of a small prompt likelier than others, and a draw is to be uniform.
            cap_per_cluster: if is_drawn { 0 } else { learning.per_prompt as usize },
            only_cluster: None,
            cost_of_asking: 0.0,
        };
        let method = match policy {
            // What is drawn among those of which the head is not sure was chosen by the head.
            Way::Random if is_narrowed => AcquisitionMethod::Uncertainty,
            Way::Random => AcquisitionMethod::Random,
            _ => learning.policy.method().unwrap_or(AcquisitionMethod::FileOrder),
        };
        let audited = learning.audit_share / open.intersection_len(&self.askable).max(1) as f64;
        let picks: VecDeque<Planned> = choose(&situation, &settings, random)
            .into_iter()
            // Where the policy has nothing left, the library draws audits whatever their share.
            .take_while(|pick| !pick.is_audit)
            .map(|pick| Planned {
                item: self.item_of(pick.pair),
                method,
                score: Some(pick.score),
                propensity: audited + (1.0 - learning.audit_share) * pick.propensity,
                reason: self.reason(pick.pair, &pick.reason),
            })
            .collect();
        let places = is_open.iter().enumerate().filter(|(_, is_open)| **is_open);
        let drawn_among = is_drawn.then(|| places.map(|(pair, _)| self.item_of(pair)).collect());
        Ahead { is_exhausted: picks.is_empty(), picks, drawn_among }
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
            (0..20).flat_map(|_| heads.plan(learning, AnnotatorId(annotator), open, 10, &mut random).picks);
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
        let is_second = |planned: &Planned| {
            planned.method == AcquisitionMethod::SecondOpinions && planned.item < 9 && planned.item != 4
        };
        assert!(!of_other.is_empty() && of_other.iter().all(is_second), "{of_other:?}");
        let own = heads.plan(&learning, AnnotatorId(1), &open, 10, &mut StdRng::seed_from_u64(5));
        assert!(own.is_exhausted && own.picks.is_empty(), "nobody gives a second opinion on their own");
    }

    #[test]
    fn what_the_head_is_sure_of_is_not_chosen() {
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
                |planned: &Planned| heads.prediction_of_pair(planned.item as usize - 1).confidence() > above;
            assert!(!planned.is_empty() && !planned.iter().any(is_sure), "{policy:?}");
            assert!(
                planned.iter().all(|planned| planned.method != AcquisitionMethod::Random),
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
        let mut ahead = heads.plan(&learning, AnnotatorId(1), &open, 10, &mut StdRng::seed_from_u64(1));
        assert!((ahead.picks[0].propensity - 0.1).abs() < 1e-12, "one of ten, and not one of sixty pairs");
        let items: HashSet<u32> = ahead.picks.iter().map(|planned| planned.item).collect();
        assert_eq!((ahead.picks.len(), items.len()), (10, 10), "each once, and all of them");
        // Seven of them are on a screen or judged meanwhile.
        let left: RoaringBitmap = ahead.picks.iter().skip(7).map(|planned| planned.item).collect();
        let (next, chance) = ahead.next(&left).map(|(planned, chance)| (planned.item, chance)).unwrap();
        assert!(left.contains(next) && (chance - 1.0 / 3.0).abs() < 1e-12, "one of the three that are left");
        let chances: f64 = left.iter().filter_map(|item| ahead.chance(item, &left)).sum();
        assert!((chances - 1.0).abs() < 1e-12, "{chances}");
    }

    #[test]
    fn what_the_policy_weighed_is_taken_for_certain() {
        let mut heads = learned(&items(40, 2), &Rubric::default());
        let votes: Vec<_> = (1..=20)
            .map(|item| judgment(item, 1, item, preferred(Outcome::B), AcquisitionMethod::Random))
            .collect();
        heads.refit(&votes, 1);
        let open: RoaringBitmap = (21..=40).collect();
        let learning = Learning { audit_share: 0.2, ..Learning::default() };
        let mut ahead = heads.plan(&learning, AnnotatorId(1), &open, 5, &mut StdRng::seed_from_u64(1));
        let [first, second] = [ahead.picks[0].item, ahead.picks[1].item];
        assert!((ahead.picks[0].propensity - (0.8 + 0.2 / 20.0)).abs() < 1e-12, "or by an audit");
        assert_eq!((ahead.chance(first, &open), ahead.chance(second, &open)), (Some(1.0), Some(0.0)));
        let mut left = open;
        left.remove(first);
        assert_eq!(ahead.chance(second, &left), Some(1.0), "once the first is gone");
    }
}
