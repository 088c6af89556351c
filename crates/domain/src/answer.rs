//! Answers: what was said to one question.
//!
//! Candidates are named by their place in the data, never on the screen. Everything an annotator did not
//! touch is absent, never a default.

use serde::{Deserialize, Serialize};

use crate::rubric::{QuestionKind, RankingForm, Scope, StrengthSteps, TextPurpose};
use crate::{Item, Preference, Question};

/// An answered question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The question's key.
    pub question: String,
    /// The candidate it is about, by the data's order; none where the question is about all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<u8>,
    /// What was answered.
    #[serde(flatten)]
    pub value: AnswerValue,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerValue {
    /// Which candidate of a pair is better.
    Preference(Preference),
    /// The candidates in order.
    Ranking(Ranking),
    /// A value of the question's scale; 1 is yes and 0 is no.
    Rating(i32),
    /// The key of one entry.
    Choice(String),
    /// The keys of the checked entries, in the list's order; none is an answer too.
    Checklist(Vec<String>),
    /// Words.
    Text(TextAnswer),
    /// Points and boxes on images.
    Marks(Vec<Mark>),
    /// Stretches of text.
    Spans(Vec<Span>),
    /// A verdict on each step of [`crate::Candidate::steps`]; none for a step not looked at.
    Steps(Vec<Option<StepVerdict>>),
    /// Segments of a conversation, in its order.
    Segments(Vec<Segment>),
}

/// The candidates in order, or as much of the order as was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranking {
    /// Candidates from the best; those that stand together are tied. Whoever is not named was not placed.
    pub groups: Vec<Vec<u8>>,
    /// The worst, where only the ends of the order are asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<u8>,
}

/// Words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextAnswer {
    /// The words.
    pub text: String,
    /// How sure the annotator is, from 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
}

/// A mark on an image, or on a frame of a video. Lengths are fractions of the picture's width (x) and height (y), from
/// the top left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// The image: its place among the candidate's parts (the prompt's, where the scope is the item).
    pub part: u16,
    /// The point, or the box's left edge.
    pub x: f32,
    /// The point, or the box's upper edge.
    pub y: f32,
    /// What was drawn.
    #[serde(flatten)]
    pub form: MarkForm,
    /// The key of what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The moment whose frame it lies on, in microseconds of the video's own time; none on a still image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_us: Option<u64>,
}

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkForm {
    /// A point and the radius around it, as a fraction of the picture's width.
    Radius(f32),
    /// A box's width and height.
    Size([f32; 2]),
}

/// A stretch of text, in characters (Unicode scalar values) of the part's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The part: its place among the candidate's parts (the prompt's, where the scope is the item).
    pub part: u16,
    /// The first character.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// The key of what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// What a step of a solution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepVerdict {
    /// It is true and leads on.
    Right,
    /// It does no harm and does not lead on.
    Neutral,
    /// It is false.
    Wrong,
}

/// Turns of a conversation that pursue one goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The first turn: its place among the prompt's parts.
    pub first: u16,
    /// The last turn.
    pub last: u16,
    /// The goal, in the annotator's words.
    pub goal: String,
}

impl StepVerdict {
    /// Every verdict, in the order of the keys.
    pub const ALL: [Self; 3] = [Self::Right, Self::Neutral, Self::Wrong];

    /// The word used in files and on buttons.
    pub fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Neutral => "neutral",
            Self::Wrong => "wrong",
        }
    }
}

impl Ranking {
    /// The place of each of so many candidates: 1 for the best, equal for ties, and after a tie of two the
    /// next is two further (standard competition ranking). Whoever was not placed has none.
    pub fn places(&self, candidates: usize) -> Vec<Option<u32>> {
        let mut places = vec![None; candidates];
        let mut place = 1;
        for group in &self.groups {
            for &candidate in group {
                if let Some(slot) = places.get_mut(usize::from(candidate)) {
                    *slot = Some(place);
                }
            }
            place += group.len() as u32;
        }
        places
    }
}

impl AnswerValue {
    /// The rating, if it is one.
    pub fn rating(&self) -> Option<i32> {
        if let Self::Rating(value) = self { Some(*value) } else { None }
    }

    /// The words a condition can wait for.
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Preference(preference) => vec![preference.outcome.word().to_owned()],
            Self::Rating(value) => vec![value.to_string()],
            Self::Choice(key) => vec![key.clone()],
            Self::Checklist(keys) => keys.clone(),
            _ => Vec::new(),
        }
    }

    /// Whether it says all that its question asks of this item.
    pub fn is_complete(&self, kind: &QuestionKind, item: &Item, candidate: Option<u8>) -> bool {
        match (self, kind) {
            (Self::Preference(preference), QuestionKind::Preference { strength, .. }) => {
                let has_strength = preference.strength.is_some() || !preference.outcome.is_decided();
                preference.refusal().is_none() && (*strength != StrengthSteps::Scale || has_strength)
            }
            (Self::Ranking(ranking), QuestionKind::Ranking { form }) => match form {
                RankingForm::WithTies | RankingForm::Strict => {
                    ranking.groups.iter().map(Vec::len).sum::<usize>() == item.candidates.len()
                }
                RankingForm::Best => ranking.groups.len() == 1,
                RankingForm::BestWorst => ranking.groups.len() == 1 && ranking.worst.is_some(),
            },
            (Self::Text(answer), QuestionKind::Text { with_confidence, .. }) => {
                !answer.text.trim().is_empty() && (!with_confidence || answer.confidence.is_some())
            }
            (Self::Steps(verdicts), QuestionKind::Steps) => {
                let steps = candidate
                    .and_then(|index| item.candidates.get(usize::from(index)))
                    .map_or(0, |candidate| candidate.steps().len());
                // After the first wrong step, what follows from it need not be looked at.
                let seen = verdicts.iter().take_while(|verdict| verdict.is_some()).count();
                seen == steps || verdicts[..seen].contains(&Some(StepVerdict::Wrong))
            }
            (Self::Segments(segments), QuestionKind::Segments) => !segments.is_empty(),
            _ => true,
        }
    }

    /// What is wrong with it as an answer to a question, in a sentence; none if nothing is.
    pub fn refusal(&self, question: &Question) -> Option<String> {
        let key = &question.key;
        let stranger = |given: &str| format!("{given:?} is no entry of the question {key:?}");
        match (self, &question.kind) {
            (Self::Preference(preference), QuestionKind::Preference { outcomes, strength }) => {
                if preference.strength.is_some() && *strength == StrengthSteps::None {
                    return Some(format!("the question {key:?} asks for no strength"));
                }
                if !outcomes.contains(&preference.outcome) {
                    return Some(format!(
                        "the question {key:?} does not offer {:?}",
                        preference.outcome.word()
                    ));
                }
                preference.refusal().map(|refusal| format!("{refusal}, question {key:?}"))
            }
            (Self::Ranking(ranking), QuestionKind::Ranking { form }) => ranking_refusal(ranking, *form, key),
            (Self::Rating(value), QuestionKind::Rating { scale }) => (!scale.contains(*value)).then(|| {
                let (lowest, highest) = scale.range();
                format!("{value} is not between {lowest} and {highest}, question {key:?}")
            }),
            (Self::Choice(entry), QuestionKind::Choice { entries }) => {
                (!entries.iter().any(|known| known.key == *entry)).then(|| stranger(entry))
            }
            (Self::Checklist(checked), QuestionKind::Checklist { entries }) => checked
                .iter()
                .find(|entry| !entries.iter().any(|known| known.key == **entry))
                .map(|entry| stranger(entry)),
            (Self::Text(answer), QuestionKind::Text { .. }) => {
                let is_beyond = answer.confidence.is_some_and(|confidence| confidence > 100);
                is_beyond.then(|| format!("a confidence is between 0 and 100, question {key:?}"))
            }
            (Self::Marks(marks), QuestionKind::Marks { .. }) => marks
                .iter()
                .any(|mark| !mark.is_on_the_picture())
                .then(|| format!("a mark lies outside the picture, question {key:?}")),
            (Self::Spans(spans), QuestionKind::Spans { .. }) => spans
                .iter()
                .any(|span| span.start >= span.end)
                .then(|| format!("a span ends where it begins, question {key:?}")),
            (Self::Segments(segments), QuestionKind::Segments) => segments
                .windows(2)
                .any(|two| two[1].first <= two[0].last)
                .then(|| format!("segments overlap, question {key:?}")),
            (Self::Steps(_), QuestionKind::Steps) => None,
            (_, kind) => Some(format!("the question {key:?} asks for a {}", kind.word())),
        }
    }
}

impl Answer {
    /// What is wrong with it as an answer to its question, in a sentence; none if nothing is.
    pub fn refusal(&self, question: &Question) -> Option<String> {
        if self.candidate.is_some() != (question.scope == Scope::Candidate) {
            let expected = if self.candidate.is_some() { "no" } else { "a" };
            return Some(format!("the question {:?} is about {expected} single candidate", question.key));
        }
        self.value.refusal(question)
    }
}

impl Mark {
    fn is_on_the_picture(&self) -> bool {
        let inside = |value: f32| (0.0..=1.0).contains(&value);
        inside(self.x)
            && inside(self.y)
            && match self.form {
                MarkForm::Radius(radius) => inside(radius),
                MarkForm::Size([width, height]) => {
                    inside(width) && inside(height) && self.x + width <= 1.001 && self.y + height <= 1.001
                }
            }
    }
}

impl TextPurpose {
    /// Whether its words become a new candidate.
    pub fn makes_a_candidate(self) -> bool {
        self == Self::Rewrite
    }
}

fn ranking_refusal(ranking: &Ranking, form: RankingForm, key: &str) -> Option<String> {
    let mut named: Vec<u8> = ranking.groups.iter().flatten().copied().chain(ranking.worst).collect();
    let count = named.len();
    named.sort_unstable();
    named.dedup();
    if named.len() < count {
        return Some(format!("a candidate stands twice in the order, question {key:?}"));
    }
    if ranking.groups.iter().any(Vec::is_empty) {
        return Some(format!("the order has an empty place, question {key:?}"));
    }
    let has_tie = ranking.groups.iter().any(|group| group.len() > 1);
    if has_tie && form != RankingForm::WithTies {
        return Some(format!("the question {key:?} allows no ties"));
    }
    (ranking.worst.is_some() && form != RankingForm::BestWorst)
        .then(|| format!("the question {key:?} asks for no worst"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::Scale;
    use crate::{Candidate, Outcome, Strength};

    fn question(kind: QuestionKind) -> Question {
        Question::new("q", "Q", Scope::Item, kind)
    }

    #[test]
    fn places_leave_room_after_ties() {
        let ranking = Ranking { groups: vec![vec![2], vec![0, 3], vec![1]], worst: None };
        assert_eq!(ranking.places(5), [Some(2), Some(4), Some(1), Some(2), None]);
    }

    #[test]
    fn a_ranking_names_each_once_and_ties_only_where_allowed() {
        let strict = question(QuestionKind::Ranking { form: RankingForm::Strict });
        let tied = AnswerValue::Ranking(Ranking { groups: vec![vec![0, 1]], worst: None });
        assert!(tied.refusal(&strict).is_some());
        let with_ties = question(QuestionKind::Ranking { form: RankingForm::WithTies });
        assert_eq!(tied.refusal(&with_ties), None);
        let twice = AnswerValue::Ranking(Ranking { groups: vec![vec![0], vec![0]], worst: None });
        assert!(twice.refusal(&with_ties).is_some());
    }

    #[test]
    fn a_scale_of_strength_is_complete_with_a_strength() {
        let kind = QuestionKind::Preference { outcomes: Outcome::all(), strength: StrengthSteps::Scale };
        let item =
            Item { candidates: vec![Candidate::markdown("x"), Candidate::markdown("y")], ..Item::default() };
        let mut preference = Preference::new(Outcome::A);
        assert!(!AnswerValue::Preference(preference.clone()).is_complete(&kind, &item, None));
        preference.strength = Some(Strength::Much);
        assert!(AnswerValue::Preference(preference).is_complete(&kind, &item, None));
        assert!(AnswerValue::Preference(Preference::new(Outcome::Tie)).is_complete(&kind, &item, None));
    }

    #[test]
    fn steps_after_the_first_wrong_one_need_no_verdict() {
        let item = Item { candidates: vec![Candidate::markdown("one\n\ntwo\n\nthree")], ..Item::default() };
        let complete = |verdicts: Vec<Option<StepVerdict>>| {
            AnswerValue::Steps(verdicts).is_complete(&QuestionKind::Steps, &item, Some(0))
        };
        let (right, wrong) = (Some(StepVerdict::Right), Some(StepVerdict::Wrong));
        assert!(!complete(vec![right, right]));
        assert!(complete(vec![right, wrong]));
        assert!(complete(vec![right, right, right]));
    }

    #[test]
    fn values_off_the_scale_and_answers_of_another_kind_are_refused() {
        let rating = question(QuestionKind::Rating { scale: Scale::Stars { count: 5 } });
        assert_eq!(AnswerValue::Rating(5).refusal(&rating), None);
        assert!(AnswerValue::Rating(6).refusal(&rating).is_some());
        assert!(AnswerValue::Choice("x".into()).refusal(&rating).is_some());
    }

    #[test]
    fn an_answer_survives_json() {
        let mark =
            Mark { part: 0, x: 0.1, y: 0.25, form: MarkForm::Size([0.3, 0.2]), label: None, at_us: None };
        for value in [
            AnswerValue::Rating(3),
            AnswerValue::Checklist(vec![]),
            AnswerValue::Marks(vec![mark]),
            AnswerValue::Steps(vec![Some(StepVerdict::Wrong), None]),
            AnswerValue::Text(TextAnswer { text: "x".into(), confidence: Some(0) }),
        ] {
            let answer = Answer { question: "q".into(), candidate: Some(1), value };
            let json = serde_json::to_string(&answer).expect("serialisable");
            assert_eq!(serde_json::from_str::<Answer>(&json).expect("readable"), answer, "{json}");
        }
    }
}
