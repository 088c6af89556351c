//! Why an item cannot be judged: one key a reason, or own words.

use egui::{Key, Ui};

use crate::app::Action;
use crate::command::Chord;
use crate::desk::Desk;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Dialog, Ink, text_field_ui, text_ui};

/// The words typed so far.
#[derive(Debug)]
pub struct Unratable {
    words: String,
    is_typing: bool,
}

const NUMBERS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

impl Unratable {
    pub(super) fn new(reason: &str) -> Self {
        Self { words: reason.to_owned(), is_typing: false }
    }

    /// Whether own words were begun.
    pub(super) fn is_changed(&self) -> bool {
        !self.words.trim().is_empty()
    }

    pub(super) fn key(&mut self, chord: Chord, desk: Option<&Desk>) -> Option<Action> {
        if self.is_typing || chord.control || chord.alt {
            return None;
        }
        let number = NUMBERS.iter().position(|key| *key == chord.key)?;
        desk?.info.rubric.unratable_reasons.get(number).map(|reason| Action::Unratable(reason.clone()))
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, desk: Option<&Desk>, wanted: &mut Vec<Action>) {
        let reasons = desk.map(|desk| desk.info.rubric.unratable_reasons.as_slice()).unwrap_or_default();
        let mut chosen = None;
        let response = Dialog::new("unratable", "Why can it not be judged?").width(420.0).show(
            ui.ctx(),
            self,
            |ui, state| {
                ui.spacing_mut().item_spacing.y = space::SMALL;
                for (index, reason) in reasons.iter().enumerate() {
                    let key = (index + 1).to_string();
                    let key = (index < NUMBERS.len()).then_some(key.as_str());
                    if ui.add(ActionButton::new(reason).key_maybe(key).wide()).clicked() {
                        chosen = Some(reason.clone());
                    }
                }
                ui.add_space(space::SMALL);
                let field = text_field_ui(ui, "Or in your own words", &mut state.words, "");
                state.is_typing = field.has_focus();
                if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                    chosen = Some(state.words.trim().to_owned());
                }
                text_ui(
                    ui,
                    "Ties and bad pairs can be judged; this is for what cannot.",
                    Ink::Second,
                    Face::Regular,
                    text::SMALL,
                );
            },
            |ui, state| {
                let is_ready = !state.words.trim().is_empty();
                ui.add(ActionButton::new("Use these words").primary().enabled(is_ready)).clicked()
            },
        );
        if response.footer {
            chosen = Some(self.words.trim().to_owned());
        }
        match chosen {
            Some(reason) if !reason.is_empty() => wanted.push(Action::Unratable(reason)),
            _ if response.should_close => wanted.push(Action::CloseDialog),
            _ => {}
        }
    }
}
