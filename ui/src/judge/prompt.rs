//! The prompt above the candidates: texts, images and turns of a conversation; it can be folded to a line.

use egui::{Align, Layout, Rect, Ui, UiBuilder, vec2};

use super::pane::{self, Content};
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::Desk;
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};
use crate::widget::{ActionButton, caption_ui};

/// Of the room above the answers, the prompt takes at most this share.
const MOST: f32 = 0.34;
const HEADER: f32 = control::SMALL_HEIGHT;
const FOLDED: f32 = 28.0;

/// Paints the prompt at the top of `room`; says how high it is.
pub fn prompt_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    desk: &mut Desk,
    room: Rect,
    wanted: &mut Vec<Action>,
) -> f32 {
    let Some(shown) = &desk.session.current else { return 0.0 };
    let queued = shown.queued.clone();
    if queued.item.item.prompt.is_empty() {
        return 0.0;
    }
    let is_folded = scene.settings.prompt_collapsed;
    // The button is higher than the words beside it; half of what it is higher stands in the margin.
    let header = Rect::from_min_size(room.min - vec2(0.0, space::SMALL), vec2(room.width(), HEADER));
    let source = queued.item.source;
    let parts = &queued.item.item.prompt;
    let most = if is_folded { FOLDED } else { (room.height() * MOST).max(60.0) };
    let wanted_height = desk.judge_screen.prompt_height(queued.item.id).unwrap_or(most);
    let height = if is_folded { FOLDED } else { wanted_height.clamp(FOLDED, most) };
    let body = Rect::from_min_size(header.left_bottom(), vec2(room.width(), height));
    ui.scope_builder(UiBuilder::new().max_rect(header).layout(Layout::left_to_right(Align::Center)), |ui| {
        caption_ui(ui, "Prompt");
        let key = scene.keymap.key(Command::TogglePrompt);
        let label = if is_folded { "Unfold" } else { "Fold" };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = ActionButton::new(label).quiet().small().key(&key).min_width(96.0);
            if ui.add(button).clicked() {
                wanted.push(Action::Command(Command::TogglePrompt));
            }
        });
    });
    if is_folded {
        folded_ui(ui, body, &queued.item.item.prompt_text());
    } else {
        ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
            let area = egui::ScrollArea::vertical()
                .id_salt(("prompt", queued.item.id.0))
                .auto_shrink([false, false])
                .max_height(height);
            let output = area.show(ui, |ui| {
                let mut content = Content {
                    images: &mut desk.images,
                    documents: &mut desk.documents,
                    settings: scene.settings,
                    source,
                    is_prompt: true,
                };
                pane::parts_ui(ui, &mut content, parts, "Prompt");
            });
            desk.judge_screen.set_prompt_height(queued.item.id, output.content_size.y, ui.ctx());
        });
    }
    HEADER - space::SMALL + height + space::SMALL
}

fn folded_ui(ui: &mut Ui, rect: Rect, words: &str) {
    let palette = theme::palette(ui);
    let first: String = words.split_whitespace().take(60).collect::<Vec<_>>().join(" ");
    let label = egui::RichText::new(first).font(Face::Regular.at(text::BODY)).color(palette.ink_second);
    ui.put(rect, egui::Label::new(label).truncate().selectable(false).halign(Align::LEFT));
}

/// The width in which a prompt of the window's width is laid out.
pub fn width(room: f32) -> f32 {
    room - control::BAR
}
