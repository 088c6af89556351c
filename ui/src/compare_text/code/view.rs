//! One side of two pieces of code, painted row by row: number, line, and what differs in it.
//!
//! Lines are broken at the width of the pane; a row is as high as the higher of its two lines, so that both
//! panes stay in step. Only visible rows are laid out.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::text_selection::LabelSelectionState;
use egui::{Align, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use unicode_width::UnicodeWidthChar;

use super::CodeRows;
use crate::document::token_color;
use crate::theme::font::Face;
use crate::theme::{self, Palette, TextSizes, space};

/// Columns that a tab stands for.
const TAB: usize = 4;
/// Width of the bar beside a line that differs.
const BAR: f32 = 3.0;

/// Where the lines of a side are broken, and how high each row is, for one width.
#[derive(Clone, Debug, Default)]
pub struct Broken {
    columns: usize,
    /// The number of painted lines before each row, and of all.
    before: Vec<usize>,
}

impl Broken {
    fn of(rows: &CodeRows, columns: usize) -> Self {
        let mut before = vec![0];
        let mut count = 0;
        for row in &rows.rows {
            let height = |side: usize| {
                row.lines[side].map_or(1, |line| pieces(rows.sides[side].line(line), columns).len())
            };
            count += height(0).max(height(1));
            before.push(count);
        }
        Self { columns, before }
    }
}

/// The bytes of a line that stand in one painted line, each.
fn pieces(line: &str, columns: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (at, character) in line.char_indices() {
        let width = if character == '\t' { TAB } else { character.width().unwrap_or(0) };
        if used + width > columns && at > start {
            pieces.push(start..at);
            (start, used) = (at, 0);
        }
        used += width;
    }
    pieces.push(start..line.len());
    pieces
}

/// Paints one side into the width there is.
pub fn code_ui(ui: &mut Ui, rows: &CodeRows, broken: &mut Broken, side: usize, text_size: f32) {
    let palette = theme::palette(ui);
    let sizes = TextSizes::of(text_size);
    let font = Face::Mono.at(sizes.code);
    let advance = ui.ctx().fonts_mut(|fonts| fonts.glyph_width(&font, '0')).max(1.0);
    let most_lines = rows.sides.iter().map(|side| side.lines.len()).max().unwrap_or(0);
    let gutter = (most_lines.to_string().len() as f32 * advance + 2.0 * space::SMALL).ceil();
    let width = ui.available_width();
    let columns = (((width - gutter - space::SMALL) / advance).floor() as usize).max(8);
    if broken.columns != columns || broken.before.len() != rows.rows.len() + 1 {
        *broken = Broken::of(rows, columns);
    }
    let height = sizes.code_line_height;
    let count = broken.before.last().copied().unwrap_or(0);
    let (rect, _) = ui.allocate_exact_size(vec2(width, count as f32 * height), Sense::hover());
    let clip = ui.clip_rect();
    let first = ((clip.top() - rect.top()) / height).floor().max(0.0) as usize;
    let last = ((clip.bottom() - rect.top()) / height).ceil().max(0.0) as usize;
    let from = broken.before.partition_point(|before| *before <= first).saturating_sub(1);
    let to = broken.before.partition_point(|before| *before < last).min(rows.rows.len());
    let place = |index: usize| {
        let top = rect.top() + broken.before[index] as f32 * height;
        let bottom = rect.top() + broken.before[index + 1] as f32 * height;
        Rect::from_min_max(pos2(rect.left(), top), pos2(rect.right(), bottom))
    };
    let layout = RowLayout { gutter, columns, height, font, palette };
    // All grounds first: the line under a word reaches into the row below.
    (from..to).for_each(|index| layout.ground_ui(ui, rows, index, side, place(index)));
    (from..to).for_each(|index| layout.ui(ui, rows, index, side, place(index)));
}

struct RowLayout<'a> {
    gutter: f32,
    columns: usize,
    height: f32,
    font: egui::FontId,
    palette: &'a Palette,
}

impl RowLayout<'_> {
    fn ground_ui(&self, ui: &Ui, rows: &CodeRows, index: usize, side: usize, place: Rect) {
        let row = &rows.rows[index];
        let palette = self.palette;
        if row.lines[side].is_none() {
            // The other side has a line here.
            ui.painter().rect_filled(place.shrink2(vec2(0.0, 0.5)), 0, palette.code);
        } else if !row.is_same {
            ui.painter().rect_filled(place, 0, palette.hover);
            let bar = Rect::from_min_size(place.min, vec2(BAR, place.height()));
            ui.painter().rect_filled(bar, 0, palette.ink_third);
        }
    }

    fn ui(&self, ui: &Ui, rows: &CodeRows, index: usize, side: usize, place: Rect) {
        let palette = self.palette;
        let Some(line) = rows.rows[index].lines[side] else { return };
        let number =
            ui.painter().layout_no_wrap((line + 1).to_string(), self.font.clone(), palette.ink_third);
        let at = pos2(place.left() + self.gutter - space::SMALL - number.size().x, place.top());
        let drop = ((self.height - number.size().y) / 2.0).max(0.0);
        ui.painter().galley(at + vec2(0.0, drop), number, palette.ink_third);
        let code = &rows.sides[side];
        let start = code.lines[line].start;
        // A line that stands alone is all there is to it; a line beside another tells its words.
        let only = rows.only(side, line);
        for (piece_index, piece) in pieces(code.line(line), self.columns).into_iter().enumerate() {
            let job = self.job(rows, side, &(start + piece.start..start + piece.end), start, only);
            let galley = ui.ctx().fonts_mut(|fonts| fonts.layout_job(job));
            let at = pos2(place.left() + self.gutter, place.top() + piece_index as f32 * self.height);
            let room = Rect::from_min_size(at, vec2(place.right() - at.x, self.height));
            let sense = Sense::click_and_drag() - Sense::FOCUSABLE;
            let response = ui.interact(room, ui.scope_id().with(("code", side, line, piece_index)), sense);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), galley.text()));
            LabelSelectionState::label_text_selection(ui, &response, at, galley, palette.ink, Stroke::NONE);
        }
    }

    fn job(
        &self,
        rows: &CodeRows,
        side: usize,
        bytes: &Range<usize>,
        start: usize,
        only: &[Range<usize>],
    ) -> LayoutJob {
        let code = &rows.sides[side];
        let mut job = LayoutJob::default();
        let is_only = |at: usize| only.iter().any(|range| range.contains(&(at - start)));
        for (part, token) in code.tokens_within(bytes) {
            let mut at = part.start;
            while at < part.end {
                let told = is_only(at);
                let bounds = only.iter().flat_map(|range| [range.start + start, range.end + start]);
                let end = bounds.filter(|bound| *bound > at).min().unwrap_or(part.end).min(part.end);
                let color = token_color(self.palette, token, self.palette.ink);
                let line = if told { Stroke::new(1.5, self.palette.ink_second) } else { Stroke::NONE };
                let format = TextFormat {
                    font_id: self.font.clone(),
                    color,
                    underline: line,
                    line_height: Some(self.height),
                    valign: Align::Center,
                    ..TextFormat::default()
                };
                job.append(&code.text[at..end], 0.0, format);
                at = end;
            }
        }
        job
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_the_width_of_their_signs() {
        assert_eq!(pieces("abcdef", 4), [0..4, 4..6]);
        assert_eq!(pieces("", 4).len(), 1, "an empty line is a line");
        assert_eq!(pieces("\ta\tb", 6), [0..2, 2..4], "a tab is four wide");
        assert_eq!(pieces("漢字かな", 4), [0..6, 6..12], "wide signs count twice");
    }
}
