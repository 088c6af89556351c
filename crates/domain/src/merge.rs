//! What merging another copy of a project did.

use serde::{Deserialize, Serialize};

use crate::{AnnotatorId, ItemId};

/// What a merge did. Merging the same copy again does nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeReport {
    /// Items added.
    pub items_added: u64,
    /// Items that were there already.
    pub items_known: u64,
    /// Annotators added.
    pub annotators_added: u64,
    /// Revisions added to the log.
    pub judgments_added: u64,
    /// Revisions that were there already.
    pub judgments_known: u64,
    /// Rubric versions added, because the other copy asked something else.
    pub rubrics_added: u64,
    /// Labels taken from models that were added, or came in the place of an earlier one.
    #[serde(default)]
    pub model_labels_added: u64,
    /// Where one annotator went on judging the same item in both copies: both say something, the later is in
    /// force, and the item is listed for a second look.
    pub conflicts: Vec<MergeConflict>,
    /// How long it took.
    pub elapsed_ms: u64,
}

/// One annotator said two things about one item in two copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeConflict {
    /// The item.
    pub item: ItemId,
    /// Whose judgments.
    pub annotator: AnnotatorId,
}
