//! Leaving while judgments could not be stored: try again, stay, or leave them behind knowingly.

use egui::Ui;

use crate::app::Action;
use crate::desk::Desk;
use crate::judge::saving::SavedState;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Dialog, Ink, text_ui};

/// What was asked for and would lose them.
#[derive(Debug)]
pub struct Unsaved {
    then: Option<Box<Action>>,
}

impl Unsaved {
    pub(super) fn new(then: Action) -> Self {
        Self { then: Some(Box::new(then)) }
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, desk: Option<&Desk>, wanted: &mut Vec<Action>) {
        let Some(desk) = desk else {
            wanted.push(Action::CloseDialog);
            return;
        };
        let (title, is_safe) = match desk.saved_state() {
            SavedState::Failed(1) => ("1 judgment is not saved".to_owned(), false),
            SavedState::Failed(count) => (format!("{count} judgments are not saved"), false),
            SavedState::Saving(_) => ("Saving…".to_owned(), false),
            SavedState::Saved | SavedState::Nothing => ("Everything is saved".to_owned(), true),
        };
        let response = Dialog::new("unsaved", &title).width(460.0).show(
            ui.ctx(),
            &mut (),
            |ui, ()| {
                ui.spacing_mut().item_spacing.y = space::SMALL;
                let words = if is_safe {
                    "Nothing is lost by leaving now."
                } else {
                    "They are kept as long as this window is open. Make room, or connect the disk again, and \
                     try once more."
                };
                text_ui(ui, words, Ink::First, Face::Regular, text::BODY);
                if let Some(error) = desk.saving_error() {
                    text_ui(ui, &error.message, Ink::Second, Face::Regular, text::SMALL);
                }
            },
            |ui, ()| {
                if is_safe {
                    return ui.add(ActionButton::new("Leave").primary()).clicked().then_some(Choice::Leave);
                }
                let again = ui.add(ActionButton::new("Try again").primary()).clicked();
                let stay = ui.add(ActionButton::new("Stay")).clicked();
                let leave = ui.add(ActionButton::new("Leave without them")).clicked();
                match (again, stay, leave) {
                    (true, _, _) => Some(Choice::TryAgain),
                    (_, true, _) => Some(Choice::Stay),
                    (_, _, true) => Some(Choice::Leave),
                    _ => None,
                }
            },
        );
        match response.footer {
            Some(Choice::TryAgain) => wanted.push(Action::RetrySaving),
            Some(Choice::Leave) => wanted.extend(self.then.take().map(Action::LeaveUnsaved)),
            Some(Choice::Stay) => wanted.push(Action::CloseDialog),
            None if response.should_close => wanted.push(Action::CloseDialog),
            None => {}
        }
    }
}

enum Choice {
    TryAgain,
    Stay,
    Leave,
}
