//! Steps: each step of a solution is right, neutral or wrong, one key each, and the keys go down by
//! themselves. After the first wrong step the rest need not be looked at.

use egui::{Key, Ui};
use tiebreak_domain::AnswerValue;
use tiebreak_domain::answer::StepVerdict;
use tiebreak_domain::rubric::Slot;

use super::row::Row;
use super::{Asked, Change, digit};
use crate::command::Chord;
use crate::document::{LineLook, few_lines_ui, hidden_in, needs_setting};
use crate::judge::sheet::Cursor;
use crate::theme::font::Face;
use crate::theme::{self, space, text};
use crate::widget::{Ink, Segmented, text_ui};

fn steps<'a>(asked: &Asked<'a>, slot: Slot) -> Vec<&'a str> {
    let candidate = slot.candidate.and_then(|index| asked.item().candidates.get(usize::from(index)));
    candidate.map(|candidate| candidate.steps()).unwrap_or_default()
}

fn verdicts(asked: &Asked<'_>, slot: Slot) -> Vec<Option<StepVerdict>> {
    let mut verdicts = match asked.value(slot) {
        Some(AnswerValue::Steps(verdicts)) => verdicts.clone(),
        _ => Vec::new(),
    };
    verdicts.resize(steps(asked, slot).len(), None);
    verdicts
}

/// The verdicts with one more; done when they say all that is asked.
fn with(asked: &Asked<'_>, slot: Slot, step: usize, verdict: Option<StepVerdict>) -> Change {
    let mut verdicts = verdicts(asked, slot);
    if let Some(place) = verdicts.get_mut(step) {
        *place = verdict;
    }
    if verdicts.iter().all(Option::is_none) {
        return Change::Clear;
    }
    let value = AnswerValue::Steps(verdicts);
    let is_last = step + 1 >= steps(asked, slot).len() || verdict == Some(StepVerdict::Wrong);
    let is_complete = value.is_complete(&asked.question(slot).kind, asked.item(), slot.candidate);
    if is_complete && is_last { Change::Done(value) } else { Change::Set(value) }
}

pub(super) fn key(chord: Chord, asked: &Asked<'_>, slot: Slot, cursor: &mut Cursor) -> Option<Change> {
    let last = steps(asked, slot).len().checked_sub(1)?;
    match chord.key {
        Key::ArrowDown if cursor.at < last => {
            cursor.at += 1;
            Some(Change::Move)
        }
        Key::ArrowUp if cursor.at > 0 => {
            cursor.at -= 1;
            Some(Change::Move)
        }
        Key::Backspace => {
            let given = verdicts(asked, slot);
            // The one under the keys, else the one before, as after a slip.
            let step =
                if given[cursor.at.min(last)].is_some() { cursor.at } else { cursor.at.checked_sub(1)? };
            cursor.at = step;
            Some(with(asked, slot, step, None))
        }
        key => {
            let number = usize::from(digit(key)?).checked_sub(1)?;
            let verdict = *StepVerdict::ALL.get(number)?;
            let step = cursor.at.min(last);
            cursor.at = (step + 1).min(last);
            Some(with(asked, slot, step, Some(verdict)))
        }
    }
}

pub(super) fn ui(ui: &mut Ui, row: &Row<'_>, cursor: &mut Cursor) -> Option<Change> {
    let verdicts = verdicts(&row.asked, row.slot);
    let steps = steps(&row.asked, row.slot);
    let mut change = None;
    if !row.is_unfolded() {
        let given = verdicts.iter().flatten().count();
        text_ui(ui, format!("{given} of {} steps", steps.len()), Ink::Third, Face::Figures, text::SMALL);
        return None;
    }
    for (index, step) in steps.iter().enumerate() {
        let is_here = row.is_active && index == cursor.at;
        let ink = if is_here { Ink::First } else { Ink::Second };
        let step = hidden_in(ui.ctx(), step, false);
        let words = format!("{}. {step}", index + 1);
        let words = if needs_setting(&step) {
            let ink = ink.color(theme::palette(ui));
            few_lines_ui(ui, &words, LineLook { face: Face::Regular, size: text::SMALL, ink })
        } else {
            text_ui(ui, words, ink, Face::Regular, text::SMALL)
        };
        if words.interact(egui::Sense::click()).clicked() {
            cursor.at = index;
            change = Some(Change::Move);
        }
        let mut chosen = StepVerdict::ALL.iter().position(|verdict| Some(*verdict) == verdicts[index]);
        let before = chosen;
        let name = format!("{}: step {}", row.name, index + 1);
        let mut control = Segmented::new(&name).enabled(row.is_open).active(is_here);
        for (number, verdict) in StepVerdict::ALL.iter().enumerate() {
            control = control.option_with_key(verdict.word(), ["1", "2", "3"][number]);
        }
        let response = control.show(ui, &mut chosen);
        if chosen != before {
            cursor.at = (index + 1).min(steps.len() - 1);
            let verdict = chosen.map(|index| StepVerdict::ALL[index]);
            change = Some(with(&row.asked, row.slot, index, verdict));
        }
        if is_here && cursor.is_moved {
            response.scroll_to_me(None);
        }
        ui.add_space(space::SMALL);
    }
    cursor.is_moved = false;
    change
}
