//! Lineage: candidates that annotators wrote, and what they come from.
//!
//! An item never changes, so a rewritten response is no candidate in its row. It belongs to the log: as long as
//! the judgment that holds it is in force there is a [`Derived`] candidate, and a change of that judgment changes
//! it. Nothing is stored twice; whoever has the item, the judgment and its rubric has the candidate. Start at
//! [`Rubric::derived`].

use serde::{Deserialize, Serialize};

use crate::rubric::QuestionKind;
use crate::{AnnotatorId, Answer, AnswerValue, Candidate, Item, ItemId, Judgment, JudgmentId, Part, Rubric};

/// A candidate that an annotator wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Derived {
    /// Its content. No model made it.
    pub candidate: Candidate,
    /// What it comes from.
    pub lineage: Lineage,
}

/// What a candidate comes from: together these name it, in every copy of the project.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lineage {
    /// The item.
    pub item: ItemId,
    /// The candidate that was rewritten, by the data's order; none where the whole item was answered anew, and it
    /// has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<u8>,
    /// Who wrote it.
    pub annotator: AnnotatorId,
    /// The judgment that holds it.
    pub judgment: JudgmentId,
    /// The question it answers.
    pub question: String,
}

impl Rubric {
    /// The candidates that a judgment given under this rubric wrote. What was left as it was is none.
    pub fn derived(&self, item: &Item, judgment: &Judgment) -> Vec<Derived> {
        let given = &judgment.given;
        let derived = |answer: &Answer| {
            let AnswerValue::Text(words) = &answer.value else { return None };
            let QuestionKind::Text { purpose, .. } = &self.question(&answer.question)?.kind else {
                return None;
            };
            let text = words.text.trim();
            if !purpose.makes_a_candidate() || text.is_empty() {
                return None;
            }
            let original = answer.candidate.or_else(|| (item.candidates.len() == 1).then_some(0));
            let from = original.and_then(|index| item.candidates.get(usize::from(index)));
            if from.is_some_and(|from| from.text().trim() == text) {
                return None;
            }
            let candidate = Candidate { parts: rewritten(from, text), ..Candidate::default() };
            let lineage = Lineage {
                item: given.item,
                original,
                annotator: given.annotator,
                judgment: given.id,
                question: answer.question.clone(),
            };
            Some(Derived { candidate, lineage })
        };
        given.verdict.answers().iter().filter_map(derived).collect()
    }

    /// Whether any question of this makes candidates.
    pub fn derives_candidates(&self) -> bool {
        let derives = |kind: &QuestionKind| matches!(kind, QuestionKind::Text { purpose, .. } if purpose.makes_a_candidate());
        self.questions.iter().any(|question| derives(&question.kind))
    }
}

/// The parts of a candidate with its words exchanged. All its words became one text on the screen, so they are
/// one part after it, of the kind that the last of them had; media stay where they are.
fn rewritten(original: Option<&Candidate>, text: &str) -> Vec<Part> {
    let parts = original.map_or(&[][..], |original| &original.parts);
    let is_text = |part: &&Part| part.text().is_some();
    let part = match parts.iter().rfind(is_text) {
        Some(Part::Text { format, .. }) => Part::Text { text: text.to_owned(), format: *format },
        Some(Part::Message { role, .. }) => Part::message(role, text),
        _ => Part::markdown(text),
    };
    let place = parts.iter().position(|part| part.text().is_some()).unwrap_or(parts.len());
    let mut rewritten: Vec<Part> = parts.iter().filter(|part| !is_text(part)).cloned().collect();
    // Everything before the first text is a medium, and stayed.
    rewritten.insert(place, part);
    rewritten
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::TextAnswer;
    use crate::rubric::{Scope, TextPurpose};
    use crate::{NewJudgment, Origin, Question, UnixMillis, Verdict};

    fn rubric(scope: Scope) -> Rubric {
        let text = |key: &str, purpose| {
            Question::new(key, key, scope, QuestionKind::Text { purpose, with_confidence: false })
        };
        let questions = vec![text("better", TextPurpose::Rewrite), text("why", TextPurpose::Critique)];
        Rubric { questions, ..Rubric::default() }
    }

    fn judgment(answers: &[(&str, Option<u8>, &str)]) -> Judgment {
        let answers = answers
            .iter()
            .map(|(question, candidate, text)| Answer {
                question: (*question).into(),
                candidate: *candidate,
                value: AnswerValue::Text(TextAnswer { text: (*text).into(), confidence: None }),
            })
            .collect();
        let given = NewJudgment {
            id: JudgmentId([7; 16]),
            item: ItemId(3),
            annotator: AnnotatorId(2),
            verdict: Verdict::Judged { answers },
            flagged: false,
            comment: String::new(),
            notes: Vec::new(),
            rubric_version: 1,
            showing: None,
            origin: Origin::Screen,
            recorded_at: UnixMillis(5),
        };
        Judgment { given, revision: 1, supersedes: None }
    }

    fn item(candidates: Vec<Candidate>) -> Item {
        Item { candidates, ..Item::default() }
    }

    #[test]
    fn a_rewrite_is_a_candidate_that_knows_what_it_comes_from() {
        let item = item(vec![Candidate::markdown("one"), Candidate::markdown("two")]);
        let said = judgment(&[("better", Some(0), "one"), ("better", Some(1), "2"), ("why", Some(1), "bad")]);
        let derived = rubric(Scope::Candidate).derived(&item, &said);
        let lineage = Lineage {
            item: ItemId(3),
            original: Some(1),
            annotator: AnnotatorId(2),
            judgment: JudgmentId([7; 16]),
            question: "better".into(),
        };
        let expected = [Derived { candidate: Candidate::markdown("2"), lineage }];
        assert_eq!(derived, expected, "what was left as it was, and a critique, are no candidates");
    }

    #[test]
    fn words_about_the_whole_come_from_its_only_candidate_or_from_none() {
        let said = judgment(&[("better", None, "new")]);
        let original = |candidates: Vec<Candidate>| {
            rubric(Scope::Item).derived(&item(candidates), &said)[0].lineage.original
        };
        assert_eq!(original(vec![Candidate::markdown("one")]), Some(0));
        assert_eq!(original(vec![Candidate::markdown("one"), Candidate::markdown("two")]), None);
    }

    #[test]
    fn a_rewrite_stands_in_the_form_of_its_original() {
        let parts = |parts: Vec<Part>| {
            let candidate = Candidate { parts, model: Some("m".into()), ..Candidate::default() };
            let derived = rubric(Scope::Candidate)
                .derived(&item(vec![candidate]), &judgment(&[("better", Some(0), "x")]));
            assert_eq!(derived[0].candidate.model, None, "no model wrote it");
            derived[0].candidate.parts.clone()
        };
        assert_eq!(parts(vec![Part::plain("a")]), [Part::plain("x")]);
        assert_eq!(parts(vec![Part::message("assistant", "a")]), [Part::message("assistant", "x")]);
        let (first, last) = (Part::image("1.png"), Part::image("2.png"));
        assert_eq!(
            parts(vec![first.clone(), Part::plain("a"), last.clone(), Part::markdown("b")]),
            [first, Part::markdown("x"), last]
        );
    }
}
