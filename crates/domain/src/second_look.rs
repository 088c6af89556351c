//! The second look: items about which something calls for a reviewer, with all that was said of them.
//!
//! A review is a judgment of its own ([`crate::Origin::Review`]). An item leaves the list when a review of it is
//! in force, and comes back when somebody judges it after that.

use serde::{Deserialize, Serialize};

use crate::{AnnotatorId, Derived, ItemId, Judgment};

/// Why an item should be looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookReason {
    /// Somebody asked for it.
    Flagged(AnnotatorId),
    /// People disagree by more than the study allows.
    PeopleDisagree,
    /// Somebody said something else when it was offered again.
    SelfDisagrees(AnnotatorId),
    /// Somebody judged it in two copies of the project that were merged.
    MergeConflict(AnnotatorId),
}

/// A reason without its person, to ask by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookReasonKind {
    /// [`LookReason::Flagged`].
    Flagged,
    /// [`LookReason::PeopleDisagree`].
    PeopleDisagree,
    /// [`LookReason::SelfDisagrees`].
    SelfDisagrees,
    /// [`LookReason::MergeConflict`].
    MergeConflict,
}

impl LookReason {
    /// Which reason it is.
    pub fn kind(self) -> LookReasonKind {
        match self {
            Self::Flagged(_) => LookReasonKind::Flagged,
            Self::PeopleDisagree => LookReasonKind::PeopleDisagree,
            Self::SelfDisagrees(_) => LookReasonKind::SelfDisagrees,
            Self::MergeConflict(_) => LookReasonKind::MergeConflict,
        }
    }
}

/// Which items are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookFilter {
    /// Only for these reasons; for any if empty.
    #[serde(default)]
    pub reasons: Vec<LookReasonKind>,
    /// Whether items that were reviewed are wanted too.
    #[serde(default)]
    pub with_reviewed: bool,
    /// The first item's place in the list.
    #[serde(default)]
    pub from: u64,
    /// How many at most.
    pub count: u32,
}

/// Items to be looked at again, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SecondLook {
    /// How many there are in all.
    pub total: u64,
    /// Those that were asked for.
    pub items: Vec<LookItem>,
}

/// An item to be looked at again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LookItem {
    /// The item.
    pub item: ItemId,
    /// The beginning of its prompt, on one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prompt: String,
    /// Every reason, whatever was asked by.
    pub reasons: Vec<LookReason>,
    /// What is in force, reviews included, by annotator.
    pub judgments: Vec<Judgment>,
    /// The responses that those judgments rewrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<Derived>,
    /// What was said when it was offered again.
    pub repeats: Vec<Judgment>,
    /// Whether a review is in force after which nobody else has judged it.
    pub is_reviewed: bool,
}
