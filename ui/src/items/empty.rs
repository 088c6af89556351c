//! What is shown where the table would be while there are no rows: why, and what to do.

use egui::{Align, Layout, Spinner, Ui};
use tiebreak_domain::{ItemFilter, ProjectInfo};

use super::ItemsBrowser;
use crate::app::notice::with_capital;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Ink, text_ui};

pub(super) fn empty_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    items: &mut ItemsBrowser,
    info: &ProjectInfo,
    wanted: &mut Vec<Action>,
) {
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.add_space((ui.available_height() * 0.3).max(space::LARGE));
        let title = |ui: &mut Ui, words: &str| text_ui(ui, words, Ink::First, Face::SemiBold, text::TITLE);
        let sentence = |ui: &mut Ui, words: &str| text_ui(ui, words, Ink::Second, Face::Regular, text::BODY);
        if let Some(error) = &items.error {
            title(ui, &with_capital(&error.message));
            if let Some(hint) = &error.hint {
                sentence(ui, &with_capital(hint));
            }
            ui.add_space(space::SMALL);
            if ui.add(ActionButton::new("Search again")).clicked() {
                items.refresh();
            }
        } else if items.shown.is_none() || !items.is_complete {
            ui.add(Spinner::new());
        } else if info.active_items + info.excluded_items + info.deleted_items == 0 {
            title(ui, "No items yet");
            sentence(ui, "Bring in pairs from a JSONL, JSON, CSV or TSV file");
            ui.add_space(space::SMALL);
            let key = scene.keymap.key(Command::ShowImport);
            if ui.add(ActionButton::new(Command::ShowImport.label()).primary().key(&key)).clicked() {
                wanted.push(Action::Command(Command::ShowImport));
            }
        } else if items.filter == ItemFilter::default() {
            title(ui, "Every item is deleted");
            sentence(ui, "Choose Deleted above to see them and bring them back");
        } else {
            title(ui, "Nothing found");
            sentence(ui, "No item fits the search and all of the filters");
            ui.add_space(space::SMALL);
            // Worded unlike the button in the bar above, so that each can be told by its name.
            if ui.add(ActionButton::new("Show all items")).clicked() {
                items.clear_filters();
            }
        }
    });
}
