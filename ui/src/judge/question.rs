//! The questions of a rubric on the judge screen: one file per kind of answer.
//!
//! Each kind says what a key means ([`key`]) and how it is painted ([`row::row_ui`]); both only propose a
//! [`Change`], which the session carries out. Candidates are named by their letter on the screen and kept by
//! the data's order; [`Asked`] turns one into the other. Which question has the keys is the
//! [`Sheet`](super::sheet::Sheet)'s business.

pub mod drawing;
pub mod entries;
pub mod marks;
pub mod matrix;
pub mod preference;
pub mod ranking;
pub mod rating;
pub mod row;
pub mod segments;
pub mod slider;
pub mod spans;
pub mod steps;
pub mod text;

use egui::Key;
use tiebreak_domain::rubric::{QuestionKind, Scale, Slot};
use tiebreak_domain::{AnswerValue, Draft, Item, Order, Question, QueuedItem, Rubric};

use super::sheet::{Cursor, Stop, StopPart};
use crate::command::{Chord, Keymap};

/// An item with its answers so far.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What is asked.
    pub rubric: &'a Rubric,
    /// Of what, and in which order its candidates stand.
    pub queued: &'a QueuedItem,
    /// What was answered.
    pub draft: &'a Draft,
}

/// What a key or a widget makes of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The answer is this now, and may go on changing.
    Set(AnswerValue),
    /// The answer is this, and the keys go on to the next.
    Done(AnswerValue),
    /// There is no answer.
    Clear,
    /// It cannot be judged: the reason is asked for first.
    AskWhy,
    /// Something moved within the question; the answer is what it was.
    Move,
    /// The keys go to this mark or word within the answer, which is what it was.
    At(usize),
}

impl<'a> Asked<'a> {
    /// The item.
    pub fn item(&self) -> &'a Item {
        &self.queued.item.item
    }

    /// Which candidate stands where.
    pub fn order(&self) -> &'a Order {
        &self.queued.order
    }

    /// The question of a slot.
    pub fn question(&self, slot: Slot) -> &'a Question {
        &self.rubric.questions[slot.question]
    }

    /// The answer in a slot.
    pub fn value(&self, slot: Slot) -> Option<&'a AnswerValue> {
        self.draft.value(&self.question(slot).key, slot.candidate)
    }

    /// The slots that are open, given the answers so far.
    pub fn open_slots(&self) -> Vec<Slot> {
        self.rubric.slots(self.item(), &self.draft.answers)
    }

    /// Whether the answer in a slot says all that is asked.
    pub fn is_complete(&self, slot: Slot) -> bool {
        let question = self.question(slot);
        self.value(slot).is_some_and(|value| {
            value.is_complete(&question.kind, self.item(), slot.candidate)
                && value.refusal(question).is_none()
        })
    }

    /// The place on the screen of a candidate, from 0.
    pub fn position(&self, candidate: u8) -> usize {
        let found = self.order().indices().iter().position(|&other| other == candidate);
        found.unwrap_or(usize::from(candidate))
    }

    /// The letter on the screen of a candidate.
    pub fn letter(&self, candidate: u8) -> char {
        letter_at(self.position(candidate))
    }

    /// What screen readers call the answer in a slot.
    pub fn name(&self, slot: Slot) -> String {
        let title = &self.question(slot).title;
        match slot.candidate {
            Some(candidate) if self.item().candidates.len() > 1 => {
                format!("{title}, {}", self.letter(candidate))
            }
            _ => title.clone(),
        }
    }
}

/// The letter of a place on the screen, from A.
pub fn letter_at(position: usize) -> char {
    char::from(b'A' + u8::try_from(position).unwrap_or(u8::MAX - b'A').min(25))
}

/// The heading above a question that stands below another (none: above all).
pub fn heading(rubric: &Rubric, before: Option<usize>, question: usize) -> Option<&str> {
    let group = |question: usize| rubric.questions[question].group.as_str();
    let is_new = before.is_none_or(|before| group(before) != group(question));
    Some(group(question)).filter(|group| is_new && !group.is_empty())
}

/// Whether answers stand in a cell of a matrix where several candidates are rated.
pub fn is_cell(question: &Question) -> bool {
    matches!(&question.kind, QuestionKind::Rating { scale } if !matches!(scale, Scale::Slider { .. }))
        && question.scope == tiebreak_domain::rubric::Scope::Candidate
}

/// What a key means to the question that has the keys; none if nothing.
pub fn key(
    chord: Chord,
    stop: Stop,
    asked: &Asked<'_>,
    cursor: &mut Cursor,
    keymap: &Keymap,
) -> Option<Change> {
    let slot = stop.slot;
    if chord.control || chord.alt {
        return None;
    }
    if chord.shift {
        // Only stretches of text and marks grow with Shift.
        return match &asked.question(slot).kind {
            QuestionKind::Marks { shape, labels } => marks::key(chord, asked, slot, *shape, labels, cursor),
            QuestionKind::Spans { .. } => spans::key(chord, asked, slot, cursor),
            _ => None,
        };
    }
    match &asked.question(slot).kind {
        QuestionKind::Preference { outcomes, strength } => {
            preference::key(chord, asked, slot, outcomes, *strength)
        }
        QuestionKind::Ranking { form } => ranking::key(chord, asked, slot, *form),
        QuestionKind::Rating { scale: scale @ Scale::Slider { .. } } => {
            slider::key(chord, asked, slot, scale)
        }
        QuestionKind::Rating { scale } => rating::key(chord, scale),
        QuestionKind::Choice { entries } => entries::choice_key(chord, entries, keymap),
        QuestionKind::Checklist { entries } => entries::checklist_key(chord, asked, slot, entries, keymap),
        QuestionKind::Text { .. } if stop.part == StopPart::Confidence => {
            text::confidence_key(chord, asked, slot)
        }
        QuestionKind::Text { .. } => None,
        QuestionKind::Marks { shape, labels } => marks::key(chord, asked, slot, *shape, labels, cursor),
        QuestionKind::Spans { .. } => spans::key(chord, asked, slot, cursor),
        QuestionKind::Steps => steps::key(chord, asked, slot, cursor),
        QuestionKind::Segments => segments::key(chord, asked, slot, cursor),
    }
}

/// The digit of a key.
pub fn digit(key: Key) -> Option<u8> {
    const DIGITS: [Key; 10] = [
        Key::Num0,
        Key::Num1,
        Key::Num2,
        Key::Num3,
        Key::Num4,
        Key::Num5,
        Key::Num6,
        Key::Num7,
        Key::Num8,
        Key::Num9,
    ];
    DIGITS.iter().position(|other| *other == key).map(|digit| digit as u8)
}

/// The letter of a key, small.
pub fn letter(key: Key) -> Option<char> {
    let mut name = key.name().chars();
    match (name.next(), name.next()) {
        (Some(letter), None) if letter.is_ascii_alphabetic() => Some(letter.to_ascii_lowercase()),
        _ => None,
    }
}
