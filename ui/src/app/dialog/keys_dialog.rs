//! All keys, by screen; each can be changed, and no key can be given to two commands at once.

use egui::{Align, Key, Layout, Ui};

use crate::app::{Action, Scene};
use crate::command::{Chord, Command, Keymap, Scope};
use crate::theme::font::Face;
use crate::theme::{self, space, text};
use crate::widget::{ActionButton, Dialog, Ink, Notice, caption_ui, key_cap_ui, text_ui};

/// Which command waits for its new key, and what was pressed.
#[derive(Debug, Default)]
pub struct KeysDialog {
    changing: Option<Command>,
    pressed: Option<Chord>,
    /// Whether Escape has just let go of the command, so that it does not close the dialog too.
    has_let_go: bool,
    refused: Option<(Chord, Command)>,
}

impl KeysDialog {
    /// Takes a press as the new key of the command that waits for one.
    pub(super) fn takes_key(&mut self, chord: Chord) -> bool {
        if self.changing.is_none() {
            return false;
        }
        if chord.key == Key::Escape {
            self.changing = None;
            self.has_let_go = true;
        } else {
            self.pressed = Some(chord);
        }
        true
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        if let (Some(command), Some(chord)) = (self.changing, self.pressed.take()) {
            self.change(command, chord, scene, wanted);
        }
        let keymap = scene.keymap;
        let is_changed = !scene.settings.keys.is_empty();
        let response = Dialog::new("keys", "Keys").width(720.0).show(
            ui.ctx(),
            self,
            |ui, state| {
                state.messages_ui(ui, keymap);
                for scope in Scope::ALL {
                    ui.add_space(space::MEDIUM);
                    caption_ui(ui, scope.title());
                    ui.add_space(space::TINY);
                    let commands = Command::ALL.iter().copied().filter(|command| command.scope() == scope);
                    for command in commands.filter(|command| command.is_offered(scene.knows_files)) {
                        state.row_ui(ui, command, keymap);
                    }
                }
            },
            |ui, _| {
                if ui.add(ActionButton::new("Close").primary().key("Escape")).clicked() {
                    wanted.push(Action::CloseDialog);
                }
                if ui.add(ActionButton::new("Reset all keys").enabled(is_changed)).clicked() {
                    let mut settings = scene.settings.clone();
                    settings.keys.clear();
                    wanted.push(Action::Settings(Box::new(settings)));
                }
            },
        );
        let has_let_go = std::mem::take(&mut self.has_let_go);
        if response.should_close && self.changing.is_none() && !has_let_go {
            wanted.push(Action::CloseDialog);
        }
    }

    fn change(&mut self, command: Command, chord: Chord, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        if let Some(holder) = scene.keymap.holder(chord, command) {
            self.refused = Some((chord, holder));
            return;
        }
        let mut settings = scene.settings.clone();
        settings.keys.insert(command.id().to_owned(), chord.to_string());
        wanted.push(Action::Settings(Box::new(settings)));
        self.refused = None;
        self.changing = None;
    }

    fn messages_ui(&self, ui: &mut Ui, keymap: &Keymap) {
        if let Some((chord, holder)) = &self.refused {
            let what = format!("{chord} already means “{}”", holder.label());
            Notice::warning(&what).todo("Press another key, or give that command another one first").show(ui);
        }
        for clash in keymap.clashes() {
            let what = format!(
                "{} means both “{}” and “{}”",
                clash.chord,
                clash.first.label(),
                clash.second.label()
            );
            Notice::warning(&what).todo("Change one of the two").show(ui);
        }
        if self.refused.is_none() {
            text_ui(ui, "Click Change, then press the new key", Ink::Second, Face::Regular, text::SMALL);
        }
    }

    fn row_ui(&mut self, ui: &mut Ui, command: Command, keymap: &Keymap) {
        let is_changing = self.changing == Some(command);
        ui.horizontal(|ui| {
            ui.set_height(theme::control::SMALL_HEIGHT);
            ui.scope(|ui| {
                ui.set_width(190.0);
                text_ui(ui, command.label().trim_end_matches('…'), Ink::First, Face::Medium, text::BODY);
            });
            ui.scope(|ui| {
                ui.set_width(150.0);
                ui.horizontal(|ui| {
                    if is_changing {
                        text_ui(ui, "Press a key…", Ink::Accent, Face::Medium, text::SMALL);
                    } else {
                        for chord in keymap.chords(command) {
                            key_cap_ui(ui, &chord.to_string());
                        }
                    }
                });
            });
            let room = ui.available_width() - 90.0;
            ui.scope(|ui| {
                ui.set_width(room);
                let help = egui::RichText::new(command.help()).font(Face::Regular.at(text::SMALL));
                ui.add(egui::Label::new(help.color(theme::palette(ui).ink_second)).truncate())
                    .on_hover_text(command.help());
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let label = if is_changing { "Cancel" } else { "Change" };
                let button = ui.add(ActionButton::new(label).quiet().small());
                let name = format!("{label} the key of {}", command.label());
                button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name.as_str()));
                if button.clicked() {
                    // The focus would take Enter and Space away from the press that is waited for.
                    button.surrender_focus();
                    self.changing = (!is_changing).then_some(command);
                    self.refused = None;
                }
            });
        });
    }
}
