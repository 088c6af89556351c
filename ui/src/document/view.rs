//! Painting a text that has been laid out.

use egui::text_selection::LabelSelectionState;
use egui::{
    Color32, CornerRadius, CursorIcon, OpenUrl, Painter, Pos2, Rect, Response, Role, Sense, Stroke,
    StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo, vec2,
};

use super::laid_out::{Band, LaidOut, Mark, Words};
use super::marking::Marking;
use crate::theme::{self, HAIRLINE, Palette};

/// Texts of fewer strips than this are offered to screen readers as a whole, longer ones as far as visible.
const MAX_BANDS_OFFERED: usize = 300;

/// Shows `document` at the cursor and takes its whole size; put it into a scroll area.
///
/// Words can be selected over several blocks and copied. A link opens on Ctrl+click.
pub fn document_ui(ui: &mut Ui, document: &LaidOut) -> Response {
    marked_ui(ui, document, &mut Marking::default())
}

/// The same with what is marked in it; while more can be marked, dragging marks and selects nothing.
pub fn marked_ui(ui: &mut Ui, document: &LaidOut, marking: &mut Marking) -> Response {
    let (rect, response) = ui.allocate_exact_size(document.size, Sense::hover());
    let palette = theme::palette(ui);
    let clip = ui.clip_rect();
    let origin = rect.min;
    let visible = visible_bands(&document.bands, clip.top() - origin.y, clip.bottom() - origin.y);
    for band in &document.bands[visible.clone()] {
        for (place, mark) in &document.marks[band.marks.clone()] {
            mark.paint(ui.painter(), place.translate(origin.to_vec2()), palette);
        }
    }
    marking.ground_ui(ui.painter(), document, origin, palette);
    // A selection that reaches out of sight is only kept, and copied whole, if its ends are offered too.
    let has_selection = ui.ctx().plugin::<LabelSelectionState>().lock().has_selection();
    let mut inner = ui.new_child(UiBuilder::new().max_rect(rect));
    if has_selection {
        // Selected words keep their ink; only their ground changes.
        inner.visuals_mut().selection.stroke.color = palette.ink;
    }
    let offered = if has_selection || document.bands.len() < MAX_BANDS_OFFERED {
        0..document.bands.len()
    } else {
        visible.clone()
    };
    for index in offered {
        let band = &document.bands[index];
        for words_index in band.words.clone() {
            let words = &document.words[words_index];
            let is_visible = visible.contains(&index);
            words_ui(
                &mut inner,
                words,
                response.id.with(words_index),
                origin,
                is_visible || has_selection,
                marking.takes,
                palette,
            );
        }
    }
    marking.cursor_ui(ui, document, origin, palette);
    if marking.takes {
        let sense = Sense::click_and_drag() - Sense::FOCUSABLE;
        let pointer = ui.interact(rect, response.id.with("marking"), sense);
        marking.pointer_ui(ui, &pointer, document, origin, palette);
    }
    response
}

/// The strips between `top` and `bottom`.
fn visible_bands(bands: &[Band], top: f32, bottom: f32) -> std::ops::Range<usize> {
    let first = bands.partition_point(|band| band.bottom < top);
    let end = bands.partition_point(|band| band.top <= bottom);
    first..end.max(first)
}

fn words_ui(
    ui: &mut Ui,
    words: &Words,
    id: egui::Id,
    origin: Pos2,
    is_painted: bool,
    is_marked_on: bool,
    palette: &Palette,
) {
    let at = origin + words.at.to_vec2();
    let rect = Rect::from_min_size(at, words.galley.size());
    // Dragging selects with a mouse and scrolls with a finger; the Tab key passes over words.
    let drag = if is_marked_on {
        Sense::hover()
    } else if ui.input(egui::InputState::has_touch_screen) {
        Sense::click()
    } else {
        Sense::click_and_drag()
    };
    let response = ui.interact(rect, id, drag - Sense::FOCUSABLE);
    response.widget_info(|| {
        let said = match &words.said_before {
            Some(before) => format!("{before} {}", words.galley.text()),
            None => words.galley.text().to_owned(),
        };
        WidgetInfo::labeled(Role::Label, ui.is_enabled(), said)
    });
    if !is_painted {
        return;
    }
    let galley = std::sync::Arc::clone(&words.galley);
    if is_marked_on {
        ui.painter().galley(at, galley, palette.ink);
        return;
    }
    LabelSelectionState::label_text_selection(ui, &response, at, galley, palette.ink, Stroke::NONE);
    if !words.links.is_empty() {
        links_ui(ui, words, &response, at.to_vec2());
    }
}

fn links_ui(ui: &Ui, words: &Words, response: &Response, offset: Vec2) {
    let Some(pointer) = response.hover_pos() else { return };
    let is_hit = |rects: &[Rect]| rects.iter().any(|rect| rect.translate(offset).contains(pointer));
    let Some(link) = words.links.iter().find(|link| is_hit(&link.rects)) else { return };
    let is_safe = ["http://", "https://", "mailto:"].iter().any(|scheme| {
        link.address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    let shown: String = link.address.chars().take(200).collect();
    let said = if is_safe { format!("{shown}\nCtrl+click to open") } else { shown };
    response.clone().on_hover_text_at_pointer(said);
    if is_safe && ui.input(|input| input.modifiers.command) {
        ui.set_cursor_icon(CursorIcon::PointingHand);
        if response.clicked() {
            ui.ctx().open_url(OpenUrl::new_tab(&link.address));
        }
    }
}

impl Mark {
    fn paint(&self, painter: &Painter, rect: Rect, palette: &Palette) {
        match self {
            Self::Fill { radius, color } => {
                painter.rect_filled(rect, CornerRadius::same(*radius), *color);
            }
            Self::Dot(color) => {
                painter.circle_filled(rect.center(), rect.width() / 2.0, *color);
            }
            Self::Check { is_ticked } => {
                let fill = if *is_ticked { palette.accent } else { Color32::TRANSPARENT };
                let edge = Stroke::new(HAIRLINE, if *is_ticked { palette.accent } else { palette.ink_third });
                painter.rect(rect, CornerRadius::same(3), fill, edge, StrokeKind::Inside);
                if *is_ticked {
                    let tick = [(0.25, 0.52), (0.43, 0.7), (0.75, 0.32)];
                    let points = tick.map(|(x, y)| rect.min + vec2(x, y) * rect.size()).to_vec();
                    painter.line(points, Stroke::new(1.5, palette.on_accent));
                }
            }
            Self::Label(galley) => {
                painter.galley(rect.min, std::sync::Arc::clone(galley), palette.ink_second);
            }
        }
    }
}
