//! The panel of questions: a bar below the candidates for few short ones, a column at the right for many.
//!
//! The same rows stand in both ([`rows`]); [`placement`] decides where, from what the rubric could ask and
//! never from what was answered, so that the panel does not move under the hand.

mod foot;
mod legend;
mod rows;
#[cfg(test)]
mod tests;

use egui::{Align, Layout, Margin, Panel, Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};
use tiebreak_domain::rubric::{QuestionKind, TextPurpose};

use self::rows::Rows;
use super::question::matrix::{self, HEADING_HEIGHT, heading_ui};
use super::question::{Asked, entries, heading};
use super::sheet::{Block, Sheet};
use crate::app::{Action, Scene};
use crate::desk::Desk;
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};
use crate::widget::{Ink, caption_ui, text_ui};

/// Where the questions stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Placement {
    /// Below the candidates, with rows of this height altogether.
    Below(f32),
    /// At their right.
    Beside,
}

/// The bar takes at most this share of the window.
const MOST: f32 = 0.36;
/// Width of the column at the right, in points.
const WIDTH: f32 = 392.0;
/// Height of a row of the bar, in points.
const ROW: f32 = control::SMALL_HEIGHT + space::SMALL;
/// Width of what stands at the right of the bar, in points.
const ASIDE: f32 = 344.0;

/// Where the questions of an item stand in a window of this size.
pub fn placement(asked: &Asked<'_>, blocks: &[Block], window: egui::Vec2) -> Placement {
    let mut height = legend::height(asked, 110);
    let mut before = None;
    for block in blocks {
        height += match block {
            Block::Matrix(questions) => matrix::height(asked.rubric, before, questions) + ROW,
            Block::Rows(question, slots) => {
                let Some(row) = row_height(&asked.rubric.questions[*question].kind) else {
                    return Placement::Beside;
                };
                let has_heading = heading(asked.rubric, before, *question).is_some();
                row * slots.len() as f32 + if has_heading { HEADING_HEIGHT } else { 0.0 }
            }
        };
        before = block.last();
    }
    let height = height.max(2.0 * control::HEIGHT + space::SMALL);
    let is_wide = window.x >= 2.6 * ASIDE;
    if is_wide && height + 2.0 * space::MEDIUM <= window.y * MOST {
        Placement::Below(height)
    } else {
        Placement::Beside
    }
}

/// Height of an answer's row in the bar; none where it does not fit into one.
fn row_height(kind: &QuestionKind) -> Option<f32> {
    match kind {
        QuestionKind::Preference { .. } | QuestionKind::Ranking { .. } | QuestionKind::Rating { .. } => {
            Some(ROW)
        }
        QuestionKind::Choice { entries } | QuestionKind::Checklist { entries } => {
            let length: usize = entries.iter().map(|entry| entry.title.chars().count() + 9).sum();
            let is_short = entries.len() < 9 && entries.iter().all(|entry| entry.group.is_empty());
            (is_short && length <= 70).then_some(ROW)
        }
        QuestionKind::Text { purpose: TextPurpose::Rationale | TextPurpose::Line, with_confidence } => {
            Some(ROW + space::LARGE + if *with_confidence { ROW } else { 0.0 })
        }
        QuestionKind::Text { .. }
        | QuestionKind::Marks { .. }
        | QuestionKind::Spans { .. }
        | QuestionKind::Steps
        | QuestionKind::Segments => None,
    }
}

/// Paints the panel; what is left of `ui` is for the candidates.
pub fn panel_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, wanted: &mut Vec<Action>) {
    let window = ui.ctx().content_rect().size();
    let Some(shown) = &mut desk.session.current else { return };
    // The sheet is painted while the answers are read, and put back below.
    let mut sheet = std::mem::take(&mut shown.sheet);
    sheet_ui(ui, scene, desk, &mut sheet, window, wanted);
    sheet.is_moved = false;
    if let Some(shown) = &mut desk.session.current {
        shown.sheet = sheet;
    }
}

fn sheet_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    desk: &mut Desk,
    sheet: &mut Sheet,
    window: egui::Vec2,
    wanted: &mut Vec<Action>,
) {
    let Desk { info, session, judge_screen, .. } = desk;
    let Some(shown) = &session.current else { return };
    let asked = shown.asked(&info.rubric);
    let blocks = sheet.blocks(&asked);
    let palette = theme::palette(ui);
    let margin = Margin::symmetric(space::EDGE as i8, space::MEDIUM as i8);
    let frame = egui::Frame::new().fill(palette.panel).inner_margin(margin);
    match placement(&asked, &blocks, window) {
        Placement::Below(height) => {
            let panel =
                Panel::bottom("questions below").exact_size(height + 2.0 * space::MEDIUM).frame(frame);
            panel.show(ui, |ui| {
                let room = ui.max_rect();
                let left = room.with_max_x(room.right() - ASIDE - space::EDGE);
                let aside = room.with_min_x(room.right() - ASIDE);
                inside(ui, left, |ui| {
                    rows_ui(ui, scene, &asked, &blocks, sheet, false, wanted);
                    legend::legend_ui(ui, &asked, sheet, judge_screen.is_help_open);
                });
                inside(ui, aside, |ui| {
                    foot::foot_ui(ui, scene, session, judge_screen, &asked, sheet, wanted);
                });
            });
        }
        Placement::Beside => {
            Panel::right("questions beside").exact_size(WIDTH).frame(frame).show(ui, |ui| {
                let room = ui.max_rect();
                let foot_height = 2.0 * control::HEIGHT + space::SMALL;
                let foot = room.with_min_y(room.bottom() - foot_height);
                let legend_height = legend::height(&asked, 52) + space::SMALL;
                let told =
                    Rect::from_min_max(pos2(room.left(), foot.top() - legend_height), foot.right_top());
                let above = room.with_max_y(told.top() - space::SMALL);
                inside(ui, above, |ui| {
                    ScrollArea::vertical()
                        .id_salt(("questions", shown.queued.item.id.0))
                        .auto_shrink(false)
                        .show(ui, |ui| {
                            ui.set_max_width(above.width() - space::MEDIUM);
                            rows_ui(ui, scene, &asked, &blocks, sheet, true, wanted);
                        });
                });
                inside(ui, told, |ui| legend::legend_ui(ui, &asked, sheet, judge_screen.is_help_open));
                inside(ui, foot, |ui| {
                    foot::foot_ui(ui, scene, session, judge_screen, &asked, sheet, wanted);
                });
            });
        }
    }
}

/// Paints the questions one under the other, in a column where they are stacked.
pub(crate) fn rows_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    blocks: &[Block],
    sheet: &mut Sheet,
    is_stacked: bool,
    wanted: &mut Vec<Action>,
) {
    if sheet.is_empty() {
        let says = "Nothing is asked of this item: pass it by";
        text_ui(ui, says, Ink::Second, Face::Regular, text::BODY);
        return;
    }
    let open = asked.open_slots();
    let mut rows = Rows { scene, asked: *asked, open: &open, sheet, is_stacked, wanted };
    let mut before = None;
    for block in blocks {
        match block {
            Block::Rows(question, slots) => {
                match heading(asked.rubric, before, *question) {
                    Some(words) if is_stacked => {
                        caption_ui(ui, words);
                        ui.add_space(space::SMALL);
                    }
                    Some(words) => {
                        let size = vec2(ui.available_width(), HEADING_HEIGHT);
                        let (place, _) = ui.allocate_exact_size(size, Sense::hover());
                        heading_ui(ui, place, words);
                    }
                    None => {}
                }
                rows.question_ui(ui, *question, slots);
            }
            Block::Matrix(questions) => rows.matrix_ui(ui, questions, before),
        }
        before = block.last();
    }
}

fn inside(ui: &mut Ui, rect: Rect, paint: impl FnOnce(&mut Ui)) {
    ui.scope_builder(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)), |ui| {
        ui.set_clip_rect(rect.expand(space::TINY).intersect(ui.clip_rect()));
        ui.spacing_mut().item_spacing = vec2(space::SMALL, 0.0);
        paint(ui);
    });
}

/// Whether a list is long enough for a search field, which its key opens.
pub fn has_search(kind: &QuestionKind) -> bool {
    matches!(kind, QuestionKind::Choice { entries } | QuestionKind::Checklist { entries }
        if entries::has_search(entries))
}
