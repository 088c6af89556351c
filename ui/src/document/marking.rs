//! Stretches of a text that are marked on its layout, by the mouse or by keys that others press.
//!
//! All stretches count the characters of the source ([`super::origin`]); what is hidden of it can lie within a
//! stretch and is never its end. Painting is [`super::marked_ui`]'s business.

use std::ops::Range;

use egui::{Painter, Pos2, Rect, Response, Stroke, Ui, vec2};

use super::highlights::Highlights;
use super::laid_out::{LaidOut, Words};
use super::layout::rects_of;
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
            for rect in document.rects_of_source(&marked.range) {
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
        for (index, rect) in document.rects_of_source(at).into_iter().enumerate() {
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
            document.character_under(last)
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
            let rects = document.rects_of_source(&marked.range);
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
    for rect in document.rects_of_source(range) {
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

/// A place between two characters: the words, and how many of their characters stand before it.
type Place = (usize, u32);

impl LaidOut {
    /// Where the characters of a stretch of the source are seen.
    pub(super) fn rects_of_source(&self, source: &Range<u32>) -> Vec<Rect> {
        let rects = |words: &Words| {
            let shown = words.origins.shown_of(source).into_iter();
            let found =
                shown.flat_map(|shown| rects_of(&words.galley, shown.start as usize, shown.end as usize));
            found.map(|rect| rect.translate(words.at.to_vec2())).collect::<Vec<_>>()
        };
        self.words.iter().flat_map(rects).collect()
    }

    /// The place nearest to a point.
    fn place_at(&self, at: Pos2) -> Option<Place> {
        let distance = |words: &Words| {
            let rect = Rect::from_min_size(words.at, words.galley.size());
            // What stands on the same height is nearer than anything above or below.
            let (across, down) = (rect.x_range(), rect.y_range());
            let beyond =
                |range: egui::Rangef, value: f32| (range.min - value).max(value - range.max).max(0.0);
            beyond(down, at.y) * 1e4 + beyond(across, at.x)
        };
        let nearest = self
            .words
            .iter()
            .enumerate()
            .min_by(|(_, one), (_, other)| distance(one).total_cmp(&distance(other)));
        let (index, words) = nearest?;
        let character = words.galley.cursor_from_pos(at - words.at).index.0;
        Some((index, u32::try_from(character).unwrap_or(u32::MAX)))
    }

    /// The character of the source that is seen at a place.
    fn character_under(&self, (index, character): Place) -> Option<Range<u32>> {
        let origins = &self.words.get(index)?.origins;
        // Behind the last letter of a line, the letter before is meant.
        let before = character.saturating_sub(1);
        let of = |shown: u32| origins.source_of(&(shown..shown + 1));
        of(character).or_else(|| of(before))
    }

    /// The stretch of the source between two places, in whichever order.
    fn source_between(&self, one: Place, other: Place) -> Option<Range<u32>> {
        let (first, last) = (one.min(other), one.max(other));
        let mut found: Option<Range<u32>> = None;
        for index in first.0..=last.0 {
            let start = if index == first.0 { first.1 } else { 0 };
            let end = if index == last.0 { last.1 } else { u32::MAX };
            if start < end
                && let Some(source) = self.words.get(index)?.origins.source_of(&(start..end))
            {
                let from = found.as_ref().map_or(source.start, |found| found.start);
                found = Some(from..source.end);
            }
        }
        found.filter(|found| found.start < found.end)
    }
}
