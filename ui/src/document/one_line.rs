//! One line of a text from the data where there is room for no more: a cell of a table, a folded prompt, a step. Its
//! words stand in the order in which they are read, and it is cut where the room ends: what it begins with stays. Words
//! of a few lines are set the same way.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{
    Align, Color32, Context, Id, Label, Painter, Rangef, Rect, Response, RichText, Sense, Ui, WidgetInfo,
    pos2,
};

use super::direction::Direction;
use super::language;
use super::lent_fonts;
use super::set_line::needs_setting;
use super::shaped::{Copy, Look, Shaped, Sheets, Shop};
use crate::theme::font::Face;

/// So many lines are kept set; with one more all are set anew.
const MOST_KEPT: usize = 1_000;
/// More of a text than this never has room in a line.
const MOST_CHARACTERS: usize = 400;
/// From line to line, in sizes of the text.
const LINE_HEIGHT: f32 = 1.45;

/// How a line looks.
#[derive(Clone, Copy, Debug)]
pub struct LineLook {
    /// The face of its letters.
    pub face: Face,
    /// Their size.
    pub size: f32,
    /// Their colour.
    pub ink: Color32,
}

/// Lines that were set.
#[derive(Clone, Default)]
struct Kept(HashMap<u64, Arc<Shaped>>);

/// Forgets all lines that were set: they may look otherwise with a font that came.
pub(super) fn forget(ctx: &Context) {
    ctx.data_mut(|data| data.remove::<Kept>(Id::NULL));
}

/// A text as one line, cut into `rect` and in the middle of its height, painted with `painter`.
pub fn paint_one_line(
    ctx: &Context,
    painter: &Painter,
    text: &str,
    look: LineLook,
    rect: Rect,
    is_dark: bool,
) {
    let shaped = set(ctx, text, look, None);
    let room = painter.clip_rect().intersect(rect);
    let at = pos2(left_in(&shaped, rect.x_range()), rect.center().y - shaped.size.y / 2.0);
    paint(&painter.with_clip_rect(room), &shaped, at, is_dark);
    #[cfg(test)]
    super::painted::note(ctx, shaped.says(&(0..shaped.text().len())), rect);
}

fn paint(painter: &Painter, shaped: &Shaped, at: egui::Pos2, is_dark: bool) {
    let shop = Shop::of(painter.ctx());
    let mut sheets = Sheets::new(painter.ctx(), is_dark);
    sheets.add(&mut shop.lock(), shaped, at, painter.clip_rect().y_range());
    sheets.paint(painter);
}

/// A text in as many lines as it takes in the width there is, as a label.
pub fn few_lines_ui(ui: &mut Ui, text: &str, look: LineLook) -> Response {
    let shaped = set(ui.ctx(), text, look, Some(ui.available_width()));
    let size = egui::vec2(ui.available_width(), shaped.size.y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, ui.is_enabled(), text));
    paint(ui.painter(), &shaped, rect.min, ui.visuals().dark_mode);
    response
}

/// A text as one line in the room there is, as a label.
pub fn one_line_ui(ui: &mut Ui, text: &str, look: LineLook) -> Response {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if !needs_setting(&line) {
        let rich = RichText::new(&line).font(look.face.at(look.size)).color(look.ink);
        return ui.add(Label::new(rich).truncate().selectable(false).halign(Align::LEFT));
    }
    let size = egui::vec2(ui.available_width(), (look.size * LINE_HEIGHT).round());
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, ui.is_enabled(), &line));
    paint_one_line(ui.ctx(), ui.painter(), &line, look, rect, ui.visuals().dark_mode);
    response
}

/// Where a line begins: at the side on which it begins to be read.
fn left_in(shaped: &Shaped, room: Rangef) -> f32 {
    if shaped.is_right_to_left { room.max - shaped.size.x } else { room.min }
}

/// A text set in lines of a width, or in one.
fn set(ctx: &Context, text: &str, look: LineLook, width: Option<f32>) -> Arc<Shaped> {
    let most = if width.is_some() { usize::MAX } else { MOST_CHARACTERS };
    let end = text.char_indices().nth(most).map_or(text.len(), |(end, _)| end);
    let text = &text[..end];
    let number = egui::util::hash((text, look.face, look.size.to_bits(), look.ink, width.map(f32::to_bits)));
    let kept = ctx.data_mut(|data| data.get_temp_mut_or_default::<Kept>(Id::NULL).0.get(&number).cloned());
    if let Some(shaped) = kept {
        return shaped;
    }
    // Natively the system is asked for fonts.
    if cfg!(target_arch = "wasm32") {
        lent_fonts::look(text);
    }
    let LineLook { face, size, ink } = look;
    let look = Look { face, size, line_height: (size * LINE_HEIGHT).round(), ink, is_struck: false };
    let direction = Some(Direction::of(text).unwrap_or_default());
    let copy = Copy { text, look, stretches: &[], direction, drawn: &[], han: language::of_han(text) };
    let shaped = {
        let shop = Shop::of(ctx);
        let mut unbroken = shop.lock().unbroken(copy, f32::MAX);
        let width = width.unwrap_or_else(|| unbroken.width());
        Arc::new(unbroken.broken(width))
    };
    ctx.data_mut(|data| {
        let Kept(lines) = data.get_temp_mut_or_default(Id::NULL);
        if lines.len() >= MOST_KEPT {
            lines.clear();
        }
        lines.insert(number, Arc::clone(&shaped));
    });
    shaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_from_right_to_left_shows_its_beginning() {
        let ctx = Context::default();
        crate::theme::install(&ctx);
        ctx.run_ui(egui::RawInput::default(), |ui| {
            let look = LineLook { face: Face::Regular, size: 14.0, ink: Color32::WHITE };
            let hebrew = set(ui.ctx(), "שלום עולם, זה ארוך מאוד", look, None);
            assert!(hebrew.is_right_to_left && hebrew.size.x > 40.0, "{:?}", hebrew.size);
            let left = left_in(&hebrew, Rangef::new(0.0, 40.0));
            assert!(
                left < 0.0 && (left + hebrew.size.x - 40.0).abs() < 0.01,
                "its right end is in the room: {left}"
            );
            let latin = set(ui.ctx(), "naïve", look, None);
            assert_eq!(left_in(&latin, Rangef::new(5.0, 40.0)), 5.0);
            assert!(Arc::ptr_eq(&latin, &set(ui.ctx(), "naïve", look, None)), "it is set once");
            let narrow = set(ui.ctx(), "שלום עולם, זה ארוך מאוד", look, Some(60.0));
            assert!(narrow.size.y > 1.5 * hebrew.size.y, "in several lines: {:?}", narrow.size);
            forget(ui.ctx());
            assert!(!Arc::ptr_eq(&latin, &set(ui.ctx(), "naïve", look, None)), "and anew with other fonts");
        })
        .drop_without_applying_deltas();
    }
}
