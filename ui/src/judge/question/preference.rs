//! Preference: which of the two is better, on one row; with the strength on the same scale where the rubric
//! has it so, or beside it once a side was chosen.

use egui::{Align2, Color32, Sense, Ui, Vec2, vec2};
use tiebreak_domain::rubric::{QuestionKind, Slot, StrengthSteps};
use tiebreak_domain::{AnswerValue, Outcome, Preference, Strength};

use super::row::Row;
use super::{Asked, Change, digit};
use crate::command::{Chord, Command};
use crate::judge::draft::{with_outcome, with_strength_toggled};
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};
use crate::widget::{Ink, Segmented, text_ui};

/// How many sayings fit beside one another into a narrow column.
const MOST_IN_A_COLUMN: usize = 4;
/// Steps of a scale of strength: three for each side and one for neither.
const SCALE: usize = 7;
/// Widest a short scale gets below its title, in points.
const WIDEST_SCALE: f32 = 340.0;
/// Width of a short scale in the bar, in points.
const SHORT_SCALE: f32 = 240.0;

/// One thing that can be said, by the sides of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Saying {
    outcome: Outcome,
    strength: Option<Strength>,
}

fn sayings(outcomes: &[Outcome], steps: StrengthSteps) -> Vec<Saying> {
    let plain = |outcome| Saying { outcome, strength: None };
    if steps != StrengthSteps::Scale {
        return outcomes.iter().copied().map(plain).collect();
    }
    let side = |outcome| move |strength| Saying { outcome, strength: Some(strength) };
    let mut sayings: Vec<Saying> = Strength::ALL.into_iter().rev().map(side(Outcome::A)).collect();
    sayings.push(plain(Outcome::Tie));
    sayings.extend(Strength::ALL.map(side(Outcome::B)));
    let others = outcomes.iter().copied();
    sayings
        .extend(others.filter(|outcome| matches!(outcome, Outcome::BothBad | Outcome::Unratable)).map(plain));
    sayings
}

fn label(saying: Saying) -> String {
    let word = match saying.outcome {
        Outcome::A => "A",
        Outcome::B => "B",
        Outcome::Tie => "Tie",
        Outcome::BothBad => "Both bad",
        Outcome::Unratable => "Cannot judge…",
    };
    saying.strength.map_or_else(|| word.to_owned(), |strength| format!("{word} {}", strength.word()))
}

fn said<'a>(asked: &Asked<'a>, slot: Slot) -> Option<&'a Preference> {
    match asked.value(slot) {
        Some(AnswerValue::Preference(preference)) => Some(preference),
        _ => None,
    }
}

/// What saying it makes of the answer.
fn change(saying: Saying, asked: &Asked<'_>, slot: Slot) -> Change {
    if saying.outcome == Outcome::Unratable {
        return Change::AskWhy;
    }
    let outcome = asked.order().outcome_from_screen(saying.outcome);
    let mut preference = with_outcome(said(asked, slot), outcome);
    if saying.strength.is_some() {
        preference.strength = saying.strength;
    }
    Change::Done(AnswerValue::Preference(preference))
}

/// Each saying has a number.
pub(super) fn key(
    chord: Chord,
    asked: &Asked<'_>,
    slot: Slot,
    outcomes: &[Outcome],
    steps: StrengthSteps,
) -> Option<Change> {
    let number = usize::from(digit(chord.key)?).checked_sub(1)?;
    sayings(outcomes, steps).get(number).map(|saying| change(*saying, asked, slot))
}

/// What a strength's key makes of an answer; none where the answer takes no strength.
pub fn strength_key(strength: Strength, asked: &Asked<'_>, slot: Slot) -> Option<Change> {
    let takes = matches!(
        asked.question(slot).kind,
        QuestionKind::Preference { strength: StrengthSteps::Optional, .. }
    );
    let before = said(asked, slot).filter(|preference| takes && preference.outcome.is_decided())?;
    Some(Change::Set(AnswerValue::Preference(with_strength_toggled(before, strength))))
}

const STRENGTHS: [Command; 3] = [Command::Slightly, Command::Clearly, Command::Much];

/// The row of sayings, and the strength beside it.
pub(super) fn ui(ui: &mut Ui, row: &Row<'_>, outcomes: &[Outcome], steps: StrengthSteps) -> Option<Change> {
    let (asked, slot) = (&row.asked, row.slot);
    let said = said(asked, slot);
    let sayings = sayings(outcomes, steps);
    let is_said = |saying: &Saying| {
        said.is_some_and(|said| {
            asked.order().screen_from_outcome(said.outcome) == saying.outcome
                && (saying.strength.is_none() || said.strength == saying.strength)
        })
    };
    let before = sayings.iter().position(is_said);
    let labels: Vec<String> = sayings.iter().map(|saying| label(*saying)).collect();
    let keys: Vec<String> = (1..=sayings.len()).map(|number| number.to_string()).collect();
    let mut chosen = before;
    let mut changed = None;
    let is_short =
        steps == StrengthSteps::Scale && (row.is_stacked || row_width(ui, &labels) > ui.available_width());
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(space::TINY);
        // What does not fit into a narrow column breaks: behind a short scale, else by threes.
        let all = sayings.len();
        let breaks = match (is_short, row.is_stacked) {
            (true, _) => vec![0, SCALE, all],
            (false, true) if all > MOST_IN_A_COLUMN => vec![0, 3, all],
            _ => vec![0, all],
        };
        let rows = breaks.windows(2).map(|ends| ends[0]..ends[1]).filter(|range| !range.is_empty());
        for range in rows {
            let is_scale = is_short && range.start == 0;
            let mut control = Segmented::new(&row.name).enabled(row.is_open).active(row.is_active);
            for index in range.clone() {
                control = if is_scale {
                    control.option_said(&keys[index], &labels[index])
                } else {
                    control.option_with_key(&labels[index], &keys[index])
                };
            }
            let inside = chosen.filter(|index| range.contains(index)).map(|index| index - range.start);
            let mut now = inside;
            if is_scale {
                scale_ui(ui, row, control, &labels, &mut now);
            } else {
                control.show(ui, &mut now);
            }
            if now != inside {
                chosen = now.map(|index| index + range.start);
                changed = Some(chosen.map_or(Change::Clear, |index| change(sayings[index], asked, slot)));
            }
        }
        if steps == StrengthSteps::Optional {
            changed = strength_ui(ui, row, said).or(changed.take());
        }
    });
    changed
}

/// A scale of seven on one row, each step by its key; the names of the ends and the middle stand below it, or
/// in the bar beside it.
fn scale_ui(
    ui: &mut Ui,
    row: &Row<'_>,
    control: Segmented<'_>,
    labels: &[String],
    chosen: &mut Option<usize>,
) {
    let (first, middle, last) = (&labels[0], &labels[SCALE / 2], &labels[SCALE - 1]);
    if !row.is_stacked {
        text_ui(ui, first, Ink::Second, Face::Regular, text::SMALL);
        control.width(SHORT_SCALE).show(ui, chosen);
        text_ui(ui, last, Ink::Second, Face::Regular, text::SMALL);
        return;
    }
    ui.vertical(|ui| {
        let width = ui.available_width().min(WIDEST_SCALE);
        control.width(width).show(ui, chosen);
        let (names, _) = ui.allocate_exact_size(vec2(width, text::SMALL * 1.5), Sense::hover());
        let ink = if row.is_open { Ink::Second } else { Ink::Disabled }.color(theme::palette(ui));
        let places = [(first, Align2::LEFT_TOP), (middle, Align2::CENTER_TOP), (last, Align2::RIGHT_TOP)];
        for (name, align) in places {
            let at = align.pos_in_rect(&names);
            ui.painter().text(at, align, name, Face::Regular.at(text::SMALL), ink);
        }
    });
}

/// How wide the sayings would be with their names and keys, roughly, in points.
fn row_width(ui: &Ui, labels: &[String]) -> f32 {
    let font = Face::Medium.at(text::SMALL);
    let width = |label: &String| {
        let galley = ui.painter().layout_no_wrap(label.clone(), font.clone(), Color32::PLACEHOLDER);
        galley.size().x + 2.0 * space::LARGE + control::KEY_CAP + space::TINY
    };
    labels.iter().map(width).sum()
}

fn strength_ui(ui: &mut Ui, row: &Row<'_>, said: Option<&Preference>) -> Option<Change> {
    let before = said.and_then(|said| said.strength);
    let before = before.and_then(|before| Strength::ALL.iter().position(|strength| *strength == before));
    let mut chosen = before;
    let keys = STRENGTHS.map(|command| row.keymap.key(command));
    let name = format!("{}, how much", row.name);
    let mut control =
        Segmented::new(&name).enabled(row.is_open && said.is_some_and(|said| said.outcome.is_decided()));
    for (command, key) in STRENGTHS.iter().zip(&keys) {
        control = control.option_with_key(command.label(), key);
    }
    control.show(ui, &mut chosen);
    if chosen == before {
        return None;
    }
    let strength = Strength::ALL[chosen.or(before)?];
    strength_key(strength, &row.asked, row.slot)
}
