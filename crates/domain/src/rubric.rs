//! The rubric: the ordered questions that a project asks of its items.
//!
//! Start at [`Rubric::slots`]: which answers an item wants, given what was answered so far. A rubric is written
//! by people as a TOML file (`assets/rubrics`, read and written by the formats crate) and kept in the project as
//! JSON; [`Rubric::faults`] holds either against the same rules.

mod anonymise;
mod condition;
mod fault;
mod fit;
mod question;
mod slot;
mod template;
mod video;

pub use anonymise::{Anonymise, KNOWN_NAMES};
pub use condition::Condition;
pub use fault::RubricFault;
pub use question::{
    Entry, MarkShape, Question, QuestionKind, RankingForm, Scale, Scope, SpanUnit, StrengthSteps, TextPurpose,
};
pub use slot::Slot;
pub use template::{CandidateCount, Template};
pub use video::{Ends, VideoRules};

use serde::{Deserialize, Serialize};

/// What a project asks, in order. Answers keep the version they were given under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rubric {
    /// 1, and one more for every change.
    pub version: u32,
    /// What people call it; empty for a plain comparison.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// Reasons offered when an item cannot be judged.
    pub unratable_reasons: Vec<String>,
    /// Whether model names are on the screen before the vote.
    #[serde(default)]
    pub models_visible: bool,
    /// The metadata column that holds an item's type, where questions are asked of some types only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_column: Option<String>,
    /// Metadata columns of the item that stand beside the prompt, in order; all others are hidden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown_metadata: Vec<String>,
    /// The rules for videos, animations and sounds.
    #[serde(default, skip_serializing_if = "VideoRules::is_usual")]
    pub video: VideoRules,
    /// Words that are hidden where texts are shown; none where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anonymise: Option<Anonymise>,
}

/// The key of the one question of a plain comparison.
pub const OVERALL: &str = "overall";

impl Rubric {
    /// The question with a key.
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.key == key)
    }

    /// Whether this asks for one overall preference and nothing else, which has a screen of its own.
    pub fn is_plain_comparison(&self) -> bool {
        matches!(self.questions.as_slice(), [only] if only.is_plain_preference())
    }
}

impl Default for Rubric {
    /// "Which is better?", with an optional strength.
    fn default() -> Self {
        Self {
            version: 1,
            name: String::new(),
            questions: vec![Question::new(
                OVERALL,
                "Which is better?",
                Scope::Pair,
                QuestionKind::Preference {
                    outcomes: crate::Outcome::ALL.to_vec(),
                    strength: StrengthSteps::Optional,
                },
            )],
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
            type_column: None,
            shown_metadata: Vec::new(),
            video: VideoRules::default(),
            anonymise: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rubric_of_the_first_version_is_still_read() {
        let stored = r#"{"version":1,"questions":[{"key":"overall","title":"Which is better?",
            "kind":{"kind":"preference","with_strength":true}}],"unratable_reasons":[],"models_visible":false}"#;
        let rubric: Rubric = serde_json::from_str(stored).expect("what the first program wrote");
        assert_eq!(rubric.questions, Rubric::default().questions, "the same question as now");
        assert!(rubric.is_plain_comparison());
        let without = stored.replace("true", "false");
        let rubric: Rubric = serde_json::from_str(&without).expect("what the first program wrote");
        assert!(matches!(
            rubric.questions[0].kind,
            QuestionKind::Preference { strength: StrengthSteps::None, .. }
        ));
    }

    #[test]
    fn a_rubric_survives_json() {
        let rubric = Rubric::default();
        let json = serde_json::to_string(&rubric).expect("serialisable");
        assert_eq!(serde_json::from_str::<Rubric>(&json).expect("readable"), rubric);
    }
}
