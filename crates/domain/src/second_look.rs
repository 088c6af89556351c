//! The second look: items about which something calls for a reviewer, with all that was said of them.
//!
//! A review is a judgment of its own ([`crate::Origin::Review`]). An item leaves the list when a review of it is
//! in force, and comes back when somebody judges it after that.

use serde::{Deserialize, Serialize};

use crate::compared::compared;
use crate::reward::{Prediction, Scorer};
use crate::{AnnotatorId, Derived, ItemId, Judgment, JudgmentId, Rubric, UnixMillis, Verdict};

/// Why an item should be looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookReason {
    /// Somebody asked for it.
    Flagged(AnnotatorId),
    /// People disagree by more than the study allows.
    PeopleDisagree,
    /// Somebody said something else when it was offered again.
    SelfDisagrees(AnnotatorId),
    /// Somebody judged it in two copies of the project that were merged.
    MergeConflict(AnnotatorId),
    /// A reward model held that annotator's vote for unlikely.
    ModelDisagrees(AnnotatorId),
    /// A second look agreed with that annotator's vote, which a reward model held for unlikely: the pair is one to
    /// train on. It calls for no other look, and is listed only where it is asked for.
    ModelWasWrong(AnnotatorId),
    /// Reward models contradict each other.
    ModelsDisagree,
    /// It was drawn at random, whatever any model says: what flags are held against.
    Drawn,
}

/// A reason without its person, to ask by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookReasonKind {
    /// [`LookReason::Flagged`].
    Flagged,
    /// [`LookReason::PeopleDisagree`].
    PeopleDisagree,
    /// [`LookReason::SelfDisagrees`].
    SelfDisagrees,
    /// [`LookReason::MergeConflict`].
    MergeConflict,
    /// [`LookReason::ModelDisagrees`].
    ModelDisagrees,
    /// [`LookReason::ModelWasWrong`].
    ModelWasWrong,
    /// [`LookReason::ModelsDisagree`].
    ModelsDisagree,
    /// [`LookReason::Drawn`]. Asked by no reason, only a share of the items listed is of those drawn.
    Drawn,
}

impl LookReason {
    /// Which reason it is.
    pub fn kind(self) -> LookReasonKind {
        match self {
            Self::Flagged(_) => LookReasonKind::Flagged,
            Self::PeopleDisagree => LookReasonKind::PeopleDisagree,
            Self::SelfDisagrees(_) => LookReasonKind::SelfDisagrees,
            Self::MergeConflict(_) => LookReasonKind::MergeConflict,
            Self::ModelDisagrees(_) => LookReasonKind::ModelDisagrees,
            Self::ModelWasWrong(_) => LookReasonKind::ModelWasWrong,
            Self::ModelsDisagree => LookReasonKind::ModelsDisagree,
            Self::Drawn => LookReasonKind::Drawn,
        }
    }

    /// The person whom it is about, if it is about one.
    pub fn annotator(self) -> Option<AnnotatorId> {
        match self {
            Self::Flagged(annotator)
            | Self::SelfDisagrees(annotator)
            | Self::MergeConflict(annotator)
            | Self::ModelDisagrees(annotator)
            | Self::ModelWasWrong(annotator) => Some(annotator),
            Self::PeopleDisagree | Self::ModelsDisagree | Self::Drawn => None,
        }
    }
}

/// A vote that a reward model held for unlikely, as it was when the vote was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelFlag {
    /// The vote.
    pub judgment: JudgmentId,
    /// What it is about.
    pub item: ItemId,
    /// Whose it is.
    pub annotator: AnnotatorId,
    /// The question that it answers.
    pub question: String,
    /// Of which two candidates, where it orders more the oddest two; the first comes before the second.
    pub pair: [u8; 2],
    /// Who held it for unlikely.
    pub scorer: Scorer,
    /// What people call that.
    pub name: String,
    /// What it said before the vote.
    pub prediction: Prediction,
    /// The calibrated probability of the vote.
    pub probability: f64,
    /// The share of audit votes that were at least as unlikely (conformal p-value).
    pub p_value: f64,
    /// How far from likely: the larger, the more worth a look.
    pub severity: f64,
    /// When it was raised.
    pub raised_at: UnixMillis,
}

impl ModelFlag {
    /// Whether a second look says of the pair what the vote says of it, so that the model was wrong to hold the vote
    /// for unlikely. None where either says nothing of the pair, and where the second look is by whoever gave the vote:
    /// to keep one's own answer is no second opinion.
    pub fn is_borne_out(
        &self,
        rubric: &Rubric,
        vote: &Verdict,
        reviewer: AnnotatorId,
        review: &Verdict,
    ) -> Option<bool> {
        if reviewer == self.annotator {
            return None;
        }
        let form = rubric.ranking_form(&self.question);
        let of_pair = |verdict: &Verdict| compared(verdict.answers(), &self.question, form, self.pair);
        Some(of_pair(vote)? == of_pair(review)?)
    }
}

/// The order of a second look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookOrder {
    /// As the data has them.
    #[default]
    File,
    /// What surprised the models most first, then the rest as the data has it.
    Severity,
}

/// Which items are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookFilter {
    /// Only for these reasons; for any if empty.
    #[serde(default)]
    pub reasons: Vec<LookReasonKind>,
    /// Whether items that were reviewed are wanted too.
    #[serde(default)]
    pub with_reviewed: bool,
    /// In which order.
    #[serde(default)]
    pub order: LookOrder,
    /// The first item's place in the list.
    #[serde(default)]
    pub from: u64,
    /// How many at most.
    pub count: u32,
}

/// Items to be looked at again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SecondLook {
    /// How many there are in all.
    pub total: u64,
    /// Those that were asked for.
    pub items: Vec<LookItem>,
}

/// An item to be looked at again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LookItem {
    /// The item.
    pub item: ItemId,
    /// The beginning of its prompt, on one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prompt: String,
    /// Every reason, whatever was asked by.
    pub reasons: Vec<LookReason>,
    /// What is in force, reviews included, by annotator.
    pub judgments: Vec<Judgment>,
    /// The responses that those judgments rewrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<Derived>,
    /// What was said when it was offered again.
    pub repeats: Vec<Judgment>,
    /// Whether a review is in force after which nobody else has judged it.
    pub is_reviewed: bool,
    /// Votes that a reward model held for unlikely; not to be shown before the reviewer decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<ModelFlag>,
    /// Whether a second person agreed with the flagged vote, so that the model was wrong and the pair is one to
    /// train on; none before there was a review, or where no model raised a flag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_was_wrong: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Ranking;
    use crate::rubric::{Question, QuestionKind, RankingForm, Scope};
    use crate::{Answer, AnswerValue, Outcome, Preference};

    const VOTER: AnnotatorId = AnnotatorId(1);
    const REVIEWER: AnnotatorId = AnnotatorId(2);

    fn flag(question: &str, pair: [u8; 2]) -> ModelFlag {
        ModelFlag {
            judgment: JudgmentId([1; 16]),
            item: ItemId(1),
            annotator: VOTER,
            question: question.into(),
            pair,
            scorer: Scorer::Head,
            name: "head".into(),
            prediction: Prediction { a: 0.05, tie: 0.05, b: 0.9 },
            probability: 0.05,
            p_value: 0.01,
            severity: 2.9,
            raised_at: UnixMillis(0),
        }
    }

    fn said(answers: &[(&str, AnswerValue)]) -> Verdict {
        let answer = |(question, value): &(&str, AnswerValue)| Answer {
            question: (*question).into(),
            candidate: None,
            value: value.clone(),
        };
        Verdict::Judged { answers: answers.iter().map(answer).collect() }
    }

    fn preferred(outcome: Outcome) -> AnswerValue {
        AnswerValue::Preference(Preference::new(outcome))
    }

    #[test]
    fn a_second_look_is_held_against_the_question_that_the_flag_is_about() {
        let rubric = Rubric::default();
        let vote = said(&[("overall", preferred(Outcome::A)), ("tone", preferred(Outcome::B))]);
        let review = said(&[("overall", preferred(Outcome::B)), ("tone", preferred(Outcome::B))]);
        assert_eq!(flag("tone", [0, 1]).is_borne_out(&rubric, &vote, REVIEWER, &review), Some(true));
        assert_eq!(flag("overall", [0, 1]).is_borne_out(&rubric, &vote, REVIEWER, &review), Some(false));
        assert_eq!(flag("other", [0, 1]).is_borne_out(&rubric, &vote, REVIEWER, &review), None);
    }

    #[test]
    fn both_bad_and_a_tie_choose_neither() {
        let (vote, review) =
            (said(&[("q", preferred(Outcome::BothBad))]), said(&[("q", preferred(Outcome::Tie))]));
        let borne_out = flag("q", [0, 1]).is_borne_out(&Rubric::default(), &vote, REVIEWER, &review);
        assert_eq!(borne_out, Some(true));
    }

    #[test]
    fn of_an_order_the_pair_in_question_counts() {
        let kind = QuestionKind::Ranking { form: RankingForm::Strict };
        let questions = vec![Question::new("order", "Order", Scope::Item, kind)];
        let rubric = Rubric { questions, ..Rubric::default() };
        let order = |places: [u8; 3]| {
            let groups = places.iter().map(|candidate| vec![*candidate]).collect();
            said(&[("order", AnswerValue::Ranking(Ranking { groups, worst: None }))])
        };
        let (vote, review) = (order([2, 0, 1]), order([2, 1, 0]));
        assert_eq!(flag("order", [0, 1]).is_borne_out(&rubric, &vote, REVIEWER, &review), Some(false));
        assert_eq!(flag("order", [1, 2]).is_borne_out(&rubric, &vote, REVIEWER, &review), Some(true));
    }

    #[test]
    fn nobody_bears_themselves_out() {
        let vote = said(&[("q", preferred(Outcome::A))]);
        assert_eq!(flag("q", [0, 1]).is_borne_out(&Rubric::default(), &vote, VOTER, &vote), None);
    }
}
