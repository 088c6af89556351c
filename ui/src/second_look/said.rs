//! What was said of the item on the screen: a line of reasons once it is decided, and on demand a table with a column
//! for each judgment and a row for each answer. Who gave which is asked for apart.

use egui::{Align, Grid, Layout, ScrollArea, Ui, vec2};
use tiebreak_domain::second_look::LookItem;
use tiebreak_domain::{AnnotatorId, ItemId, Judgment, Verdict};

use super::words;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::Desk;
use crate::document::hidden_in;
use crate::judge::question::Asked;
use crate::people::role::use_as_ui;
use crate::theme::font::Face;
use crate::theme::{control, space, text};
use crate::widget::{ActionButton, Ink, caption_ui, text_ui};

/// The most room the table takes, in points.
const MOST: f32 = 190.0;
/// Width of a column, in points.
const COLUMN: f32 = 130.0;

/// Paints the line of reasons, and the table where it was asked for.
pub(super) fn said_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk, item: ItemId, wanted: &mut Vec<Action>) {
    let second_look = &desk.second_look;
    let look = second_look.look(item);
    let is_said = second_look.shows_said == Some(item);
    let is_named = is_said && second_look.shows_names;
    let room = vec2(ui.available_width(), control::SMALL_HEIGHT);
    ui.allocate_ui_with_layout(room, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let own = desk.session.own_answer();
        let has_own = own.is_some();
        let before = own.and_then(|judgment| judgment.given.showing.as_ref());
        let is_swapped = before
            .zip(desk.session.current.as_ref())
            .is_some_and(|(before, shown)| before.order.reversed() == *shown.order());
        let buttons = [
            (Command::ToggleNames, Some(is_named), look.is_some()),
            (Command::ToggleSaid, Some(is_said), look.is_some()),
            (Command::KeepAnswer, None, has_own),
        ];
        for (command, is_on, is_enabled) in buttons {
            if command == Command::KeepAnswer && !has_own {
                continue;
            }
            let key = scene.keymap.key(command);
            let button = ActionButton::new(command.label()).key(&key).small().enabled(is_enabled);
            let button = if let Some(is_on) = is_on { button.choice(is_on) } else { button };
            if ui.add(button.help(command.help())).clicked() {
                wanted.push(Action::Command(command));
            }
        }
        if desk.may_lead() {
            use_as_ui(ui, scene, true, wanted);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            // That a model was surprised, or chance drew it, would be an answer to lean on.
            let is_decided = second_look.decided.contains(&item);
            let mut says = match look {
                Some(look) if is_decided => words::sentence(look),
                Some(_) => "Why it is here is told once you have decided".to_owned(),
                None => String::new(),
            };
            if is_swapped {
                says.push_str(" · The sides are swapped since you judged it");
            }
            crate::form::line_ui(ui, &says, Ink::Second, Face::Regular, text::SMALL);
        });
    });
    let (Some(look), Some(shown), true) = (look, desk.session.current.as_ref(), is_said) else { return };
    let asked = shown.asked(&desk.session.setup.rubric);
    ScrollArea::both().id_salt(("said", item.0)).max_height(MOST).auto_shrink([false, true]).show(ui, |ui| {
        table_ui(ui, desk, look, &asked, is_named);
    });
}

/// A judgment and what stands above its column.
struct Column<'a> {
    title: String,
    judgment: &'a Judgment,
}

fn columns(look: &LookItem, name: impl Fn(AnnotatorId) -> Option<String>) -> Vec<Column<'_>> {
    let in_force = look.judgments.iter().filter(|judgment| judgment.given.verdict != Verdict::Withdrawn);
    let mut people: Vec<AnnotatorId> = Vec::new();
    let mut columns = Vec::new();
    for (judgment, is_repeat) in
        in_force.map(|judgment| (judgment, false)).chain(look.repeats.iter().map(|repeat| (repeat, true)))
    {
        let annotator = judgment.given.annotator;
        let place = people.iter().position(|person| *person == annotator).unwrap_or_else(|| {
            people.push(annotator);
            people.len() - 1
        });
        let mut title = name(annotator).unwrap_or_else(|| format!("Person {}", place + 1));
        if is_repeat {
            title.push_str(", again");
        }
        columns.push(Column { title, judgment });
    }
    columns
}

fn table_ui(ui: &mut Ui, desk: &Desk, look: &LookItem, asked: &Asked<'_>, is_named: bool) {
    let name = |annotator: AnnotatorId| {
        let known = desk.info.annotators.iter().find(|known| known.id == annotator)?;
        is_named.then(|| known.name.clone())
    };
    let columns = columns(look, name);
    if columns.is_empty() {
        text_ui(ui, "Nobody has judged it yet", Ink::Second, Face::Regular, text::SMALL);
        return;
    }
    let cell = |ui: &mut Ui, words: &str, ink: Ink| {
        text_ui(ui, words, ink, Face::Regular, text::SMALL);
    };
    // What people wrote may quote the words that the study hides, and a rewrite begins with them.
    let hidden_cell = |ui: &mut Ui, words: &str| {
        let words = hidden_in(ui.ctx(), words, false);
        cell(ui, &words, Ink::First);
    };
    let spacing = vec2(space::LARGE, space::TINY);
    let grid = Grid::new(("said table", look.item.0)).spacing(spacing).min_col_width(COLUMN);
    grid.max_col_width(2.0 * COLUMN).show(ui, |ui| {
        cell(ui, "", Ink::Third);
        for column in &columns {
            caption_ui(ui, &column.title);
        }
        ui.end_row();
        for (question, candidate) in asked_slots(&columns, asked) {
            let known = asked.rubric.question(&question);
            let mut label = known.map_or_else(|| question.clone(), |question| question.title.clone());
            if let Some(candidate) = candidate {
                label.push_str(&format!(", {}", asked.letter(candidate)));
            }
            cell(ui, &label, Ink::Second);
            for column in &columns {
                hidden_cell(ui, &words_of(column.judgment, &question, candidate, asked));
            }
            ui.end_row();
        }
        if !look.derived.is_empty() {
            cell(ui, "Rewritten", Ink::Second);
            for column in &columns {
                let of_column = look
                    .derived
                    .iter()
                    .filter(|derived| derived.lineage.judgment == column.judgment.given.id);
                let words: Vec<String> = of_column.map(|derived| derived.candidate.text()).collect();
                hidden_cell(ui, &words.join("\n\n"));
            }
            ui.end_row();
        }
        if columns.iter().any(|column| !column.judgment.given.comment.is_empty()) {
            cell(ui, "Comment", Ink::Second);
            for column in &columns {
                hidden_cell(ui, &column.judgment.given.comment);
            }
            ui.end_row();
        }
    });
}

/// Every answer that anybody gave: by the rubric's order, and what it no longer asks at the end.
fn asked_slots(columns: &[Column<'_>], asked: &Asked<'_>) -> Vec<(String, Option<u8>)> {
    let mut slots: Vec<(String, Option<u8>)> = columns
        .iter()
        .flat_map(|column| column.judgment.given.verdict.answers())
        .map(|answer| (answer.question.clone(), answer.candidate))
        .collect();
    let questions = &asked.rubric.questions;
    let place = |key: &str| questions.iter().position(|question| question.key == key);
    slots.sort_by_key(|(question, candidate)| {
        (
            place(question).unwrap_or(usize::MAX),
            question.clone(),
            candidate.map(|index| asked.position(index)),
        )
    });
    slots.dedup();
    slots
}

fn words_of(judgment: &Judgment, question: &str, candidate: Option<u8>, asked: &Asked<'_>) -> String {
    if judgment.given.verdict == Verdict::Skipped {
        return "Skipped".to_owned();
    }
    let kind = asked.rubric.question(question).map(|question| &question.kind);
    let mut answers = judgment.given.verdict.answers().iter();
    answers
        .find(|answer| answer.question == question && answer.candidate == candidate)
        .map_or_else(|| "–".to_owned(), |answer| words::answer(&answer.value, kind, asked))
}
