//! Choosing a batch: slot by slot, audit or policy, with a cap per prompt cluster.
//!
//! For each slot the policy says first what it would take; then a coin decides whether the slot is an audit. So
//! the propensity of whatever is taken is known exactly, also where an audit happens upon the policy's choice. What is
//! drawn uniformly is an item, not a pair: an item of many candidates is asked no oftener than one of two.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use rand::Rng;

use super::queue::LazyQueue;
use super::worth::Worth;
use super::{BatchSettings, Pick, Policy, Reason, Situation};
use crate::learn::head::Weights;

/// Among how many prompts the search for a best looks for one whose contenders were not asked yet.
const PROMPTS_TRIED: usize = 16;

/// The pairs to ask next, in order, one of an item; fewer than wanted where no more can be asked.
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

/// What may happen in one slot: the uniform part, and the policy's part over its own choices. Items are told by their
/// first pair.
#[derive(Clone, Debug, PartialEq)]
struct SlotLaw {
    /// How many items an audit draws from.
    eligible: usize,
    audit_share: f64,
    choices: Choices,
}

/// What the policy would take.
#[derive(Clone, Debug, PartialEq)]
enum Choices {
    /// Nothing: the cap or the cost leaves it none, or nothing is of its kind.
    Nothing,
    /// This pair.
    Pair {
        /// The pair.
        pair: usize,
        /// Its item.
        item: usize,
    },
    /// One of these items, uniformly.
    Items(Vec<usize>),
}

impl SlotLaw {
    /// The probability that the slot goes to this item.
    fn propensity(&self, item: usize) -> f64 {
        let uniform = 1.0 / self.eligible as f64;
        let chosen = match &self.choices {
            Choices::Nothing => return uniform,
            Choices::Pair { item: chosen, .. } => f64::from(u8::from(*chosen == item)),
            Choices::Items(items) if items.contains(&item) => 1.0 / items.len() as f64,
            Choices::Items(_) => 0.0,
        };
        self.audit_share * uniform + (1.0 - self.audit_share) * chosen
    }
}

struct Batch<'a> {
    situation: Situation<'a>,
    settings: BatchSettings,
    worth: Worth<'a>,
    queue: LazyQueue,
    /// What audits may still draw from; places of the pool.
    left: Vec<bool>,
    /// What the policy may still choose from, the cap aside.
    open: Vec<bool>,
    /// Items of which something is left.
    items_left: usize,
    taken: usize,
    per_cluster: HashMap<u32, usize>,
    contenders: Option<Contenders>,
}

impl<'a> Batch<'a> {
    fn new(situation: Situation<'a>, settings: BatchSettings, random: &mut impl Rng) -> Self {
        let worth = Worth::new(situation, settings.policy, random);
        let is_here = |pair: usize| {
            settings.only_cluster.is_none_or(|cluster| situation.pairs[pair].cluster == cluster)
        };
        let left = (0..situation.pairs.len())
            .map(|pair| is_here(pair) && situation.askable[pair])
            .collect::<Vec<_>>();
        let open = (0..left.len()).map(|pair| left[pair] && worth.is_eligible(pair)).collect::<Vec<_>>();
        let is_drawn = matches!(settings.policy, Policy::Random | Policy::BestOfSet);
        let is_worth_it = |pair: &usize| {
            !is_drawn
                && open[*pair]
                && (settings.cost_of_asking <= 0.0
                    || situation.pool.belief(*pair).value_of_asking() > settings.cost_of_asking)
        };
        let queue = LazyQueue::new((0..left.len()).filter(is_worth_it).map(|pair| (pair, worth.of(pair))));
        let contenders = (settings.policy == Policy::BestOfSet).then(|| Contenders::new(&situation, &left));
        let (taken, per_cluster) = (0, HashMap::new());
        let mut batch = Self {
            situation,
            settings,
            worth,
            queue,
            left,
            open,
            items_left: 0,
            taken,
            per_cluster,
            contenders,
        };
        batch.items_left = batch.items(|pair| batch.left[pair]).count();
        batch
    }

    /// The pairs that are asked together with this one.
    fn pairs_of_item(&self, pair: usize) -> Range<usize> {
        let Some(items) = self.situation.items else { return pair..pair + 1 };
        let first = items[..pair].iter().rposition(|item| *item != items[pair]).map_or(0, |other| other + 1);
        let count = items[first..].iter().take_while(|item| **item == items[pair]).count();
        first..first + count
    }

    /// The first pair of every item of which a pair is wanted.
    fn items(&self, is_wanted: impl Fn(usize) -> bool) -> impl Iterator<Item = usize> {
        let mut next = 0;
        std::iter::from_fn(move || {
            while next < self.left.len() {
                let item = self.pairs_of_item(next);
                next = item.end;
                if item.clone().any(&is_wanted) {
                    return Some(item.start);
                }
            }
            None
        })
    }

    fn law(&mut self, random: &mut impl Rng) -> Option<SlotLaw> {
        if self.items_left == 0 {
            return None;
        }
        let best = match self.settings.policy {
            Policy::Random => None,
            Policy::BestOfSet => self.contenders(random),
            _ => {
                let (open, per_cluster, pairs) = (&self.open, &self.per_cluster, self.situation.pairs);
                let cap = self.settings.cap_per_cluster;
                let is_allowed = |pair: usize| {
                    open[pair]
                        && (cap == 0 || per_cluster.get(&pairs[pair].cluster).copied().unwrap_or(0) < cap)
                };
                self.queue.best(self.taken, is_allowed, |pair| self.worth.of(pair)).map(|(pair, _)| pair)
            }
        };
        let choices = match best {
            Some(pair) => Choices::Pair { pair, item: self.pairs_of_item(pair).start },
            None if self.settings.policy == Policy::Random => {
                let items = self.items(|pair| self.is_allowed(pair)).collect::<Vec<_>>();
                if items.is_empty() { Choices::Nothing } else { Choices::Items(items) }
            }
            None => Choices::Nothing,
        };
        Some(SlotLaw { eligible: self.items_left, audit_share: self.settings.audit_share, choices })
    }

    fn draw(&self, law: &SlotLaw, random: &mut impl Rng) -> Pick {
        let is_audit = law.choices == Choices::Nothing || random.random::<f64>() < law.audit_share;
        let pair = match &law.choices {
            Choices::Pair { pair, .. } if !is_audit => *pair,
            Choices::Items(items) if !is_audit => {
                let item = items[random.random_range(0..items.len())];
                self.one_of(item, |pair| self.is_allowed(pair), random)
            }
            _ => {
                let item = self
                    .items(|pair| self.left[pair])
                    .nth(random.random_range(0..law.eligible))
                    .expect("as many items are left as were counted");
                self.one_of(item, |pair| self.left[pair], random)
            }
        };
        Pick {
            pair,
            policy: self.settings.policy,
            score: if is_audit { 0.0 } else { f64::from(self.worth.of(pair)) },
            propensity: law.propensity(self.pairs_of_item(pair).start),
            is_audit,
            reason: if is_audit { Reason::Audit } else { self.worth.reason(pair) },
        }
    }

    /// A pair of an item, uniformly among those that are wanted.
    fn one_of(&self, item: usize, is_wanted: impl Fn(usize) -> bool, random: &mut impl Rng) -> usize {
        let pairs = self.pairs_of_item(item).filter(|pair| is_wanted(*pair)).collect::<Vec<_>>();
        if pairs.len() == 1 { pairs[0] } else { pairs[random.random_range(0..pairs.len())] }
    }

    fn take(&mut self, pick: &Pick) {
        for pair in self.pairs_of_item(pick.pair) {
            (self.left[pair], self.open[pair]) = (false, false);
        }
        self.items_left -= 1;
        self.taken += 1;
        *self.per_cluster.entry(self.situation.pairs[pick.pair].cluster).or_insert(0) += 1;
        self.worth.took(pick.pair);
    }

    fn is_allowed(&self, pair: usize) -> bool {
        let cap = self.settings.cap_per_cluster;
        let in_batch = self.per_cluster.get(&self.situation.pairs[pair].cluster).copied().unwrap_or(0);
        self.open[pair] && (cap == 0 || in_batch < cap)
    }

    /// The contenders of a random prompt: the best under one draw of the weights, and the best of those it can be
    /// compared with under another. A prompt whose contenders were asked already is passed over while others are
    /// left, because what is left of it cannot change its best.
    fn contenders(&self, random: &mut impl Rng) -> Option<usize> {
        let contenders = self.contenders.as_ref()?;
        let prompts = contenders
            .of_prompt
            .values()
            .filter(|pairs| pairs.iter().any(|pair| self.is_allowed(*pair)))
            .collect::<Vec<_>>();
        let mut found = None;
        for _ in 0..PROMPTS_TRIED {
            let of_prompt = *prompts.get(random.random_range(0..prompts.len().max(1)))?;
            let first = contenders.weights.draw(random);
            let draws = (contenders.weights.draw(random), first);
            let asked = self.contenders_among(of_prompt, &draws)?;
            if self.is_allowed(asked) {
                return Some(asked);
            }
            let allowed = of_prompt.iter().copied().filter(|pair| self.is_allowed(*pair)).collect::<Vec<_>>();
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

/// What the search for a best goes by, made once for a batch.
struct Contenders {
    /// The pairs of each prompt of which something could be asked when the batch began, those included that could not.
    of_prompt: BTreeMap<u32, Vec<usize>>,
    weights: Weights,
}

impl Contenders {
    fn new(situation: &Situation<'_>, left: &[bool]) -> Self {
        let mut of_prompt = BTreeMap::<u32, Vec<usize>>::new();
        for (pair, ends) in situation.pairs.iter().enumerate() {
            of_prompt.entry(ends.cluster).or_default().push(pair);
        }
        of_prompt.retain(|_, pairs| pairs.iter().any(|pair| left[*pair]));
        Self { of_prompt, weights: situation.head.weights_to_draw() }
    }
}

#[cfg(test)]
mod tests;
