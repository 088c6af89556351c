//! People: the study in its versions, and what is known of annotators beside their names.
//!
//! A row of `person` comes into being when something is known; whoever has none is a person of whom nothing is.

mod merge;

use std::collections::HashMap;

use tiebreak_domain::person::ProfileAnswer;
use tiebreak_domain::study::ProfileValue;
use tiebreak_domain::{Annotator, AnnotatorId, AnnotatorKey, Person, StudySetup, UnixMillis};

use crate::change::Change;
use crate::reader::Reader;
use crate::sql::{Connection, OptionalExtension, params};
use crate::store::Store;
use crate::{Result, StoreError, item, project};

pub(crate) use merge::merge;

/// The study in force.
pub(crate) fn study(connection: &Connection) -> Result<StudySetup> {
    let mut statement = connection.prepare_cached("SELECT body FROM study ORDER BY version DESC LIMIT 1")?;
    let mut rows = statement.query(())?;
    rows.next()?.map_or_else(|| Ok(StudySetup::default()), |row| item::json(row, 0))
}

/// Every version of the study and when it was set up, in their order.
pub(crate) fn studies(connection: &Connection) -> Result<Vec<(StudySetup, UnixMillis)>> {
    let mut statement = connection.prepare_cached("SELECT body, set_at FROM study ORDER BY version")?;
    let mut rows = statement.query(())?;
    let mut studies = Vec::new();
    while let Some(row) = rows.next()? {
        studies.push((item::json(row, 0)?, UnixMillis(row.get(1)?)));
    }
    Ok(studies)
}

/// Adds a version of the study.
pub(crate) fn insert_study(connection: &Connection, study: &StudySetup, set_at: UnixMillis) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO study (version, body, set_at) VALUES (?1, ?2, ?3)")?
        .execute(params![study.version, serde_json::to_string(study)?, set_at.0])?;
    Ok(())
}

/// Adds an answer to a field of the profile that has none.
pub(crate) fn insert_profile_answer(
    connection: &Connection,
    annotator: AnnotatorId,
    answer: &ProfileAnswer,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO profile_answer (annotator_id, field, value, answered_at) \
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            annotator.0,
            answer.field,
            serde_json::to_string(&answer.value)?,
            answer.answered_at.0
        ])?;
    Ok(())
}

/// What a project knows of a person beside name and PIN.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownPerson {
    /// Whether this person leads the study.
    pub is_lead: bool,
    /// Skills and seniority.
    pub tags: Vec<String>,
    /// When the consent was given.
    pub consented_at: Option<UnixMillis>,
    /// The version of the study whose consent was given.
    pub consented_version: Option<u32>,
    /// The arm this person was drawn into, and the place in the order of drawing.
    pub arm: Option<(String, u32)>,
    /// What this person said of themselves, by field.
    pub profile: Vec<ProfileAnswer>,
}

/// Refuses an annotator that is not there, and gives one that is a row.
pub(crate) fn ensure(connection: &Connection, annotator: AnnotatorId) -> Result<()> {
    if !project::has_annotator(connection, annotator)? {
        return Err(StoreError::NotFound(format!("annotator {annotator}")));
    }
    connection
        .prepare_cached("INSERT INTO person (annotator_id) VALUES (?1) ON CONFLICT DO NOTHING")?
        .execute([annotator.0])?;
    Ok(())
}

impl Store {
    /// Sets the study up anew, as the next version, which is given back. The same study again is no new version.
    pub fn set_study(&mut self, study: &StudySetup, set_at: UnixMillis) -> Result<StudySetup> {
        let set = self.change(|connection| {
            let before = self::study(connection)?;
            let next = StudySetup { version: before.version, ..study.clone() };
            if next == before {
                return Ok(before);
            }
            let version = before
                .version
                .checked_add(1)
                .ok_or_else(|| StoreError::Refused("the project has no room for another study".to_owned()))?;
            let next = StudySetup { version, ..next };
            insert_study(connection, &next, set_at)?;
            Ok(next)
        })?;
        self.tell(&[Change::People]);
        Ok(set)
    }

    /// Keeps what a person says of themselves; a field without a value is taken back.
    pub fn save_profile(
        &mut self,
        annotator: AnnotatorId,
        answers: &[(String, Option<ProfileValue>)],
        consents: Option<bool>,
        saved_at: UnixMillis,
    ) -> Result<()> {
        self.change_people(|connection| {
            ensure(connection, annotator)?;
            for (field, value) in answers {
                match value {
                    Some(value) => connection
                        .prepare_cached(
                            "INSERT INTO profile_answer (annotator_id, field, value, answered_at) \
                         VALUES (?1, ?2, ?3, ?4) ON CONFLICT (annotator_id, field) \
                         DO UPDATE SET value = excluded.value, answered_at = excluded.answered_at \
                         WHERE profile_answer.value <> excluded.value",
                        )?
                        .execute(params![annotator.0, field, serde_json::to_string(value)?, saved_at.0])?,
                    None => connection
                        .prepare_cached("DELETE FROM profile_answer WHERE annotator_id = ?1 AND field = ?2")?
                        .execute(params![annotator.0, field])?,
                };
            }
            if let Some(consents) = consents {
                let version = consents.then_some(study(connection)?.version);
                connection.execute(
                    "UPDATE person SET consented_at = ?2, consented_version = ?3 WHERE annotator_id = ?1",
                    params![annotator.0, consents.then_some(saved_at.0), version],
                )?;
            }
            Ok(())
        })
    }

    /// Draws a person's arm, where the study has arms and the person has none yet.
    pub fn draw_arm(&mut self, annotator: AnnotatorId) -> Result<()> {
        self.change_people(|connection| {
            let Some(arms) = study(connection)?.arms else { return Ok(()) };
            ensure(connection, annotator)?;
            if let Some(lock) = connection.dialect().lock_of_arms() {
                // Two who are drawn at a time must not get one place.
                connection.execute_batch(lock)?;
            }
            let place: u32 =
                connection
                    .query_row("SELECT coalesce(max(arm_place) + 1, 0) FROM person", (), |row| row.get(0))?;
            connection.execute(
                "UPDATE person SET arm = ?2, arm_place = ?3 WHERE annotator_id = ?1 AND arm IS NULL",
                params![annotator.0, arms.arm_at(place), place],
            )?;
            Ok(())
        })
    }

    /// Says which skills and which seniority a person has.
    pub fn set_tags(&mut self, annotator: AnnotatorId, tags: &[String]) -> Result<()> {
        self.change_people(|connection| {
            ensure(connection, annotator)?;
            connection.execute(
                "UPDATE person SET tags = ?2 WHERE annotator_id = ?1",
                params![annotator.0, serde_json::to_string(tags)?],
            )?;
            Ok(())
        })
    }

    /// Makes somebody lead the study, or not.
    pub fn set_lead(&mut self, annotator: AnnotatorId, is_lead: bool) -> Result<()> {
        self.change_people(|connection| {
            ensure(connection, annotator)?;
            connection.execute(
                "UPDATE person SET is_lead = ?2 WHERE annotator_id = ?1",
                params![annotator.0, is_lead],
            )?;
            Ok(())
        })
    }

    fn change_people(&self, make: impl FnMut(&Connection) -> Result<()>) -> Result<()> {
        self.change(make)?;
        self.tell(&[Change::People]);
        Ok(())
    }
}

impl Reader {
    /// The study in force.
    pub fn study(&self) -> Result<StudySetup> {
        study(self.connection())
    }

    /// Every version of the study and when it was set up, in their order.
    pub fn studies(&self) -> Result<Vec<(StudySetup, UnixMillis)>> {
        studies(self.connection())
    }

    /// What is known of people, of those of whom anything is.
    pub fn known_people(&self) -> Result<HashMap<AnnotatorId, KnownPerson>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT annotator_id, is_lead, tags, consented_at, consented_version, arm, arm_place FROM person",
        )?;
        let mut rows = statement.query(())?;
        let mut people: HashMap<AnnotatorId, KnownPerson> = HashMap::new();
        while let Some(row) = rows.next()? {
            let arm: Option<String> = row.get(5)?;
            let place: Option<u32> = row.get(6)?;
            let person = KnownPerson {
                is_lead: row.get(1)?,
                tags: item::json(row, 2)?,
                consented_at: row.get::<Option<i64>>(3)?.map(UnixMillis),
                consented_version: row.get(4)?,
                arm: arm.zip(place),
                profile: Vec::new(),
            };
            people.insert(AnnotatorId(row.get(0)?), person);
        }
        for (annotator, profile) in self.profiles()? {
            people.entry(annotator).or_default().profile = profile;
        }
        people.retain(|_, person| *person != KnownPerson::default());
        Ok(people)
    }

    /// The annotator with a name.
    pub fn annotator_named(&self, name: &str) -> Result<Option<AnnotatorId>> {
        let mut statement = self.connection().prepare_cached("SELECT id FROM annotator WHERE name = ?1")?;
        statement.query_row([name], |row| row.get(0).map(AnnotatorId)).optional()
    }

    /// Who leads the study; there may be nobody.
    pub fn leads(&self) -> Result<Vec<AnnotatorId>> {
        let mut statement = self
            .connection()
            .prepare_cached("SELECT annotator_id FROM person WHERE is_lead = 1 ORDER BY annotator_id")?;
        let leads = statement.query_map((), |row| row.get(0).map(AnnotatorId))?;
        leads.collect()
    }

    /// An annotator's key and tags.
    pub fn key_and_tags(&self, annotator: AnnotatorId) -> Result<(AnnotatorKey, Vec<String>)> {
        let (key, _) = project::annotator_of(self.connection(), annotator)?;
        let mut statement =
            self.connection().prepare_cached("SELECT tags FROM person WHERE annotator_id = ?1")?;
        let mut rows = statement.query([annotator.0])?;
        Ok((key, rows.next()?.map_or_else(|| Ok(Vec::new()), |row| item::json(row, 0))?))
    }

    /// Everyone as the study knows them, oldest first.
    pub fn people(&self) -> Result<Vec<Person>> {
        let mut profiles = self.profiles()?;
        let annotators = self.annotators()?;
        annotators
            .into_iter()
            .map(|annotator| {
                let profile = profiles.remove(&annotator.id).unwrap_or_default();
                self.person_from(annotator, profile)
            })
            .collect()
    }

    /// One annotator as the study knows them.
    pub fn person(&self, annotator: AnnotatorId) -> Result<Person> {
        let known = self.annotators()?.into_iter().find(|known| known.id == annotator);
        let known = known.ok_or_else(|| StoreError::NotFound(format!("annotator {annotator}")))?;
        let profile = self.profiles()?.remove(&annotator).unwrap_or_default();
        self.person_from(known, profile)
    }

    fn person_from(&self, annotator: Annotator, profile: Vec<ProfileAnswer>) -> Result<Person> {
        let mut person = Person {
            progress: self.facets().read().progress(annotator.id),
            has_pin: false,
            is_lead: false,
            tags: Vec::new(),
            consented_at: None,
            consented_version: None,
            profile,
            arm: None,
            training: None,
            annotator,
        };
        let mut statement = self.connection().prepare_cached(
            "SELECT is_lead, tags, consented_at, consented_version, arm, pin_hash IS NOT NULL FROM person \
             WHERE annotator_id = ?1",
        )?;
        let mut rows = statement.query([person.annotator.id.0])?;
        if let Some(row) = rows.next()? {
            person.is_lead = row.get(0)?;
            person.tags = item::json(row, 1)?;
            person.consented_at = row.get::<Option<i64>>(2)?.map(UnixMillis);
            person.consented_version = row.get(3)?;
            person.arm = row.get(4)?;
            person.has_pin = row.get(5)?;
        }
        Ok(person)
    }

    fn profiles(&self) -> Result<HashMap<AnnotatorId, Vec<ProfileAnswer>>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT annotator_id, field, value, answered_at FROM profile_answer ORDER BY annotator_id, field",
        )?;
        let mut rows = statement.query(())?;
        let mut profiles: HashMap<AnnotatorId, Vec<ProfileAnswer>> = HashMap::new();
        while let Some(row) = rows.next()? {
            profiles.entry(AnnotatorId(row.get(0)?)).or_default().push(ProfileAnswer {
                field: row.get(1)?,
                value: item::json(row, 2)?,
                answered_at: UnixMillis(row.get(3)?),
            });
        }
        Ok(profiles)
    }
}
