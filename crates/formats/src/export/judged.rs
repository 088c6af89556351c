//! One item with all that was said of it: what every format is made of.

use std::collections::{BTreeMap, HashMap};

use tiebreak_domain::person::ProfileAnswer;
use tiebreak_domain::rubric::{QuestionKind, Scope, TextPurpose};
use tiebreak_domain::{
    AnnotatorId, Answer, AnswerValue, Candidate, Derived, Judgment, JudgmentId, Question, Rubric, StoredItem,
    StudySetup, Verdict,
};

/// The names and rubrics that an export of one project needs.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Who is who.
    pub annotators: HashMap<AnnotatorId, String>,
    /// What stands for them where a format wants no names.
    pub hashes: HashMap<AnnotatorId, String>,
    /// The rubrics that judgments were given under, by version.
    pub rubrics: BTreeMap<u32, Rubric>,
    /// What people say of themselves, of those of whom it may be told.
    pub profiles: HashMap<AnnotatorId, Vec<ProfileAnswer>>,
    /// What they were asked.
    pub study: StudySetup,
    /// Of reviews that looked into a vote that a model held for unlikely, whether the model was wrong.
    pub models_wrong: HashMap<JudgmentId, bool>,
}

impl Names {
    /// Every question of every version; of one that was asked in several, as it was asked last.
    pub fn questions(&self) -> Vec<&Question> {
        let mut questions: Vec<&Question> = Vec::new();
        for rubric in self.rubrics.values().rev() {
            for question in &rubric.questions {
                if !questions.iter().any(|known| known.key == question.key) {
                    questions.push(question);
                }
            }
        }
        questions
    }

    /// The question with a key, as it was asked last.
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.rubrics.values().rev().find_map(|rubric| rubric.question(key))
    }

    /// Who gave a judgment; empty if nobody knows.
    pub fn annotator(&self, judgment: &Judgment) -> &str {
        self.annotators.get(&judgment.given.annotator).map_or("", String::as_str)
    }

    /// The same where a row may do without.
    pub fn known_annotator(&self, judgment: &Judgment) -> Option<&str> {
        Some(self.annotator(judgment)).filter(|name| !name.is_empty())
    }

    /// A word that stands for who gave a judgment and does not name them; empty if nobody is to be told apart.
    pub fn hash(&self, judgment: &Judgment) -> &str {
        self.hashes.get(&judgment.given.annotator).map_or("", String::as_str)
    }

    /// The ratings of single candidates, in the order of the rubric.
    pub fn candidate_ratings(&self) -> Vec<&Question> {
        let is_rating = |question: &&Question| {
            question.scope == Scope::Candidate && matches!(question.kind, QuestionKind::Rating { .. })
        };
        self.questions().into_iter().filter(is_rating).collect()
    }
}

/// One item and its judgments in force.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The item.
    pub item: &'a StoredItem,
    /// The name of the file it came from.
    pub source: &'a str,
    /// The judgments, skips included.
    pub judgments: &'a [Judgment],
    /// Who is who, and what was asked.
    pub names: &'a Names,
}

impl<'a> Judged<'a> {
    /// The item's candidates, in the data's order.
    pub fn candidates(&self) -> &'a [Candidate] {
        &self.item.item.candidates
    }

    /// The judgments that say something.
    pub fn answered(&self) -> Vec<&'a Judgment> {
        let is_judged = |judgment: &&Judgment| matches!(judgment.given.verdict, Verdict::Judged { .. });
        self.judgments.iter().filter(is_judged).collect()
    }

    /// What the data calls the item, or else its key.
    pub fn name(&self) -> String {
        self.item.item.external_id.clone().unwrap_or_else(|| self.item.key.to_string())
    }

    /// A text from the item's metadata.
    pub fn metadata(&self, column: &str) -> Option<&'a str> {
        self.item.item.metadata.get(column)?.as_str()
    }

    /// The item's type, where the rubric of a judgment says which column holds it.
    pub fn item_type(&self, judgment: &Judgment) -> Option<&'a str> {
        let rubric = self.names.rubrics.get(&judgment.given.rubric_version)?;
        self.metadata(rubric.type_column.as_deref()?)
    }

    /// The words of a judgment that were asked for one purpose: about one candidate, or about the item or the
    /// pair where `candidate` is none. The first that say anything.
    pub fn words(
        &self,
        judgment: &'a Judgment,
        purpose: TextPurpose,
        candidate: Option<u8>,
    ) -> Option<&'a str> {
        judgment.given.verdict.answers().iter().find_map(|answer| {
            let AnswerValue::Text(words) = &answer.value else { return None };
            let question = self.names.question(&answer.question)?;
            let is_of_purpose =
                matches!(&question.kind, QuestionKind::Text { purpose: asked, .. } if *asked == purpose);
            let is_meant = is_of_purpose && answer.candidate == candidate && !words.text.trim().is_empty();
            is_meant.then_some(words.text.as_str())
        })
    }

    /// The candidates that a judgment wrote, by the rubric it was given under.
    pub fn derived(&self, judgment: &Judgment) -> Vec<Derived> {
        let rubric = self.names.rubrics.get(&judgment.given.rubric_version);
        rubric.map(|rubric| rubric.derived(&self.item.item, judgment)).unwrap_or_default()
    }

    /// Why an annotator judged so: the rationale about the whole, or else the comment. Empty if there is none.
    pub fn rationale(&self, judgment: &'a Judgment) -> &'a str {
        self.words(judgment, TextPurpose::Rationale, None).unwrap_or(&judgment.given.comment)
    }
}

/// The answer to a question, about one candidate or about none.
pub fn answer_to<'a>(judgment: &'a Judgment, question: &str, candidate: Option<u8>) -> Option<&'a Answer> {
    let answers = judgment.given.verdict.answers();
    answers.iter().find(|answer| answer.question == question && answer.candidate == candidate)
}

/// A candidate's rating by one annotator.
pub fn rating_of(judgment: &Judgment, question: &str, candidate: usize) -> Option<i32> {
    answer_to(judgment, question, Some(candidate as u8))?.value.rating()
}
