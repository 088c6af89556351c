//! Faults: what makes a rubric one that cannot be asked.

use std::collections::{BTreeMap, HashSet};

use super::{Condition, Entry, Question, QuestionKind, Rubric, Scale, Scope, StrengthSteps};
use crate::Outcome;

/// What is wrong, where, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RubricFault {
    /// The question's place in the rubric; none where it is about the whole.
    pub question: Option<usize>,
    /// The field it is about, as a rubric file names it.
    pub field: &'static str,
    /// What is wrong, in a sentence.
    pub what: String,
    /// How to mend it.
    pub hint: String,
}

/// More would not fit on a screen, nor into the keys of a keyboard.
const MOST_QUESTIONS: usize = 200;
const MOST_ENTRIES: usize = 500;

impl Rubric {
    /// Everything that is wrong with it; nothing if it can be asked.
    pub fn faults(&self) -> Vec<RubricFault> {
        let mut faults = Vec::new();
        if self.questions.is_empty() || self.questions.len() > MOST_QUESTIONS {
            faults.push(RubricFault {
                question: None,
                field: "question",
                what: format!(
                    "a rubric has 1 to {MOST_QUESTIONS} questions, this has {}",
                    self.questions.len()
                ),
                hint: "write one [[question]] for each".to_owned(),
            });
        }
        faults.extend(self.anonymise.as_ref().and_then(super::Anonymise::fault));
        let mut places = BTreeMap::new();
        for (index, question) in self.questions.iter().enumerate() {
            let mut fault = |field, what: String, hint: &str| {
                faults.push(RubricFault { question: Some(index), field, what, hint: hint.to_owned() });
            };
            if let Some(first) = places.insert(question.key.as_str(), index) {
                let what = format!("question {} has the key {:?} already", first + 1, question.key);
                fault("key", what, "give every question a key of its own");
            }
            if !is_key(&question.key) {
                let what = format!("{:?} is no key", question.key);
                fault("key", what, "a key is made of a to z, 0 to 9, _ and -, and begins with a letter");
            }
            if question.title.trim().is_empty() {
                fault("title", "it has no title".to_owned(), "write what the annotator shall read");
            }
            if !question.types.is_empty() && self.type_column.is_none() {
                let what =
                    "it is asked of some types only, and nothing says where an item's type is".to_owned();
                fault("types", what, "name the metadata column with type_column = \"…\" at the top");
            }
            scope_fault(question, &mut fault);
            kind_fault(&question.kind, &mut fault);
        }
        for (index, question) in self.questions.iter().enumerate() {
            if let Some(when) = &question.when
                && let Some((what, hint)) = self.condition_fault(index, when)
            {
                faults.push(RubricFault { question: Some(index), field: "when", what, hint });
            }
        }
        faults
    }

    fn condition_fault(&self, index: usize, when: &Condition) -> Option<(String, String)> {
        let place = self.questions.iter().position(|question| question.key == when.question);
        let Some(place) = place else {
            let known: Vec<_> =
                self.questions[..index].iter().map(|question| question.key.as_str()).collect();
            return Some((
                format!("it waits for {:?}, and there is no such question", when.question),
                format!("the questions before it are: {}", known.join(", ")),
            ));
        };
        if place >= index {
            let circle = self.circle_from(index);
            let what = match circle {
                Some(circle) => format!("the conditions go round in a circle: {}", circle.join(" → ")),
                None => format!("it waits for {:?}, which comes after it", when.question),
            };
            return Some((what, "let a question wait for one that stands before it".to_owned()));
        }
        let earlier = &self.questions[place];
        let is_rating = matches!(earlier.kind, QuestionKind::Rating { .. });
        if (when.at_least.is_some() || when.at_most.is_some()) && !is_rating {
            return Some((
                format!("at_least and at_most go with ratings, and {:?} is none", earlier.key),
                "use is = [\"…\"]".to_owned(),
            ));
        }
        let words = earlier.kind.words()?;
        let stranger = when.is.iter().find(|word| !words.contains(word))?;
        Some((
            format!("{stranger:?} is no answer to {:?}", earlier.key),
            format!("its answers are: {}", words.join(", ")),
        ))
    }

    /// The keys from a question along its conditions back to itself, if they lead there.
    fn circle_from(&self, start: usize) -> Option<Vec<&str>> {
        let mut path = vec![self.questions[start].key.as_str()];
        let mut seen = HashSet::from([start]);
        let mut at = start;
        loop {
            let wanted = &self.questions[at].when.as_ref()?.question;
            at = self.questions.iter().position(|question| question.key == *wanted)?;
            path.push(&self.questions[at].key);
            if at == start {
                return Some(path);
            }
            if !seen.insert(at) {
                return None;
            }
        }
    }
}

fn is_key(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
}

fn scope_fault(question: &Question, fault: &mut impl FnMut(&'static str, String, &str)) {
    let (fits, hint) = match question.kind {
        QuestionKind::Preference { .. } => (question.scope == Scope::Pair, "write scope = \"pair\""),
        QuestionKind::Ranking { .. } | QuestionKind::Segments => {
            (question.scope == Scope::Item, "write scope = \"item\"")
        }
        QuestionKind::Steps => (question.scope == Scope::Candidate, "write scope = \"candidate\""),
        QuestionKind::Marks { .. } | QuestionKind::Spans { .. } => {
            (question.scope != Scope::Pair, "write scope = \"candidate\" or scope = \"item\"")
        }
        _ => (true, ""),
    };
    if !fits {
        fault("scope", format!("a {} question cannot be asked so", question.kind.word()), hint);
    }
}

fn kind_fault(kind: &QuestionKind, fault: &mut impl FnMut(&'static str, String, &str)) {
    match kind {
        QuestionKind::Preference { outcomes, strength } => {
            let has = |outcome| outcomes.contains(&outcome);
            if !has(Outcome::A) || !has(Outcome::B) {
                fault(
                    "outcomes",
                    "A and B are not both on offer".to_owned(),
                    "name at least \"a\" and \"b\"",
                );
            }
            if outcomes.iter().collect::<HashSet<_>>().len() < outcomes.len() {
                fault("outcomes", "an outcome is named twice".to_owned(), "name each once");
            }
            if *strength == StrengthSteps::Scale && !has(Outcome::Tie) {
                let what = "a scale from A to B has a tie in its middle, and no tie is on offer".to_owned();
                fault("strength", what, "add \"tie\" to outcomes, or take strength = \"optional\"");
            }
        }
        QuestionKind::Rating { scale } => {
            let values = scale.values();
            let (field, most) = match scale {
                Scale::Points { .. } => ("anchors", 11),
                Scale::Stars { .. } => ("stars", 10),
                Scale::Slider { .. } => ("to", 10_001),
                Scale::YesNo => ("scale", 2),
            };
            if values < 2 || values > most {
                let what = format!("the scale has {values} values, expected 2 to {most}");
                fault(field, what, "change the ends of the scale");
            }
        }
        QuestionKind::Choice { entries } | QuestionKind::Checklist { entries } if entries.is_empty() => {
            fault("entries", "it offers no entries".to_owned(), "write entries = [\"…\", \"…\"]");
        }
        _ => {}
    }
    let entries = kind.entries().unwrap_or_default();
    if entries.len() > MOST_ENTRIES {
        let what = format!("it has {} entries, expected at most {MOST_ENTRIES}", entries.len());
        fault("entries", what, "split the question");
    }
    let mut keys = HashSet::new();
    if let Some(Entry { key, .. }) = entries.iter().find(|entry| !keys.insert(&entry.key)) {
        fault("entries", format!("two entries have the key {key:?}"), "give every entry a key of its own");
    }
}

impl QuestionKind {
    /// Every word a condition can wait for; none where any number of words is possible.
    fn words(&self) -> Option<Vec<String>> {
        match self {
            Self::Preference { outcomes, .. } => {
                Some(outcomes.iter().map(|outcome| outcome.word().to_owned()).collect())
            }
            Self::Rating { scale } if scale.values() <= 101 => {
                let (lowest, highest) = scale.range();
                Some((lowest..=highest).map(|value| value.to_string()).collect())
            }
            Self::Choice { entries } | Self::Checklist { entries } => {
                Some(entries.iter().map(|entry| entry.key.clone()).collect())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yes_no(key: &str, waits_for: Option<&str>) -> Question {
        let mut question = Question::new(key, key, Scope::Item, QuestionKind::Rating { scale: Scale::YesNo });
        question.when = waits_for.map(|key| Condition {
            question: key.into(),
            is: vec!["1".into()],
            at_least: None,
            at_most: None,
        });
        question
    }

    fn whats(questions: Vec<Question>) -> Vec<String> {
        let rubric = Rubric { questions, ..Rubric::default() };
        rubric.faults().into_iter().map(|fault| fault.what).collect()
    }

    #[test]
    fn a_sound_rubric_has_no_faults() {
        assert_eq!(Rubric::default().faults(), []);
        assert!(whats(vec![yes_no("a", None), yes_no("b", Some("a"))]).is_empty());
    }

    #[test]
    fn a_circle_is_named_as_one() {
        let found = whats(vec![yes_no("a", Some("b")), yes_no("b", Some("a"))]);
        assert_eq!(found, ["the conditions go round in a circle: a → b → a"]);
        assert_eq!(
            whats(vec![yes_no("a", Some("b")), yes_no("b", None)]),
            ["it waits for \"b\", which comes after it"]
        );
        assert_eq!(
            whats(vec![yes_no("a", Some("c"))]),
            ["it waits for \"c\", and there is no such question"]
        );
    }

    #[test]
    fn keys_are_unique_and_answers_exist() {
        assert_eq!(
            whats(vec![yes_no("a", None), yes_no("a", None)]),
            ["question 1 has the key \"a\" already"]
        );
        let mut second = yes_no("b", Some("a"));
        second.when.as_mut().expect("a condition").is = vec!["yes".into()];
        assert_eq!(whats(vec![yes_no("a", None), second]), ["\"yes\" is no answer to \"a\""]);
    }

    #[test]
    fn a_question_is_about_what_its_kind_allows() {
        let ranking = QuestionKind::Ranking { form: super::super::RankingForm::Best };
        let found = whats(vec![Question::new("best", "Best", Scope::Candidate, ranking)]);
        assert_eq!(found, ["a ranking question cannot be asked so"]);
    }
}
