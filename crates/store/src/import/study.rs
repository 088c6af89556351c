//! What an import brings of a study: its versions, what is known of people, roles of items, repeats, and what
//! merges found.
//!
//! A project that becomes what the file says takes all of it. Any other keeps what it has and what it is: of
//! people it takes what is not known here, of items the roles of those that have none.

use tiebreak_domain::merge::MergeConflict;
use tiebreak_domain::{
    AnnotatorId, ItemId, ItemRole, JudgmentId, NewJudgment, StudySetup, UnixMillis, Verdict,
};

use super::Import;
use crate::people::{self, KnownPerson};
use crate::sql::params;
use crate::{Result, StoreError, assignment, judgment, repeat};

/// The highest place in the order of drawing that is taken from elsewhere, so that there is room behind it.
const HIGHEST_PLACE: u32 = 1 << 30;

impl Import<'_> {
    /// Takes in a version of the study, and returns its version here: the same where that is free or says the
    /// same, else the next one.
    pub fn take_study(&mut self, study: &StudySetup, set_at: UnixMillis) -> Result<u32> {
        if let Some(refusal) = study.refusal() {
            return Err(StoreError::Refused(format!("the study cannot be set up so: {refusal}")));
        }
        let known = people::studies(self.connection)?;
        if known.iter().any(|(known, _)| known == study) {
            return Ok(study.version);
        }
        let is_free = study.version > 0 && known.iter().all(|(known, _)| known.version != study.version);
        let version = if is_free {
            study.version
        } else {
            let highest = known.last().map_or(0, |(known, _)| known.version);
            highest
                .checked_add(1)
                .ok_or_else(|| StoreError::Refused("the project has no room for another study".to_owned()))?
        };
        people::insert_study(self.connection, &StudySetup { version, ..study.clone() }, set_at)?;
        Ok(version)
    }

    /// Takes in what is known of a person and not known here. Who leads is said only where the project becomes
    /// what the file says.
    pub fn take_person(
        &mut self,
        annotator: AnnotatorId,
        person: &KnownPerson,
        is_adopted: bool,
    ) -> Result<()> {
        if *person == KnownPerson::default() {
            return Ok(());
        }
        people::ensure(self.connection, annotator)?;
        let (arm, place) = match &person.arm {
            Some((arm, place)) => {
                (Some(arm.as_str()), is_adopted.then_some(*place).filter(|place| *place <= HIGHEST_PLACE))
            }
            None => (None, None),
        };
        self.connection
            .prepare_cached(
                "UPDATE person SET is_lead = CASE WHEN ?2 > is_lead THEN ?2 ELSE is_lead END, tags = CASE WHEN tags = '[]' THEN ?3 ELSE tags END, \
                 consented_version = CASE WHEN consented_at IS NULL THEN ?5 ELSE consented_version END, \
                 consented_at = coalesce(consented_at, ?4), \
                 arm_place = CASE WHEN arm IS NULL AND ?6 IS NOT NULL \
                     THEN coalesce(?7, (SELECT coalesce(max(arm_place) + 1, 0) FROM person)) ELSE arm_place END, \
                 arm = coalesce(arm, ?6) WHERE annotator_id = ?1",
            )?
            .execute(params![
                annotator.0,
                is_adopted && person.is_lead,
                serde_json::to_string(&person.tags)?,
                person.consented_at.map(|at| at.0),
                person.consented_version.filter(|_| person.consented_at.is_some()),
                arm,
                place,
            ])?;
        for answer in &person.profile {
            people::insert_profile_answer(self.connection, annotator, answer)?;
        }
        Ok(())
    }

    /// Says what an item is for, unless that was said before.
    pub fn take_role(&mut self, item: ItemId, role: &ItemRole) -> Result<()> {
        if *role == ItemRole::Normal {
            return Ok(());
        }
        if !self.facets.has_item(item) {
            return Err(StoreError::NotFound(format!("item {item}")));
        }
        self.connection
            .prepare_cached(
                "INSERT INTO item_role (item_id, role, body) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            )?
            .execute(params![item.0, role.word(), serde_json::to_string(role)?])?;
        Ok(())
    }

    /// Adds what was said when an item was offered again unless it is there already, and says whether it is new.
    pub fn add_repeat(&mut self, given: &NewJudgment, repeat_of: JudgmentId) -> Result<bool> {
        if judgment::revision_of(self.connection, given.id)?.is_some()
            || repeat::is_known(self.connection, given.id)?
        {
            return Ok(false);
        }
        self.validate(given)?;
        let original = judgment::place_of(self.connection, repeat_of)?;
        if original != Some((given.annotator, given.item)) {
            let reason = format!("the judgment that is repeated is not there, {repeat_of}");
            return Err(StoreError::Refused(reason));
        }
        if matches!(&given.verdict, Verdict::Judged { .. }) && given.showing.is_none() {
            return Err(StoreError::Refused("a repeat was judged on a screen, and has none".to_owned()));
        }
        repeat::append(self.connection, given, repeat_of)?;
        Ok(true)
    }

    /// Takes in a label that was taken from a model; where the item has one, the later one stays.
    pub fn add_model_label(&mut self, label: &crate::ModelLabel) -> Result<()> {
        crate::score::add_later_label(self.connection, label).map(|_| ())
    }

    /// The label that an item has from a model, if any.
    pub fn model_label_of(&self, item: ItemId) -> Result<Option<crate::ModelLabel>> {
        crate::score::label_of(self.connection, item)
    }

    /// Lists where a merge found that somebody had judged an item in both copies.
    pub fn add_conflict(&mut self, conflict: MergeConflict) -> Result<()> {
        assignment::add_conflicts(self.connection, &[conflict])
    }
}
