//! Choosing a batch: slot by slot, audit or policy, with a cap per prompt cluster.
//!
//! For each slot the policy says first what it would take; then a coin decides whether the slot is an audit. So
//! the propensity of whatever is taken is known exactly, also where an audit happens upon the policy's choice.

use std::collections::HashMap;

use rand::Rng;

use super::queue::LazyQueue;
use super::worth::Worth;
use super::{BatchSettings, Pick, Policy, Reason, Situation};

/// Among how many prompts the search for a best looks for one whose contenders were not asked yet.
const PROMPTS_TRIED: usize = 16;

/// The pairs to ask next, in order; fewer than wanted where no more is open.
pub fn choose(situation: &Situation<'_>, settings: &BatchSettings, random: &mut impl Rng) -> Vec<Pick> {
    let mut batch = Batch::new(*situation, *settings, random);
    let mut picks = Vec::with_capacity(settings.size);
    while picks.len() < settings.size {
        let Some(law) = batch.law(random) else { break };
        let pick = batch.draw(&law, random);
        batch.take(&pick);
        picks.push(pick);
    }
    picks
}

/// What may happen in one slot: the uniform part, and the policy's part over its own choices.
#[derive(Clone, Debug, PartialEq)]
struct SlotLaw {
    /// How many pairs an audit draws from.
    eligible: usize,
    audit_share: f64,
    /// What the policy would take, uniformly among them; empty where the cap or the cost leaves it nothing.
    choices: Vec<usize>,
}

impl SlotLaw {
    /// The probability that the slot goes to this eligible pair.
    fn propensity(&self, pair: usize) -> f64 {
        let uniform = 1.0 / self.eligible as f64;
        if self.choices.is_empty() {
            return uniform;
        }
        let chosen = if self.choices.contains(&pair) { 1.0 / self.choices.len() as f64 } else { 0.0 };
        self.audit_share * uniform + (1.0 - self.audit_share) * chosen
    }
}

struct Batch<'a> {
    situation: Situation<'a>,
    settings: BatchSettings,
    worth: Worth<'a>,
    queue: LazyQueue,
    /// Eligible and not taken; places of the pool.
    left: Vec<bool>,
    left_count: usize,
    taken: usize,
    per_cluster: HashMap<u32, usize>,
}

impl<'a> Batch<'a> {
    fn new(situation: Situation<'a>, settings: BatchSettings, random: &mut impl Rng) -> Self {
        let worth = Worth::new(situation, settings.policy, random);
        let is_here = |pair: usize| {
            settings.only_cluster.is_none_or(|cluster| situation.pairs[pair].cluster == cluster)
                && worth.is_eligible(pair)
        };
        let left = (0..situation.pairs.len()).map(is_here).collect::<Vec<_>>();
        let is_drawn = matches!(settings.policy, Policy::Random | Policy::BestOfSet);
        let is_worth_it = |pair: &usize| {
            !is_drawn
                && left[*pair]
                && (settings.cost_of_asking <= 0.0
                    || situation.pool.belief(*pair).value_of_asking() > settings.cost_of_asking)
        };
        let queue = LazyQueue::new((0..left.len()).filter(is_worth_it).map(|pair| (pair, worth.of(pair))));
        let left_count = left.iter().filter(|left| **left).count();
        Self { situation, settings, worth, queue, left, left_count, taken: 0, per_cluster: HashMap::new() }
    }

    fn law(&mut self, random: &mut impl Rng) -> Option<SlotLaw> {
        if self.left_count == 0 {
            return None;
        }
        let choices = match self.settings.policy {
            Policy::Random => (0..self.left.len()).filter(|pair| self.is_allowed(*pair)).collect(),
            Policy::BestOfSet => self.contenders(random).into_iter().collect(),
            _ => {
                let (left, per_cluster, pairs) = (&self.left, &self.per_cluster, self.situation.pairs);
                let cap = self.settings.cap_per_cluster;
                let is_allowed = |pair: usize| {
                    left[pair]
                        && (cap == 0 || per_cluster.get(&pairs[pair].cluster).copied().unwrap_or(0) < cap)
                };
                let best = self.queue.best(self.taken, is_allowed, |pair| self.worth.of(pair));
                best.map(|(pair, _)| pair).into_iter().collect()
            }
        };
        Some(SlotLaw { eligible: self.left_count, audit_share: self.settings.audit_share, choices })
    }

    fn draw(&self, law: &SlotLaw, random: &mut impl Rng) -> Pick {
        let is_audit = law.choices.is_empty() || random.random::<f64>() < law.audit_share;
        let pair = if is_audit {
            let place = random.random_range(0..law.eligible);
            (0..self.left.len())
                .filter(|pair| self.left[*pair])
                .nth(place)
                .expect("as many pairs are left as were counted")
        } else {
            law.choices[random.random_range(0..law.choices.len())]
        };
        Pick {
            pair,
            policy: self.settings.policy,
            score: if is_audit { 0.0 } else { f64::from(self.worth.of(pair)) },
            propensity: law.propensity(pair),
            is_audit,
            reason: if is_audit { Reason::Audit } else { self.worth.reason(pair) },
        }
    }

    fn take(&mut self, pick: &Pick) {
        self.left[pick.pair] = false;
        self.left_count -= 1;
        self.taken += 1;
        *self.per_cluster.entry(self.situation.pairs[pick.pair].cluster).or_insert(0) += 1;
        self.worth.took(pick.pair);
    }

    fn is_allowed(&self, pair: usize) -> bool {
        let cap = self.settings.cap_per_cluster;
        let in_batch = self.per_cluster.get(&self.situation.pairs[pair].cluster).copied().unwrap_or(0);
        self.left[pair] && (cap == 0 || in_batch < cap)
    }

    /// The contenders of a random prompt: the best under one draw of the weights, and the best of those it can be
    /// compared with under another. A prompt whose contenders were asked already is passed over while others are
    /// left, because what is left of it cannot change its best.
    fn contenders(&self, random: &mut impl Rng) -> Option<usize> {
        let pairs = self.situation.pairs;
        let mut clusters = (0..self.left.len())
            .filter(|pair| self.is_allowed(*pair))
            .map(|pair| pairs[pair].cluster)
            .collect::<Vec<_>>();
        clusters.sort_unstable();
        clusters.dedup();
        let mut found = None;
        for _ in 0..PROMPTS_TRIED {
            let cluster = *clusters.get(random.random_range(0..clusters.len().max(1)))?;
            let of_cluster =
                (0..pairs.len()).filter(|pair| pairs[*pair].cluster == cluster).collect::<Vec<_>>();
            let mut draws = self.situation.head.draws(2, random);
            let draws = (draws.pop()?, draws.pop()?);
            let asked = self.contenders_among(&of_cluster, &draws)?;
            if self.is_allowed(asked) {
                return Some(asked);
            }
            let allowed = of_cluster.into_iter().filter(|pair| self.is_allowed(*pair)).collect::<Vec<_>>();
            found = found.or(self.contenders_among(&allowed, &draws));
        }
        found
    }

    fn contenders_among(&self, pairs: &[usize], (second, first): &(Vec<f64>, Vec<f64>)) -> Option<usize> {
        let score = |candidate: u32, draw: &[f64]| {
            let row = self.situation.table.row(candidate as usize);
            row.iter().zip(draw).map(|(value, weight)| f64::from(*value) * weight).sum::<f64>()
        };
        let ends = |pair: usize| [self.situation.pairs[pair].a, self.situation.pairs[pair].b];
        let first_score = |candidate: &u32| score(*candidate, first);
        let best = pairs
            .iter()
            .flat_map(|pair| ends(*pair))
            .max_by(|one, other| first_score(one).total_cmp(&first_score(other)))?;
        let rival_score = |pair: &usize| {
            let [a, b] = ends(*pair);
            score(if a == best { b } else { a }, second)
        };
        let rivals = pairs.iter().copied().filter(|pair| ends(*pair).contains(&best));
        rivals.max_by(|one, other| rival_score(one).total_cmp(&rival_score(other)))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::learn::features::FeatureTable;
    use crate::learn::head::information::InformationTable;
    use crate::learn::head::pool::{Pair, PoolBelief};
    use crate::learn::head::prior::Prior;
    use crate::learn::head::tests::world;
    use crate::learn::head::{Head, Vote};
    use crate::learn::ordinal::{Ordinal, Verdict};

    struct Ground {
        table: FeatureTable,
        pairs: Vec<Pair>,
        head: Head,
        pool: PoolBelief,
        information: InformationTable,
        open: Vec<bool>,
        votes: Vec<Vote>,
        members: Vec<Vec<f32>>,
        prompts: FeatureTable,
    }

    impl Ground {
        /// 12 items of 4 candidates, 6 pairs each.
        fn new() -> Self {
            let (table, _) = world(48, 6, 0, 20);
            let pairs = (0..12_u32)
                .flat_map(|item| Pair::all_of(&[4 * item, 4 * item + 1, 4 * item + 2, 4 * item + 3], item))
                .collect::<Vec<_>>();
            let votes = (0..10_usize)
                .map(|index| Vote::new(pairs[7 * index].a, pairs[7 * index].b, Verdict::A(None)))
                .collect::<Vec<_>>();
            let head = Head::new(&table, Ordinal::bradley_terry(), Prior::default()).refit(&table, &votes);
            let pool = PoolBelief::new(&head, &table, &pairs, None, 1);
            let open = (0..pairs.len()).map(|pair| pair % 7 != 0).collect();
            let members = vec![
                (0..48).map(|row| table.row(row)[0]).collect(),
                (0..48).map(|row| table.row(row)[1]).collect(),
            ];
            let (prompts, _) = world(12, 3, 0, 21);
            let information = InformationTable::new(head.likelihood());
            Self { table, pairs, head, pool, information, open, votes, members, prompts }
        }

        fn situation(&self) -> Situation<'_> {
            Situation {
                head: &self.head,
                table: &self.table,
                pairs: &self.pairs,
                pool: &self.pool,
                information: &self.information,
                open: &self.open,
                votes: &self.votes,
                members: &self.members,
                prompts: Some(&self.prompts),
            }
        }
    }

    fn settings(policy: Policy, size: usize, audit_share: f64) -> BatchSettings {
        BatchSettings { policy, size, audit_share, ..BatchSettings::default() }
    }

    #[test]
    fn every_policy_keeps_cap_and_pool() {
        let ground = Ground::new();
        for policy in Policy::ALL {
            let mut random = StdRng::seed_from_u64(3);
            let picks = choose(&ground.situation(), &settings(policy, 8, 0.0), &mut random);
            assert_eq!(picks.len(), 8, "{policy:?}");
            let mut clusters = picks.iter().map(|pick| ground.pairs[pick.pair].cluster).collect::<Vec<_>>();
            clusters.sort_unstable();
            clusters.dedup();
            assert_eq!(clusters.len(), 8, "{policy:?}: one pair of a prompt in a batch");
            for pick in &picks {
                assert_eq!(ground.open[pick.pair], policy != Policy::SecondOpinion, "{policy:?}");
                assert!(pick.propensity > 0.0 && !pick.is_audit && pick.score.is_finite(), "{pick:?}");
            }
            let again = choose(&ground.situation(), &settings(policy, 8, 0.0), &mut StdRng::seed_from_u64(3));
            assert_eq!(picks, again, "{policy:?}: one seed, one batch");
        }
    }

    #[test]
    fn propensities_of_a_slot_sum_to_one() {
        let ground = Ground::new();
        for policy in Policy::ALL {
            let mut random = StdRng::seed_from_u64(4);
            let mut batch = Batch::new(ground.situation(), settings(policy, 8, 0.15), &mut random);
            for _ in 0..6 {
                let law = batch.law(&mut random).unwrap();
                let eligible = (0..ground.pairs.len()).filter(|pair| batch.left[*pair]);
                let sum = eligible.map(|pair| law.propensity(pair)).sum::<f64>();
                assert!((sum - 1.0).abs() < 1e-12, "{policy:?}: {sum}");
                let pick = batch.draw(&law, &mut random);
                batch.take(&pick);
            }
        }
    }

    #[test]
    fn picks_come_as_often_as_their_propensity_says() {
        let ground = Ground::new();
        let mut random = StdRng::seed_from_u64(5);
        let one = settings(Policy::GreedyInformation, 1, 0.3);
        let mut counts = HashMap::<usize, (f64, f64)>::new();
        let mut audits = 0;
        for _ in 0..4_000 {
            let pick = choose(&ground.situation(), &one, &mut random)[0];
            let entry = counts.entry(pick.pair).or_insert((0.0, pick.propensity));
            entry.0 += 1.0 / 4_000.0;
            audits += usize::from(pick.is_audit);
        }
        assert!((audits as f64 / 4_000.0 - 0.3).abs() < 0.03, "the share of audits is met");
        for (pair, (often, propensity)) in counts {
            assert!((often - propensity).abs() < 0.025, "{pair}: {often} is near {propensity}");
        }
    }

    #[test]
    fn lazy_choice_is_the_eager_one() {
        let ground = Ground::new();
        for policy in [
            Policy::GreedyInformation,
            Policy::DOptimal,
            Policy::Variance,
            Policy::Coreset,
            Policy::PromptSpread,
        ] {
            let mut random = StdRng::seed_from_u64(6);
            let lazy = choose(&ground.situation(), &settings(policy, 8, 0.0), &mut random);
            let mut worth = Worth::new(ground.situation(), policy, &mut StdRng::seed_from_u64(6));
            let mut taken = Vec::<usize>::new();
            for pick in &lazy {
                let best = (0..ground.pairs.len())
                    .filter(|pair| ground.open[*pair])
                    .filter(|pair| {
                        taken.iter().all(|one| ground.pairs[*one].cluster != ground.pairs[*pair].cluster)
                    })
                    .map(|pair| worth.of(pair))
                    .fold(f32::NEG_INFINITY, f32::max);
                assert!((worth.of(pick.pair) - best).abs() < 1e-6, "{policy:?}: the best of all is taken");
                worth.took(pick.pair);
                taken.push(pick.pair);
            }
        }
    }

    #[test]
    fn foreseen_variance_is_that_of_the_lowered_head() {
        let ground = Ground::new();
        let mut worth =
            Worth::new(ground.situation(), Policy::GreedyInformation, &mut StdRng::seed_from_u64(7));
        let mut head = ground.head.clone();
        for pair in [1, 9, 33] {
            worth.took(pair);
            head.foresee(&ground.table, ground.pairs[pair].a, ground.pairs[pair].b, 0.0);
        }
        for (place, pair) in ground.pairs.iter().enumerate() {
            let wanted = head.belief(&ground.table, pair.a, pair.b, 0.0);
            assert!((worth.belief(place).variance - wanted.variance).abs() < 1e-5);
        }
    }

    #[test]
    fn reasons_name_what_decided() {
        let ground = Ground::new();
        let first = |policy| {
            choose(&ground.situation(), &settings(policy, 1, 0.0), &mut StdRng::seed_from_u64(8))[0].reason
        };
        assert!(
            matches!(first(Policy::ModelAgainstModel), Reason::ModelsDisagree { lowest, highest } if lowest < highest)
        );
        assert!(matches!(first(Policy::Uncertainty), Reason::HeadUnsure { .. }));
        assert!(matches!(first(Policy::SecondOpinion), Reason::SecondOpinion { .. }));
        assert_eq!(first(Policy::FileOrder), Reason::InOrder);
        let audit =
            choose(&ground.situation(), &settings(Policy::Random, 1, 1.0), &mut StdRng::seed_from_u64(8));
        assert_eq!(audit[0].reason, Reason::Audit);
    }

    #[test]
    fn one_item_can_be_asked_about_and_costs_switch_off() {
        let ground = Ground::new();
        let mut random = StdRng::seed_from_u64(9);
        let within = BatchSettings {
            only_cluster: Some(3),
            cap_per_cluster: 0,
            audit_share: 0.0,
            ..settings(Policy::BestOfSet, 99, 0.0)
        };
        let picks = choose(&ground.situation(), &within, &mut random);
        assert!(!picks.is_empty() && picks.iter().all(|pick| ground.pairs[pick.pair].cluster == 3));
        let dear = BatchSettings { cost_of_asking: 1e6, ..settings(Policy::GreedyInformation, 5, 0.15) };
        let picks = choose(&ground.situation(), &dear, &mut random);
        assert!(picks.iter().all(|pick| pick.is_audit), "only audits are asked at any cost");
        assert!(super::super::value_of_best_question(&ground.pool, &ground.open) < 1e6);
    }

    #[test]
    fn the_best_of_a_set_is_found() {
        let ground = Ground::new();
        // Where the head is sure, the contenders are its two best.
        let sure = ground.head.refit(&ground.table, &ground.votes.repeat(2_000));
        let situation = Situation { head: &sure, ..ground.situation() };
        let within = BatchSettings { only_cluster: Some(5), ..settings(Policy::BestOfSet, 1, 0.0) };
        let mut candidates = [20, 21, 22, 23];
        candidates.sort_by(|one, other| {
            sure.score(&ground.table, *other).total_cmp(&sure.score(&ground.table, *one))
        });
        let pick = choose(&situation, &within, &mut StdRng::seed_from_u64(1))[0];
        let pair = ground.pairs[pick.pair];
        assert!(pair.a == candidates[0] || pair.b == candidates[0], "the best is shown");
    }

    #[test]
    fn a_prompt_whose_contenders_were_asked_waits_for_the_others() {
        let mut ground = Ground::new();
        let sure = ground.head.refit(&ground.table, &ground.votes.repeat(2_000));
        let mut best_two = [20_u32, 21, 22, 23];
        best_two.sort_by(|one, other| {
            sure.score(&ground.table, *other).total_cmp(&sure.score(&ground.table, *one))
        });
        let asked = |pair: &Pair| [pair.a, pair.b].iter().all(|end| best_two[..2].contains(end));
        ground.open = ground.pairs.iter().map(|pair| !asked(pair)).collect();
        let situation = Situation { head: &sure, ..ground.situation() };
        let one_each = BatchSettings { cap_per_cluster: 1, ..settings(Policy::BestOfSet, 11, 0.0) };
        let picks = choose(&situation, &one_each, &mut StdRng::seed_from_u64(3));
        let place = |pick: &Pick| ground.pairs[pick.pair].cluster;
        assert_eq!(picks.len(), 11);
        assert!(picks.iter().all(|pick| place(pick) != 5), "its best was asked about: {picks:?}");
    }
}
