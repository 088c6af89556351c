//! What a file is made of, once its bytes are understood.

use tiebreak_domain::import::RowProblem;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{Answer, AnswerValue, Item, Preference};

use crate::lossless::LosslessRecord;

/// How the reason begins where only the vote of a row was refused.
pub const WITHOUT_VOTE: &str = "taken without its vote";
/// How the reason begins where a row was taken whole and something speaks against it.
pub const WITH_DOUBT: &str = "taken with a doubt";

/// A vote found in the data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Label {
    /// Who gave it, as the data says; `1`, `2`, … where a row lists several nameless votes; none where the data
    /// has no name, be it one vote or several of different people.
    pub annotator: Option<String>,
    /// Whether that is a model, and this no judgment of a person.
    pub is_model: bool,
    /// Whether they looked at the item and went on without an answer; there are no answers then.
    pub is_skip: bool,
    /// What was said, by the keys that the data's own protocol gives its questions; a preference that has no
    /// name there answers the question [`OVERALL`].
    pub answers: Vec<Answer>,
    /// Words given with it; may be empty.
    pub comment: String,
}

impl Label {
    /// A bare vote of the plan's past annotator.
    pub fn new(preference: Preference) -> Self {
        Self::of_answers(vec![Answer {
            question: OVERALL.to_owned(),
            candidate: None,
            value: AnswerValue::Preference(preference),
        }])
    }

    /// Answers of the plan's past annotator.
    pub fn of_answers(answers: Vec<Answer>) -> Self {
        Self { answers, ..Self::default() }
    }

    /// Somebody went on without an answer.
    pub fn skip(annotator: Option<String>) -> Self {
        Self { annotator, is_skip: true, ..Self::default() }
    }

    /// The overall preference, or the first preference if none is called so.
    pub fn preference(&self) -> Option<&Preference> {
        let preferences = || {
            self.answers.iter().filter_map(|answer| match &answer.value {
                AnswerValue::Preference(preference) => Some((answer.question.as_str(), preference)),
                _ => None,
            })
        };
        let overall = preferences().find(|(question, _)| *question == OVERALL);
        overall.or_else(|| preferences().next()).map(|(_, preference)| preference)
    }
}

/// What somebody says of themselves, as a survey has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Who it is, as the data says.
    pub annotator: String,
    /// What was said, by the data's names, nested where the data nests; which field of a study each is, is for
    /// the study to say (`StudySetup::fitted`).
    pub answers: Metadata,
}

/// One thing read from a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// An item, and the votes that stood beside it.
    Item {
        /// The line in the file, from 1; the row's number in a JSON array.
        line: u64,
        /// The item, fit to be judged as a pair.
        item: Item,
        /// Its votes, always read; whether they are taken in is the plan's to say.
        labels: Vec<Label>,
    },
    /// What somebody says of themselves.
    Profile {
        /// The line in the file, from 1; the row's number in a JSON array.
        line: u64,
        /// Who, and what.
        profile: Profile,
    },
    /// A row that was refused; or (its reason begins with [`WITHOUT_VOTE`]) whose item came just before, but whose
    /// vote could not be understood; or (with [`WITH_DOUBT`]) that was taken whole, though something speaks against it.
    Problem(RowProblem),
    /// A record of the lossless format.
    Lossless(Box<LosslessRecord>),
}
