//! The rubric: the ordered questions that every item of a project asks.

use serde::{Deserialize, Serialize};

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
    /// What kind of answer it takes.
    pub kind: QuestionKind,
}

/// The kinds of answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QuestionKind {
    /// Which candidate of a pair is better.
    Preference {
        /// Whether a strength may be given; it is never demanded.
        with_strength: bool,
    },
}

/// What a project asks, in order. Answers keep the version they were given under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rubric {
    /// 1, and one more for every change.
    pub version: u32,
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// Reasons offered when an item cannot be judged.
    pub unratable_reasons: Vec<String>,
    /// Whether model names are on the screen before the vote.
    #[serde(default)]
    pub models_visible: bool,
}

/// The key of the one question of a plain comparison.
pub const OVERALL: &str = "overall";

impl Default for Rubric {
    /// "Which is better?", with an optional strength.
    fn default() -> Self {
        Self {
            version: 1,
            questions: vec![Question {
                key: OVERALL.to_owned(),
                title: "Which is better?".to_owned(),
                help: String::new(),
                kind: QuestionKind::Preference { with_strength: true },
            }],
            unratable_reasons: [
                "I lack the knowledge",
                "The prompt is unclear",
                "Broken or missing content",
                "A language I do not read",
                "Harmful to look at",
            ]
            .map(str::to_owned)
            .to_vec(),
            models_visible: false,
        }
    }
}
