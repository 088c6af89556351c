//! One question: what is asked, of what, and what kind of answer it takes.

use serde::{Deserialize, Deserializer, Serialize};

use super::Condition;
use crate::Outcome;

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its name in files; unique in the rubric.
    pub key: String,
    /// What the annotator reads.
    pub title: String,
    /// What the annotator reads on asking for help.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// The heading it stands under with its neighbours; none if empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// What it is about, and so how many answers it takes.
    #[serde(default = "Scope::of_first_rubrics")]
    pub scope: Scope,
    /// Whether an item is complete only with its answer.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub required: bool,
    /// When it is asked; always if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// The item types it is asked of; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// What kind of answer it takes.
    pub kind: QuestionKind,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The item as a whole: one answer.
    Item,
    /// Each candidate by itself: an answer for each.
    Candidate,
    /// The two candidates held against each other: one answer.
    Pair,
}

/// The kinds of answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QuestionKind {
    /// Which candidate of a pair is better.
    Preference {
        /// The outcomes on offer, in the order of their keys.
        #[serde(default = "Outcome::all")]
        outcomes: Vec<Outcome>,
        /// Whether and how a strength is given.
        #[serde(default, alias = "with_strength", deserialize_with = "steps_or_bool")]
        strength: StrengthSteps,
    },
    /// The candidates in order, or the ends of that order.
    Ranking {
        /// How much of the order is asked.
        form: RankingForm,
    },
    /// A number on a scale.
    Rating {
        /// The scale.
        scale: Scale,
    },
    /// One entry of a list.
    Choice {
        /// The list.
        entries: Vec<Entry>,
    },
    /// Any number of entries of a list, none included.
    Checklist {
        /// The list.
        entries: Vec<Entry>,
    },
    /// Words.
    Text {
        /// What they are for.
        purpose: TextPurpose,
        /// Whether the annotator says how sure they are, from 0 to 100.
        #[serde(default)]
        with_confidence: bool,
    },
    /// Points and boxes on images.
    Marks {
        /// What can be drawn.
        shape: MarkShape,
        /// What a mark can say; a bare mark if empty.
        #[serde(default)]
        labels: Vec<Entry>,
    },
    /// Stretches of text: of the candidate, or of the prompt where the scope is the item.
    Spans {
        /// What is taken at a time.
        unit: SpanUnit,
        /// What a span can say; a bare span if empty.
        #[serde(default)]
        labels: Vec<Entry>,
    },
    /// Each step of a solution: right, neutral or wrong.
    Steps,
    /// The turns of the prompt's conversation, cut into segments that each pursue one goal.
    Segments,
}

/// How strength goes with a preference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StrengthSteps {
    /// It is not asked.
    #[default]
    None,
    /// It may be given after the outcome.
    Optional,
    /// It is given with the outcome, on one scale from "A much better" to "B much better" (−3 to 3).
    Scale,
}

/// How much of an order is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RankingForm {
    /// All of it, ties allowed.
    WithTies,
    /// All of it, every candidate on a place of its own.
    Strict,
    /// The best.
    Best,
    /// The best and the worst.
    BestWorst,
}

/// A scale. Its values are whole numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scale", rename_all = "snake_case")]
pub enum Scale {
    /// Points with names, from the lowest.
    Points {
        /// The value of the first.
        from: i32,
        /// The name of each; may be empty texts.
        anchors: Vec<String>,
    },
    /// Stars, from 1.
    Stars {
        /// How many.
        count: u8,
    },
    /// Any whole number of a range, by a slider that is unset until touched.
    Slider {
        /// The left end.
        from: i32,
        /// The right end.
        to: i32,
        /// Names of the two ends; may be empty texts.
        ends: [String; 2],
        /// Whether the number stays off the screen.
        is_number_hidden: bool,
    },
    /// Yes (1) or no (0).
    YesNo,
}

/// An entry of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name in files; unique in the list.
    pub key: String,
    /// What the annotator reads.
    pub title: String,
    /// The group it stands in; none if empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
}

/// What words are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextPurpose {
    /// Why the annotator judges so.
    Rationale,
    /// What is wrong with it and could be better.
    Critique,
    /// A better response; begins as the candidate's own text, and becomes a new candidate in exports.
    Rewrite,
    /// An answer in one line.
    Line,
}

/// What can be drawn on an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkShape {
    /// Points with a radius.
    Points,
    /// Boxes.
    Boxes,
    /// Both.
    Both,
}

/// What is taken at a time when text is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanUnit {
    /// Any stretch.
    Characters,
    /// Whole words, each switched on and off.
    Words,
}

impl Question {
    /// A required question that is always asked.
    pub fn new(key: &str, title: &str, scope: Scope, kind: QuestionKind) -> Self {
        Self {
            key: key.to_owned(),
            title: title.to_owned(),
            help: String::new(),
            group: String::new(),
            scope,
            required: true,
            when: None,
            types: Vec::new(),
            kind,
        }
    }

    pub(super) fn is_plain_preference(&self) -> bool {
        let is_plain = match &self.kind {
            QuestionKind::Preference { outcomes, strength } => {
                *strength != StrengthSteps::Scale && *outcomes == Outcome::ALL
            }
            _ => false,
        };
        is_plain && self.required && self.when.is_none() && self.types.is_empty()
    }
}

impl QuestionKind {
    /// The word used in rubric files.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Preference { .. } => "preference",
            Self::Ranking { .. } => "ranking",
            Self::Rating { .. } => "rating",
            Self::Choice { .. } => "choice",
            Self::Checklist { .. } => "checklist",
            Self::Text { .. } => "text",
            Self::Marks { .. } => "marks",
            Self::Spans { .. } => "spans",
            Self::Steps => "steps",
            Self::Segments => "segments",
        }
    }

    /// The entries or labels it offers, if it is of a kind that has such.
    pub fn entries(&self) -> Option<&[Entry]> {
        match self {
            Self::Choice { entries } | Self::Checklist { entries } => Some(entries),
            Self::Marks { labels, .. } | Self::Spans { labels, .. } => Some(labels),
            _ => None,
        }
    }
}

impl Scale {
    /// The lowest and the highest value.
    pub fn range(&self) -> (i32, i32) {
        match self {
            Self::Points { from, anchors } => (*from, from + anchors.len() as i32 - 1),
            Self::Stars { count } => (1, i32::from(*count)),
            Self::Slider { from, to, .. } => (*from, *to),
            Self::YesNo => (0, 1),
        }
    }

    /// Whether a value is on it.
    pub fn contains(&self, value: i32) -> bool {
        let (lowest, highest) = self.range();
        (lowest..=highest).contains(&value)
    }

    /// How many values it has.
    pub fn values(&self) -> usize {
        let (lowest, highest) = self.range();
        usize::try_from(i64::from(highest) - i64::from(lowest) + 1).unwrap_or_default()
    }
}

impl Scope {
    /// The first rubrics asked of pairs only, and did not say so.
    fn of_first_rubrics() -> Self {
        Self::Pair
    }
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_yes(value: &bool) -> bool {
    *value
}

/// The first rubrics said only whether there was a strength.
fn steps_or_bool<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StrengthSteps, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Bool(bool),
        Steps(StrengthSteps),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Bool(true) => StrengthSteps::Optional,
        Either::Bool(false) => StrengthSteps::None,
        Either::Steps(steps) => steps,
    })
}
