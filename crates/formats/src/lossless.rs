//! The lossless format: one JSON object per line, everything a project holds.
//!
//! `record` names the kind of each line. They come in this order, so that a reader never has to look ahead: the
//! project, its study in every version, its sources, its annotators with what is known of them, its items in file order
//! and what they are for, its judgments in the order they were recorded, then what was said when items were offered
//! again, what merges found, and what was taken from models. Writing what was read gives the same bytes. PINs, leases
//! and drafts are no part of it.
//!
//! Version 1 knew neither studies nor what belongs to them, version 2 no labels of models; their files are read as
//! they are.

mod study;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tiebreak_domain::{
    AnnotatorKey, Item, ItemKey, ItemStatus, JudgmentId, Note, Origin, ProjectKey, Rubric, Showing,
    UnixMillis, Verdict,
};

pub use study::{ConflictRecord, ModelLabelRecord, PersonRecord, RepeatRecord, RoleRecord, StudyRecord};

/// The version that is written, and the newest that is read.
pub const LOSSLESS_VERSION: u32 = 3;

/// The first line: the project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProjectRecord {
    /// The format's version, at most [`LOSSLESS_VERSION`].
    pub tiebreak: u32,
    /// Its identity.
    pub key: ProjectKey,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: UnixMillis,
    /// What it asks.
    pub rubric: Rubric,
    /// What else it ever asked, by version: judgments keep the rubric they were given under.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_rubrics: Vec<Rubric>,
    /// Whether it is the sample.
    #[serde(default)]
    pub is_sample: bool,
}

/// An imported file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// What people call it; unique in the project.
    pub name: String,
    /// Where its relative media paths start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_folder: Option<String>,
    /// Whether media at addresses may be fetched when they are shown.
    #[serde(default)]
    pub fetches_addresses: bool,
    /// BLAKE3 of the file's bytes, in hexadecimal.
    pub blake3: String,
    /// When it was imported.
    pub imported_at: UnixMillis,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnnotatorRecord {
    /// Its identity in every project.
    pub key: AnnotatorKey,
    /// What people call it.
    pub name: String,
    /// What is known beside that.
    #[serde(flatten)]
    pub person: PersonRecord,
}

/// An item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemRecord {
    /// Its content's key.
    pub key: ItemKey,
    /// The name of the file it came from.
    pub source: String,
    /// Whether it takes part.
    pub status: ItemStatus,
    /// Its content.
    #[serde(flatten)]
    pub item: Item,
}

/// A judgment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgmentRecord {
    /// Its identity.
    pub id: JudgmentId,
    /// What it is about.
    pub item: ItemKey,
    /// Who gave it.
    pub annotator: AnnotatorKey,
    /// 1 for the first of this annotator on this item, and one more for each after.
    pub revision: u32,
    /// The revision before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<JudgmentId>,
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
    /// What a review says of a vote that a model held for unlikely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surprise: Option<SurpriseRecord>,
}

/// What a review says of a vote that a model held for unlikely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurpriseRecord {
    /// The vote.
    pub vote: JudgmentId,
    /// Whether the reviewer agreed with it, so that the pair is one to train on.
    pub model_was_wrong: bool,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum LosslessRecord {
    /// The first line: the project.
    Project(ProjectRecord),
    /// A version of the study.
    Study(StudyRecord),
    /// An imported file.
    Source(SourceRecord),
    /// A person.
    Annotator(AnnotatorRecord),
    /// An item.
    Item(ItemRecord),
    /// What an item is for.
    Role(RoleRecord),
    /// A judgment.
    Judgment(JudgmentRecord),
    /// What was said when an item was offered again.
    Repeat(RepeatRecord),
    /// What a merge found.
    Conflict(ConflictRecord),
    /// What was taken from a model.
    ModelLabel(ModelLabelRecord),
}

/// Why a line is no record.
#[derive(Debug, thiserror::Error)]
pub enum LosslessError {
    /// It is not JSON of the right shape.
    #[error("the line is not a record of the lossless format: {0}")]
    Shape(#[from] serde_json::Error),
    /// It is of a kind that this version does not know.
    #[error("the line is a record of an unknown kind, {0:?}")]
    Kind(String),
    /// It was written by a newer program.
    #[error("the file is lossless format version {found}, and this program reads up to {LOSSLESS_VERSION}")]
    Version {
        /// Its version.
        found: u64,
    },
    /// The key of an item is not that of its content.
    #[error("the item's content does not belong to its key {key}")]
    Key {
        /// The key it has.
        key: ItemKey,
    },
}

#[derive(Deserialize)]
struct Head {
    record: String,
    #[serde(default)]
    tiebreak: Option<u64>,
}

impl LosslessRecord {
    /// The line, without its end.
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("keys are strings and the writer is memory")
    }

    /// Reads a line.
    pub fn from_line(line: &str) -> Result<Self, LosslessError> {
        fn read<T: DeserializeOwned>(line: &str) -> Result<T, LosslessError> {
            Ok(serde_json::from_str(line)?)
        }
        let head: Head = read(line)?;
        if let Some(found) = head.tiebreak.filter(|found| !(1..=u64::from(LOSSLESS_VERSION)).contains(found))
        {
            return Err(LosslessError::Version { found });
        }
        match head.record.as_str() {
            "project" => read(line).map(Self::Project),
            "study" => read(line).map(Self::Study),
            "source" => read(line).map(Self::Source),
            "annotator" => read(line).map(Self::Annotator),
            "item" => {
                let record: ItemRecord = read(line)?;
                if record.item.key() == record.key {
                    Ok(Self::Item(record))
                } else {
                    Err(LosslessError::Key { key: record.key })
                }
            }
            "role" => read(line).map(Self::Role),
            "judgment" => read(line).map(Self::Judgment),
            "repeat" => read(line).map(Self::Repeat),
            "conflict" => read(line).map(Self::Conflict),
            "model_label" => read(line).map(Self::ModelLabel),
            _ => Err(LosslessError::Kind(head.record.chars().take(40).collect())),
        }
    }
}
