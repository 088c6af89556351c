//! One answer of the panel: what it is painted with, and which kind paints it.

use egui::Ui;
use tiebreak_domain::rubric::{QuestionKind, Scale, Slot};

use super::{
    Asked, Change, entries, marks, preference, ranking, rating, segments, slider, spans, steps, text,
};
use crate::command::Keymap;
use crate::judge::sheet::{Cursor, StopPart};

/// What an answer is painted with.
#[derive(Clone)]
pub struct Row<'a> {
    /// The item with its answers.
    pub asked: Asked<'a>,
    /// Which answer.
    pub slot: Slot,
    /// What screen readers call it.
    pub name: String,
    /// Whether it has the keys.
    pub is_active: bool,
    /// The part of it that has the keys.
    pub part: StopPart,
    /// Whether its condition holds.
    pub is_open: bool,
    /// Whether it stands below its title, in a narrow column.
    pub is_stacked: bool,
    /// The keys.
    pub keymap: &'a Keymap,
}

impl Row<'_> {
    /// Whether a long answer is shown in full: the active one, and one that has no others of its question
    /// beside it, so that nothing moves when the keys leave it.
    pub fn is_unfolded(&self) -> bool {
        let is_only = self.slot.candidate.is_none() || self.asked.item().candidates.len() == 1;
        self.is_active || (is_only && self.is_open)
    }
}

/// Paints the answer; says what is to become of it.
pub fn row_ui(ui: &mut Ui, row: &Row<'_>, cursor: &mut Cursor) -> Option<Change> {
    match &row.asked.question(row.slot).kind {
        QuestionKind::Preference { outcomes, strength } => preference::ui(ui, row, outcomes, *strength),
        QuestionKind::Ranking { form } => ranking::ui(ui, row, *form),
        QuestionKind::Rating { scale: scale @ Scale::Slider { .. } } => slider::ui(ui, row, scale),
        QuestionKind::Rating { scale } => rating::ui(ui, row, scale),
        QuestionKind::Choice { entries } => entries::ui(ui, row, entries, false, cursor),
        QuestionKind::Checklist { entries } => entries::ui(ui, row, entries, true, cursor),
        QuestionKind::Text { purpose, with_confidence } => text::ui(ui, row, *purpose, *with_confidence),
        QuestionKind::Marks { shape, labels } => marks::ui(ui, row, *shape, labels, cursor),
        QuestionKind::Spans { labels, .. } => spans::ui(ui, row, labels, cursor),
        QuestionKind::Steps => steps::ui(ui, row, cursor),
        QuestionKind::Segments => segments::ui(ui, row, cursor),
    }
}
