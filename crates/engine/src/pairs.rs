//! Pairs of items that a project holds already: every two candidates become an item, and the whole steps aside.
//!
//! What people judged or skipped here is an answer to the whole and leaves it as it is. Labels that data brought are
//! carried to the pairs as an import would have read them, and stay with the whole too.
//!
//! It is done in turns of one small transaction each, between which the writer does whatever else waits: a judgment
//! never waits for more than one turn. What is cut short is whole as far as it came, and doing it again goes on there.

use std::collections::HashMap;
use std::sync::Arc;

use tiebreak_domain::candidate_pairs::{PairsMade, pair_items};
use tiebreak_domain::{
    AnnotatorId, AnnotatorKey, ApiError, ItemFilter, ItemId, ItemRole, ItemStatus, Judgment, JudgmentId,
    NewJudgment, Origin, Reply, Rubric, StoredItem, UnixMillis, Verdict,
};
use tiebreak_store::{Import, Store};

use crate::seat::Seat;
use crate::session::Session;

/// Pairs after which a turn ends: some tens of milliseconds.
const PAIRS_OF_A_TURN: u64 = 1_000;
/// Items after which it ends, whatever came of them.
const ITEMS_OF_A_TURN: usize = 1_000;

impl Session {
    /// Makes the pairs of what a filter finds among the items that are asked.
    pub fn make_pairs(self: &Arc<Self>, seat: &Seat, filter: &ItemFilter) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        let filter = ItemFilter { status: Some(ItemStatus::Active), ..filter.clone() };
        let found: Vec<ItemId> =
            self.find_all(seat, &filter)?.iter().map(|id| ItemId(i64::from(id))).collect();
        let made = self.make_pairs_of(&found);
        // Where it was cut short, what was made is there all the same.
        self.refresh()?;
        Ok(Reply::PairsMade(made?))
    }

    fn make_pairs_of(&self, mut left: &[ItemId]) -> Result<PairsMade, ApiError> {
        let mut made = PairsMade::default();
        while !left.is_empty() {
            let turn = left[..left.len().min(ITEMS_OF_A_TURN)].to_vec();
            let (rubric, recorded_at) = (self.rubric(), self.shared.host.now());
            let taken;
            (made, taken) = self.writer.ask(move |store| {
                let work = Work { rubric: &rubric, recorded_at };
                work.make(store, &turn, made)
            })?;
            left = &left[taken..];
        }
        Ok(made)
    }
}

struct Work<'a> {
    rubric: &'a Rubric,
    recorded_at: UnixMillis,
}

impl Work<'_> {
    /// One turn over the first of some items: what was made, with what was before, and how many it took.
    fn make(
        &self,
        store: &mut Store,
        found: &[ItemId],
        mut made: PairsMade,
    ) -> Result<(PairsMade, usize), ApiError> {
        let reader = store.reader()?;
        let roles: HashMap<ItemId, ItemRole> = reader.item_roles()?.into_iter().collect();
        let keys: HashMap<AnnotatorId, AnnotatorKey> =
            reader.annotators()?.into_iter().map(|annotator| (annotator.id, annotator.key)).collect();
        let before = made.pairs_added + made.pairs_known;
        let mut stands_aside = Vec::new();
        let mut taken = 0;
        let mut import = store.begin_import()?;
        for &id in found {
            if made.pairs_added + made.pairs_known - before >= PAIRS_OF_A_TURN {
                break;
            }
            taken += 1;
            let whole = reader.item(id)?;
            // Since it was found it may have been excluded, or judged.
            if whole.item.candidates.len() <= 2 || whole.status != ItemStatus::Active {
                continue;
            }
            let judgments = reader.in_force(id)?;
            if judgments.iter().any(|judgment| judgment.given.origin != Origin::Label) {
                made.items_judged += 1;
            } else if roles.contains_key(&id) || !self.asks_pairs_of(&whole) {
                made.items_kept += 1;
            } else {
                self.pairs(&mut import, &whole, &judgments, &keys, &mut made)?;
                made.items += 1;
                stands_aside.push((id, ItemStatus::Excluded));
            }
        }
        import.commit()?;
        // Where this is cut short the pairs are there, and doing it again finds them.
        store.set_status(&stands_aside)?;
        Ok((made, taken))
    }

    fn asks_pairs_of(&self, whole: &StoredItem) -> bool {
        pair_items(&whole.item).first().is_some_and(|pair| self.rubric.refusal_of(&pair.item).is_none())
    }

    fn pairs(
        &self,
        import: &mut Import<'_>,
        whole: &StoredItem,
        judgments: &[Judgment],
        keys: &HashMap<AnnotatorId, AnnotatorKey>,
        made: &mut PairsMade,
    ) -> Result<(), ApiError> {
        for pair in pair_items(&whole.item) {
            let added = import.add_item(whole.source, &pair.item)?;
            *(if added.is_new { &mut made.pairs_added } else { &mut made.pairs_known }) += 1;
            for given in judgments.iter().map(|judgment| &judgment.given) {
                let answers = self.rubric.votes_of_pair(given.verdict.answers(), pair.candidates);
                let Some(key) = keys.get(&given.annotator).filter(|_| !answers.is_empty()) else { continue };
                let label = NewJudgment {
                    id: JudgmentId::of_label_answers(added.key, *key, &answers),
                    item: added.id,
                    annotator: given.annotator,
                    verdict: Verdict::Judged { answers },
                    flagged: false,
                    comment: given.comment.clone(),
                    notes: Vec::new(),
                    rubric_version: self.rubric.version,
                    showing: None,
                    origin: Origin::Label,
                    recorded_at: self.recorded_at,
                };
                made.labels_carried += u64::from(import.add_judgment(&label, None)?);
            }
        }
        Ok(())
    }
}
