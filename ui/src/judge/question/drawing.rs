//! What is drawn on the parts of a candidate or of the prompt: marks on its pictures, spans on its texts.
//!
//! Made before the parts are painted and read afterwards, so that what painted them need know no question.

use tiebreak_domain::rubric::{QuestionKind, Slot};

use super::marks::Canvas;
use super::{Asked, Change, spans};
use crate::document::Marking;
use crate::judge::sheet::Cursor;

/// What is drawn on each part, by its place.
#[derive(Debug, Default)]
pub struct Drawing {
    /// On pictures.
    pub canvases: Vec<Canvas>,
    /// On texts.
    pub markings: Vec<Marking>,
    is_on: Option<Slot>,
}

impl Drawing {
    /// What is drawn on so many parts of a candidate (none: of the prompt), while the keys are at `active`.
    pub fn of(
        asked: &Asked<'_>,
        active: Option<Slot>,
        cursor: &Cursor,
        candidate: Option<u8>,
        parts: usize,
    ) -> Self {
        let here = active.map(|slot| Slot { candidate, ..slot });
        let takes = |slot: &Slot| {
            let kind = &asked.question(*slot).kind;
            matches!(kind, QuestionKind::Marks { .. } | QuestionKind::Spans { .. })
                && active.is_some_and(|active| active.candidate.is_some() == candidate.is_some())
                && asked.open_slots().contains(slot)
        };
        let is_on = here.filter(takes);
        let active = active.filter(|_| is_on.is_some());
        let parts = 0..parts as u16;
        Self {
            canvases: parts.clone().map(|part| Canvas::of(asked, active, cursor, candidate, part)).collect(),
            markings: parts.map(|part| spans::marking(asked, active, cursor, candidate, part)).collect(),
            is_on,
        }
    }

    /// Leaves out the marks of a part that lie on another frame than the one on the screen.
    pub fn keep_of_frame(&mut self, part: usize, is_on_screen: impl Fn(u64) -> bool) {
        if let Some(canvas) = self.canvases.get_mut(part) {
            canvas.marks.retain(|shown| shown.mark.at_us.is_none_or(&is_on_screen));
        }
    }

    /// What was drawn in this frame, as changes of answers.
    pub fn changes(&self, asked: &Asked<'_>, active: Option<Slot>, cursor: &Cursor) -> Vec<(Slot, Change)> {
        let Some(slot) = self.is_on else { return Vec::new() };
        // The label belongs to the answer that has the keys, and to none beside it.
        let label =
            || cursor.label.clone().filter(|_| active.is_some_and(|active| active.question == slot.question));
        let canvases = self.canvases.iter().enumerate();
        let on_pictures =
            canvases.flat_map(|(part, canvas)| canvas.changes(asked, slot, part as u16, label()));
        let markings = self.markings.iter().enumerate();
        let on_texts = markings.flat_map(|(part, marking)| {
            spans::changes(asked, slot, part as u16, marking.taken.as_ref(), label())
        });
        on_pictures.chain(on_texts).map(|change| (slot, change)).collect()
    }
}
