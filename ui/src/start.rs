//! The start screen: one question, three doors, and what was left unfinished.
//!
//! It keeps no state of its own. The first door has the keyboard's focus from the beginning, so that Enter
//! opens the sample; Tab and the arrows go on from there.

mod door;
mod drop_overlay;
mod recent;
#[cfg(test)]
mod tests;

use egui::{Align, CentralPanel, Frame, Id, Layout, ScrollArea, Spinner, Ui, UiBuilder, vec2};

pub use self::drop_overlay::drop_overlay_ui;
use crate::app::{Action, Scene};
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};
use crate::widget::{Ink, text_ui};

/// Widest the content gets.
const COLUMN: f32 = 760.0;

/// Paints the start screen.
pub fn start_ui(ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    CentralPanel::no_frame().frame(Frame::new().fill(palette.window)).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink([false, false]).show_viewport(ui, |ui, viewport| {
            column_ui(ui, viewport.height(), scene, wanted);
        });
    });
    drop_overlay_ui(ui, None);
}

/// Paints what is seen where the engine is elsewhere and no project is open there, or not yet.
pub fn elsewhere_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let palette = theme::palette(ui);
    CentralPanel::no_frame().frame(Frame::new().fill(palette.window)).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() * 0.4);
            if scene.is_opening.is_some() {
                ui.add(Spinner::new().size(text::DISPLAY));
                return;
            }
            text_ui(ui, "No project is open here", Ink::First, Face::Bold, text::DISPLAY);
            ui.add_space(space::SMALL);
            let todo = "Whoever serves this page opens one: tiebreak serve PROJECT";
            text_ui(ui, todo, Ink::Second, Face::Regular, text::TITLE);
        });
    });
}

/// The column in the middle of `window_height`, as high as it was in the frame before.
fn column_ui(ui: &mut Ui, window_height: f32, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
    let height_id = Id::unique("start screen height");
    let known_height = ui.data(|data| data.get_temp::<f32>(height_id));
    let width = (ui.available_width() - 2.0 * space::HUGE).min(COLUMN);
    let above = ((window_height - known_height.unwrap_or(0.0)) / 2.0).max(space::HUGE);
    let left = (ui.available_width() - width) / 2.0;
    let top_left = (ui.max_rect().min + vec2(left, above)).round();
    let rect = egui::Rect::from_min_size(top_left, vec2(width, known_height.unwrap_or(window_height)));
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min));
    let column = ui.scope_builder(builder, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.y = 0.0;
        content_ui(ui, scene, wanted);
    });
    let height = column.response.rect.height();
    ui.add_space(space::HUGE);
    if known_height != Some(height) {
        ui.data_mut(|data| data.insert_temp(height_id, height));
        ui.ctx().request_discard("the start screen's height is known only now");
    }
}

fn content_ui(ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
    text_ui(ui, "Which one is better?", Ink::First, Face::Bold, text::DISPLAY);
    ui.add_space(space::SMALL);
    let subtitle = "Compare outputs, say why, and keep the result on this machine.";
    text_ui(ui, subtitle, Ink::Second, Face::Regular, text::TITLE);
    ui.add_space(space::EDGE + space::TINY);
    let is_busy = scene.is_opening.is_some();
    ui.add_enabled_ui(!is_busy, |ui| door::doors_ui(ui, scene, wanted));
    ui.add_space(space::MEDIUM);
    opening_ui(ui, scene);
    ui.add_enabled_ui(!is_busy, |ui| recent::recent_ui(ui, scene, wanted));
}

/// One line that says what is being opened, and else that files can be dropped: always there, so that
/// nothing jumps.
fn opening_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let size = vec2(ui.available_width(), control::SMALL_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        ui.spacing_mut().item_spacing.x = space::SMALL;
        if let Some(name) = scene.is_opening {
            ui.add(Spinner::new().size(text::BODY));
            text_ui(ui, format!("Opening {}…", file_name(name)), Ink::Second, Face::Regular, text::SMALL);
        } else {
            let hint = "A project or a data file (JSONL, JSON, CSV, TSV, also gzipped) can be dropped on this window";
            text_ui(ui, hint, Ink::Third, Face::Regular, text::SMALL);
        }
    });
}

/// The last part of a path, whichever system wrote it.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or(path)
}
