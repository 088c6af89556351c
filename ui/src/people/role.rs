//! Items whose answer is known: what an item is for, and what is expected of whoever judges it.
//!
//! [`RoleDialog`] shows an item as the judge screen does and takes the expected answers by the same controls and
//! keys; [`KnownAnswers`] lists the items that have a role; [`use_as_ui`] offers the commands where items are
//! chosen. All of it is for the lead, where there is one ([`super::may_lead`]).

mod dialog;
mod expected;
mod kind;
mod known_answers;
mod words;

pub use self::dialog::{Begun, RoleDialog};
pub use self::kind::RoleKind;
pub(super) use self::known_answers::KnownAnswers;
pub(crate) use self::words::expected_words;

use egui::Ui;
use egui::containers::menu::MenuButton;

use crate::app::{Action, Scene};
use crate::command::Command;
use crate::theme::font::Face;
use crate::theme::{self, control, text};

/// What can be made of chosen items, in the order of the menu.
pub const USES: [Command; 4] =
    [Command::UseAsTraining, Command::UseAsGold, Command::UseAsAttention, Command::UseAsOrdinary];

/// A button that opens the list of [`USES`], each with its key.
pub(crate) fn use_as_ui(ui: &mut Ui, scene: &Scene<'_>, is_enabled: bool, wanted: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let ink = if is_enabled { palette.ink } else { palette.ink_disabled };
    let label = egui::RichText::new("Use as…").font(Face::Medium.at(text::SMALL)).color(ink);
    let height = control::SMALL_HEIGHT;
    let button = egui::Button::new(label).min_size(egui::vec2(0.0, height));
    ui.add_enabled_ui(is_enabled, |ui| {
        MenuButton::from_button(button).ui(ui, |ui| {
            ui.set_min_width(250.0);
            for command in USES {
                let label = egui::RichText::new(command.label())
                    .font(Face::Regular.at(text::BODY))
                    .color(palette.ink);
                let key = egui::RichText::new(crate::widget::key_label(&scene.keymap.key(command)))
                    .font(Face::Mono.at(text::SMALL))
                    .color(palette.ink_third);
                if ui.add(egui::Button::new(label).shortcut_text(key)).clicked() {
                    wanted.push(Action::Command(command));
                    ui.close();
                }
            }
        });
    });
}
