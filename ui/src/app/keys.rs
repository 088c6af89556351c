//! The key listener: presses become commands, unless a text field or a dialog has them.

use egui::{Context, Event, Key};

use super::{Action, App};
use crate::command::{Chord, Command, Scope};
use crate::desk::View;

impl App {
    /// Turns this frame's presses into actions. A text field keeps its keys except Escape, Ctrl+Enter and
    /// chords with Ctrl that edit no text; a widget with the focus keeps Enter, Space, Tab and the arrows.
    pub(super) fn take_keys(&mut self, ctx: &Context) {
        let is_typing = ctx.text_edit_focused();
        let has_focus = ctx.memory(|memory| memory.focused().is_some());
        let presses: Vec<Chord> = ctx.input(|input| {
            input
                .events
                .iter()
                .filter_map(|event| match event {
                    Event::Key { key, modifiers, pressed: true, .. } => {
                        Some(Chord::from_press(*key, *modifiers))
                    }
                    _ => None,
                })
                .collect()
        });
        let did_something = ctx.input(|input| !input.events.is_empty());
        if let (true, Some(desk)) = (did_something, &mut self.desk) {
            desk.session.input(self.host.now());
        }
        for chord in presses {
            if let Some(action) = self.action_of_key(chord, is_typing, has_focus, ctx) {
                // Each key is carried out before the next is looked at: `1 Enter 2 Enter` in one frame is two
                // judgments, and Enter after a key that opens a dialog belongs to the dialog.
                self.actions.push_back(action);
                self.carry_out_all(ctx);
            }
        }
    }

    fn action_of_key(
        &mut self,
        chord: Chord,
        is_typing: bool,
        has_focus: bool,
        ctx: &Context,
    ) -> Option<Action> {
        if let Some(dialog) = &mut self.dialog {
            return dialog.key(chord, self.desk.as_deref(), ctx);
        }
        if chord.key == Key::Escape {
            return self.escape(is_typing);
        }
        if is_typing {
            let is_enter = chord.key == Key::Enter && chord.control;
            if is_enter && self.desk.as_ref().is_some_and(|desk| desk.view == View::Judge) {
                return Some(Action::Command(Command::Submit));
            }
            let edits_text = matches!(
                chord.key,
                Key::A | Key::C | Key::V | Key::X | Key::Z | Key::Y | Key::ArrowLeft | Key::ArrowRight
            );
            if !chord.control || edits_text {
                return None;
            }
        }
        let belongs_to_widget = matches!(
            chord.key,
            Key::Enter
                | Key::Space
                | Key::Tab
                | Key::ArrowLeft
                | Key::ArrowRight
                | Key::ArrowUp
                | Key::ArrowDown
        );
        if has_focus && belongs_to_widget && !chord.control {
            return None;
        }
        self.keymap.command(chord, self.scopes()).map(Action::Command)
    }

    fn escape(&mut self, is_typing: bool) -> Option<Action> {
        if is_typing {
            return Some(Action::LeaveComment);
        }
        if self.notices.dismiss_latest() {
            return None;
        }
        let is_items = self.desk.as_ref().is_some_and(|desk| desk.view == View::Items);
        is_items.then_some(Action::Command(Command::ShowJudge))
    }

    /// The scopes in force, the narrowest first.
    pub(super) fn scopes(&self) -> &'static [Scope] {
        match self.desk.as_ref().map(|desk| desk.view) {
            None => &[Scope::Anywhere],
            Some(View::Judge) => &[Scope::Judge, Scope::Project, Scope::Anywhere],
            Some(View::Items) => &[Scope::Items, Scope::Project, Scope::Anywhere],
        }
    }
}
