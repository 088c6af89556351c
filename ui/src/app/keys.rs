//! The key listener: presses become commands, unless a text field, a dialog or an open menu has them.

use egui::{Context, Event, FocusDirection, Key, Popup};
use tiebreak_domain::ItemId;

use super::{Action, App};
use crate::command::{Chord, Command, Scope};
use crate::compare_text::find_id;
use crate::desk::View;
use crate::judge::question::{entries, text};
use crate::judge::session::Keyed;

impl App {
    /// Turns this frame's presses into actions. A text field keeps its keys except Escape, F3, Ctrl+Enter and
    /// chords with Ctrl that edit no text; a widget with the focus keeps Enter, Space, Tab and the arrows.
    pub(super) fn take_keys(&mut self, ctx: &Context) {
        let held = std::mem::take(&mut self.held_events);
        ctx.input_mut(|input| drop(input.events.splice(..0, held)));
        self.keep_field(ctx);
        self.give_keys_to_text(ctx);
        let presses: Vec<(usize, Chord)> = ctx.input(|input| {
            let press = |(place, event): (usize, &Event)| match event {
                Event::Key { key, modifiers, pressed: true, .. } => {
                    Some((place, Chord::from_press(*key, *modifiers)))
                }
                _ => None,
            };
            input.events.iter().enumerate().filter_map(press).collect()
        });
        let did_something = ctx.input(|input| !input.events.is_empty());
        if let (true, Some(desk)) = (did_something, &mut self.desk) {
            desk.session.input(self.host.now());
        }
        let mut taken = Vec::new();
        for (place, chord) in presses {
            let is_typing = ctx.text_edit_focused();
            let has_focus = ctx.memory(|memory| memory.focused().is_some());
            if is_typing
                && self.leaves_field(chord, ctx)
                && ctx.input(|input| is_edited_before(&input.events, place))
            {
                // The field gets what was typed before it is left.
                self.hold_events(place, ctx);
                break;
            }
            let item = self.item_on_screen();
            if let Some(action) = self.action_of_key(chord, is_typing, has_focus, ctx) {
                // Each key is carried out before the next is looked at: `1 Enter 2 Enter` in one frame is two
                // judgments, and Enter after a key that opens a dialog belongs to the dialog.
                if is_typing && matches!(action, Action::Command(_)) {
                    taken.push(place);
                }
                self.actions.push_back(action);
                self.carry_out_all(ctx);
            }
            // What is sought is sought in the next item too.
            if is_typing && self.item_on_screen() != item && !is_finding(ctx) {
                leave_field(ctx);
            }
            if self.opens_field() {
                // The letter of the key itself is not typed into the field.
                let has_letter = ctx.input(|input| is_letter_behind(&input.events, place));
                self.hold_events(place + 1 + usize::from(has_letter), ctx);
                break;
            }
        }
        take_events(&taken, ctx);
    }

    /// Leaves a field the keys that were typed before an Escape of the same frame, as after a moment in which the
    /// machine slept: egui takes the keys away before any of them is looked at, and the letters would be commands.
    fn keep_field(&self, ctx: &Context) {
        let Some(field) = self.field.filter(|_| ctx.memory(|memory| memory.focused().is_none())) else {
            return;
        };
        let is_typed = ctx.input(|input| {
            let is_escape =
                |event: &Event| matches!(event, Event::Key { key: Key::Escape, pressed: true, .. });
            let place = input.events.iter().position(is_escape);
            place.is_some_and(|place| is_edited_before(&input.events, place))
        });
        if is_typed {
            ctx.memory_mut(|memory| memory.request_focus(field));
        }
    }

    /// Notes which field has the keys at the end of a frame.
    pub(super) fn note_field(&mut self, ctx: &Context) {
        self.field = ctx.memory(egui::Memory::focused).filter(|_| ctx.text_edit_focused());
    }

    /// Whether a field was opened that gets the keys when it is painted in this frame.
    pub(super) fn opens_field(&self) -> bool {
        self.dialog.is_none() && self.desk.as_ref().is_some_and(|desk| desk.opens_field())
    }

    fn item_on_screen(&self) -> Option<ItemId> {
        let shown = self.desk.as_ref().and_then(|desk| desk.session.current.as_ref());
        shown.map(|shown| shown.queued.item.id)
    }

    /// Whether a key that is pressed while something is typed is a command, and no part of what is typed.
    fn leaves_field(&self, chord: Chord, ctx: &Context) -> bool {
        if chord.key == Key::Tab && self.dialog.is_none() && self.asks_questions() {
            // Where the keys go is for the questions to say, in the next frame.
            ctx.memory_mut(|memory| memory.move_focus(FocusDirection::None));
            return true;
        }
        matches!(chord.key, Key::Escape | Key::F3) || (chord.control && !edits_text(chord.key))
    }

    /// Whether the item on the screen has a panel of questions, in which Tab goes from answer to answer.
    fn asks_questions(&self) -> bool {
        let desk = self.desk.as_ref().filter(|desk| desk.view.judges());
        desk.is_some_and(|desk| !desk.session.is_plain() && desk.session.current.is_some())
    }

    /// Keeps what was pressed and typed from a place on for the next frame.
    fn hold_events(&mut self, from: usize, ctx: &Context) {
        self.held_events = ctx.input_mut(|input| input.events.split_off(from.min(input.events.len())));
        if !self.held_events.is_empty() {
            ctx.request_repaint();
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
            return dialog.key(chord, self.desk.as_deref(), &self.keymap, ctx);
        }
        // An open menu or list has the keys, and what lies behind it has none.
        if Popup::is_any_open(ctx) {
            return None;
        }
        if let Some(keyed) = self.question_key(chord, is_typing, has_focus, ctx) {
            return match keyed {
                Keyed::Answered(slot, change) => Some(Action::Answer(slot, change)),
                Keyed::Moved => None,
            };
        }
        if chord.key == Key::Escape {
            return self.escape(is_typing, ctx);
        }
        if is_typing {
            let is_enter = chord.key == Key::Enter && chord.control;
            if is_enter && self.desk.as_ref().is_some_and(|desk| desk.view.judges()) {
                return Some(Action::Command(Command::Submit));
            }
            if (!chord.control && chord.key != Key::F3) || edits_text(chord.key) {
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

    /// What a key means to the questions of the item on the screen.
    fn question_key(
        &mut self,
        chord: Chord,
        is_typing: bool,
        has_focus: bool,
        ctx: &Context,
    ) -> Option<Keyed> {
        if !self.asks_questions() {
            return None;
        }
        let desk = self.desk.as_mut()?;
        let is_tab = chord.key == Key::Tab && !chord.control && !chord.alt;
        if is_tab {
            // Tab goes from answer to answer here, and takes the keys out of a field.
            ctx.memory_mut(|memory| memory.move_focus(FocusDirection::None));
            leave_field(ctx);
        } else if is_typing || (has_focus && matches!(chord.key, Key::Enter | Key::Space)) {
            return None;
        }
        desk.session.key(chord, &self.keymap)
    }

    /// Gives the keys to the text of the active question as soon as something is typed, and to the search
    /// field of a long list on `/`.
    fn give_keys_to_text(&mut self, ctx: &Context) {
        if self.dialog.is_some() || ctx.text_edit_focused() || Popup::is_any_open(ctx) {
            return;
        }
        let Some(desk) = self.desk.as_ref().filter(|desk| desk.view.judges()) else { return };
        let is_typed = |text: &str| {
            ctx.input(|input| {
                input.events.iter().any(|event| match event {
                    Event::Text(typed) => text.is_empty() || typed == text,
                    Event::Paste(_) => text.is_empty(),
                    _ => false,
                })
            })
        };
        let Some(item) = self.item_on_screen() else { return };
        if let Some(slot) = desk.session.text_slot()
            && is_typed("")
        {
            ctx.memory_mut(|memory| memory.request_focus(text::field_id(item, slot)));
        } else if let Some(slot) = desk.session.searchable_slot()
            && is_typed("/")
        {
            ctx.input_mut(|input| input.events.retain(|event| !matches!(event, Event::Text(_))));
            ctx.memory_mut(|memory| memory.request_focus(entries::search_id(item, slot)));
        }
    }

    fn escape(&mut self, is_typing: bool, ctx: &Context) -> Option<Action> {
        let is_elsewhere = is_typing && !is_finding(ctx);
        if let Some(desk) = self.desk.as_mut().filter(|desk| desk.view.judges() && !is_elsewhere)
            && desk.judge_screen.texts.finding.is_open()
        {
            desk.judge_screen.texts.finding.close();
            ctx.memory_mut(|memory| memory.surrender_focus(find_id()));
            return None;
        }
        if is_typing {
            return Some(Action::LeaveComment);
        }
        if self.notices.dismiss_latest() {
            return None;
        }
        let judging = self.desk.as_mut().filter(|desk| desk.view.judges());
        if judging.is_some_and(|desk| desk.judge_screen.leave_comparison()) {
            return None;
        }
        let is_elsewhere = self.desk.as_ref().is_some_and(|desk| desk.view != View::Judge);
        is_elsewhere.then_some(Action::Command(Command::ShowJudge))
    }

    /// The scopes in force, the narrowest first.
    pub(super) fn scopes(&self) -> &'static [Scope] {
        match self.desk.as_ref().map(|desk| desk.view) {
            None => &[Scope::Anywhere],
            Some(View::Judge) if self.plays() => &[
                Scope::Playing,
                Scope::Judge,
                Scope::Looking,
                Scope::Reading,
                Scope::Project,
                Scope::Anywhere,
            ],
            Some(View::Judge) => {
                &[Scope::Judge, Scope::Looking, Scope::Reading, Scope::Project, Scope::Anywhere]
            }
            Some(View::Items) => &[Scope::Items, Scope::KnownAnswers, Scope::Project, Scope::Anywhere],
            Some(View::SecondLook) if self.plays() => &[
                Scope::SecondLook,
                Scope::KnownAnswers,
                Scope::Playing,
                Scope::Judge,
                Scope::Looking,
                Scope::Reading,
                Scope::Project,
                Scope::Anywhere,
            ],
            Some(View::SecondLook) => &[
                Scope::SecondLook,
                Scope::KnownAnswers,
                Scope::Judge,
                Scope::Looking,
                Scope::Reading,
                Scope::Project,
                Scope::Anywhere,
            ],
        }
    }

    fn plays(&self) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.player.has_anything())
    }
}

fn is_finding(ctx: &Context) -> bool {
    ctx.memory(egui::Memory::focused) == Some(find_id())
}

/// Takes the keys out of a field.
pub(super) fn leave_field(ctx: &Context) {
    ctx.memory_mut(|memory| {
        if let Some(focused) = memory.focused() {
            memory.surrender_focus(focused);
        }
    });
}

/// Takes away the events at these places: what became a command means nothing to the field any more, in which it may
/// delete a line.
fn take_events(places: &[usize], ctx: &Context) {
    if places.is_empty() {
        return;
    }
    ctx.input_mut(|input| {
        let mut place = 0;
        input.events.retain(|_| {
            place += 1;
            !places.contains(&(place - 1))
        });
    });
}

/// Whether a key with Ctrl is for the text that is typed.
fn edits_text(key: Key) -> bool {
    matches!(key, Key::A | Key::C | Key::V | Key::X | Key::Z | Key::Y | Key::ArrowLeft | Key::ArrowRight)
}

/// Whether what stands in a field is changed by an event before this place.
fn is_edited_before(events: &[Event], place: usize) -> bool {
    events.iter().take(place).any(|event| match event {
        Event::Text(_)
        | Event::Paste(_)
        | Event::Cut
        | Event::Ime(_)
        | Event::Key { key: Key::Backspace | Key::Delete | Key::Z | Key::Y, pressed: true, .. } => true,
        Event::Key { key: Key::Enter, pressed: true, modifiers, .. } => !modifiers.command,
        _ => false,
    })
}

/// Whether the event behind a key's is the letter that the key types. A window tells of the key first and then of
/// its letter, a browser the other way round.
fn is_letter_behind(events: &[Event], place: usize) -> bool {
    let Some(Event::Key { key, .. }) = events.get(place) else { return false };
    let letter_at = |place: Option<usize>| match events.get(place?) {
        Some(Event::Text(letter)) => Some(letter.to_lowercase()),
        _ => None,
    };
    let is_its_own = |letter: &String| {
        [key.name(), key.symbol_or_name()].iter().any(|name| name.to_lowercase() == *letter)
    };
    let before = letter_at(place.checked_sub(1));
    let Some(behind) = letter_at(Some(place + 1)) else { return false };
    if before.as_ref().is_some_and(is_its_own) {
        return false;
    }
    // Keys that type other letters than their names have, as in Greek: what comes first in a run of keys with their
    // letters says who tells of them.
    is_its_own(&behind) || is_run_of_a_window(events, place)
}

/// Whether keys and letters that follow on one another up to a key's place begin with a key.
fn is_run_of_a_window(events: &[Event], place: usize) -> bool {
    let is_press = |event: &Event| matches!(event, Event::Key { pressed: true, .. });
    let is_letter = |event: &Event| matches!(event, Event::Text(_));
    let run = events.iter().take(place + 1).rev().enumerate();
    let run = run.take_while(|(back, event)| if back % 2 == 0 { is_press(event) } else { is_letter(event) });
    run.count() % 2 == 1
}
