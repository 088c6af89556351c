//! Two texts line by line, painted row by row: number, line, and what differs in it; one side beside the other, or
//! both in one pane.
//!
//! Lines are broken at the width of the pane; beside each other, a row is as high as the higher of its two lines, so
//! that both panes stay in step. Only visible rows are laid out.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::text_selection::LabelSelectionState;
use egui::{Align, Pos2, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use unicode_width::UnicodeWidthChar;

use super::CodeRows;
use crate::document::{
    LineStretch, LineToSet, SetLines, document_ui, lent_fonts, needs_setting, token_color,
};
use crate::theme::font::Face;
use crate::theme::{self, Palette, TextSizes, space};

/// Columns that a tab stands for.
const TAB: usize = 4;
/// Width of the bar beside a line that differs.
const BAR: f32 = 3.0;
/// So many rows are set in a frame, besides those that are set and look otherwise now.
const SET_ROWS: usize = 100;
/// What stands before a line that the other side has and this one lacks.
const LACKS: &str = "−";

/// How rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// One side, whose other side is shown beside it.
    Beside(usize),
    /// The second side, with the lines of the first that it lacks.
    Within,
}

/// A row as it is painted.
#[derive(Clone, Copy, Debug)]
struct Shown {
    side: usize,
    /// Its line; none where only the side beside it has one.
    line: Option<usize>,
    is_same: bool,
}

impl Shown {
    /// The rows of `rows` that are painted, each with how many painted lines it takes.
    fn all(rows: &CodeRows, way: Way, columns: usize) -> Vec<(Self, usize)> {
        let height = |side: usize, line: usize| pieces(rows.sides[side].line(line), columns).len();
        let mut all = Vec::new();
        for row in &rows.rows {
            let is_same = row.is_same;
            match way {
                Way::Beside(side) => {
                    let heights = [0, 1].map(|side| row.lines[side].map_or(1, |line| height(side, line)));
                    let shown = Self { side, line: row.lines[side], is_same };
                    all.push((shown, heights[0].max(heights[1])));
                }
                Way::Within => {
                    let lacking = row.lines[0].filter(|_| !is_same).map(|line| (0, line));
                    let own = row.lines[1].map(|line| (1, line));
                    all.extend(
                        lacking.into_iter().chain(own).map(|(side, line)| {
                            (Self { side, line: Some(line), is_same }, height(side, line))
                        }),
                    );
                }
            }
        }
        all
    }
}

/// What lines that are set depend on besides their text: the size of letters, pixels in a point, and how many fonts
/// were lent.
type SetFor = (f32, f32, usize);

/// The rows of a pane and how high each is, for one width.
#[derive(Clone, Debug, Default)]
pub struct Broken {
    columns: usize,
    way: Option<Way>,
    set_for: SetFor,
    shown: Vec<Shown>,
    /// The number of painted lines before each, and of all.
    before: Vec<usize>,
    /// Its lines as they are read, where egui would show some in the wrong order or without letters.
    set: Option<SetPane>,
}

/// The lines of a pane that are set.
#[derive(Clone, Debug, Default)]
struct SetPane {
    /// Tells its text from others.
    fingerprint: u64,
    /// Of each row that was come to: the number of the first of its lines, and of line breaks before it.
    rows: Vec<(usize, u16)>,
    /// Line breaks since the last row that says something.
    breaks: u16,
    lines: SetLines,
}

impl Broken {
    fn of(rows: &CodeRows, way: Way, columns: usize, set_for: SetFor) -> Self {
        let mut count = 0;
        let mut broken = Self { columns, way: Some(way), set_for, before: vec![0], ..Self::default() };
        for (shown, height) in Shown::all(rows, way, columns) {
            count += height;
            broken.shown.push(shown);
            broken.before.push(count);
        }
        let line = |shown: &Shown| shown.line.map(|line| rows.sides[shown.side].line(line));
        if broken.shown.iter().filter_map(line).any(needs_setting) {
            let texts = [&rows.sides[0].text, &rows.sides[1].text];
            let fingerprint = egui::util::hash((texts, way, columns));
            broken.set = Some(SetPane { fingerprint, ..SetPane::default() });
        }
        broken
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

/// Paints rows into the width there is.
pub fn code_ui(ui: &mut Ui, rows: &CodeRows, way: Way, broken: &mut Broken, text_size: f32) {
    let palette = theme::palette(ui);
    let sizes = TextSizes::of(text_size);
    let font = Face::Mono.at(sizes.code);
    let advance = ui.ctx().fonts_mut(|fonts| fonts.glyph_width(&font, '0')).max(1.0);
    let most_lines = rows.sides.iter().map(|side| side.lines.len()).max().unwrap_or(0);
    let signs = most_lines.to_string().len() + usize::from(way == Way::Within);
    let gutter = (signs as f32 * advance + 2.0 * space::SMALL).ceil();
    let width = ui.available_width();
    let columns = (((width - gutter - space::SMALL) / advance).floor() as usize).max(8);
    let set_for = (sizes.code, ui.ctx().pixels_per_point(), lent_fonts::count(ui.ctx()));
    if (broken.columns, broken.way, broken.set_for) != (columns, Some(way), set_for) {
        *broken = Broken::of(rows, way, columns, set_for);
    }
    let height = sizes.code_line_height;
    let count = broken.before.last().copied().unwrap_or(0);
    let (rect, _) = ui.allocate_exact_size(vec2(width, count as f32 * height), Sense::hover());
    let clip = ui.clip_rect();
    let first = ((clip.top() - rect.top()) / height).floor().max(0.0) as usize;
    let last = ((clip.bottom() - rect.top()) / height).ceil().max(0.0) as usize;
    let from = broken.before.partition_point(|before| *before <= first).saturating_sub(1);
    let to = broken.before.partition_point(|before| *before < last).min(broken.shown.len());
    let place = |index: usize| {
        let top = rect.top() + broken.before[index] as f32 * height;
        let bottom = rect.top() + broken.before[index + 1] as f32 * height;
        Rect::from_min_max(pos2(rect.left(), top), pos2(rect.right(), bottom))
    };
    let mut set = broken.set.take();
    let layout = RowLayout { rows, way, gutter, columns, height, font, sizes, palette };
    // All grounds first: the line under a word reaches into the row below.
    (from..to).for_each(|index| layout.ground_ui(ui, broken.shown[index], place(index)));
    (from..to).for_each(|index| layout.number_ui(ui, broken.shown[index], place(index)));
    if let Some(set) = &mut set {
        let room = rect.with_min_x(rect.left() + gutter);
        let top = |index: usize| pos2(0.0, broken.before[index] as f32 * height);
        let next = set.rows.len();
        let more = next..(next + SET_ROWS).min(broken.shown.len());
        for index in (from..to.min(next)).chain(more) {
            layout.set_row(ui, broken.shown[index], index, top(index), room.width(), set);
        }
        if set.rows.len() < broken.shown.len() {
            ui.request_repaint();
        }
        let mut inner = ui.new_child(UiBuilder::new().max_rect(room).id_salt("set lines"));
        document_ui(&mut inner, set.lines.document(room.size(), set.fingerprint));
    } else {
        (from..to).for_each(|index| layout.ui(ui, broken.shown[index], place(index)));
    }
    broken.set = set;
}

struct RowLayout<'a> {
    rows: &'a CodeRows,
    way: Way,
    gutter: f32,
    columns: usize,
    height: f32,
    font: egui::FontId,
    sizes: TextSizes,
    palette: &'a Palette,
}

impl RowLayout<'_> {
    /// Whether it is a line that the side of the pane lacks.
    fn is_lacking(&self, shown: Shown) -> bool {
        self.way == Way::Within && shown.side == 0
    }

    fn ground_ui(&self, ui: &Ui, shown: Shown, place: Rect) {
        let palette = self.palette;
        if shown.line.is_none() {
            // The other side has a line here.
            ui.painter().rect_filled(place.shrink2(vec2(0.0, 0.5)), 0, palette.code);
        } else if !shown.is_same {
            let (ground, bar) = if self.is_lacking(shown) {
                (palette.code, palette.line_strong)
            } else {
                (palette.hover, palette.ink_third)
            };
            ui.painter().rect_filled(place, 0, ground);
            ui.painter().rect_filled(Rect::from_min_size(place.min, vec2(BAR, place.height())), 0, bar);
        }
    }

    fn number_ui(&self, ui: &Ui, shown: Shown, place: Rect) {
        let Some(line) = shown.line else { return };
        let sign = if self.is_lacking(shown) { LACKS } else { "" };
        let number = format!("{sign}{}", line + 1);
        let number = ui.painter().layout_no_wrap(number, self.font.clone(), self.palette.ink_third);
        let at = pos2(place.left() + self.gutter - space::SMALL - number.size().x, place.top());
        let drop = ((self.height - number.size().y) / 2.0).max(0.0);
        ui.painter().galley(at + vec2(0.0, drop), number, self.palette.ink_third);
    }

    /// The pieces of a row's line, each with its bytes of all the code and how it looks.
    fn pieces(&self, shown: Shown) -> Vec<(Range<usize>, Vec<LineStretch>)> {
        let Shown { side, line: Some(line), .. } = shown else { return Vec::new() };
        let code = &self.rows.sides[side];
        let start = code.lines[line].start;
        // A line that stands alone is all there is to it; a line beside another tells its words.
        let only = self.rows.only(side, line);
        let pieces = pieces(code.line(line), self.columns).into_iter();
        let bytes = pieces.map(|piece| start + piece.start..start + piece.end);
        bytes
            .map(|bytes| {
                let looks = self.stretches(side, self.is_lacking(shown), &bytes, start, only);
                (bytes, looks)
            })
            .collect()
    }

    fn ui(&self, ui: &Ui, shown: Shown, place: Rect) {
        let Shown { side, line: Some(line), .. } = shown else { return };
        for (piece, (bytes, stretches)) in self.pieces(shown).into_iter().enumerate() {
            let text = &self.rows.sides[side].text[bytes];
            let at = pos2(place.left() + self.gutter, place.top() + piece as f32 * self.height);
            let room = Rect::from_min_size(at, vec2(place.right() - at.x, self.height));
            let galley = ui.ctx().fonts_mut(|fonts| fonts.layout_job(self.job(text, &stretches)));
            let sense = Sense::click_and_drag() - Sense::FOCUSABLE;
            let response = ui.interact(room, ui.scope_id().with(("code", side, line, piece)), sense);
            response.widget_info(|| {
                let says = if self.is_lacking(shown) { LACKS } else { "" };
                WidgetInfo::labeled(Role::Label, ui.is_enabled(), format!("{says}{}", galley.text()))
            });
            LabelSelectionState::label_text_selection(
                ui,
                &response,
                at,
                galley,
                self.palette.ink,
                Stroke::NONE,
            );
        }
    }

    /// Sets the line of the row of an index, the next one or one that was come to; `top` is where the row begins.
    fn set_row(&self, ui: &Ui, shown: Shown, index: usize, top: Pos2, width: f32, set: &mut SetPane) {
        let code = &self.rows.sides[shown.side];
        let whole = shown.line.map_or("", |line| code.line(line));
        if index == set.rows.len() {
            set.breaks = set.breaks.saturating_add(shown.line.is_some().into());
            set.rows.push((set.lines.count(), set.breaks));
            if !whole.is_empty() {
                set.breaks = 0;
            }
        }
        if whole.is_empty() {
            return;
        }
        let (first, breaks) = set.rows[index];
        for (piece, (bytes, stretches)) in self.pieces(shown).into_iter().enumerate() {
            let line = LineToSet {
                text: &code.text[bytes],
                whole,
                stretches,
                at: top + vec2(0.0, piece as f32 * self.height),
                width,
                breaks: if piece == 0 { breaks } else { 0 },
                said_before: if self.is_lacking(shown) { LACKS } else { "" },
            };
            set.lines.set(ui.ctx(), self.sizes, first + piece, line);
        }
    }

    /// The colours of some bytes of a line that begins at `start`, and which of its words are told.
    fn stretches(
        &self,
        side: usize,
        is_lacking: bool,
        bytes: &Range<usize>,
        start: usize,
        only: &[Range<usize>],
    ) -> Vec<LineStretch> {
        let plain = if is_lacking { self.palette.ink_third } else { self.palette.ink };
        let mut stretches = Vec::new();
        let is_only = |at: usize| only.iter().any(|range| range.contains(&(at - start)));
        for (part, token) in self.rows.sides[side].tokens_within(bytes) {
            let mut at = part.start;
            while at < part.end {
                let underline = is_only(at).then(|| Stroke::new(1.5, self.palette.ink_second));
                let bounds = only.iter().flat_map(|range| [range.start + start, range.end + start]);
                let end = bounds.filter(|bound| *bound > at).min().unwrap_or(part.end).min(part.end);
                let ink = if is_lacking { plain } else { token_color(self.palette, token, plain) };
                stretches.push(LineStretch { end: end - bytes.start, ink, underline });
                at = end;
            }
        }
        stretches
    }

    fn job(&self, text: &str, stretches: &[LineStretch]) -> LayoutJob {
        let mut job = LayoutJob::default();
        let mut start = 0;
        for stretch in stretches {
            let format = TextFormat {
                font_id: self.font.clone(),
                color: stretch.ink,
                underline: stretch.underline.unwrap_or(Stroke::NONE),
                line_height: Some(self.height),
                valign: Align::Center,
                ..TextFormat::default()
            };
            job.append(&text[start..stretch.end], 0.0, format);
            start = stretch.end;
        }
        job
    }
}

#[cfg(test)]
mod tests {
    use super::super::Row;
    use super::*;
    use crate::document::CodeText;

    #[test]
    fn in_one_pane_what_it_lacks_stands_before_what_it_has_instead() {
        let sides = [CodeText::of_words("a\nb\nc"), CodeText::of_words("a\nx y\nd")];
        let row = |lines, is_same| Row { lines, is_same };
        let rows = vec![
            row([Some(0), Some(0)], true),
            row([Some(1), Some(1)], false),
            row([Some(2), None], false),
            row([None, Some(2)], false),
        ];
        let rows = CodeRows { sides, rows, ..CodeRows::default() };
        let shown = |way| -> Vec<(usize, Option<usize>, usize)> {
            let all = Shown::all(&rows, way, 2);
            all.into_iter().map(|(shown, height)| (shown.side, shown.line, height)).collect()
        };
        let within = [(1, Some(0), 1), (0, Some(1), 1), (1, Some(1), 2), (0, Some(2), 1), (1, Some(2), 1)];
        assert_eq!(shown(Way::Within), within);
        let beside = [(0, Some(0), 1), (0, Some(1), 2), (0, Some(2), 1), (0, None, 1)];
        assert_eq!(shown(Way::Beside(0)), beside, "as high as the line beside it");
    }

    #[test]
    fn lines_are_broken_at_the_width_of_their_signs() {
        assert_eq!(pieces("abcdef", 4), [0..4, 4..6]);
        assert_eq!(pieces("", 4).len(), 1, "an empty line is a line");
        assert_eq!(pieces("\ta\tb", 6), [0..2, 2..4], "a tab is four wide");
        assert_eq!(pieces("漢字かな", 4), [0..6, 6..12], "wide signs count twice");
    }
}
