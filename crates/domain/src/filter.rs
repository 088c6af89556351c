//! Filters of the items browser, and the rows it shows.

use serde::{Deserialize, Serialize};

use crate::reward::Scorer;
use crate::{AnnotatorId, ItemId, ItemStatus, Outcome, SourceId};

/// How far an item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Any.
    #[default]
    Any,
    /// Nobody (or not the chosen annotator) has judged or skipped it.
    Open,
    /// Somebody (or the chosen annotator) has judged it.
    Judged,
    /// Somebody (or the chosen annotator) has skipped it.
    Skipped,
}

/// What is to be known of a model's word on an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeliefKind {
    /// It is at least so sure which candidate is the best.
    #[default]
    Sure,
    /// It is less sure than that.
    Unsure,
    /// Another one is as sure of another candidate.
    Contradicted,
}

impl BeliefKind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Sure, Self::Unsure, Self::Contradicted];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sure => "sure",
            Self::Unsure => "unsure",
            Self::Contradicted => "contradicted",
        }
    }
}

/// Items by what a model says of them. For the lead, where there is one: even which items these are is told to nobody
/// who is yet to judge them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BeliefFilter {
    /// What is to be known.
    pub kind: BeliefKind,
    /// Whose word it is.
    pub by: Scorer,
    /// Where being sure begins, in hundredths from 50 to 99: the probability that the best candidate is better than
    /// the second best.
    pub percent: u8,
}

impl BeliefFilter {
    /// Where being sure begins, as a probability; refused outside 50 to 99.
    pub fn threshold(&self) -> Result<f64, String> {
        if (50..=99).contains(&self.percent) {
            Ok(f64::from(self.percent) / 100.0)
        } else {
            Err(format!("being sure begins between 50 and 99 %, not at {}", self.percent))
        }
    }
}

impl Default for BeliefFilter {
    fn default() -> Self {
        Self { kind: BeliefKind::Sure, by: Scorer::Head, percent: 90 }
    }
}

/// Which items are wanted; every part narrows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ItemFilter {
    /// Words that prompt or candidates must hold, all of them; `"a phrase"` and `prefix*` work. Empty for any.
    #[serde(default)]
    pub search: String,
    /// How far they are.
    #[serde(default)]
    pub state: ItemState,
    /// Only flagged ones.
    #[serde(default)]
    pub flagged: bool,
    /// Only with this outcome in force.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Whose judgments `state`, `flagged` and `outcome` look at; anyone's if none.
    #[serde(default)]
    pub annotator: Option<AnnotatorId>,
    /// Only from this file.
    #[serde(default)]
    pub source: Option<SourceId>,
    /// Only with this status; active and excluded ones if none.
    #[serde(default)]
    pub status: Option<ItemStatus>,
    /// Only those of which a model says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub belief: Option<BeliefFilter>,
}

impl Default for ItemFilter {
    fn default() -> Self {
        Self {
            search: String::new(),
            state: ItemState::Any,
            flagged: false,
            outcome: None,
            annotator: None,
            source: None,
            status: None,
            belief: None,
        }
    }
}

/// One line of the items browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemRow {
    /// The item.
    pub id: ItemId,
    /// The data's name for it.
    pub external_id: Option<String>,
    /// The start of the prompt, at most [`ROW_TEXT_CHARS`] characters on one line.
    pub prompt: String,
    /// The start of each candidate, likewise; a medium shows its file name.
    pub candidates: Vec<String>,
    /// The file it came from.
    pub source: SourceId,
    /// Whether it takes part.
    pub status: ItemStatus,
    /// Who said what, in force; skips have no outcome.
    pub verdicts: Vec<RowVerdict>,
    /// The responses that judgments in force rewrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rewrites: Vec<RowRewrite>,
}

/// A response that an annotator rewrote, as the items browser shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowRewrite {
    /// Who wrote it.
    pub annotator: AnnotatorId,
    /// The candidate it was made of; none where that is the whole of several.
    pub original: Option<u8>,
    /// Its start, at most [`ROW_TEXT_CHARS`] characters on one line.
    pub text: String,
}

/// What one annotator said, as the items browser shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowVerdict {
    /// Who.
    pub annotator: AnnotatorId,
    /// What; none for a skip.
    pub outcome: Option<Outcome>,
    /// Whether it is flagged.
    pub flagged: bool,
}

/// The most characters of a text in an [`ItemRow`].
pub const ROW_TEXT_CHARS: usize = 160;
