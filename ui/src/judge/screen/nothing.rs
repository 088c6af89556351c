//! What stands on the judge screen while there is no item: that all is done, or what is not.

use egui::{Rect, Ui, UiBuilder, vec2};
use tiebreak_domain::ApiError;
use tiebreak_domain::project::Progress;

use crate::app::notice::with_capital;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::Desk;
use crate::judge::session::Round;
use crate::judge::top_bar::grouped;
use crate::theme::font::Face;
use crate::theme::{self, space, text};
use crate::widget::{ActionButton, Ink, text_ui};

/// Width and height of the words and buttons, in points.
const ROOM: [f32; 2] = [460.0, 260.0];

pub(super) fn nothing_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk, wanted: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    egui::CentralPanel::default_margins().frame(egui::Frame::new().fill(palette.window)).show(ui, |ui| {
        if let Some(reason) = &desk.session.denied {
            crate::people::denied_ui(ui, scene, desk, reason, wanted);
            return;
        }
        let room = ui.max_rect();
        let middle = Rect::from_center_size(room.center(), vec2(ROOM[0].min(room.width()), ROOM[1]));
        ui.scope_builder(UiBuilder::new().max_rect(middle), |ui| {
            ui.spacing_mut().item_spacing.y = space::SMALL;
            if let Some(error) = &desk.session.unread {
                unread_ui(ui, error, wanted);
            } else if desk.session.is_done() {
                done_ui(ui, scene, desk, wanted);
            }
        });
    });
}

/// The next items could not be had.
fn unread_ui(ui: &mut Ui, error: &ApiError, wanted: &mut Vec<Action>) {
    text_ui(ui, "The next items could not be read", Ink::First, Face::Bold, text::DISPLAY);
    text_ui(ui, with_capital(&error.message), Ink::Second, Face::Regular, text::TITLE);
    if let Some(hint) = &error.hint {
        text_ui(ui, with_capital(hint), Ink::Second, Face::Regular, text::BODY);
    }
    ui.add_space(space::LARGE);
    if ui.add(ActionButton::new("Try again").primary()).clicked() {
        wanted.push(Action::AskAgain);
    }
}

/// Nothing is offered any more.
fn done_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk, wanted: &mut Vec<Action>) {
    let progress = desk.session.progress;
    let left = left_of(progress, desk.session.saving.items().count() as u64);
    let (title, says) = words(progress, left);
    text_ui(ui, title, Ink::First, Face::Bold, text::DISPLAY);
    text_ui(ui, says, Ink::Second, Face::Regular, text::TITLE);
    ui.add_space(space::LARGE);
    ui.horizontal_wrapped(|ui| {
        if left > 0 && ui.add(ActionButton::new("Look for open items").primary()).clicked() {
            wanted.push(Action::BeginRound(Round::Open));
        }
        if progress.skipped > 0 {
            let skipped = ActionButton::new("Go through skipped items");
            if ui.add(if left > 0 { skipped } else { skipped.primary() }).clicked() {
                wanted.push(Action::BeginRound(Round::Skipped));
            }
        }
        for command in [Command::ShowExport, Command::ShowImport, Command::ShowItems] {
            let key = scene.keymap.key(command);
            if ui.add(ActionButton::new(command.label()).key(&key)).clicked() {
                wanted.push(Action::Command(command));
            }
        }
    });
}

/// How many items nobody here judged or skipped, of which so many are on their way to the disk.
fn left_of(progress: Progress, on_their_way: u64) -> u64 {
    progress.total.saturating_sub(progress.judged + progress.skipped + on_their_way)
}

/// A title and a sentence. That all is done is said only where it is: an item that was passed by is open, and a study
/// may offer less than everything.
fn words(progress: Progress, left: u64) -> (&'static str, String) {
    if progress.total == 0 {
        return ("Nothing to judge yet", "Bring in a file of pairs to begin.".to_owned());
    }
    let were = |count: u64, what: &str| match count {
        0 => format!("None was {what}."),
        1 => format!("One was {what}."),
        count => format!("{} were {what}.", grouped(count)),
    };
    let (judged, total) = (grouped(progress.judged), grouped(progress.total));
    let mut says = format!("You have judged {judged} of {total}. {}", were(progress.skipped, "skipped"));
    if left > 0 {
        says.push(' ');
        says.push_str(&were(left, "not judged"));
    }
    (if left > 0 { "That is all for now" } else { "All done" }, says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_done_only_where_nothing_is_left() {
        let said = |judged, skipped, on_their_way| {
            let progress = Progress { judged, skipped, total: 1_200 };
            words(progress, left_of(progress, on_their_way))
        };
        let (title, says) = said(1_199, 1, 0);
        assert_eq!((title, says.as_str()), ("All done", "You have judged 1,199 of 1,200. One was skipped."));
        let (title, says) = said(1_198, 0, 1);
        assert_eq!(title, "That is all for now", "one was passed by");
        assert_eq!(says, "You have judged 1,198 of 1,200. None was skipped. One was not judged.");
        assert_eq!(said(1_198, 0, 2).0, "All done", "the last are on their way to the disk");
    }
}
