//! Painting a text that has been laid out.

use std::ops::Range;

use egui::{
    Color32, CornerRadius, CursorIcon, OpenUrl, Painter, Pos2, Rect, Response, Role, Sense, Stroke,
    StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo, vec2,
};

use super::laid_out::{Band, LaidOut, Mark, Place, Words};
use super::marking::Marking;
use super::selection;
use super::shaped::{Sheets, Shop};
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
    let (view, origin, clip) = (response.id, rect.min, ui.clip_rect());
    let visible = visible_bands(&document.bands, clip.top() - origin.y, clip.bottom() - origin.y);
    let offered =
        if document.bands.len() < MAX_BANDS_OFFERED { 0..document.bands.len() } else { visible.clone() };
    let mut inner = ui.new_child(UiBuilder::new().max_rect(rect));
    let mut is_pressed_on = false;
    for index in document.bands[offered].iter().flat_map(|band| band.words.clone()) {
        let words = &document.words[index];
        let response = words_ui(&mut inner, words, view.with(index), origin.to_vec2(), marking.takes);
        if !marking.takes {
            is_pressed_on |= response.is_pointer_button_down_on();
            selection::pointer_ui(ui, view, document, &response, origin);
            links_ui(ui, words, &response, origin.to_vec2() + words.at.to_vec2());
        }
    }
    selection::keys_ui(ui, view, document, is_pressed_on);
    let selected = selection::ends(ui.ctx(), view, document);
    paint(ui, document, marking, origin, visible, selected);
    marking.cursor_ui(ui, document, origin, palette);
    if marking.takes {
        let sense = Sense::click_and_drag() - Sense::FOCUSABLE;
        let pointer = ui.interact(rect, view.with("marking"), sense);
        marking.pointer_ui(ui, &pointer, document, origin, palette);
    }
    response
}

/// Paints the strips that are visible: marks, then what is marked and selected, then the words.
fn paint(
    ui: &Ui,
    document: &LaidOut,
    marking: &Marking,
    origin: Pos2,
    visible: Range<usize>,
    selected: Option<(Place, Place)>,
) {
    let palette = theme::palette(ui);
    let (painter, clip) = (ui.painter(), ui.clip_rect().y_range());
    let bands = &document.bands[visible];
    let words = || bands.iter().flat_map(|band| &document.words[band.words.clone()]);
    let marks = || bands.iter().flat_map(|band| &document.marks[band.marks.clone()]);
    for (place, mark) in marks() {
        mark.paint(painter, place.translate(origin.to_vec2()), palette);
    }
    marking.ground_ui(painter, document, origin, palette);
    if let Some((first, last)) = selected {
        // Selected words keep their ink; only their ground changes.
        for (index, bytes) in document.between(first, last) {
            let words = &document.words[index];
            let at = origin + words.at.to_vec2();
            if !words.rect().translate(origin.to_vec2()).y_range().intersects(clip) {
                continue;
            }
            for rect in words.shaped.grounds(&bytes) {
                painter.rect_filled(rect.translate(at.to_vec2()), 0, palette.text_selection);
            }
        }
    }
    let shop = Shop::of(ui.ctx());
    let mut sheets = Sheets::new(ui.ctx(), ui.visuals().dark_mode);
    {
        let mut typesetter = shop.lock();
        for words in words() {
            sheets.add(&mut typesetter, &words.shaped, origin + words.at.to_vec2(), clip);
            #[cfg(test)]
            if let rect = words.rect().translate(origin.to_vec2())
                && rect.intersects(ui.clip_rect())
            {
                let shaped = &words.shaped;
                super::painted::note(ui.ctx(), shaped.says(&(0..shaped.text().len())), rect);
            }
        }
        for (place, mark) in marks() {
            if let Mark::Label(label) = mark {
                sheets.add(&mut typesetter, label, origin + place.min.to_vec2(), clip);
            }
        }
    }
    sheets.paint(painter);
    for words in words() {
        words.shaped.paint_drawn(painter, origin + words.at.to_vec2());
    }
}

/// The strips between `top` and `bottom`.
fn visible_bands(bands: &[Band], top: f32, bottom: f32) -> Range<usize> {
    let first = bands.partition_point(|band| band.bottom < top);
    let end = bands.partition_point(|band| band.top <= bottom);
    first..end.max(first)
}

fn words_ui(ui: &mut Ui, words: &Words, id: egui::Id, offset: Vec2, is_marked_on: bool) -> Response {
    // Dragging selects with a mouse and scrolls with a finger; the Tab key passes over words.
    let drag = if is_marked_on {
        Sense::hover()
    } else if ui.input(egui::InputState::has_touch_screen) {
        Sense::click()
    } else {
        Sense::click_and_drag()
    };
    let response = ui.interact(words.rect().translate(offset), id, drag - Sense::FOCUSABLE);
    response.widget_info(|| {
        let shaped = &words.shaped;
        let says = shaped.says(&(0..shaped.text().len()));
        let said = match &words.said_before {
            Some(before) => format!("{before} {says}"),
            None => says,
        };
        WidgetInfo::labeled(Role::Label, ui.is_enabled(), said)
    });
    response
}

fn links_ui(ui: &Ui, words: &Words, response: &Response, offset: Vec2) {
    let Some(pointer) = response.hover_pos() else { return };
    let is_hit = |rects: &[Rect]| rects.iter().any(|rect| rect.translate(offset).contains(pointer));
    let Some(link) = words.links.iter().find(|link| is_hit(&link.rects)) else { return };
    let is_safe = !link.is_fault
        && ["http://", "https://", "mailto:"].iter().any(|scheme| {
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
    /// Paints it, but for labels, which are letters.
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
            Self::Label(_) => {}
        }
    }
}
