//! The second look: which items call for a reviewer, why, and all that was said of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use tiebreak_domain::assignment::do_disagree;
use tiebreak_domain::second_look::{
    LookFilter, LookItem, LookOrder, LookReason, LookReasonKind, ModelFlag, SecondLook,
};
use tiebreak_domain::{
    AnnotatorId, ApiError, ItemId, ItemStatus, Judgment, JudgmentId, Origin, Reply, Verdict,
};
use tiebreak_store::{Reader, Repeat};

use crate::learning::lot::{Lot, mixed_in};
use crate::seat::Seat;
use crate::session::Session;

impl Session {
    /// Items that should be looked at again.
    pub fn second_look(&self, seat: &Seat, filter: &LookFilter) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        let above = self.people.plan().disagreement_above();
        let reader = self.readers.open()?;
        let flags = self.learning.flags();
        let mut reasons = reasons(&reader, above, &flags)?;
        for item in self.learning.contradicted() {
            reasons.entry(item.0 as u32).or_default().push(LookReason::ModelsDisagree);
        }
        let lot = self.learning.lot();
        for item in &lot.items {
            if let Some(reasons) = reasons.get_mut(&(item.0 as u32)) {
                reasons.push(LookReason::Drawn);
            }
        }
        let surprises = reader.surprises()?;
        let asks_for_wrong = filter.reasons.contains(&LookReasonKind::ModelWasWrong);
        for known in surprises.iter().filter(|known| asks_for_wrong && known.surprise.model_was_wrong) {
            let reason = LookReason::ModelWasWrong(known.voter.unwrap_or(NOBODY));
            reasons.entry(known.item.0 as u32).or_default().push(reason);
        }
        let reviewed = reader.reviewed()?;
        let is_asked_for = |reasons: &[LookReason]| {
            asks_for_wrong && reasons.iter().any(|one| one.kind() == LookReasonKind::ModelWasWrong)
        };
        // What is settled makes way before anything is mixed in: else those drawn first, which are looked at first,
        // would hold the places of those drawn after them.
        let is_open = |item: u32, reasons: &[LookReason]| -> Result<bool, ApiError> {
            if filter.with_reviewed || !reviewed.contains(item) || is_asked_for(reasons) {
                return Ok(true);
            }
            Ok(!is_reviewed(&reader.in_force(ItemId(i64::from(item)))?))
        };
        let reasons = in_order(active_only(&reader, reasons), &flags, filter.order);
        let drawn = open_only(drawn_alone(&reader, &lot, &reasons), is_open)?;
        let reasons = open_only(reasons, is_open)?;
        let reasons = if filter.reasons.is_empty() {
            let share = self.learning_rules().map_or(0.0, |learning| learning.audit_share);
            mixed_in(reasons, drawn.into_iter(), share)
        } else {
            reasons.into_iter().chain(drawn).collect()
        };
        let mut repeats: HashMap<ItemId, Vec<Judgment>> = HashMap::new();
        for repeat in reader.repeats(None, None)? {
            repeats.entry(repeat.given.item).or_default().push(judgment_from_repeat(&repeat));
        }
        let mut flags_of: HashMap<ItemId, Vec<ModelFlag>> = HashMap::new();
        for flag in flags {
            flags_of.entry(flag.item).or_default().push(flag);
        }
        let mut surprise_of: HashMap<ItemId, bool> = HashMap::new();
        for known in &surprises {
            surprise_of.entry(known.item).or_insert(known.surprise.model_was_wrong);
        }
        let mut look = SecondLook::default();
        for (item, reasons) in reasons {
            let is_wanted = filter.reasons.is_empty()
                || reasons.iter().any(|reason| filter.reasons.contains(&reason.kind()));
            if !is_wanted {
                continue;
            }
            let id = ItemId(i64::from(item));
            let is_on_page = look.total >= filter.from && look.items.len() < filter.count as usize;
            look.total += 1;
            if is_on_page {
                let judgments = reader.in_force(id)?;
                look.items.push(LookItem {
                    item: id,
                    prompt: reader.rows(&[id])?.pop().map(|row| row.prompt).unwrap_or_default(),
                    reasons,
                    is_reviewed: is_reviewed(&judgments),
                    flags: flags_of.remove(&id).unwrap_or_default(),
                    model_was_wrong: surprise_of.get(&id).copied(),
                    derived: reader.derived(id, &judgments)?,
                    judgments,
                    repeats: repeats.remove(&id).unwrap_or_default(),
                });
            }
        }
        Ok(Reply::SecondLook(Box::new(look)))
    }
}

/// Stands for whoever gave a vote that is not in this project.
const NOBODY: AnnotatorId = AnnotatorId(0);

/// Items and why they are to be looked at again.
type Listed = Vec<(u32, Vec<LookReason>)>;

/// Those that are not settled.
fn open_only(
    items: Listed,
    is_open: impl Fn(u32, &[LookReason]) -> Result<bool, ApiError>,
) -> Result<Listed, ApiError> {
    let mut open = Vec::with_capacity(items.len());
    for (item, reasons) in items {
        if is_open(item, &reasons)? {
            open.push((item, reasons));
        }
    }
    Ok(open)
}

/// Items with their reasons as a reviewer goes through them: the most severe first where that is asked.
fn in_order(reasons: BTreeMap<u32, Vec<LookReason>>, flags: &[ModelFlag], order: LookOrder) -> Listed {
    let mut reasons: Listed = reasons.into_iter().collect();
    if order == LookOrder::Severity {
        // Flags stand in the order of their severity already.
        let mut places: HashMap<u32, usize> = HashMap::new();
        for (place, flag) in flags.iter().enumerate() {
            places.entry(flag.item.0 as u32).or_insert(place);
        }
        reasons.sort_by_key(|(item, _)| places.get(item).copied().unwrap_or(usize::MAX));
    }
    reasons
}

/// Every reason of every item, in the order of the file.
fn reasons(
    reader: &Reader,
    above: u32,
    flags: &[ModelFlag],
) -> Result<BTreeMap<u32, Vec<LookReason>>, ApiError> {
    let mut reasons: BTreeMap<u32, Vec<LookReason>> = BTreeMap::new();
    for annotator in reader.annotators()? {
        let facets = reader.facets();
        let facets = facets.read();
        for item in facets.annotator(annotator.id).into_iter().flat_map(|said| &said.flagged) {
            reasons.entry(item).or_default().push(LookReason::Flagged(annotator.id));
        }
    }
    for item in reader.disputed(above)? {
        reasons.entry(item).or_default().push(LookReason::PeopleDisagree);
    }
    let mut originals: HashMap<JudgmentId, Verdict> = HashMap::new();
    for repeat in reader.repeats(None, None)? {
        if !originals.contains_key(&repeat.repeat_of)
            && let Some(original) = reader.judgment(repeat.repeat_of)?
        {
            originals.insert(repeat.repeat_of, original.given.verdict);
        }
        let Some(original) = originals.get(&repeat.repeat_of) else { continue };
        if do_disagree([original, &repeat.given.verdict], above) {
            let reason = LookReason::SelfDisagrees(repeat.given.annotator);
            reasons.entry(repeat.given.item.0 as u32).or_default().push(reason);
        }
    }
    for conflict in reader.merge_conflicts()? {
        let reason = LookReason::MergeConflict(conflict.annotator);
        reasons.entry(conflict.item.0 as u32).or_default().push(reason);
    }
    for flag in flags {
        let reason = LookReason::ModelDisagrees(flag.annotator);
        let of_item = reasons.entry(flag.item.0 as u32).or_default();
        if !of_item.contains(&reason) {
            of_item.push(reason);
        }
    }
    Ok(reasons)
}

/// Items that were drawn and call for a second look by nothing else, in the order in which they were.
fn drawn_alone(reader: &Reader, lot: &Lot, others: &[(u32, Vec<LookReason>)]) -> Listed {
    let others: HashSet<u32> = others.iter().map(|(item, _)| *item).collect();
    let facets = reader.facets();
    let facets = facets.read();
    let active = facets.with_status(ItemStatus::Active);
    let is_alone = |item: &u32| active.contains(*item) && !others.contains(item);
    let items = lot.items.iter().map(|item| item.0 as u32).filter(is_alone);
    items.map(|item| (item, vec![LookReason::Drawn])).collect()
}

fn active_only(
    reader: &Reader,
    mut reasons: BTreeMap<u32, Vec<LookReason>>,
) -> BTreeMap<u32, Vec<LookReason>> {
    let facets = reader.facets();
    let facets = facets.read();
    reasons.retain(|item, _| facets.with_status(ItemStatus::Active).contains(*item));
    reasons
}

/// Whether a review is in force after which nobody else has judged the item.
fn is_reviewed(judgments: &[Judgment]) -> bool {
    let is_review = |judgment: &&Judgment| {
        judgment.given.origin == Origin::Review && matches!(judgment.given.verdict, Verdict::Judged { .. })
    };
    let when = |judgment: &Judgment| judgment.given.recorded_at;
    let review = judgments.iter().filter(is_review).map(when).max();
    let other = judgments.iter().filter(|judgment| !is_review(judgment)).map(when).max();
    review.is_some_and(|review| other.is_none_or(|other| review >= other))
}

/// A repeat as a judgment of its own, the first of its log.
fn judgment_from_repeat(repeat: &Repeat) -> Judgment {
    Judgment { given: repeat.given.clone(), revision: 1, supersedes: None }
}
