//! The choice: what an annotator is offered next under a study that shares work out.
//!
//! Training items come first, in the order of the file; with a threshold nothing else is offered until all of them
//! are judged and it is reached. Then each offer is of a kind that [`QualityRules::draw`] says, and within a kind
//! the next item in the annotator's order. In the order of the file that is the first open item after the one asked
//! from; in an order of one's own it is the next from where the annotator is, going round.
//!
//! Where the project learns from votes, a share of these offers goes to items drawn at random instead ([`drawing`]).
//!
//! Everything is a handful of operations on compressed sets, and the walk along an order of one's own is short:
//! where a good share of the items is open the next open one is near, and where few are, their places are compared.
//!
//! [`QualityRules::draw`]: tiebreak_domain::quality::QualityRules::draw

mod drawing;

use std::collections::HashMap;

use roaring::RoaringBitmap;
use tiebreak_domain::assignment::{OwnOrder, QueueOrder};
use tiebreak_domain::quality::{Available, Kind};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::showing::{Acquisition, AcquisitionMethod};
use tiebreak_domain::{
    Annotator, AnnotatorId, AnnotatorKey, ApiError, ErrorCode, ItemId, ItemStatus, UnixMillis,
};
use tiebreak_store::{Facets, Lease, Reader, Wish};

use super::plan::Plan;
use super::pools::{Pools, close_by_tag, close_settled, pools};
use super::work::Work;
use crate::learning::LearningDesk;
use crate::session::Session;

/// Where fewer items than one in so many are open, their places are compared instead of walked along.
const SPARSE: u64 = 64;

/// An item that was chosen, and why.
pub struct Offer {
    /// The item.
    pub item: ItemId,
    /// Why.
    pub acquisition: Acquisition,
}

impl Session {
    /// The items that are open to an annotator, to be judged and not on their screen already, as far as learning plans
    /// ahead.
    pub(crate) fn open_to_learning(&self, annotator: AnnotatorId) -> Result<RoaringBitmap, ApiError> {
        let plan = self.people.plan();
        let reader = self.readers.lend()?;
        let request = QueueRequest { annotator, place: Place::Start, count: 0, except: Vec::new() };
        let mut pools = pools(&plan, &reader.facets().read(), annotator, &request);
        close_by_tag(&plan, &reader.key_and_tags(annotator)?.1, &mut pools);
        let annotators = reader.annotators()?;
        let now = self.shared.host.now();
        let mut work = self.people.work.lock().expect("the work is never left half-changed");
        let Pools { normal: mut open, .. } = pools;
        let facets = reader.facets();
        close_settled(&plan, &mut work, &facets.read(), &annotators, annotator, now, &mut open);
        open -= &plan.gold;
        open -= &plan.attention;
        open -= self.learning.outstanding(annotator);
        Ok(open)
    }

    /// The items that an annotator is offered next where the study's order says which, as it stands now. Nothing of it
    /// is taken.
    pub(crate) fn coming_in_order(&self, annotator: AnnotatorId, count: usize) -> Result<Vec<u32>, ApiError> {
        let mut open = self.open_to_learning(annotator)?;
        let QueueOrder::Own { seed } = self.people.plan().study.assignment.order else {
            let after = self.people.work.lock().expect("the work is never left half-changed");
            let from = after.cursors.get(&annotator).copied().unwrap_or(0);
            return Ok(open.range(from + 1..).chain(open.range(..=from)).take(count).collect());
        };
        let reader = self.readers.lend()?;
        let (key, last_item) = (reader.key_and_tags(annotator)?.0, reader.facets().read().last_item());
        let order = OwnOrder::new(key, seed, last_item);
        let work = self.people.work.lock().expect("the work is never left half-changed");
        let mut from = work.cursors.get(&annotator).copied().unwrap_or(0);
        let mut coming = Vec::new();
        while let Some(item) = next_in_order(&order, &open, from).filter(|_| coming.len() < count) {
            open.remove(item);
            from = (order.place_of(item - 1) + 1) % order.count();
            coming.push(item);
        }
        Ok(coming)
    }

    /// What is offered at a place; none where the plan has no say in it.
    pub(crate) fn choose(&self, request: &QueueRequest) -> Result<Option<Vec<Offer>>, ApiError> {
        let plan = self.people.plan();
        if plan.is_plain() || !matches!(request.place, Place::Start | Place::After(_)) {
            return Ok(None);
        }
        let now = self.shared.host.now();
        if self.place.is_shared() && plan.most_wanted().is_some() {
            return self.choose_with_others(&plan, request, now).map(Some);
        }
        let (offers, leases) = self.choose_from(&plan, request, now, &RoaringBitmap::new())?;
        if !leases.is_empty() {
            // Whoever asks need not wait for the disk: the leases in memory are what the queue goes by.
            self.writer.send(move |store| Ok(store.lease(&leases, now)?))?;
        }
        Ok(Some(offers))
    }

    /// Chooses from what this process knows, the passed items aside, and notes the leases in memory.
    fn choose_from(
        &self,
        plan: &Plan,
        request: &QueueRequest,
        now: UnixMillis,
        passed: &RoaringBitmap,
    ) -> Result<(Vec<Offer>, Vec<Lease>), ApiError> {
        let reader = self.readers.lend()?;
        // All that a server may have to be waited for comes before the work of everybody is held up.
        let asked = Asked::read(plan, &reader, request)?;
        let annotators = reader.annotators()?;
        let mut work = self.people.work.lock().expect("the work is never left half-changed");
        let random = &*self.shared.host.random;
        let mut choice = Choice::new(plan, asked, &mut work, (&self.learning, random));
        choice.close_settled(&reader.facets().read(), &annotators, now);
        choice.pools.normal -= passed;
        let offers = choice.offers(request);
        let leases = choice.leases(&offers, request, now);
        drop(work);
        if offers.is_empty()
            && let Some(refusal) = not_qualified(plan, &reader, request.annotator)?
        {
            return Err(refusal);
        }
        if plan.is_chosen_by_learning() {
            let offered = offers.iter().map(|offer| offer.item);
            let outstanding: Vec<ItemId> = request.except.iter().copied().chain(offered).collect();
            self.learning.note_outstanding(request.annotator, &outstanding);
            self.learning.replenish(request.annotator);
        }
        Ok((offers, leases))
    }

    /// Chooses where other processes choose too: what is chosen here is confirmed by the database, all of it at once,
    /// and what is refused there is passed over.
    fn choose_with_others(
        &self,
        plan: &Plan,
        request: &QueueRequest,
        now: UnixMillis,
    ) -> Result<Vec<Offer>, ApiError> {
        let annotator = request.annotator;
        let mut request = request.clone();
        let mut passed = RoaringBitmap::new();
        let mut confirmed: Vec<Offer> = Vec::new();
        loop {
            let (offers, leases) = self.choose_from(plan, &request, now, &passed)?;
            let wishes = self.wishes(plan, &offers);
            let is_chosen = |item: ItemId| offers.iter().any(|offer| offer.item == item);
            let renewed: Vec<ItemId> =
                leases.iter().map(|lease| lease.item).filter(|item| !is_chosen(*item)).collect();
            let Some(expires_at) = leases.first().map(|lease| lease.expires_at) else {
                confirmed.extend(offers);
                return Ok(confirmed);
            };
            let past = self.readers.lend()?.annotators()?;
            let past: Vec<AnnotatorId> =
                past.iter().filter(|annotator| annotator.is_past()).map(|annotator| annotator.id).collect();
            let asked = wishes.clone();
            let claimed = self.writer.ask(move |store| {
                Ok(store.claim(annotator, &asked, asked.len(), &past, &renewed, expires_at, now)?)
            })?;
            let refused: Vec<ItemId> =
                wishes.iter().map(|wish| wish.item).filter(|item| !claimed.contains(item)).collect();
            let kept = offers.into_iter().filter(|offer| !refused.contains(&offer.item));
            for offer in kept {
                request.except.push(offer.item);
                request.count = request.count.saturating_sub(1);
                confirmed.push(offer);
            }
            if refused.is_empty() || request.count == 0 {
                return Ok(confirmed);
            }
            let mut work = self.people.work.lock().expect("the work is never left half-changed");
            for item in refused {
                work.release(annotator, item.0 as u32);
                passed.insert(item.0 as u32);
            }
        }
    }

    /// What of some offers fills a place that others might fill, and how many places there are.
    fn wishes(&self, plan: &Plan, offers: &[Offer]) -> Vec<Wish> {
        let Some((wanted, most)) = plan.most_wanted() else { return Vec::new() };
        let work = self.people.work.lock().expect("the work is never left half-changed");
        let fills_a_place = |offer: &&Offer| {
            let is_known = plan.roles.contains_key(&(offer.item.0 as u32));
            !is_known && offer.acquisition.method != AcquisitionMethod::Repeat
        };
        let wish = |offer: &Offer| {
            let is_disputed = work.disputed.contains(offer.item.0 as u32);
            Wish { item: offer.item, most: if is_disputed { most } else { wanted } as u32 }
        };
        offers.iter().filter(fills_a_place).map(wish).collect()
    }
}

/// What the project was asked for a request.
struct Asked {
    annotator: AnnotatorId,
    key: AnnotatorKey,
    pools: Pools,
    /// Items that may be repeated now.
    repeats: Vec<ItemId>,
    /// Whether the training was done, and well enough, where that is asked.
    is_qualified: bool,
}

impl Asked {
    fn read(plan: &Plan, reader: &Reader, request: &QueueRequest) -> Result<Self, ApiError> {
        let annotator = request.annotator;
        let (key, tags) = reader.key_and_tags(annotator)?;
        let has_repeats = plan.study.quality.repeats.is_some();
        let repeats_done = if has_repeats { reader.repeat_count(annotator)? } else { 0 };
        let repeats = repeats(plan, reader, request)?;
        let mut pools = pools(plan, &reader.facets().read(), annotator, request);
        pools.offers += repeats_done;
        close_by_tag(plan, &tags, &mut pools);
        let is_qualified = plan.study.quality.qualification.is_none()
            || (pools.training_unjudged == 0 && is_qualified(plan, reader, annotator)?);
        Ok(Self { annotator, key, pools, repeats, is_qualified })
    }
}

/// One request being answered.
struct Choice<'a> {
    plan: &'a Plan,
    work: &'a mut Work,
    annotator: AnnotatorId,
    key: AnnotatorKey,
    pools: Pools,
    repeats: Vec<ItemId>,
    is_qualified: bool,
    learning: &'a LearningDesk,
    /// What planned items are worth.
    scores: HashMap<u32, f64>,
    random: &'a (dyn Fn() -> u64 + Send + Sync),
}

impl<'a> Choice<'a> {
    fn new(
        plan: &'a Plan,
        asked: Asked,
        work: &'a mut Work,
        (learning, random): (&'a LearningDesk, &'a (dyn Fn() -> u64 + Send + Sync)),
    ) -> Self {
        let Asked { annotator, key, pools, repeats, is_qualified } = asked;
        let scores = HashMap::new();
        Self { plan, work, annotator, key, pools, repeats, is_qualified, learning, scores, random }
    }

    /// Takes out what the annotator said something of since the project was asked, and what needs nobody any more.
    fn close_settled(&mut self, facets: &Facets, annotators: &[Annotator], now: UnixMillis) {
        let Self { plan, work, annotator, pools, .. } = self;
        let open = facets.open(*annotator);
        for pool in [&mut pools.normal, &mut pools.gold, &mut pools.attention] {
            *pool &= &open;
        }
        if let Some(said) = facets.annotator(*annotator) {
            pools.training -= &said.judged;
        }
        close_settled(plan, work, facets, annotators, *annotator, now, &mut pools.normal);
    }

    fn offers(&mut self, request: &QueueRequest) -> Vec<Offer> {
        let mut offers = Vec::new();
        let mut after = match request.place {
            Place::After(item) => item.0 as u32,
            _ => 0,
        };
        while offers.len() < request.count as usize {
            let (item, method, propensity) = if let Some(item) = self.pools.training.min() {
                self.pools.training.remove(item);
                (item, AcquisitionMethod::Training, 1.0)
            } else {
                let number = self.pools.offers + offers.len() as u64;
                match self.next(number, after) {
                    Some(found) => found,
                    None => break,
                }
            };
            if self.plan.study.assignment.order == QueueOrder::File && method == AcquisitionMethod::FileOrder
            {
                after = item;
                self.work.cursors.insert(self.annotator, item);
            }
            let acquisition = Acquisition { method, score: self.scores.remove(&item), propensity };
            offers.push(Offer { item: ItemId(i64::from(item)), acquisition });
        }
        offers
    }

    /// The next offer after the training.
    fn next(&mut self, number: u64, after: u32) -> Option<(u32, AcquisitionMethod, f64)> {
        if !self.is_qualified {
            return None;
        }
        let available = Available {
            normal: !self.pools.normal.is_empty(),
            gold: !self.pools.gold.is_empty(),
            attention: !self.pools.attention.is_empty(),
            repeat: !self.repeats.is_empty(),
        };
        let drawn = self.plan.study.quality.draw(self.key, number, available)?;
        let (item, method, propensity) = match drawn.kind {
            Kind::Repeat => {
                let item = self.repeats.remove(0).0 as u32;
                (Some(item), AcquisitionMethod::Repeat, 1.0)
            }
            Kind::Gold => {
                let propensity = self.share(self.pools.gold.len());
                let item = first(self.own_order(), &self.pools.gold);
                (item, AcquisitionMethod::Gold, propensity)
            }
            Kind::Attention => {
                let propensity = self.share(self.pools.attention.len());
                let item = first(self.own_order(), &self.pools.attention);
                (item, AcquisitionMethod::Attention, propensity)
            }
            Kind::Normal if self.plan.is_chosen_by_learning() => self.next_learned(),
            Kind::Normal => self.next_in_line(after),
        };
        let item = item?;
        self.pools.normal.remove(item);
        self.pools.gold.remove(item);
        self.pools.attention.remove(item);
        Some((item, method, drawn.probability * propensity))
    }

    /// The chance of one of so many in the order of this study.
    fn share(&self, count: u64) -> f64 {
        match self.plan.study.assignment.order {
            QueueOrder::File => 1.0,
            QueueOrder::Own { .. } => 1.0 / count.max(1) as f64,
        }
    }

    fn own_order(&self) -> Option<OwnOrder> {
        match self.plan.study.assignment.order {
            QueueOrder::File => None,
            QueueOrder::Own { seed } => Some(OwnOrder::new(self.key, seed, self.pools.last_item)),
        }
    }

    fn next_normal(&mut self, after: u32) -> Option<u32> {
        let normal = &self.pools.normal;
        let cursor = self.work.cursors.get(&self.annotator).copied().unwrap_or(0);
        let Some(order) = self.own_order() else {
            // An item that was mixed in says nothing of where the annotator is in the file.
            let audited = self.work.audited.get(&self.annotator);
            let was_audited = audited.is_some_and(|audited| audited.contains(after));
            let was_mixed_in = was_audited || self.plan.roles.contains_key(&after);
            let after = if was_mixed_in { cursor } else { after };
            return normal.range(after.saturating_add(1)..).next().or_else(|| normal.min());
        };
        let item = next_in_order(&order, normal, cursor)?;
        self.work.cursors.insert(self.annotator, (order.place_of(item - 1) + 1) % order.count());
        Some(item)
    }

    /// Keeps what was chosen for the annotator, and for longer what is on their screen already.
    fn leases(&mut self, offers: &[Offer], request: &QueueRequest, now: UnixMillis) -> Vec<Lease> {
        if self.plan.most_wanted().is_none() {
            return Vec::new();
        }
        let minutes = i64::from(self.plan.study.assignment.lease_minutes);
        let expires_at = UnixMillis(now.0 + minutes * 60_000);
        let chosen = offers
            .iter()
            .map(|offer| offer.item)
            .filter(|item| !self.plan.roles.contains_key(&(item.0 as u32)));
        let kept = request.except.iter().copied();
        let kept = kept.filter(|item| self.work.is_leased_to(self.annotator, item.0 as u32));
        let leases: Vec<Lease> =
            chosen.chain(kept).map(|item| Lease { item, annotator: self.annotator, expires_at }).collect();
        for lease in &leases {
            self.work.lease(*lease);
        }
        leases
    }
}

/// Whether the training was done well enough; yes where there is none.
fn is_qualified(plan: &Plan, reader: &Reader, annotator: AnnotatorId) -> Result<bool, ApiError> {
    let training = plan.training_of(reader, annotator)?;
    Ok(training.is_none_or(|training| training.is_qualified == Some(true)))
}

/// Why nothing is offered to whoever has done the training and does not qualify. Everyone has seen how each item was
/// meant, so that the count is no secret.
fn not_qualified(plan: &Plan, reader: &Reader, annotator: AnnotatorId) -> Result<Option<ApiError>, ApiError> {
    let Some(needed) = plan.study.quality.qualification else { return Ok(None) };
    let training = plan.training_of(reader, annotator)?;
    let refusal = training.and_then(|training| training.refusal(needed));
    Ok(refusal.map(|refusal| {
        ApiError::new(ErrorCode::Denied, refusal).hint("ask whoever leads the study what comes next")
    }))
}

/// The items that may be repeated now, as many as are asked for.
fn repeats(plan: &Plan, reader: &Reader, request: &QueueRequest) -> Result<Vec<ItemId>, ApiError> {
    let mut repeats = Vec::new();
    let Some(rules) = plan.study.quality.repeats else { return Ok(repeats) };
    let active = reader.facets().read().with_status(ItemStatus::Active).clone();
    let annotator = request.annotator;
    reader.judged_before(annotator, rules.after, |item| {
        let place = item.0 as u32;
        let may_be = active.contains(place)
            && !plan.roles.contains_key(&place)
            && !request.except.contains(&item)
            && !repeats.contains(&item)
            && !reader.was_repeated(annotator, item)?;
        if may_be {
            repeats.push(item);
        }
        Ok(repeats.len() < request.count as usize)
    })?;
    Ok(repeats)
}

/// The first of some items: in an order of one's own, or else in the file's.
fn first(order: Option<OwnOrder>, items: &RoaringBitmap) -> Option<u32> {
    match order {
        Some(order) => items.iter().min_by_key(|item| order.place_of(item - 1)),
        None => items.min(),
    }
}

/// The first of some items from a place of an order on, going round.
fn next_in_order(order: &OwnOrder, items: &RoaringBitmap, from: u32) -> Option<u32> {
    let count = order.count();
    if items.is_empty() || count == 0 {
        return None;
    }
    let from = from % count;
    if items.len() * SPARSE < u64::from(count) {
        let distance =
            |item: &u32| (u64::from(order.place_of(item - 1)) + u64::from(count - from)) % u64::from(count);
        return items.iter().min_by_key(distance);
    }
    (from..count).chain(0..from).map(|place| order.at(place) + 1).find(|item| items.contains(*item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walking_and_comparing_find_the_same() {
        let order = OwnOrder::new(AnnotatorKey([4; 16]), 9, 2_000);
        let sparse: RoaringBitmap = [17, 500, 501, 1999, 2000].into_iter().collect();
        for from in (0..2_000).step_by(37) {
            let walked = (from..2_000)
                .chain(0..from)
                .map(|place| order.at(place) + 1)
                .find(|item| sparse.contains(*item));
            assert_eq!(next_in_order(&order, &sparse, from), walked, "from {from}");
        }
        assert_eq!(next_in_order(&order, &RoaringBitmap::new(), 3), None, "nothing is open");
    }
}
