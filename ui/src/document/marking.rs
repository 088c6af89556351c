//! Stretches of a text that are marked on its layout, by the mouse or by keys that others press.
//!
//! All stretches count the characters of the source ([`super::origin`]); what is hidden of it can lie within a
//! stretch and is never its end. Painting is [`super::marked_ui`]'s business.

use std::ops::Range;

use egui::{Painter, Pos2, Response, Stroke, Ui, vec2};

use super::highlights::Highlights;
use super::laid_out::LaidOut;
use crate::theme::{self, Palette, radius};

/// A marked stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Its characters.
    pub range: Range<u32>,
    /// What it says, shown under the pointer; may be empty.
    pub says: String,
}

/// What the pointer took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its characters: of a click, the one under the pointer.
    pub range: Range<u32>,
    /// Whether it was a click and no drag.
    pub is_click: bool,
}

/// What is marked in a text, and whether more can be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marking {
    /// The stretches.
    pub marked: Vec<Marked>,
    /// The stretch that keys are about to mark.
    pub chosen: Option<Range<u32>>,
    /// The word that the keys are at.
    pub at: Option<Range<u32>>,
    /// Whether that word is to be brought into view.
    pub is_moved: bool,
    /// Whether the pointer marks; else it selects words to be copied.
    pub takes: bool,
    /// The words that a drag takes as a whole; empty where single characters can be taken.
    pub words: Vec<Range<u32>>,
    /// What was taken in this frame.
    pub taken: Option<Taken>,
    /// Stretches told apart under everything else, layer upon layer.
    pub highlights: Vec<Highlights>,
}

/// A drag or a click shorter than this, in points, is a click.
const CLICK: f32 = 4.0;

impl Marking {
    /// The ground behind what is marked, and the line under it: nothing is told by colour alone.
    pub(super) fn ground_ui(&self, painter: &Painter, document: &LaidOut, origin: Pos2, palette: &Palette) {
        for highlights in &self.highlights {
            highlights.ui(painter, document, origin, palette);
        }
        for marked in &self.marked {
            for rect in document.rects_of_characters(&marked.range) {
                let rect = rect.translate(origin.to_vec2());
                painter.rect_filled(rect.expand2(vec2(1.0, 1.0)), radius::SMALL, palette.text_selection);
                let under = Stroke::new(1.5, palette.accent);
                painter.hline(rect.x_range(), rect.bottom() + 1.0, under);
            }
        }
        if let Some(chosen) = &self.chosen {
            chosen_ui(painter, document, origin, chosen, palette);
        }
    }

    /// The line under the word of the keys, brought into view once they moved.
    pub(super) fn cursor_ui(&self, ui: &Ui, document: &LaidOut, origin: Pos2, palette: &Palette) {
        let Some(at) = &self.at else { return };
        for (index, rect) in document.rects_of_characters(at).into_iter().enumerate() {
            let rect = rect.translate(origin.to_vec2());
            ui.painter().hline(rect.x_range(), rect.bottom() + 2.0, Stroke::new(2.5, palette.accent));
            if index == 0 && self.is_moved {
                ui.scroll_to_rect(rect.expand2(vec2(0.0, 3.0 * rect.height())), None);
            }
        }
    }

    /// Takes a click or a drag on the text, and shows what a drag would take.
    pub(super) fn pointer_ui(
        &mut self,
        ui: &Ui,
        response: &Response,
        document: &LaidOut,
        origin: Pos2,
        palette: &Palette,
    ) {
        let response = response.clone().on_hover_cursor(egui::CursorIcon::Text);
        self.says_ui(&response, document, origin);
        let pressed = ui.input(|input| input.pointer.press_origin());
        if let Some(pressed) = pressed.filter(|_| response.is_pointer_button_down_on()) {
            // The pointer forgets in the frame of its release where it was pressed.
            ui.ctx().data_mut(|data| data.insert_temp(response.id, pressed));
        }
        let Some(pointer) = response.interact_pointer_pos() else { return };
        let pressed: Pos2 = ui.ctx().data(|data| data.get_temp(response.id)).unwrap_or(pointer);
        let is_click = pressed.distance(pointer) <= CLICK;
        let is_over = response.clicked() || response.drag_stopped_by(egui::PointerButton::Primary);
        if !is_over && (is_click || !response.dragged_by(egui::PointerButton::Primary)) {
            return;
        }
        let place = |at: Pos2| document.place_at(at - origin.to_vec2());
        let (Some(first), Some(last)) = (place(pressed), place(pointer)) else { return };
        let range = if is_click {
            document.character_at(pointer - origin.to_vec2())
        } else {
            document.source_between(first, last).map(|range| self.widened(range))
        };
        let Some(range) = range else { return };
        if is_over {
            self.taken = Some(Taken { range, is_click });
        } else {
            chosen_ui(ui.painter(), document, origin, &range, palette);
        }
    }

    fn says_ui(&self, response: &Response, document: &LaidOut, origin: Pos2) {
        let Some(pointer) = response.hover_pos() else { return };
        let is_under = |marked: &&Marked| {
            let rects = document.rects_of_characters(&marked.range);
            !marked.says.is_empty()
                && rects.iter().any(|rect| rect.translate(origin.to_vec2()).contains(pointer))
        };
        if let Some(marked) = self.marked.iter().find(is_under) {
            response.clone().on_hover_text_at_pointer(&marked.says);
        }
    }

    /// A stretch with the rest of the words that it begins and ends in.
    fn widened(&self, range: Range<u32>) -> Range<u32> {
        let mut touched = self.words.iter().filter(|word| word.start < range.end && range.start < word.end);
        match touched.next() {
            Some(first) => first.start..touched.next_back().unwrap_or(first).end,
            None => range,
        }
    }
}

fn chosen_ui(painter: &Painter, document: &LaidOut, origin: Pos2, range: &Range<u32>, palette: &Palette) {
    for rect in document.rects_of_characters(range) {
        let rect = rect.translate(origin.to_vec2()).expand2(vec2(1.0, 1.0));
        painter.rect_filled(rect, theme::radius::SMALL, palette.accent_wash);
        painter.rect_stroke(
            rect,
            theme::radius::SMALL,
            Stroke::new(theme::HAIRLINE, palette.accent),
            egui::StrokeKind::Inside,
        );
    }
}
