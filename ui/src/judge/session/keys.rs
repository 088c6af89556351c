//! Keys of the panel of questions: first what the active question makes of them, then where they go.

use egui::Key;
use tiebreak_domain::rubric::{QuestionKind, Slot};
use tiebreak_domain::{Rubric, Strength};

use super::{Session, Shown};
use crate::command::{Chord, Command, Keymap, Scope};
use crate::judge::panel::has_search;
use crate::judge::question::{self, Asked, Change, preference, ranking, text};
use crate::judge::sheet::{Sheet, Stop, StopPart, Toward};

/// What a key did.
#[derive(Clone, Debug, PartialEq)]
pub enum Keyed {
    /// It answered something.
    Answered(Slot, Change),
    /// It moved something, or said more of an answer without moving, and means nothing else.
    Moved,
}

impl Session {
    /// What a key means to the questions; none if nothing.
    pub fn key(&mut self, chord: Chord, keymap: &Keymap) -> Option<Keyed> {
        if self.is_plain() {
            return None;
        }
        let rubric = &self.setup.rubric;
        let Shown { queued, draft, sheet, .. } = self.current.as_mut()?;
        let asked = Asked { rubric, queued, draft };
        let stop = sheet.active()?;
        if asked.open_slots().contains(&stop.slot)
            && let Some(change) = question::key(chord, stop, &asked, &mut sheet.cursor, keymap)
        {
            sheet.cursor.is_moved = true;
            return Some(if change == Change::Move {
                Keyed::Moved
            } else {
                Keyed::Answered(stop.slot, change)
            });
        }
        let command = keymap.command(chord, &[Scope::Judge]);
        let strength = match command {
            Some(Command::Slightly) => Some(Strength::Slightly),
            Some(Command::Clearly) => Some(Strength::Clearly),
            Some(Command::Much) => Some(Strength::Much),
            _ => None,
        };
        // What belongs to an answer still belongs to it when the keys have gone on.
        let behind = [Some(stop.slot), sheet.last_answered()];
        for slot in behind.into_iter().flatten() {
            let change = match (strength, chord.key) {
                (Some(strength), _) => preference::strength_key(strength, &asked, slot),
                (None, Key::Equals | Key::Minus) if !chord.control => ranking::tie_key(&asked, slot),
                _ => None,
            };
            if let Some(Change::Set(value)) = change {
                let key = asked.question(slot).key.clone();
                draft.set(&key, slot.candidate, Some(value));
                return Some(Keyed::Moved);
            }
        }
        let toward = match (command, chord.key) {
            (Some(Command::NextQuestion), _) => Toward::Next,
            (Some(Command::PreviousQuestion), _) => Toward::Previous,
            (Some(Command::ClearAnswer), _) => {
                return Some(Keyed::Answered(stop.slot, cleared(stop, &asked)));
            }
            _ if chord.control || chord.alt || chord.shift => return None,
            (_, Key::ArrowDown) => Toward::Down,
            (_, Key::ArrowUp) => Toward::Up,
            (_, Key::ArrowLeft) => Toward::Left,
            (_, Key::ArrowRight) => Toward::Right,
            _ => return None,
        };
        let is_matrix = question::is_cell(asked.question(stop.slot)) && asked.item().candidates.len() > 1;
        let is_sideways = matches!(toward, Toward::Left | Toward::Right);
        if is_sideways && !is_matrix {
            return None;
        }
        sheet.step(toward, &asked);
        Some(Keyed::Moved)
    }

    /// Takes back the answer that the keys are at.
    pub fn clear_answer(&mut self) {
        let rubric = &self.setup.rubric;
        let Some(shown) = &self.current else { return };
        if let Some(stop) = shown.sheet.active().filter(|_| !self.is_plain()) {
            let change = cleared(stop, &shown.asked(rubric));
            self.change(stop.slot, change);
        }
    }

    /// Moves the keys to the next or the previous place.
    pub fn step(&mut self, toward: Toward) {
        let rubric = &self.setup.rubric;
        if let Some(Shown { queued, draft, sheet, .. }) = self.current.as_mut() {
            sheet.step(toward, &Asked { rubric, queued, draft });
        }
    }

    /// Puts the keys to an answer.
    pub fn go_to_slot(&mut self, slot: Slot) {
        if let Some(shown) = &mut self.current {
            shown.sheet.go_to(slot);
        }
    }

    /// The text that typing goes to, if the keys are at one.
    pub fn text_slot(&self) -> Option<Slot> {
        self.active_of(|kind, part| matches!(kind, QuestionKind::Text { .. }) && part == StopPart::Answer)
    }

    /// The long list that can be searched, if the keys are at one.
    pub fn searchable_slot(&self) -> Option<Slot> {
        self.active_of(|kind, _| has_search(kind))
    }

    /// The rubric changed while an item is on the screen: its questions are laid out anew.
    pub fn set_rubric(&mut self, rubric: Rubric) {
        if self.setup.rubric != rubric {
            self.setup.rubric = rubric;
            if let Some(shown) = &mut self.current {
                shown.sheet = Sheet::new(&self.setup.rubric, &shown.queued, &shown.draft);
            }
        }
    }

    fn active_of(&self, fits: impl Fn(&QuestionKind, StopPart) -> bool) -> Option<Slot> {
        if self.is_plain() {
            return None;
        }
        let shown = self.current.as_ref()?;
        let stop = shown.sheet.active()?;
        let asked = shown.asked(&self.setup.rubric);
        let is_open = asked.open_slots().contains(&stop.slot);
        (is_open && fits(&asked.question(stop.slot).kind, stop.part)).then_some(stop.slot)
    }
}

/// What is left of an answer when the part that the keys are at is taken back.
fn cleared(stop: Stop, asked: &Asked<'_>) -> Change {
    match stop.part {
        StopPart::Answer => Change::Clear,
        StopPart::Confidence => text::without_confidence(asked, stop.slot),
    }
}
