//! The line that stands for what is folded: how many words all candidates begin or end with.

use egui::Ui;

use crate::app::{Action, Scene};
use crate::command::Command;
use crate::judge::pane::{Content, centered_ui};
use crate::judge::top_bar::grouped;
use crate::theme::space;
use crate::widget::ActionButton;

/// Which end of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldEnd {
    /// Its beginning.
    First,
    /// Its end.
    Last,
}

/// Paints the line at one end of a candidate, where something is folded there.
pub fn fold_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    content: &Content<'_>,
    end: FoldEnd,
    wanted: &mut Vec<Action>,
) {
    let Some(fold) = &content.overlay.fold else { return };
    let (words, is_first) = match end {
        FoldEnd::First => (fold.ends.first, true),
        FoldEnd::Last => (fold.ends.last, false),
    };
    if words == 0 {
        return;
    }
    if !is_first {
        ui.add_space(space::SMALL);
    }
    centered_ui(ui, content.settings, false, |ui| {
        let label = format!("… {} words the same, unfold", grouped(u64::from(words)));
        let key = scene.keymap.key(Command::FoldSame);
        let button = ActionButton::new(&label).quiet().small().key(&key).help(Command::FoldSame.help());
        // The words stand on the edge of the text, and not its ground.
        if ui.add(button).clicked() {
            wanted.push(Action::Command(Command::FoldSame));
        }
    });
    if is_first {
        ui.add_space(space::SMALL);
    }
}
