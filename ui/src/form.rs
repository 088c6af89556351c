//! Forms: what the import wizard, the export dialog and their like are laid out with.
//!
//! A form is a column of rows and sections beside a column that shows what would come of it, or above it
//! where the window is narrow. Its height depends on the window only, so nothing moves when a preview comes
//! in. Each section has ids of its own, so that the keyboard's focus stays where it is when another section
//! appears above it; and a column scrolls to whatever gets the focus.

mod asking;
mod controls;
mod foot;

use egui::{Context, Id, Key, Rect, ScrollArea, Stroke, Ui, UiBuilder, pos2, vec2};
use tiebreak_domain::import::RowProblem;

pub(crate) use self::asking::Asking;
pub(crate) use self::controls::{check_ui, combo_ui, one_of_ui, options_ui, path_field_ui};
pub(crate) use self::foot::{FootButton, foot_note_ui, foot_ui};
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, space, text};
use crate::widget::{Ink, text_ui};

/// Width of a dialog that holds a form, in points.
pub(crate) const WIDTH: f32 = 1040.0;
/// Width from which the two columns stand beside each other.
const WIDE: f32 = 860.0;
/// Width of the labels before controls.
const LABEL: f32 = 116.0;
/// How many problems are listed.
const PROBLEMS: usize = 20;
/// Room at the right of a column, for its scroll bar.
const BAR: f32 = 14.0;

/// Height of a form in this window.
pub(crate) fn height(ctx: &Context) -> f32 {
    (ctx.content_rect().height() - 220.0).clamp(160.0, 620.0)
}

/// A body of exactly this height, so that the buttons below it stand still whatever it shows.
pub(crate) fn body(ui: &mut Ui, height: f32) -> Ui {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover());
    ui.new_child(UiBuilder::new().max_rect(rect).id_salt("form body"))
}

/// Whether Enter was pressed for the dialog: with Ctrl, or while nothing has the focus.
///
/// Ask before painting, since a text field gives the focus up when it gets Enter.
pub(crate) fn is_enter_for_dialog(ctx: &Context) -> bool {
    let is_free = ctx.memory(|memory| memory.focused().is_none()) && !egui::Popup::is_any_open(ctx);
    ctx.input(|input| input.key_pressed(Key::Enter) && (is_free || input.modifiers.command))
}

/// Two columns of `height` points that scroll apart; one above the other where there is no room for both.
pub(crate) fn columns_ui<S: ?Sized>(
    ui: &mut Ui,
    state: &mut S,
    height: f32,
    left: impl FnOnce(&mut Ui, &mut S),
    right: impl FnOnce(&mut Ui, &mut S),
) {
    let width = ui.available_width();
    if width < WIDE {
        column_ui(ui, "both", height, |ui| {
            left(ui, state);
            ui.add_space(space::LARGE);
            right(ui, state);
        });
        return;
    }
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), egui::Sense::hover());
    let middle = rect.left() + (width * 0.48).floor();
    let line = Stroke::new(HAIRLINE, theme::palette(ui).line);
    ui.painter().vline(middle, rect.y_range(), line);
    let left_rect = Rect::from_min_max(rect.min, pos2(middle - space::TINY, rect.bottom()));
    let right_rect = Rect::from_min_max(pos2(middle + space::LARGE, rect.top()), rect.max);
    ui.scope_builder(UiBuilder::new().max_rect(left_rect).id_salt("left"), |ui| {
        column_ui(ui, "left", height, |ui| left(ui, state));
    });
    ui.scope_builder(UiBuilder::new().max_rect(right_rect).id_salt("right"), |ui| {
        column_ui(ui, "right", height, |ui| right(ui, state));
    });
}

/// One column of `height` points that scrolls.
pub(crate) fn column_ui(ui: &mut Ui, id: &str, height: f32, body: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical()
        .id_salt(id)
        .max_height(height)
        .min_scrolled_height(height)
        .auto_shrink(false)
        .show(ui, |ui| {
            // Room for the ring around what has the focus, which stands outside of it.
            egui::Frame::new()
                .inner_margin(egui::Margin { left: 3, right: BAR as i8, top: 3, bottom: space::SMALL as i8 })
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = space::SMALL;
                    body(ui);
                });
            scroll_to_focus_ui(ui);
        });
}

fn scroll_to_focus_ui(ui: &Ui) {
    let focused = ui.memory(egui::Memory::focused).and_then(|id| ui.ctx().read_response(id));
    if let Some(response) = focused.filter(egui::Response::gained_focus) {
        let is_here =
            response.layer_id == ui.layer_id() && ui.max_rect().x_range().contains(response.rect.center().x);
        if is_here {
            ui.scroll_to_rect(response.rect.expand(space::SMALL), None);
        }
    }
}

/// A part of a form whose ids do not depend on what stands above it.
pub(crate) fn section_ui<R>(
    ui: &mut Ui,
    id: impl std::hash::Hash + std::fmt::Debug,
    body: impl FnOnce(&mut Ui) -> R,
) -> R {
    let id = Id::unique(("form section", id));
    ui.scope_builder(UiBuilder::new().scope_id(id), body).inner
}

/// A section under a heading.
pub(crate) fn titled_ui<R>(ui: &mut Ui, title: &str, body: impl FnOnce(&mut Ui) -> R) -> R {
    section_ui(ui, title, |ui| {
        ui.add_space(space::TINY);
        text_ui(ui, title, Ink::First, Face::SemiBold, text::BODY);
        body(ui)
    })
}

/// A row: what it is about at the left, its control at the right.
pub(crate) fn row_ui<R>(ui: &mut Ui, label: &str, control: impl FnOnce(&mut Ui) -> R) -> R {
    section_ui(ui, ("row", label), |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            let (room, _) =
                ui.allocate_exact_size(vec2(LABEL, theme::control::SMALL_HEIGHT), egui::Sense::hover());
            let at = pos2(room.left(), room.center().y);
            let color = theme::palette(ui).ink_second;
            ui.painter().text(at, egui::Align2::LEFT_CENTER, label, Face::Medium.at(text::SMALL), color);
            control(ui)
        })
        .inner
    })
}

/// What accompanies a control, in small type.
pub(crate) fn note_ui(ui: &mut Ui, words: impl Into<String>) {
    text_ui(ui, words, Ink::Second, Face::Regular, text::SMALL);
}

/// One line, cut where the room ends; all of it under the pointer.
pub(crate) fn line_ui(ui: &mut Ui, words: &str, ink: Ink, face: Face, size: f32) {
    let color = ink.color(theme::palette(ui));
    let rich = egui::RichText::new(words).font(face.at(size)).color(color);
    ui.add(egui::Label::new(rich).truncate().show_tooltip_when_elided(true));
}

/// The first of some problems, each with its place, which `place` names, and how many more there are.
pub(crate) fn problems_ui(ui: &mut Ui, place: &str, problems: &[RowProblem]) {
    for problem in problems.iter().take(PROBLEMS) {
        note_ui(ui, format!("{place} {}: {}", number(problem.line), problem.reason));
    }
    let more = problems.len().saturating_sub(PROBLEMS) as u64;
    if more > 0 {
        note_ui(ui, format!("… and {}", counted(more, "other", "others")));
    }
}

/// A number with its thousands apart.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number and what it counts.
pub(crate) fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(value), if value == 1 { one } else { many })
}

/// A size as people say it, in units of 1,000.
pub(crate) fn size(bytes: u64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 || value >= 9.95 {
        format!("{value:.0} {}", units[unit])
    } else {
        format!("{value:.1} {}", units[unit])
    }
}

/// A time span as people say it.
pub(crate) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{:.1} s", ms as f64 / 1000.0),
        _ => format!("{} min {} s", ms / 60_000, ms / 1000 % 60),
    }
}

/// The folder of a path, with its last separator; nothing if it has none.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rfind(['/', '\\']).map_or("", |at| &path[..=at])
}

/// The last piece of a path.
pub(crate) fn file_name_of(path: &str) -> &str {
    &path[folder_of(path).len()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_people_say_them() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(counted(1, "row", "rows"), "1 row");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_500), "1.5 kB");
        assert_eq!(size(999_960), "1.0 MB", "never 1000 kB");
        assert_eq!(duration(61_000), "1 min 1 s");
    }

    #[test]
    fn paths_of_both_kinds_are_taken_apart() {
        assert_eq!((folder_of("/a/b.jsonl"), file_name_of("/a/b.jsonl")), ("/a/", "b.jsonl"));
        assert_eq!((folder_of(r"C:\a\b.csv"), file_name_of(r"C:\a\b.csv")), (r"C:\a\", "b.csv"));
        assert_eq!((folder_of("b"), file_name_of("b")), ("", "b"));
    }
}
