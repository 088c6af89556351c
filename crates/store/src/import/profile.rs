//! What a survey tells of people: it comes in beside what is known, never in its place.

use tiebreak_domain::study::ProfileValue;
use tiebreak_domain::{AnnotatorId, UnixMillis};

use super::Import;
use crate::sql::params;
use crate::{Result, people};

impl Import<'_> {
    /// Takes in what a person says of themselves, field by field, where nothing is known yet. Says whether
    /// anything was new.
    pub fn take_profile(
        &mut self,
        annotator: AnnotatorId,
        answers: &[(String, ProfileValue)],
        answered_at: UnixMillis,
    ) -> Result<bool> {
        people::ensure(self.connection, annotator)?;
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO profile_answer (annotator_id, field, value, answered_at) \
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        )?;
        let mut is_new = false;
        for (field, value) in answers {
            let value = serde_json::to_string(value)?;
            is_new |= statement.execute(params![annotator.0, field, value, answered_at.0])? > 0;
        }
        Ok(is_new)
    }
}
