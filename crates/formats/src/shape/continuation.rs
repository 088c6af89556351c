//! Conversations that go on with one of several replies: the replies of a turn, which of them the conversation
//! went on with, and what was said of them.
//!
//! Every turn repeats the conversation before it, so that a long one grows with the square of its length.
//! [`Room`] holds that within bounds.

use serde_json::Value;
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{Answer, AnswerValue, Candidate, Outcome, Part, Preference};

use super::fields::{self, whole_number};
use super::image_reward::RANKING;

/// The most turns of one conversation that become items.
const MAX_TURNS: usize = 200;
/// The most bytes of text that the items of one conversation may take together.
const MAX_BYTES: usize = 64 * 1024 * 1024;

const TOO_MUCH: &str = "the turns of this conversation repeat more than 64 MiB of text; cut it";

/// A reply of a model.
#[derive(Clone, Debug, Default)]
pub(super) struct Reply {
    /// What it says, which may be nothing; none where the data does not have it.
    pub(super) text: Option<String>,
    pub(super) model: Option<String>,
    pub(super) metadata: Metadata,
    /// From 1 to 100, as it stands.
    pub(super) score: Option<Value>,
    /// Whether it was chosen; none where the data does not say.
    pub(super) is_chosen: Option<bool>,
}

impl Reply {
    pub(super) fn candidate(&self) -> Candidate {
        Candidate {
            parts: self.text.iter().map(|text| Part::message("assistant", text)).collect(),
            model: self.model.clone(),
            metadata: self.metadata.clone(),
        }
    }

    /// What it says, as the conversation goes on behind it.
    pub(super) fn words(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    fn score(&self) -> Option<i32> {
        self.score.as_ref().and_then(whole_number)
    }
}

/// The reply that the conversation goes on with: the chosen one, the only one, or the only one with the highest
/// score. None where that is not known.
pub(super) fn chosen(replies: &[Reply]) -> Option<usize> {
    let only = |is_meant: &dyn Fn(&Reply) -> bool| {
        let mut meant = replies.iter().enumerate().filter(|(_, reply)| is_meant(reply));
        meant.next().filter(|_| meant.next().is_none()).map(|(place, _)| place)
    };
    let best = replies.iter().filter_map(Reply::score).max();
    only(&|reply| reply.is_chosen == Some(true))
        .or_else(|| only(&|_| true))
        .or_else(|| best.and_then(|best| only(&|reply| reply.score() == Some(best))))
}

/// What was said of the replies of a turn, and what of it could not be understood.
///
/// The scores, and where the data says which reply was chosen a preference (of two) or a ranking of the best.
/// A choice between equal scores was made by lot, and says that they are equal.
pub(super) fn answers(replies: &[Reply]) -> (Vec<Answer>, Option<String>) {
    let mut answers = Vec::new();
    let mut doubt = None;
    for (place, reply) in replies.iter().enumerate() {
        doubt = rated("score", Some(place as u8), reply.score.as_ref(), &mut answers).or(doubt);
    }
    let chosen: Vec<usize> =
        (0..replies.len()).filter(|&place| replies[place].is_chosen == Some(true)).collect();
    if let ([chosen], 2..) = (chosen.as_slice(), replies.len()) {
        let score = replies[*chosen].score();
        let is_level =
            |place: &usize| place == chosen || (score.is_some() && replies[*place].score() == score);
        let best: Vec<u8> = (0..replies.len()).filter(is_level).map(|place| place as u8).collect();
        answers.push(if replies.len() == 2 {
            let outcome = match best.as_slice() {
                [0] => Outcome::A,
                [1] => Outcome::B,
                _ => Outcome::Tie,
            };
            fields::preference(OVERALL, Preference::new(outcome))
        } else {
            let value = AnswerValue::Ranking(Ranking { groups: vec![best], worst: None });
            Answer { question: RANKING.to_owned(), candidate: None, value }
        });
    }
    (answers, doubt)
}

/// Takes a rating if there is one; what could not be understood, in a sentence.
pub(super) fn rated(
    question: &str,
    candidate: Option<u8>,
    value: Option<&Value>,
    answers: &mut Vec<Answer>,
) -> Option<String> {
    let value = value.filter(|value| !fields::is_absent(value))?;
    match whole_number(value) {
        Some(value) => {
            answers.push(fields::rating(question, candidate, value));
            None
        }
        None => Some(format!("{question:?} is {value}, expected a whole number")),
    }
}

/// What the items of one conversation may still take.
#[derive(Debug)]
pub(super) struct Room {
    items: usize,
    bytes: usize,
}

impl Room {
    pub(super) fn new() -> Self {
        Self { items: MAX_TURNS, bytes: MAX_BYTES }
    }

    /// Takes the room of one more item; or says that there is none, in a sentence.
    pub(super) fn take<'a>(&mut self, parts: impl Iterator<Item = &'a Part>) -> Result<(), String> {
        let bytes: usize = parts.filter_map(Part::text).map(str::len).sum();
        match (self.items.checked_sub(1), self.bytes.checked_sub(bytes)) {
            (Some(items), Some(bytes)) => {
                *self = Self { items, bytes };
                Ok(())
            }
            (None, _) => {
                Err(format!("more than {MAX_TURNS} turns of one conversation are not taken; cut it"))
            }
            (_, None) => Err(TOO_MUCH.to_owned()),
        }
    }

    /// Takes the room of more text in the same item.
    pub(super) fn take_bytes(&mut self, parts: &[Part]) -> Result<(), String> {
        let bytes: usize = parts.iter().filter_map(Part::text).map(str::len).sum();
        self.bytes = self.bytes.checked_sub(bytes).ok_or(TOO_MUCH)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(score: i32, is_chosen: Option<bool>) -> Reply {
        Reply { score: Some(score.into()), is_chosen, ..Reply::default() }
    }

    #[test]
    fn a_conversation_goes_on_with_what_was_chosen_or_else_with_the_best() {
        assert_eq!(chosen(&[reply(9, Some(false)), reply(3, Some(true))]), Some(1), "what the data says");
        assert_eq!(chosen(&[reply(9, None), reply(3, None)]), Some(0), "the highest score");
        assert_eq!(chosen(&[Reply::default()]), Some(0), "the only one");
        assert_eq!(chosen(&[reply(9, None), reply(9, None)]), None, "which of two is not known");
    }

    #[test]
    fn a_choice_between_equal_scores_is_a_tie() {
        let said = |replies: &[Reply]| answers(replies).0.pop().map(|answer| answer.value);
        let outcome = |outcome| Some(AnswerValue::Preference(Preference::new(outcome)));
        assert_eq!(said(&[reply(9, Some(false)), reply(80, Some(true))]), outcome(Outcome::B));
        assert_eq!(said(&[reply(80, Some(false)), reply(80, Some(true))]), outcome(Outcome::Tie));
        let three = [reply(80, Some(true)), reply(9, Some(false)), reply(80, Some(false))];
        let level = Ranking { groups: vec![vec![0, 2]], worst: None };
        assert_eq!(said(&three), Some(AnswerValue::Ranking(level)));
    }

    #[test]
    fn room_is_bounded_in_turns_and_in_bytes() {
        let mut room = Room::new();
        let part = Part::message("user", "x".repeat(MAX_BYTES / 2));
        assert!(room.take([&part].into_iter()).is_ok() && room.take([&part].into_iter()).is_ok());
        assert!(room.take([&part].into_iter()).is_err_and(|refused| refused.contains("64 MiB")));
        let mut room = Room::new();
        assert!((0..MAX_TURNS).all(|_| room.take(std::iter::empty()).is_ok()));
        assert!(room.take(std::iter::empty()).is_err_and(|refused| refused.contains("200 turns")));
    }
}
