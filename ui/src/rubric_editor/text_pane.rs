//! The text: numbered lines, colours, the line of a fault marked, and what is wrong below.

use std::sync::Arc;

use egui::text::CCursor;
use egui::text_selection::CCursorRange;
use egui::{
    Align2, CornerRadius, Event, Frame, Galley, Id, Key, Margin, Pos2, Rect, ScrollArea, Shape, Stroke,
    TextBuffer, TextEdit, Ui, pos2, vec2,
};

use super::{RubricEditor, toml_colors};
use crate::app::notice::with_capital;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, radius, space, text};
use crate::widget::Notice;

/// Distance from line to line.
const LINE: f32 = 19.0;
/// Room for the numbers of lines.
const GUTTER: f32 = 44.0;
/// Room for what is wrong, so that the text does not move when something is.
const BELOW: f32 = 136.0;
/// What Tab inserts.
const INDENT: &str = "    ";

impl RubricEditor {
    /// Paints the text in the width there is; says whether it was changed.
    pub(super) fn text_ui(&mut self, ui: &mut Ui, height: f32) -> bool {
        let palette = theme::palette(ui);
        let frame = Frame::new()
            .fill(palette.code)
            .stroke(Stroke::new(HAIRLINE, if self.is_text_focused { palette.accent } else { palette.line }))
            .corner_radius(CornerRadius::same(radius::MEDIUM))
            .inner_margin(Margin::same(1));
        let field_height = (height - BELOW).max(60.0);
        let is_changed = frame
            .show(ui, |ui| {
                let room = vec2(ui.available_width(), field_height);
                ScrollArea::vertical()
                    .id_salt("rubric text")
                    .max_height(room.y)
                    .min_scrolled_height(room.y)
                    .auto_shrink(false)
                    .show(ui, |ui| self.field_ui(ui, room.y))
                    .inner
            })
            .inner;
        ui.add_space(space::TINY);
        let room = (height - field_height - space::MEDIUM).max(0.0);
        ScrollArea::vertical()
            .id_salt("fault")
            .max_height(room)
            .min_scrolled_height(room)
            .auto_shrink(false)
            .show(ui, |ui| self.below_ui(ui));
        is_changed
    }

    fn field_ui(&mut self, ui: &mut Ui, room: f32) -> bool {
        let palette = theme::palette(ui);
        if self.is_text_focused {
            indent_instead_of_tab(ui);
        }
        // What lies under the text is known only after the text was laid out.
        let under = ui.painter().add(Shape::Noop);
        let mut layouter = |ui: &Ui, text: &dyn TextBuffer, width: f32| -> Arc<Galley> {
            let mut job = toml_colors::layout(text.as_str(), Face::Mono.at(text::SMALL), LINE, palette);
            job.wrap.max_width = width;
            ui.painter().layout_job(job)
        };
        let output = TextEdit::multiline(&mut self.text)
            .id(text_id())
            .frame(Frame::new().inner_margin(Margin {
                left: GUTTER as i8,
                right: space::LARGE as i8,
                top: 6,
                bottom: 6,
            }))
            .lock_focus(true)
            .desired_width(f32::INFINITY)
            .min_size(vec2(0.0, room))
            .layouter(&mut layouter)
            .show(ui);
        let response = output.response.response.clone();
        response.clone().accessible_name("Rubric as text");
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
        }
        self.is_text_focused = response.has_focus();
        let fault = self.fault().and_then(|fault| fault.line);
        let rows = Rows { galley: &output.galley, origin: output.galley_pos };
        let left = response.rect.left();
        let line_rect = |line: usize| {
            let (top, bottom) = rows.of_line(line)?;
            Some(Rect::from_min_max(pos2(left, top), pos2(response.rect.right(), bottom)))
        };
        if let Some(rect) = fault.and_then(line_rect) {
            ui.painter().set(under, Shape::rect_filled(rect, CornerRadius::ZERO, palette.loss_wash));
            ui.painter().vline(rect.left() + 1.0, rect.y_range(), Stroke::new(2.0, palette.loss));
        }
        for (line, top) in rows.lines().filter(|(_, top)| ui.clip_rect().y_range().contains(*top)) {
            let is_faulty = fault == Some(line);
            let color = if is_faulty { palette.loss } else { palette.ink_third };
            let face = if is_faulty { Face::MonoBold } else { Face::Mono };
            let at = pos2(left + GUTTER - space::MEDIUM, top + LINE / 2.0);
            ui.painter().text(at, Align2::RIGHT_CENTER, line, face.at(text::CAPTION), color);
        }
        if let Some(line) = self.goes_to_line.take() {
            if let Some(rect) = line_rect(line) {
                ui.scroll_to_rect(rect.expand(3.0 * LINE), None);
            }
            let mut state = output.state;
            let at = CCursor::new(start_of_line(&self.text, line));
            state.cursor.set_char_range(Some(CCursorRange::one(at)));
            state.store(ui.ctx(), response.id);
            response.request_focus();
        }
        response.changed()
    }

    fn below_ui(&mut self, ui: &mut Ui) {
        let Some(fault) = self.fault() else {
            self.state_ui(ui);
            return;
        };
        let what = with_capital(fault.what);
        let line = fault.line;
        let says = line.map_or_else(|| what.clone(), |line| format!("Line {line}: {what}"));
        let hint = self.error.as_ref().and_then(|error| error.hint.as_deref()).map(with_capital);
        let action = line.map(|line| format!("Go to line {line}"));
        let mut notice = Notice::error(&says).todo(hint.as_deref().unwrap_or_default());
        if let Some(action) = &action {
            notice = notice.action(action);
        }
        if notice.show(ui).is_some() {
            self.goes_to_line = line;
        }
    }
}

/// Where lines stand on the screen.
struct Rows<'a> {
    galley: &'a Galley,
    origin: Pos2,
}

impl Rows<'_> {
    /// Each row with its line from 1, and its upper edge; a long line has several rows.
    fn rows(&self) -> impl Iterator<Item = (usize, f32)> {
        self.galley.rows.iter().scan(1, |line, row| {
            let place = (*line, self.origin.y + row.pos.y);
            *line += usize::from(row.ends_with_newline);
            Some(place)
        })
    }

    /// Each line from 1, with its upper edge.
    fn lines(&self) -> impl Iterator<Item = (usize, f32)> {
        let mut last = 0;
        self.rows().filter(move |(line, _)| std::mem::replace(&mut last, *line) != *line)
    }

    /// The upper and the lower edge of a line.
    fn of_line(&self, line: usize) -> Option<(f32, f32)> {
        let mut tops = self.rows().filter(|(of, _)| *of == line).map(|(_, top)| top);
        let first = tops.next()?;
        Some((first, tops.last().unwrap_or(first) + LINE))
    }
}

pub(super) fn text_id() -> Id {
    Id::unique("rubric as text")
}

fn start_of_line(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(|line| line.chars().count()).sum()
}

fn indent_instead_of_tab(ui: &Ui) {
    ui.input_mut(|input| {
        for event in &mut input.events {
            if let Event::Key { key: Key::Tab, pressed: true, modifiers, .. } = event
                && modifiers.is_none()
            {
                *event = Event::Text(INDENT.to_owned());
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_a_line_is_counted_in_characters() {
        assert_eq!(start_of_line("é\nab\nc", 1), 0);
        assert_eq!(start_of_line("é\nab\nc", 3), 5);
        assert_eq!(start_of_line("a", 9), 1, "a line that is not there is the end");
    }
}
