//! The plan: a study made ready for the queue, as sets of items. It is exchanged whole whenever what it stands
//! on changes, and a project that was never set up has one that asks nothing.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use tiebreak_domain::assignment::QueueOrder;
use tiebreak_domain::learning::Policy;
use tiebreak_domain::person::TrainingStanding;
use tiebreak_domain::quality::{Score, is_as_expected};
use tiebreak_domain::{AnnotatorId, ApiError, ItemId, ItemRole, StudySetup};
use tiebreak_store::Reader;

/// A study made ready for the queue.
pub struct Plan {
    /// The study.
    pub study: StudySetup,
    /// Items to be learned from.
    pub training: RoaringBitmap,
    /// Items whose answer is known.
    pub gold: RoaringBitmap,
    /// Items that show whether anybody is looking.
    pub attention: RoaringBitmap,
    /// The items that need a tag, by tag.
    pub by_tag: BTreeMap<String, RoaringBitmap>,
    /// What every item with a role expects.
    pub roles: BTreeMap<u32, ItemRole>,
}

impl Plan {
    /// Reads what a project says.
    pub fn load(reader: &Reader) -> Result<Self, ApiError> {
        let study = reader.study()?;
        let by_tag = match &study.assignment.tag_column {
            Some(column) => reader.items_by_tag(column)?,
            None => BTreeMap::new(),
        };
        let mut plan = Self {
            study,
            training: RoaringBitmap::new(),
            gold: RoaringBitmap::new(),
            attention: RoaringBitmap::new(),
            by_tag,
            roles: BTreeMap::new(),
        };
        for (item, role) in reader.item_roles()? {
            let item = item.0 as u32;
            match role {
                ItemRole::Normal => false,
                ItemRole::Training { .. } => plan.training.insert(item),
                ItemRole::Gold { .. } => plan.gold.insert(item),
                ItemRole::Attention { .. } => plan.attention.insert(item),
            };
            plan.roles.insert(item, role);
        }
        Ok(plan)
    }

    /// Whether everyone is offered everything in the order of the file.
    pub fn is_plain(&self) -> bool {
        let assignment = &self.study.assignment;
        assignment.order == QueueOrder::File
            && assignment.wanted.is_none()
            && self.by_tag.is_empty()
            && self.roles.is_empty()
            && self.study.quality.repeats.is_none()
            && !self.is_chosen_by_learning()
            && self.study.learning.as_ref().is_none_or(|learning| !learning.scores_visible)
            && self.share_of_audits() == 0.0
    }

    /// The share of offers that go to items drawn at random. An order of one's own is a draw by itself.
    pub fn share_of_audits(&self) -> f64 {
        let is_drawn = self.study.assignment.order != QueueOrder::File && !self.is_chosen_by_learning();
        let learning = self.study.learning.as_ref().filter(|_| !is_drawn);
        learning.map_or(0.0, |learning| learning.audit_share)
    }

    /// Whether what was learned from votes says what is next.
    pub fn is_chosen_by_learning(&self) -> bool {
        self.study.learning.as_ref().is_some_and(|learning| learning.policy != Policy::Assigned)
    }

    /// The most judgments that an item can come to want; none where everyone judges everything.
    pub fn most_wanted(&self) -> Option<(usize, usize)> {
        let assignment = &self.study.assignment;
        let wanted = assignment.wanted? as usize;
        Some((wanted, assignment.overlap.map_or(wanted, |overlap| overlap.most as usize)))
    }

    /// The largest difference of two ratings that is no disagreement.
    pub fn disagreement_above(&self) -> u32 {
        self.study.assignment.overlap.map_or(0, |overlap| overlap.disagreement_above)
    }

    /// Whether a judgment of an item is as expected.
    pub fn is_as_expected(&self, item: u32, answers: &[tiebreak_domain::Answer]) -> bool {
        self.roles.get(&item).is_some_and(|role| is_as_expected(role.expected(), answers))
    }

    /// How far an annotator is with the training; none where there is none.
    pub fn training_of(
        &self,
        reader: &Reader,
        annotator: AnnotatorId,
    ) -> Result<Option<TrainingStanding>, ApiError> {
        let active = {
            let facets = reader.facets();
            let facets = facets.read();
            &self.training & facets.with_status(tiebreak_domain::ItemStatus::Active)
        };
        if active.is_empty() {
            return Ok(None);
        }
        let (mut score, mut left) = (Score::default(), 0);
        for item in active {
            match reader.first_judged(annotator, ItemId(i64::from(item)))? {
                Some(first) => score.add(self.is_as_expected(item, first.given.verdict.answers())),
                None => left += 1,
            }
        }
        let threshold = self.study.quality.qualification.unwrap_or(0.0);
        let is_qualified = (left == 0).then(|| score.share().is_none_or(|share| share >= threshold));
        Ok(Some(TrainingStanding { score, left, is_qualified }))
    }
}
