//! Quality: items whose answer is known, items offered twice, and what they say of the people who judge.
//!
//! Training items come first and explain themselves; gold and attention items are mixed in at a rate; a repeat is
//! an item its annotator has judged, offered again unannounced with the sides exchanged. An item's first judgment
//! by an annotator is the one that counts: whoever has read the explanation knows the answer.

mod mixing;
mod report;

pub use mixing::{Available, Drawn, Kind};
pub use report::{AnnotatorQuality, QualityReport, Score};

use serde::{Deserialize, Serialize};

use crate::{Answer, AnswerValue, Rubric, Verdict};

/// What an item is for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum ItemRole {
    /// To be judged.
    #[default]
    Normal,
    /// To be learned from: comes first, and is explained after it was judged.
    Training {
        /// The right answers; other questions are free.
        expected: Vec<Answer>,
        /// Why they are right (Markdown).
        explanation: String,
    },
    /// To measure by: the answer is known, and the annotator is not told.
    Gold {
        /// The right answers; other questions are free.
        expected: Vec<Answer>,
    },
    /// To see whether anybody is looking: whoever reads it knows the answer.
    Attention {
        /// The right answers; other questions are free.
        expected: Vec<Answer>,
    },
}

/// How items of each role are mixed in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QualityRules {
    /// The share of offers that are gold items, from 0 to 1; where the order has them if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gold_rate: Option<f64>,
    /// The share of offers that are attention checks, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attention_rate: Option<f64>,
    /// Items that are offered twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeats>,
    /// The share of training items answered as expected without which nothing else is offered, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualification: Option<f64>,
}

/// Items that are offered twice.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeats {
    /// The share of offers that are repeats, from 0 to 1.
    pub rate: f64,
    /// How many judgments lie between an item and its repeat at least.
    pub after: u32,
}

/// What a training item says once it was judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingResult {
    /// Whether the first judgment was as expected.
    pub is_as_expected: bool,
    /// The right answers.
    pub expected: Vec<Answer>,
    /// Why they are right (Markdown).
    pub explanation: String,
}

impl ItemRole {
    /// The word stored for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Training { .. } => "training",
            Self::Gold { .. } => "gold",
            Self::Attention { .. } => "attention",
        }
    }

    /// The right answers; none for an item that is to be judged.
    pub fn expected(&self) -> &[Answer] {
        match self {
            Self::Normal => &[],
            Self::Training { expected, .. } | Self::Gold { expected } | Self::Attention { expected } => {
                expected
            }
        }
    }

    /// Why an item cannot have this role under a rubric, in a sentence; none if it can.
    pub fn refusal(&self, rubric: &Rubric) -> Option<String> {
        match self {
            Self::Normal => None,
            other if other.expected().is_empty() => {
                Some(format!("an item for {} needs at least one expected answer", other.word()))
            }
            other => Verdict::Judged { answers: other.expected().to_vec() }.refusal(rubric),
        }
    }
}

impl QualityRules {
    pub(crate) fn fault(&self) -> Option<String> {
        let repeat_rate = self.repeats.map(|repeats| repeats.rate);
        let rates = [self.gold_rate, self.attention_rate, repeat_rate];
        let is_share = |share: f64| (0.0..=1.0).contains(&share);
        if let Some(rate) = rates.into_iter().flatten().find(|rate| !is_share(*rate)) {
            return Some(format!("a rate is between 0 and 1, not {rate}"));
        }
        if rates.into_iter().flatten().sum::<f64>() >= 1.0 {
            return Some("the rates leave nothing for the items to be judged".to_owned());
        }
        if self.repeats.is_some_and(|repeats| repeats.after == 0) {
            return Some("a repeat comes after at least one other judgment".to_owned());
        }
        let threshold = self.qualification.filter(|share| !is_share(*share));
        threshold.map(|share| format!("a qualification is a share between 0 and 1, not {share}"))
    }
}

/// Whether what was said is what was expected: every expected answer was given, as far as it says something. An
/// expected preference without a strength takes any; expected words take any words.
pub fn is_as_expected(expected: &[Answer], given: &[Answer]) -> bool {
    expected.iter().all(|expected| {
        given
            .iter()
            .filter(|given| given.question == expected.question && given.candidate == expected.candidate)
            .any(|given| matches_expected(&expected.value, &given.value))
    })
}

fn matches_expected(expected: &AnswerValue, given: &AnswerValue) -> bool {
    match (expected, given) {
        (AnswerValue::Preference(expected), AnswerValue::Preference(given)) => {
            expected.outcome == given.outcome
                && (expected.strength.is_none() || expected.strength == given.strength)
        }
        (AnswerValue::Ranking(expected), AnswerValue::Ranking(given)) => {
            let sorted = |groups: &[Vec<u8>]| -> Vec<Vec<u8>> {
                let sort = |group: &Vec<u8>| {
                    let mut group = group.clone();
                    group.sort_unstable();
                    group
                };
                groups.iter().map(sort).collect()
            };
            sorted(&expected.groups) == sorted(&given.groups)
                && (expected.worst.is_none() || expected.worst == given.worst)
        }
        (AnswerValue::Checklist(expected), AnswerValue::Checklist(given)) => {
            expected.len() == given.len() && expected.iter().all(|key| given.contains(key))
        }
        (AnswerValue::Steps(expected), AnswerValue::Steps(given)) => {
            expected.iter().enumerate().all(|(index, expected)| {
                expected.is_none() || given.get(index).is_some_and(|given| given == expected)
            })
        }
        (AnswerValue::Text(_), AnswerValue::Text(_)) => true,
        (expected, given) => expected == given,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Ranking;
    use crate::{Outcome, Preference, Strength};

    fn answers(verdict: &Verdict) -> &[Answer] {
        verdict.answers()
    }

    #[test]
    fn an_expected_outcome_takes_any_strength_and_an_expected_strength_only_its_own() {
        let plain = Verdict::overall(Preference::new(Outcome::A));
        let strong =
            Verdict::overall(Preference { strength: Some(Strength::Much), ..Preference::new(Outcome::A) });
        assert!(is_as_expected(answers(&plain), answers(&strong)), "no strength was expected");
        assert!(!is_as_expected(answers(&strong), answers(&plain)), "a strength was expected");
        let other = Verdict::overall(Preference::new(Outcome::B));
        assert!(!is_as_expected(answers(&plain), answers(&other)), "the other outcome");
        assert!(!is_as_expected(answers(&plain), &[]), "not answered");
    }

    #[test]
    fn ties_in_an_expected_order_have_no_order() {
        let ranking = |groups: &[&[u8]]| {
            let groups = groups.iter().map(|group| group.to_vec()).collect();
            let value = AnswerValue::Ranking(Ranking { groups, worst: None });
            [Answer { question: "order".into(), candidate: None, value }]
        };
        assert!(is_as_expected(&ranking(&[&[0, 1], &[2]]), &ranking(&[&[1, 0], &[2]])));
        assert!(!is_as_expected(&ranking(&[&[0, 1], &[2]]), &ranking(&[&[2], &[0, 1]])));
    }

    #[test]
    fn roles_need_answers_that_the_rubric_asks_for() {
        let rubric = Rubric::default();
        assert!(ItemRole::Gold { expected: vec![] }.refusal(&rubric).is_some(), "nothing to measure by");
        let expected = Verdict::overall(Preference::new(Outcome::A)).answers().to_vec();
        assert_eq!(ItemRole::Gold { expected: expected.clone() }.refusal(&rubric), None);
        let mut unknown = expected;
        unknown[0].question = "colour".into();
        assert!(ItemRole::Attention { expected: unknown }.refusal(&rubric).is_some(), "no such question");
    }

    #[test]
    fn rates_are_shares_that_leave_something() {
        assert_eq!(QualityRules::default().fault(), None);
        let rules = |gold, attention| QualityRules {
            gold_rate: Some(gold),
            attention_rate: Some(attention),
            ..QualityRules::default()
        };
        assert_eq!(rules(0.1, 0.05).fault(), None);
        assert!(rules(0.6, 0.4).fault().is_some(), "nothing is left");
        assert!(rules(-0.1, 0.0).fault().is_some(), "less than nothing");
        assert!(rules(f64::NAN, 0.0).fault().is_some(), "no number");
    }
}
