//! The matrix: ratings of several candidates, a row for each question and a column for each candidate by its
//! letter on the screen. One key fills a cell and goes on; the strip below it does the same for the mouse.

use egui::{
    Align2, CornerRadius, CursorIcon, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2,
    vec2,
};
use tiebreak_domain::rubric::{QuestionKind, Scale, Slot};
use tiebreak_domain::{AnswerValue, Rubric};

use super::rating;
use super::{Asked, heading, letter_at};
use crate::theme::font::Face;
use crate::theme::{self, FOCUS_RING, HAIRLINE, Palette, radius, space, text};
use crate::widget::caption_ui;

/// Height of a row, in points.
pub const ROW_HEIGHT: f32 = 30.0;
/// Height of the letters above, in points.
const HEADER_HEIGHT: f32 = 22.0;
/// Height of a heading between rows, in points.
pub const HEADING_HEIGHT: f32 = 24.0;

/// Widest a cell gets, in points.
const CELL: f32 = 44.0;

/// A matrix and where the keys are in it.
pub struct Matrix<'a> {
    /// The item with its answers.
    pub asked: Asked<'a>,
    /// Its questions, top to bottom.
    pub questions: &'a [usize],
    /// The question that stands above it.
    pub before: Option<usize>,
    /// The cell that has the keys.
    pub active: Option<Slot>,
    /// The cells that are open.
    pub open: &'a [Slot],
}

/// The height of a matrix of these questions, below another question (none: above all), in points.
pub fn height(rubric: &Rubric, before: Option<usize>, questions: &[usize]) -> f32 {
    let mut above = before;
    let is_headed = |question: &&usize| heading(rubric, above.replace(**question), **question).is_some();
    let headings = questions.iter().filter(is_headed).count();
    HEADER_HEIGHT + ROW_HEIGHT * questions.len() as f32 + HEADING_HEIGHT * headings as f32
}

/// Paints it, and says which cell was clicked. The active cell is brought into view when it `is_moved`.
pub fn matrix_ui(ui: &mut Ui, matrix: &Matrix<'_>, is_moved: bool) -> Option<Slot> {
    let palette = theme::palette(ui);
    let columns = matrix.asked.order().len();
    let width = ui.available_width();
    let title_width = title_width(ui, matrix, width, columns);
    let cell = ((width - title_width) / columns as f32).floor().min(CELL);
    let height = height(matrix.asked.rubric, matrix.before, matrix.questions);
    let (room, _) = ui.allocate_exact_size(vec2(title_width + cell * columns as f32, height), Sense::hover());
    for position in 0..columns {
        let center = pos2(
            room.left() + title_width + cell * (position as f32 + 0.5),
            room.top() + HEADER_HEIGHT / 2.0,
        );
        let candidate = matrix.asked.order().candidate_at(position) as u8;
        let is_active = matrix.active.is_some_and(|slot| slot.candidate == Some(candidate));
        let ink = if is_active { palette.accent } else { palette.ink_second };
        ui.painter().text(
            center,
            Align2::CENTER_CENTER,
            letter_at(position),
            Face::SemiBold.at(text::SMALL),
            ink,
        );
    }
    let mut clicked = None;
    let mut above = matrix.before;
    let mut next_top = room.top() + HEADER_HEIGHT;
    for &question in matrix.questions {
        if let Some(words) = heading(matrix.asked.rubric, above.replace(question), question) {
            let place = Rect::from_min_size(pos2(room.left(), next_top), vec2(room.width(), HEADING_HEIGHT));
            heading_ui(ui, place, words);
            next_top += HEADING_HEIGHT;
        }
        let top = next_top;
        next_top += ROW_HEIGHT;
        let is_active_row = matrix.active.is_some_and(|slot| slot.question == question);
        let rubric_question = &matrix.asked.rubric.questions[question];
        let is_row_open = matrix.open.iter().any(|slot| slot.question == question);
        let ink = match (is_row_open, is_active_row) {
            (false, _) => palette.ink_disabled,
            (true, true) => palette.accent,
            (true, false) => palette.ink,
        };
        let face = if is_active_row { Face::SemiBold } else { Face::Regular };
        let title = Rect::from_min_size(pos2(room.left(), top), vec2(title_width - space::SMALL, ROW_HEIGHT));
        let mut words = egui::text::LayoutJob::simple_singleline(
            rubric_question.title.clone(),
            face.at(text::SMALL),
            ink,
        );
        words.wrap = egui::text::TextWrapping::truncate_at_width(title.width());
        let galley = ui.painter().layout_job(words);
        let at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), title).min;
        ui.painter().galley(at, galley, ink);
        let hover = ui.interact(title, ui.scope_id().with(("dimension", question)), Sense::hover());
        hover.widget_info(|| WidgetInfo::labeled(Role::Label, is_row_open, &rubric_question.title));
        if !rubric_question.help.is_empty() {
            hover.on_hover_text(&rubric_question.help);
        }
        let QuestionKind::Rating { scale } = &rubric_question.kind else { continue };
        for position in 0..columns {
            let candidate = matrix.asked.order().candidate_at(position) as u8;
            let slot = Slot { question, candidate: Some(candidate) };
            let left = room.left() + title_width + cell * position as f32;
            let rect = Rect::from_min_size(pos2(left, top), vec2(cell, ROW_HEIGHT)).shrink(1.5);
            if cell_ui(ui, matrix, slot, scale, rect, palette) {
                clicked = Some(slot);
            }
            if is_moved && matrix.active == Some(slot) {
                ui.scroll_to_rect(rect.expand2(vec2(0.0, ROW_HEIGHT)), None);
            }
        }
    }
    clicked
}

/// A heading in a strip of its own, near to what stands below it.
pub fn heading_ui(ui: &mut Ui, place: Rect, words: &str) {
    let below = place.with_min_y(place.bottom() - text::CAPTION - space::SMALL);
    ui.scope_builder(UiBuilder::new().max_rect(below), |ui| caption_ui(ui, words));
}

fn cell_ui(
    ui: &mut Ui,
    matrix: &Matrix<'_>,
    slot: Slot,
    scale: &Scale,
    rect: Rect,
    palette: &Palette,
) -> bool {
    let is_open = matrix.open.contains(&slot);
    let is_active = matrix.active == Some(slot);
    let value = matrix.asked.value(slot).and_then(AnswerValue::rating).filter(|_| is_open);
    let sense = if is_open { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, ui.scope_id().with(("cell", slot)), sense);
    let name = matrix.asked.name(slot);
    let says = value.map_or_else(
        || format!("{name}: no answer"),
        |value| format!("{name}: {}", rating::short(scale, value)),
    );
    response.widget_info(|| WidgetInfo::selected(Role::Button, is_open, is_active, &says));
    let (fill, edge) = match (is_open, value.is_some()) {
        (false, _) => (palette.window, palette.line),
        (true, true) => (palette.accent_wash, palette.accent_wash),
        (true, false) if response.hovered() => (palette.hover, palette.line_strong),
        (true, false) => (palette.panel, palette.line),
    };
    let stroke =
        if is_active { Stroke::new(FOCUS_RING, palette.accent) } else { Stroke::new(HAIRLINE, edge) };
    ui.painter().rect(rect, CornerRadius::same(radius::SMALL), fill, stroke, StrokeKind::Inside);
    if let Some(value) = value {
        let words = rating::short(scale, value);
        let font = Face::FiguresSemiBold.at(text::SMALL);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, words, font, palette.ink);
    }
    if is_open {
        response.clone().on_hover_cursor(CursorIcon::PointingHand);
    }
    response.clicked()
}

/// As wide as the longest title, and as the columns leave room for.
fn title_width(ui: &Ui, matrix: &Matrix<'_>, width: f32, columns: usize) -> f32 {
    let font = Face::SemiBold.at(text::SMALL);
    let widest = matrix
        .questions
        .iter()
        .map(|&question| {
            let title = matrix.asked.rubric.questions[question].title.clone();
            ui.painter().layout_no_wrap(title, font.clone(), egui::Color32::PLACEHOLDER).size().x
        })
        .fold(0.0, f32::max);
    let most = (width - 26.0 * columns as f32).max(width * 0.25);
    (widest + space::MEDIUM).min(most)
}
