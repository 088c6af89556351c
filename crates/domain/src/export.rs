//! What an export is asked to do, what it would do, and what it did.
//!
//! Nothing about ties, both bad, strength or several judgments is assumed: where the project holds such a
//! judgment and the plan says nothing, the export names the question and writes nothing.

use serde::{Deserialize, Serialize};

use crate::import::RowProblem;
use crate::{AnnotatorId, Strength};

/// The formats that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// TRL preference with `prompt`, `chosen`, `rejected` as texts.
    TrlExplicit,
    /// TRL preference with `chosen` and `rejected` only, the prompt in both.
    TrlImplicit,
    /// TRL preference with `prompt`, `chosen`, `rejected` as messages.
    TrlConversational,
    /// Anthropic HH transcripts.
    AnthropicHh,
    /// One row per judgment, every outcome, with times and sides.
    Csv,
    /// Everything, losslessly.
    Tiebreak,
}

impl ExportFormat {
    /// Every format.
    pub const ALL: [Self; 6] = [
        Self::TrlExplicit,
        Self::TrlImplicit,
        Self::TrlConversational,
        Self::AnthropicHh,
        Self::Csv,
        Self::Tiebreak,
    ];

    /// The word used on the command line and in manifests.
    pub fn word(self) -> &'static str {
        match self {
            Self::TrlExplicit => "trl-explicit",
            Self::TrlImplicit => "trl-implicit",
            Self::TrlConversational => "trl-conversational",
            Self::AnthropicHh => "hh",
            Self::Csv => "csv",
            Self::Tiebreak => "tiebreak",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::TrlExplicit => "TRL preference, explicit prompt",
            Self::TrlImplicit => "TRL preference, implicit prompt",
            Self::TrlConversational => "TRL preference, conversational",
            Self::AnthropicHh => "Anthropic HH transcripts",
            Self::Csv => "CSV, every judgment",
            Self::Tiebreak => "Tiebreak, lossless",
        }
    }

    /// The name its file ends in.
    pub fn extension(self) -> &'static str {
        if self == Self::Csv { "csv" } else { "jsonl" }
    }

    /// Whether it is made of chosen and rejected, so that the policies must be asked.
    pub fn is_preference(self) -> bool {
        !matches!(self, Self::Csv | Self::Tiebreak)
    }
}

/// What becomes of ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TiePolicy {
    /// They are left out.
    Drop,
    /// One row with `margin` 0, the first candidate as chosen.
    MarginZero,
    /// Two rows, one in each direction.
    BothDirections,
}

/// What becomes of pairs in which both are bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BothBadPolicy {
    /// They are left out.
    Drop,
    /// They are treated as ties are.
    AsTie,
}

/// What becomes of strength.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StrengthPolicy {
    /// It is not written.
    Ignore,
    /// Weaker judgments are left out; those without a strength stay or go as said.
    DropBelow {
        /// The weakest that stays.
        weakest: Strength,
        /// Whether judgments without a strength stay.
        keep_unset: bool,
    },
    /// It is written to `margin`: 1, 2, 3, and `unset` where none was chosen.
    Margin {
        /// The margin of a judgment without a strength.
        unset: f64,
    },
}

/// What becomes of several judgments of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeveralPolicy {
    /// One row for each, with `annotator`.
    Each,
    /// The outcome that more than half of those who could judge it gave; the item is left out where none is.
    Majority,
    /// Only items on which all who could judge it agree.
    Unanimous,
    /// The latest judgment.
    Latest,
}

/// What an export is asked to do. A policy that is none has not been asked yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportPlan {
    /// The format.
    pub format: ExportFormat,
    /// Ties.
    pub ties: Option<TiePolicy>,
    /// Both bad.
    pub both_bad: Option<BothBadPolicy>,
    /// Strength.
    pub strength: Option<StrengthPolicy>,
    /// Several judgments of one item.
    pub several: Option<SeveralPolicy>,
    /// Whose judgments; everyone's if empty.
    #[serde(default)]
    pub annotators: Vec<AnnotatorId>,
}

impl ExportPlan {
    /// A plan in which nothing has been asked yet.
    pub fn new(format: ExportFormat) -> Self {
        Self { format, ties: None, both_bad: None, strength: None, several: None, annotators: Vec::new() }
    }
}

/// A policy that must be asked before this project can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyQuestion {
    /// There are ties.
    Ties,
    /// There are pairs in which both are bad.
    BothBad,
    /// There are judgments with a strength.
    Strength,
    /// There are items with several judgments.
    Several,
}

/// What went into a file and what did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportCounts {
    /// Rows written.
    pub rows: u64,
    /// Judgments they stand for.
    pub judgments: u64,
    /// Judgments left out, by reason, in the order the reasons first came up.
    pub left_out: Vec<(String, u64)>,
    /// Rows refused because they would not be valid.
    pub rows_refused: u64,
}

/// What an export would write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportPreview {
    /// The first rows, as they would stand in the file.
    pub rows: Vec<String>,
    /// What would go in and what not.
    pub counts: ExportCounts,
    /// Why rows would be refused, the first 100; `line` is the item's row.
    pub problems: Vec<RowProblem>,
    /// What must be asked first.
    pub unanswered: Vec<PolicyQuestion>,
    /// What the project holds that a policy is about, for the dialog: judgments that are ties, both bad, with
    /// a strength; items with several judgments.
    pub holds: PolicyCounts,
}

/// How much of a project each policy is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyCounts {
    /// Judgments that are ties.
    pub ties: u64,
    /// Judgments that say both are bad.
    pub both_bad: u64,
    /// Decided judgments with a strength.
    pub with_strength: u64,
    /// Items with more than one judgment.
    pub items_with_several: u64,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportProgress {
    /// Items looked at.
    pub items_done: u64,
    /// Items to look at.
    pub items_total: u64,
}

/// What an export did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportReport {
    /// The data file.
    pub path: String,
    /// The manifest beside it.
    pub manifest_path: String,
    /// What went in and what not.
    pub counts: ExportCounts,
    /// Why rows were refused, the first 1,000.
    pub problems: Vec<RowProblem>,
    /// BLAKE3 of the data file, in hexadecimal.
    pub blake3: String,
    /// How long it took.
    pub elapsed_ms: u64,
}
