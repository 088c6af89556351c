//! What a study adds to a project: its versions, what it knows of people, what items are for, what was said when an
//! item was offered again, and where a merge found two minds.
//!
//! PINs are no part of it, not even as hashes, nor are leases and drafts: they belong to one file on one machine.
//! Profiles are, as they were given: who hands on such a file hands on what people said of themselves.

use serde::{Deserialize, Serialize};
use tiebreak_domain::person::ProfileAnswer;
use tiebreak_domain::reward::Prediction;
use tiebreak_domain::{
    AnnotatorKey, ItemKey, ItemRole, JudgmentId, Note, Origin, Showing, StudySetup, UnixMillis, Verdict,
};

/// A version of the study; the highest is in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyRecord {
    /// When it was set up so.
    pub set_at: UnixMillis,
    /// What it says, its version included.
    #[serde(flatten)]
    pub study: StudySetup,
}

/// What is known of a person beside the name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonRecord {
    /// Whether this person leads the study.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_lead: bool,
    /// Skills and seniority.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// When the consent was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consented_at: Option<UnixMillis>,
    /// The version of the study whose consent was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consented_version: Option<u32>,
    /// The arm this person was drawn into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// 0, 1, 2, … in the order in which people were drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm_place: Option<u32>,
    /// What this person said of themselves, by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<ProfileAnswer>,
}

/// What an item is for, if not to be judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleRecord {
    /// The item.
    pub item: ItemKey,
    /// Its role, with the expected answers.
    #[serde(flatten)]
    pub role: ItemRole,
}

/// What was said of an item that was offered again unannounced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepeatRecord {
    /// Its identity.
    pub id: JudgmentId,
    /// What it is about.
    pub item: ItemKey,
    /// Who gave it.
    pub annotator: AnnotatorKey,
    /// The judgment that it is held against.
    pub repeat_of: JudgmentId,
    /// What was done.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Whether someone shall look again.
    pub flagged: bool,
    /// Free words; may be empty.
    pub comment: String,
    /// What was noted of moments of videos and sounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// The rubric it was given under.
    pub rubric_version: u32,
    /// What was on the screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub showing: Option<Showing>,
    /// Where it came from.
    pub origin: Origin,
    /// When it was given.
    pub recorded_at: UnixMillis,
}

/// Where a merge found that somebody had judged an item in both copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictRecord {
    /// The item.
    pub item: ItemKey,
    /// Whose judgments.
    pub annotator: AnnotatorKey,
}

/// A label that was taken from a model: no judgment, and nobody's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelLabelRecord {
    /// The item.
    pub item: ItemKey,
    /// `head`, or the model's key.
    pub scorer: String,
    /// Whoever said it, as exports name them.
    pub source: String,
    /// The question that it answers.
    pub question: String,
    /// What it said of the pair, in the data's order.
    pub prediction: Prediction,
    /// When it was taken.
    pub accepted_at: UnixMillis,
}
