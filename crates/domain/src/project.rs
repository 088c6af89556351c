//! A project seen from outside: its name, its numbers, its people and its sources.

use serde::{Deserialize, Serialize};

use crate::{Annotator, AnnotatorId, ProjectKey, Rubric, SourceId, UnixMillis};

/// An imported file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its row.
    pub id: SourceId,
    /// What people call it; unique in the project.
    pub name: String,
    /// The folder in which relative media paths are looked up: relative to the project file's folder where
    /// it lies below it, absolute otherwise; none if the source has no media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_folder: Option<String>,
    /// Whether media at `http(s)` addresses may be fetched when they are shown.
    #[serde(default)]
    pub fetches_addresses: bool,
    /// BLAKE3 of the file's bytes, in hexadecimal.
    pub blake3: String,
    /// When it was imported.
    pub imported_at: UnixMillis,
}

/// How the search index stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchIndex {
    /// Items in it.
    pub indexed: u64,
    /// Items that should be.
    pub total: u64,
}

impl SearchIndex {
    /// Whether every item can be found.
    pub fn is_complete(self) -> bool {
        self.indexed >= self.total
    }
}

/// How far one annotator is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Items this annotator has judged.
    pub judged: u64,
    /// Items this annotator has skipped and not come back to.
    pub skipped: u64,
    /// Items that are asked.
    pub total: u64,
}

/// What the interface knows of the open project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProjectInfo {
    /// The file.
    pub path: String,
    /// Its identity.
    pub key: ProjectKey,
    /// What people call it.
    pub name: String,
    /// What it asks.
    pub rubric: Rubric,
    /// Items that are asked.
    pub active_items: u64,
    /// Items left out by hand.
    pub excluded_items: u64,
    /// Items deleted by hand.
    pub deleted_items: u64,
    /// Judgments in force: one per annotator and judged item.
    pub judgments: u64,
    /// Rows in the log, superseded ones included.
    pub revisions: u64,
    /// Everyone who judged, oldest first.
    pub annotators: Vec<Annotator>,
    /// Whoever sits here now.
    pub annotator: AnnotatorId,
    /// Every imported file, oldest first.
    pub sources: Vec<Source>,
    /// How the search index stands.
    pub search_index: SearchIndex,
    /// Whether it is the sample.
    pub is_sample: bool,
    /// When it was made.
    pub created_at: UnixMillis,
}

impl ProjectInfo {
    /// Whoever sits here now.
    pub fn current_annotator(&self) -> Option<&Annotator> {
        self.annotators.iter().find(|annotator| annotator.id == self.annotator)
    }
}
