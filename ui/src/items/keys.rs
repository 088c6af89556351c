//! The keys of the table: those that move through it and open what is found.
//!
//! Everything else is a [`Command`](crate::command::Command) and comes by the app's key listener. A key that
//! somebody gave to a command is left to it.

use egui::{Event, Key, Ui};

use super::ItemsBrowser;
use super::scroll::rows_in_page;
use crate::app::Scene;
use crate::command::{Chord, Scope};

/// A key that the table understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    /// Moves the cursor; with Shift, chooses what lies between.
    Go(Step, bool),
    /// Chooses everything.
    All,
    /// Opens the item under the cursor.
    Open,
}

/// How far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
}

/// This frame's presses, where they are for the table: nobody types, no dialog or menu is open, no button has
/// the focus, and the table was there when the key was pressed.
pub(super) fn take(ui: &Ui, scene: &Scene<'_>, items: &mut ItemsBrowser) -> Vec<Press> {
    let ctx = ui.ctx();
    let is_covered = ctx.memory(|memory| memory.top_modal_layer().is_some()) || egui::Popup::is_any_open(ctx);
    let frame = ctx.cumulative_pass_nr();
    let (last_frame, was_covered) = std::mem::replace(&mut items.last_painted, (frame, is_covered));
    let was_there = last_frame + 1 >= frame;
    let focused = ctx.memory(egui::Memory::focused);
    let is_ours = focused.is_none_or(|focused| focused == super::table::focus_id());
    if is_covered || was_covered || !was_there || !is_ours {
        return Vec::new();
    }
    ctx.input(|input| {
        input
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Key { key, modifiers, pressed: true, .. } => {
                    let chord = Chord::from_press(*key, *modifiers);
                    let scopes = [Scope::Items, Scope::KnownAnswers, Scope::Project, Scope::Anywhere];
                    if scene.keymap.command(chord, &scopes).is_some() { None } else { press_of(chord) }
                }
                _ => None,
            })
            .collect()
    })
}

fn press_of(chord: Chord) -> Option<Press> {
    if chord.control || chord.alt {
        return (chord.control && !chord.alt && chord.key == Key::A).then_some(Press::All);
    }
    let step = match chord.key {
        Key::ArrowUp => Step::Up,
        Key::ArrowDown => Step::Down,
        Key::PageUp => Step::PageUp,
        Key::PageDown => Step::PageDown,
        Key::Home => Step::Home,
        Key::End => Step::End,
        Key::Enter => return Some(Press::Open),
        _ => return None,
    };
    Some(Press::Go(step, chord.shift))
}

impl ItemsBrowser {
    /// Moves the cursor through a table of which `height` points are in view.
    pub(super) fn step(&mut self, step: Step, extends: bool, height: f32) {
        let Some(last) = self.pages.count().checked_sub(1) else { return };
        let page = rows_in_page(height);
        let row = match (self.selection.cursor(), step) {
            (_, Step::Home) => 0,
            (_, Step::End) => last,
            (None, _) => self.scroll.first_row().0,
            (Some(cursor), Step::Up) => cursor.saturating_sub(1),
            (Some(cursor), Step::Down) => cursor + 1,
            (Some(cursor), Step::PageUp) => cursor.saturating_sub(page),
            (Some(cursor), Step::PageDown) => cursor + page,
        };
        if extends {
            self.selection.extend_to(row.min(last));
        } else {
            self.selection.go_to(row.min(last));
        }
        self.is_cursor_to_be_seen = true;
    }
}
