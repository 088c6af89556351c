//! What models say of an item, and to whom it is told when.

use tiebreak_domain::reward::{ItemScores, ModelKey, Scorer};
use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, Item, ItemId, Reply, Verdict};
use tiebreak_store::Reader;

use super::Session;
use crate::seat::Seat;

/// Pairs of one item stand together: no more of them than this come before or after another one.
const NEAR: i64 = 66;

impl Session {
    /// What models say of an item, where the study shows that before the vote, and not on the share of items from
    /// which it is hidden all the same: those stay hidden for as long as the annotator comes back to them.
    pub(super) fn scores_before_the_vote(
        &self,
        reader: &Reader,
        annotator: AnnotatorId,
        item: ItemId,
    ) -> Result<Vec<ItemScores>, ApiError> {
        let Some(learning) = self.learning_rules().filter(|learning| learning.scores_visible) else {
            return Ok(Vec::new());
        };
        if self.hides_scores(annotator, item, learning.hidden_share) {
            return Ok(Vec::new());
        }
        self.scores_of(reader, item)
    }

    /// What models and heads say of an item's candidates.
    fn scores_of(&self, reader: &Reader, item: ItemId) -> Result<Vec<ItemScores>, ApiError> {
        let mut said = self.head_scores(item);
        said.extend(self.judges_scores(item));
        let candidates = reader.item(item)?.item.candidates.len();
        // A judge of pairs has said its word already: what the project keeps of it is no score of a candidate.
        let is_told = |key: &ModelKey| {
            let told = |said: &ItemScores| matches!(&said.scorer, Scorer::Model(of) if of == key);
            said.iter().any(told)
        };
        let mut stored_scores = reader.item_scores(item)?;
        stored_scores.retain(|stored| !is_told(&stored.model.key));
        for stored in stored_scores {
            for (place, dimension) in stored.model.dimensions.iter().enumerate() {
                let mut scores = vec![None; candidates];
                for (candidate, numbers) in &stored.candidates {
                    if let Some(slot) = scores.get_mut(usize::from(*candidate)) {
                        *slot = numbers.get(place).map(|number| f64::from(*number));
                    }
                }
                said.push(ItemScores {
                    scorer: Scorer::Model(stored.model.key.clone()),
                    name: stored.model.name.clone(),
                    dimension: dimension.clone(),
                    scores,
                });
            }
        }
        Ok(said)
    }

    /// What models say of an item, for somebody whose vote stands and for the lead. Nothing while somebody who does not
    /// lead has yet to judge one of its candidates beside another: what is said of both from two pairs would be known
    /// before the vote on the third.
    pub fn item_scores(&self, seat: &Seat, annotator: AnnotatorId, item: ItemId) -> Result<Reply, ApiError> {
        let is_lead = self.is_lead(seat)?;
        let reader = self.readers.lend()?;
        let has_voted = reader
            .latest(annotator, item)?
            .is_some_and(|judgment| matches!(judgment.given.verdict, Verdict::Judged { .. }));
        if !has_voted && !is_lead {
            return Err(ApiError::new(ErrorCode::Denied, "what models say is told after the vote")
                .hint("judge the item first"));
        }
        if !is_lead && self.is_judged_further(&reader, annotator, item)? {
            return Ok(Reply::ItemScores(Vec::new()));
        }
        let scores = self.scores_of(&reader, item)?;
        if seat.is_bound_to_offers() && !scores.is_empty() {
            drop(reader);
            self.note_told(annotator, item)?;
        }
        Ok(Reply::ItemScores(scores))
    }

    /// Whether an item that is open to an annotator has one of this item's candidates under the same prompt. Where
    /// nothing is learned, the items nearby are looked at.
    fn is_judged_further(
        &self,
        reader: &Reader,
        annotator: AnnotatorId,
        item: ItemId,
    ) -> Result<bool, ApiError> {
        let open = reader.facets().read().open(annotator);
        let is_open =
            |other: ItemId| other != item && u32::try_from(other.0).is_ok_and(|bit| open.contains(bit));
        if let Some(sharing) = self.learning.sharing_candidates(item) {
            return Ok(sharing.into_iter().any(is_open));
        }
        let told = reader.item(item)?.item;
        for other in (item.0 - NEAR..=item.0 + NEAR).map(ItemId).filter(|other| is_open(*other)) {
            if shares_a_candidate(&told, &reader.item(other)?.item) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn shares_a_candidate(one: &Item, other: &Item) -> bool {
    let has = |parts| other.candidates.iter().any(|candidate| candidate.parts == parts);
    one.prompt == other.prompt
        && one.context == other.context
        && one.candidates.iter().any(|candidate| has(candidate.parts.clone()))
}
