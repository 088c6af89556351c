//! The bar below the table: what can be done with the chosen items. Its buttons keep their places whatever
//! is chosen.

use egui::{Align, Layout, Ui, vec2};
use tiebreak_domain::ItemStatus;

use super::ItemsBrowser;
use super::statuses::Change;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::people::role::use_as_ui;
use crate::theme::{control, space, text};
use crate::widget::{ActionButton, Ink, count_text, figures_ui};

pub(super) fn foot_bar_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    items: &ItemsBrowser,
    may_lead: bool,
    wanted: &mut Vec<Action>,
) {
    ui.spacing_mut().item_spacing.x = space::SMALL;
    let key = |command: Command| scene.keymap.key(command);
    let chosen = items.selection.count();
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), control::HEIGHT),
        Layout::left_to_right(Align::Center),
        |ui| {
            let cursor = items.selection.cursor().and_then(|cursor| items.pages.row(cursor));
            let open = ActionButton::new("Open").key("Enter").enabled(cursor.is_some());
            if ui.add(open.help("Go to this item on the judge screen")).clicked() {
                wanted.extend(cursor.map(|row| Action::Judge(row.id)));
            }
            for (change, command, words, width) in [
                (Change::Exclude, Command::Exclude, ["Exclude", "Include"], 122.0),
                (Change::Delete, Command::Delete, ["Delete", "Bring back"], 164.0),
            ] {
                let is_back = chosen > 0 && items.target(change) == ItemStatus::Active;
                let (label, key) = (words[usize::from(is_back)], key(command));
                let button = ActionButton::new(label)
                    .key(&key)
                    .enabled(chosen > 0)
                    .min_width(width)
                    .help(command.help());
                if ui.add(button).clicked() {
                    wanted.push(Action::Command(command));
                }
            }
            let undo_key = key(Command::UndoStatus);
            let undo = ActionButton::new("Undo")
                .key(&undo_key)
                .quiet()
                .enabled(items.statuses.can_undo())
                .help(Command::UndoStatus.help());
            if ui.add(undo).clicked() {
                wanted.push(Action::Command(Command::UndoStatus));
            }
            if may_lead {
                use_as_ui(ui, scene, chosen > 0, wanted);
            }
            ui.add_space(space::SMALL);
            let said = match items.statuses.gathered() {
                Some(gathered) => format!("Reading {} of {}…", count_text(gathered), count_text(chosen)),
                None if chosen == 0 => String::new(),
                None => format!("{} chosen", count_text(chosen)),
            };
            if !said.is_empty() {
                figures_ui(ui, &said, &said, Ink::Second, text::SMALL, Align::Min);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let judge_key = key(Command::ShowJudge);
                // Where the count leaves no room for more, the key says the rest.
                let label = if ui.available_width() < 190.0 { "Judge" } else { "Back to judging" };
                let back = ActionButton::new(label).key(&judge_key).help(Command::ShowJudge.help());
                if ui.add(back).clicked() {
                    wanted.push(Action::Command(Command::ShowJudge));
                }
            });
        },
    );
}
