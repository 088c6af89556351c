//! The sheet: the places for answers of the item on the screen, in the order in which keys go through them.
//!
//! It knows where the keys are, not what they mean there ([`super::question`]). Places stay where they are
//! while conditions open and close them, so that nothing jumps; only open ones are stopped at.

use std::cell::OnceCell;

use tiebreak_domain::rubric::{QuestionKind, Slot};
use tiebreak_domain::{Draft, QueuedItem, Rubric};

use super::question::spans::Word;
use super::question::{Asked, is_cell};

/// A place where the keys can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stop {
    /// The answer.
    pub slot: Slot,
    /// The part of the answer.
    pub part: StopPart,
}

/// The parts of an answer that have the keys one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StopPart {
    /// The answer itself.
    Answer,
    /// How sure the annotator is of a text.
    Confidence,
}

/// What moves within the active question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cursor {
    /// The step, turn or word that the keys are at.
    pub at: usize,
    /// Where a stretch of text or a segment began.
    pub anchor: Option<usize>,
    /// The label that the next mark or span gets.
    pub label: Option<String>,
    /// The cross hair on the picture, in fractions of its width and height.
    pub point: Option<[f32; 2]>,
    /// The first corner of a box that is being placed by keys, likewise.
    pub corner: Option<[f32; 2]>,
    /// The picture that the cross hair is on, counted among those of the candidate.
    pub picture: usize,
    /// The mark that was chosen to be changed.
    pub mark: Option<usize>,
    /// What is searched for in a long list.
    pub search: String,
    /// The segment whose goal is to be typed now.
    pub typing: Option<usize>,
    /// Whether what the keys are at is still to be brought into view.
    pub is_moved: bool,
    /// The words of the text that the keys are in, read once and not in every frame.
    pub words: OnceCell<Vec<Word>>,
}

impl Cursor {
    /// Lets go of what was chosen of an answer that is not there any more.
    pub fn forget_chosen(&mut self) {
        self.mark = None;
        self.typing = None;
    }

    /// Puts the keys to a mark of the answer, or to a word or step of it.
    pub fn go_to(&mut self, index: usize, kind: &QuestionKind) {
        if matches!(kind, QuestionKind::Marks { .. }) {
            self.mark = Some(index);
            self.point = None;
            self.corner = None;
        } else {
            self.at = index;
            self.anchor = None;
        }
    }
}

/// Where the keys can go: one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// To the next place.
    Next,
    /// To the one before.
    Previous,
    /// To the question below; in a matrix, the cell below.
    Down,
    /// To the question above; in a matrix, the cell above.
    Up,
    /// In a matrix, to the cell at the left.
    Left,
    /// In a matrix, to the cell at the right.
    Right,
}

/// Questions that stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// One question, with a row for each place of it.
    Rows(usize, Vec<Slot>),
    /// Ratings of several candidates: a row for each question, a column for each candidate.
    Matrix(Vec<usize>),
}

impl Block {
    /// Its last question.
    pub fn last(&self) -> Option<usize> {
        match self {
            Self::Rows(question, _) => Some(*question),
            Self::Matrix(questions) => questions.last().copied(),
        }
    }
}

/// The places for answers of one item.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    stops: Vec<Stop>,
    active: usize,
    last: Option<Slot>,
    /// What moves within the active question.
    pub cursor: Cursor,
    /// Whether the active place is still to be brought into view.
    pub is_moved: bool,
}

impl Sheet {
    /// The places of an item; the keys are at the first that wants an answer.
    pub fn new(rubric: &Rubric, queued: &QueuedItem, draft: &Draft) -> Self {
        // Without conditions every place is open: these are all there can be.
        let mut all = rubric.clone();
        for question in &mut all.questions {
            question.when = None;
        }
        let mut slots = all.slots(&queued.item.item, &[]);
        let asked = Asked { rubric, queued, draft };
        slots.sort_by_key(|slot| (slot.question, slot.candidate.map(|candidate| asked.position(candidate))));
        let mut stops = Vec::with_capacity(slots.len());
        for slot in slots {
            stops.push(Stop { slot, part: StopPart::Answer });
            if matches!(asked.question(slot).kind, QuestionKind::Text { with_confidence: true, .. }) {
                stops.push(Stop { slot, part: StopPart::Confidence });
            }
        }
        let mut sheet = Self { stops, is_moved: true, ..Self::default() };
        let open = asked.open_slots();
        sheet.active =
            sheet.find_from(0, |stop| open.contains(&stop.slot) && wants(stop, &asked)).unwrap_or(0);
        sheet
    }

    /// Where the keys are.
    pub fn active(&self) -> Option<Stop> {
        self.stops.get(self.active).copied()
    }

    /// The answer that the keys are at.
    pub fn active_slot(&self) -> Option<Slot> {
        self.active().map(|stop| stop.slot)
    }

    /// The place answered last.
    pub fn last_answered(&self) -> Option<Slot> {
        self.last
    }

    /// Whether there is nothing to answer.
    pub fn is_empty(&self) -> bool {
        self.stops.is_empty()
    }

    /// Puts the keys to an answer.
    pub fn go_to(&mut self, slot: Slot) {
        if let Some(index) = self.find_from(0, |stop| stop.slot == slot) {
            self.put(index);
        }
    }

    /// Puts the keys to a place.
    pub fn go_to_stop(&mut self, wanted: Stop) {
        if let Some(index) = self.find_from(0, |stop| stop == wanted) {
            self.put(index);
        }
    }

    /// Moves the keys by one step; says whether there was a place to go to.
    pub fn step(&mut self, toward: Toward, asked: &Asked<'_>) -> bool {
        let Some(active) = self.active() else { return false };
        let open = asked.open_slots();
        let is_matrix = is_cell(asked.question(active.slot)) && asked.item().candidates.len() > 1;
        let fits = |stop: Stop| {
            if !open.contains(&stop.slot) {
                return false;
            }
            let is_same_question = stop.slot.question == active.slot.question;
            match toward {
                Toward::Left | Toward::Right => is_matrix && is_same_question,
                Toward::Up | Toward::Down if is_matrix => {
                    !is_same_question
                        && (!is_cell(asked.question(stop.slot))
                            || stop.slot.candidate == active.slot.candidate)
                }
                Toward::Next | Toward::Previous | Toward::Up | Toward::Down => true,
            }
        };
        let is_forward = matches!(toward, Toward::Next | Toward::Down | Toward::Right);
        let found = if is_forward {
            self.find_from(self.active + 1, fits)
        } else {
            (0..self.active).rev().find(|&index| fits(self.stops[index]))
        };
        if let Some(index) = found {
            self.put(index);
        }
        found.is_some()
    }

    /// An answer changed. If it is done the keys go on: to the next that wants an answer, else to the first
    /// that does, else to the next at all.
    pub fn answered(&mut self, slot: Slot, is_done: bool, asked: &Asked<'_>) {
        self.last = Some(slot);
        if self.active_slot() != Some(slot) {
            self.go_to(slot);
        }
        if !is_done {
            return;
        }
        let open = asked.open_slots();
        let is_open = |stop: Stop| open.contains(&stop.slot);
        let after = self.active + 1;
        let next = self
            .find_from(after, |stop| is_open(stop) && wants(stop, asked))
            .or_else(|| {
                let is_demanded = |stop: Stop| asked.question(stop.slot).required && wants(stop, asked);
                self.find_from(0, |stop| is_open(stop) && is_demanded(stop))
            })
            .or_else(|| self.find_from(after, is_open));
        if let Some(index) = next {
            self.put(index);
        }
    }

    /// The questions as they stand one under the other.
    pub fn blocks(&self, asked: &Asked<'_>) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let is_many = asked.item().candidates.len() > 1;
        for stop in self.stops.iter().filter(|stop| stop.part == StopPart::Answer) {
            let question = stop.slot.question;
            if is_many && is_cell(asked.question(stop.slot)) {
                match blocks.last_mut() {
                    Some(Block::Matrix(questions)) if questions.contains(&question) => {}
                    Some(Block::Matrix(questions)) => questions.push(question),
                    _ => blocks.push(Block::Matrix(vec![question])),
                }
                continue;
            }
            match blocks.last_mut() {
                Some(Block::Rows(other, slots)) if *other == question => slots.push(stop.slot),
                _ => blocks.push(Block::Rows(question, vec![stop.slot])),
            }
        }
        blocks
    }

    fn put(&mut self, index: usize) {
        if self.active != index {
            let question = |index: usize| self.stops.get(index).map(|stop| stop.slot.question);
            // The label in hand goes along to the next candidate.
            let is_same = question(self.active) == question(index);
            let label = self.cursor.label.take().filter(|_| is_same);
            self.active = index;
            self.cursor = Cursor { label, ..Cursor::default() };
        }
        self.is_moved = true;
    }

    fn find_from(&self, from: usize, fits: impl Fn(Stop) -> bool) -> Option<usize> {
        (from..self.stops.len()).find(|&index| fits(self.stops[index]))
    }
}

/// Whether a place has no answer yet, or half a one.
fn wants(stop: Stop, asked: &Asked<'_>) -> bool {
    use tiebreak_domain::AnswerValue;
    match (stop.part, asked.value(stop.slot)) {
        (StopPart::Confidence, Some(AnswerValue::Text(answer))) => answer.confidence.is_none(),
        (StopPart::Answer, Some(AnswerValue::Text(answer))) => answer.text.trim().is_empty(),
        (_, None) => true,
        _ => !asked.is_complete(stop.slot),
    }
}
