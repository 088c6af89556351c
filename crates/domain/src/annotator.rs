//! Annotators: the people who judge.

use serde::{Deserialize, Serialize};

use crate::content_hash::ContentHash;
use crate::{AnnotatorId, AnnotatorKey};

/// A person, or the named past annotator whose votes a file brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotator {
    /// Its row.
    pub id: AnnotatorId,
    /// Its identity in every project.
    pub key: AnnotatorKey,
    /// What people call it; unique in the project.
    pub name: String,
    /// How many items it has judged.
    pub judged: u64,
    /// How many items it has skipped and not come back to.
    pub skipped: u64,
}

impl Annotator {
    /// Whether this is the named past annotator whose votes a file brought, and not somebody who can sit down.
    pub fn is_past(&self) -> bool {
        self.key == AnnotatorKey::of_past_annotator(&self.name)
    }
}

impl AnnotatorKey {
    /// The key of a past annotator, who is known by name only: the same name is the same annotator, so that
    /// importing a file twice does not double its votes.
    pub fn of_past_annotator(name: &str) -> Self {
        Self(ContentHash::new("tiebreak past annotator 1").field(name.as_bytes()).finish())
    }
}
