//! Pools: the items that an annotator may be offered now, by what they are for.

use roaring::RoaringBitmap;
use tiebreak_domain::queue::QueueRequest;
use tiebreak_domain::{Annotator, AnnotatorId, ItemStatus, UnixMillis};
use tiebreak_store::Facets;

use super::plan::Plan;
use super::work::Work;

/// The sets that one request chooses from.
pub struct Pools {
    /// To be judged.
    pub normal: RoaringBitmap,
    /// Gold items, where they are mixed in at a rate.
    pub gold: RoaringBitmap,
    /// Attention checks, likewise.
    pub attention: RoaringBitmap,
    /// To be learned from.
    pub training: RoaringBitmap,
    /// Training items without a judgment, on their way to the screen or not.
    pub training_unjudged: u64,
    /// The last item's number.
    pub last_item: u32,
    /// How many offers this annotator has had.
    pub offers: u64,
}

/// What is open to an annotator, tags and the work of others aside.
pub fn pools(plan: &Plan, facets: &Facets, annotator: AnnotatorId, request: &QueueRequest) -> Pools {
    let mut open = facets.open(annotator);
    let said = facets.annotator(annotator);
    let mut training = &plan.training & facets.with_status(ItemStatus::Active);
    if let Some(said) = said {
        training -= &said.judged;
    }
    let training_unjudged = training.len();
    for item in &request.except {
        let item = item.0 as u32;
        open.remove(item);
        training.remove(item);
    }
    open -= &plan.training;
    let rules = &plan.study.quality;
    let mixed_in = |items: &RoaringBitmap, rate: Option<f64>| match rate {
        Some(_) => &open & items,
        None => RoaringBitmap::new(),
    };
    let gold = mixed_in(&plan.gold, rules.gold_rate);
    let attention = mixed_in(&plan.attention, rules.attention_rate);
    let normal = &open - &(&gold | &attention);
    let offers = said.map_or(0, |said| said.judged.len() + said.skipped.len()) + request.except.len() as u64;
    Pools { normal, gold, attention, training, training_unjudged, last_item: facets.last_item(), offers }
}

/// Takes out what needs a tag that the annotator does not have.
pub fn close_by_tag(plan: &Plan, tags: &[String], pools: &mut Pools) {
    let mut closed = RoaringBitmap::new();
    for items in plan.by_tag.values() {
        closed |= items;
    }
    for tag in tags {
        if let Some(items) = plan.by_tag.get(tag) {
            closed -= items;
        }
    }
    pools.normal -= &closed;
    pools.gold -= &closed;
    pools.attention -= closed;
}

/// Takes out what has as many judgments as it wants, those under way included, and what was reviewed. Past
/// annotators are none of the study's people. Items whose answer is known are for everyone.
pub fn close_settled(
    plan: &Plan,
    work: &mut Work,
    facets: &Facets,
    annotators: &[Annotator],
    annotator: AnnotatorId,
    now: UnixMillis,
    normal: &mut RoaringBitmap,
) {
    let Some((wanted, most)) = plan.most_wanted() else { return };
    // At `index`: the items that at least `index + 1` others have judged or are judging.
    let mut by_others = vec![RoaringBitmap::new(); most];
    for other in annotators.iter().filter(|other| other.id != annotator && !other.is_past()) {
        let mut taken = work.leased_to(other.id, now);
        if let Some(said) = facets.annotator(other.id) {
            taken -= &said.skipped;
            taken |= &said.judged;
        }
        for index in (1..most).rev() {
            let (fewer, more) = by_others.split_at_mut(index);
            more[0] |= &fewer[index - 1] & &taken;
        }
        by_others[0] |= taken;
    }
    let known = &plan.gold | &plan.attention;
    let mut settled = &by_others[wanted - 1] - &work.disputed;
    settled |= &by_others[most - 1];
    settled |= &work.reviewed;
    settled -= known;
    *normal -= settled;
}
