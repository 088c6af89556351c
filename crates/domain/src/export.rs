//! What an export is asked to do, what it would do, and what it did.
//!
//! Nothing about ties, both bad, strength, rewrites or several judgments is assumed: where the project holds such a
//! judgment and the plan says nothing, the export names the question and writes nothing.

mod axolotl;
mod fit;
mod format;

pub use axolotl::AxolotlType;
pub use fit::VIDEO_DIMENSIONS;
pub use format::{ExportFormat, FormatFamily};

use serde::{Deserialize, Serialize};

use crate::import::RowProblem;
use crate::{AnnotatorId, Strength};

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
    /// Both are desirable; of unpaired rows only.
    BothChosen,
    /// Neither is desirable; of unpaired rows only.
    BothRejected,
}

/// What becomes of pairs in which both are bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BothBadPolicy {
    /// They are left out.
    Drop,
    /// They are treated as ties are.
    AsTie,
    /// Neither is desirable; of unpaired rows only.
    BothRejected,
}

/// Which pairs are made of an order of more than two candidates. A whole order as one list is written by
/// [`ExportFormat::Ranking`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NWayPolicy {
    /// The best and the worst.
    BestWorst,
    /// Each and the next one.
    Adjacent,
    /// Every two; each row has the `weight` 1/(N−1), so that a candidate weighs the same in a long list as in
    /// a pair.
    AllPairs,
}

/// What becomes of several annotators' ratings of one candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatingPolicy {
    /// Each annotator's have a row of their own, with `annotator`.
    Each,
    /// Their mean.
    Mean,
    /// Their median.
    Median,
}

/// What becomes of steps that were called neutral, in formats that know true and false only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeutralSteps {
    /// They are true.
    Right,
    /// They are false.
    Wrong,
}

/// What becomes of rewritten responses ([`crate::Derived`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RewritePolicy {
    /// They are left out.
    Drop,
    /// Each is chosen over the response that it was made of, in a row beside those of the answers; of unpaired
    /// rows it is desirable, and what it was made of is not where nothing else is said of it.
    Chosen,
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

impl StrengthPolicy {
    /// Reads the words of the command line and of addresses: `ignore`; `margin` or `margin:X`, where X stands for no
    /// strength (1 if not said); `drop-below:slightly|clearly|much`, to which `,drop-unset` may be added.
    pub fn from_words(words: &str) -> Result<Self, String> {
        let refused =
            || "expected ignore, margin, margin:NUMBER, or drop-below:slightly|clearly|much".to_owned();
        match words.split_once(':') {
            None if words == "ignore" => Ok(Self::Ignore),
            None if words == "margin" => Ok(Self::Margin { unset: 1.0 }),
            Some(("margin", unset)) => {
                let unset = unset.parse().ok().filter(|unset: &f64| unset.is_finite()).ok_or_else(refused)?;
                Ok(Self::Margin { unset })
            }
            Some(("drop-below", rest)) => {
                let (weakest, keep_unset) = match rest.strip_suffix(",drop-unset") {
                    Some(weakest) => (weakest, false),
                    None => (rest, true),
                };
                let weakest = Strength::from_word(weakest).ok_or_else(refused)?;
                Ok(Self::DropBelow { weakest, keep_unset })
            }
            _ => Err(refused()),
        }
    }
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

/// Whose labels are written: people's judgments are never mixed with a model's word but where it is said, and then
/// every row says whose it is (`source`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelChoice {
    /// People's judgments.
    #[default]
    People,
    /// The labels that were taken from models, whatever people said.
    Model,
    /// People's judgments, and the labels of models where nobody judged.
    BothMarked,
}

impl LabelChoice {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::People, Self::Model, Self::BothMarked];

    /// Whether any label of a model is written.
    pub fn has_models(self) -> bool {
        self != Self::People
    }
}

/// How annotators are called in a file and its manifest. The lossless format always has their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityChoice {
    /// By their names.
    #[default]
    Names,
    /// By a word that is the same in every export of the project, and says nothing without it.
    Pseudonyms,
    /// Not at all.
    Nobody,
}

impl IdentityChoice {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Names, Self::Pseudonyms, Self::Nobody];
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
    /// The key of the question whose answers are written; the only one that fits if none.
    #[serde(default)]
    pub question: Option<String>,
    /// Items with more than two candidates.
    #[serde(default)]
    pub n_way: Option<NWayPolicy>,
    /// Several ratings of one candidate.
    #[serde(default)]
    pub ratings: Option<RatingPolicy>,
    /// Neutral steps.
    #[serde(default)]
    pub neutral_steps: Option<NeutralSteps>,
    /// Rewritten responses.
    #[serde(default)]
    pub rewrites: Option<RewritePolicy>,
    /// Whose judgments; everyone's if empty.
    #[serde(default)]
    pub annotators: Vec<AnnotatorId>,
    /// Whether labels of models are written.
    #[serde(default)]
    pub labels: LabelChoice,
    /// How annotators are called.
    #[serde(default)]
    pub identity: IdentityChoice,
    /// How many of a hundred groups of items go to a test file of their own; items that share a prompt or a medium
    /// are one group. All go to one file if none.
    #[serde(default)]
    pub test_share: Option<u8>,
}

impl ExportPlan {
    /// A plan in which nothing has been asked yet.
    pub fn new(format: ExportFormat) -> Self {
        Self {
            format,
            ties: None,
            both_bad: None,
            strength: None,
            several: None,
            question: None,
            n_way: None,
            ratings: None,
            neutral_steps: None,
            rewrites: None,
            annotators: Vec::new(),
            labels: LabelChoice::People,
            identity: IdentityChoice::Names,
            test_share: None,
        }
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
    /// Several questions fit the format.
    Question,
    /// There are items with more than two candidates.
    NWay,
    /// There are items with ratings by several annotators.
    Ratings,
    /// There are neutral steps.
    NeutralSteps,
    /// There are rewritten responses.
    Rewrites,
}

impl PolicyQuestion {
    /// What it is about, inside a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Ties => "ties",
            Self::BothBad => "pairs where both are bad",
            Self::Strength => "strength",
            Self::Several => "several judgments of one item",
            Self::Question => "the other questions",
            Self::NWay => "items with more than two candidates",
            Self::Ratings => "several ratings of one candidate",
            Self::NeutralSteps => "neutral steps",
            Self::Rewrites => "rewritten responses",
        }
    }
}

/// A question whose answers a format can be made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportQuestion {
    /// Its key.
    pub key: String,
    /// What the annotator reads.
    pub title: String,
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
    /// Rewritten responses that went in.
    #[serde(default)]
    pub rewrites: u64,
    /// Rewritten responses that were left out.
    #[serde(default)]
    pub rewrites_left_out: u64,
    /// Labels of models that went in, by whoever said it; none of them is among the judgments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub model_labels: Vec<(String, u64)>,
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
    /// The questions among which one must be chosen; empty where no choice is to be made.
    #[serde(default)]
    pub questions: Vec<ExportQuestion>,
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
    /// Items with more than two candidates, where the format makes pairs of them.
    #[serde(default)]
    pub items_n_way: u64,
    /// Items whose candidates several annotators rated.
    #[serde(default)]
    pub items_with_several_ratings: u64,
    /// Judgments with steps called neutral.
    #[serde(default)]
    pub neutral_steps: u64,
    /// Judgments with rewritten responses.
    #[serde(default)]
    pub rewrites: u64,
    /// Labels that were taken from models.
    #[serde(default)]
    pub model_labels: u64,
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
    /// What else was written beside it: files, or a folder of pictures.
    #[serde(default)]
    pub companions: Vec<String>,
    /// What went in and what not.
    pub counts: ExportCounts,
    /// Why rows were refused, the first 1,000.
    pub problems: Vec<RowProblem>,
    /// BLAKE3 of the data file, in hexadecimal.
    pub blake3: String,
    /// How long it took.
    pub elapsed_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_reads_as_help_says() {
        use StrengthPolicy::{DropBelow, Ignore, Margin};
        let below = |weakest, keep_unset| DropBelow { weakest, keep_unset };
        for (words, expected) in [
            ("ignore", Some(Ignore)),
            ("margin", Some(Margin { unset: 1.0 })),
            ("margin:0.5", Some(Margin { unset: 0.5 })),
            ("margin:NaN", None),
            ("drop-below:clearly", Some(below(Strength::Clearly, true))),
            ("drop-below:much,drop-unset", Some(below(Strength::Much, false))),
            ("drop-below:hugely", None),
            ("", None),
        ] {
            assert_eq!(StrengthPolicy::from_words(words).ok(), expected, "{words}");
        }
    }
}
