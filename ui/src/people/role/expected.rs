//! The answers that are expected of an item, given by the questions' own controls and keys.
//!
//! They live in a judging session of their own that submits nothing. Only what can be held against a judgment is
//! asked: words, marks and stretches of text are never the same twice. No question has to be answered, since what
//! is not expected is free.

use egui::{Rect, Ui};
use tiebreak_domain::rubric::{QuestionKind, Slot};
use tiebreak_domain::{Answer, AnswerValue, Draft, Item, Outcome, Preference, QueuedItem, Rubric};

use crate::app::{Action, Scene};
use crate::command::{Chord, Keymap};
use crate::desk::Desk;
use crate::judge::Session;
use crate::judge::panel::rows_ui;
use crate::judge::question::{Asked, Change};
use crate::judge::screen::{JudgeScreen, content_ui};
use crate::judge::session::{Keyed, Moment, Setup};

/// An item, and what is expected of it so far.
#[derive(Debug)]
pub(super) struct Expected {
    session: Session,
    screen: JudgeScreen,
    /// What the dialog began with.
    before: Vec<Answer>,
}

impl Expected {
    /// An item at these answers; `setup` is that of whoever sits here.
    pub(super) fn new(setup: &Setup, queued: QueuedItem, answers: Vec<Answer>, moment: &Moment) -> Self {
        let setup = Setup { rubric: measurable(&setup.rubric), ..setup.clone() };
        let answers = setup.rubric.kept(&queued.item.item, &answers);
        let draft = Draft { answers: answers.clone(), ..Draft::default() };
        let mut session = Session::new(setup);
        session.go_arrived(vec![QueuedItem { previous: None, draft: Some(draft), ..queued }], moment);
        Self { session, screen: JudgeScreen::default(), before: answers }
    }

    /// The item.
    pub(super) fn item(&self) -> Option<&Item> {
        self.session.current.as_ref().map(|shown| &shown.queued.item.item)
    }

    /// Whether anything is asked of the item that can be held against a judgment.
    pub(super) fn asks_something(&self) -> bool {
        self.session.current.as_ref().is_some_and(|shown| !shown.sheet.is_empty())
    }

    /// The expected answers; none while there are none, or one is begun and not complete.
    pub(super) fn answers(&self) -> Option<Vec<Answer>> {
        self.session.answers_to_submit()
    }

    /// The answers as they stand, complete or not.
    pub(super) fn so_far(&self) -> &[Answer] {
        self.session.current.as_ref().map_or(&[], |shown| &shown.draft.answers)
    }

    /// Whether anything was changed.
    pub(super) fn is_changed(&self) -> bool {
        self.so_far() != self.before
    }

    /// Those of some answers that can be expected.
    pub(super) fn of(&self, answers: &[Answer]) -> Vec<Answer> {
        self.item().map(|item| self.session.setup.rubric.kept(item, answers)).unwrap_or_default()
    }

    /// Expects these answers.
    pub(super) fn set(&mut self, answers: &[Answer]) {
        let answers = self.of(answers);
        if let Some(shown) = &mut self.session.current {
            shown.draft.answers = answers;
        }
    }

    /// What a key means to the questions; says whether it meant anything.
    pub(super) fn key(&mut self, chord: Chord, keymap: &Keymap) -> bool {
        match self.session.key(chord, keymap) {
            Some(Keyed::Answered(slot, change)) => {
                self.change(slot, change);
                true
            }
            Some(Keyed::Moved) => true,
            None => false,
        }
    }

    /// Changes an answer.
    pub(super) fn change(&mut self, slot: Slot, change: Change) {
        let change = match change {
            // Whatever the reason, it is as expected: the first that the rubric knows stands for all.
            Change::AskWhy => {
                let reasons = &self.session.setup.rubric.unratable_reasons;
                let reason = reasons.first().cloned().unwrap_or_else(|| "It cannot be judged".to_owned());
                let preference = Preference { reason: Some(reason), ..Preference::new(Outcome::Unratable) };
                Change::Done(AnswerValue::Preference(preference))
            }
            other => other,
        };
        self.session.change(slot, change);
    }

    /// Puts the keys to an answer.
    pub(super) fn go_to(&mut self, slot: Slot) {
        self.session.go_to_slot(slot);
    }

    /// Paints the item as the judge screen does.
    pub(super) fn item_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        desk: &mut Desk,
        room: Rect,
        wanted: &mut Vec<Action>,
    ) {
        // The judge screen paints what is in front on the desk.
        self.exchange(desk);
        content_ui(ui, scene, desk, room, wanted);
        self.exchange(desk);
    }

    /// Paints the questions.
    pub(super) fn questions_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        let rubric = &self.session.setup.rubric;
        let Some(shown) = &mut self.session.current else { return };
        // The sheet is painted while the answers are read, and put back below.
        let mut sheet = std::mem::take(&mut shown.sheet);
        let asked = Asked { rubric, queued: &shown.queued, draft: &shown.draft };
        let blocks = sheet.blocks(&asked);
        rows_ui(ui, scene, &asked, &blocks, &mut sheet, true, wanted);
        sheet.is_moved = false;
        shown.sheet = sheet;
    }

    fn exchange(&mut self, desk: &mut Desk) {
        std::mem::swap(&mut self.session, &mut desk.session);
        std::mem::swap(&mut self.screen, &mut desk.judge_screen);
    }
}

/// A rubric without the questions whose answers cannot be held against one another, and none of it demanded.
fn measurable(rubric: &Rubric) -> Rubric {
    let mut rubric = rubric.clone();
    rubric.questions.retain(|question| {
        !matches!(
            question.kind,
            QuestionKind::Text { .. }
                | QuestionKind::Marks { .. }
                | QuestionKind::Spans { .. }
                | QuestionKind::Segments
        )
    });
    for question in &mut rubric.questions {
        question.required = false;
    }
    rubric
}
