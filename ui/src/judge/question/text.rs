//! Text: a rationale, a critique, a rewritten response or one line; with how sure the annotator is where the
//! study asks. The keys go to the field as soon as something is typed; Esc, or Tab to the next, leaves it.

use egui::{Id, Key, Margin, Role, TextEdit, Ui, WidgetInfo};
use tiebreak_domain::answer::TextAnswer;
use tiebreak_domain::rubric::{QuestionKind, Slot, TextPurpose};
use tiebreak_domain::{AnswerValue, ItemId};

use super::row::Row;
use super::slider::{self, Track};
use super::{Asked, Change};
use crate::command::Chord;
use crate::judge::sheet::StopPart;
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};
use crate::widget::as_read_ui;

/// The field of an answer, so that keys can be sent to it. Neither the keys nor what was typed go on to the field of
/// another item.
pub fn field_id(item: ItemId, slot: Slot) -> Id {
    Id::unique(("text of an answer", item, slot.question, slot.candidate))
}

fn answer(asked: &Asked<'_>, slot: Slot) -> Option<TextAnswer> {
    match asked.value(slot) {
        Some(AnswerValue::Text(answer)) => Some(answer.clone()),
        _ => None,
    }
}

/// What a rewrite begins as: the candidate's own words. Anything else begins as nothing.
fn original(asked: &Asked<'_>, slot: Slot) -> String {
    let candidate = slot.candidate.and_then(|index| asked.item().candidates.get(usize::from(index)));
    match (&asked.question(slot).kind, candidate) {
        (QuestionKind::Text { purpose: TextPurpose::Rewrite, .. }, Some(candidate)) => candidate.text(),
        _ => String::new(),
    }
}

/// What stands in the field: a rewrite that nobody touched is the original, and one that was emptied is empty.
fn said(asked: &Asked<'_>, slot: Slot) -> TextAnswer {
    answer(asked, slot).unwrap_or_else(|| TextAnswer { text: original(asked, slot), confidence: None })
}

pub(super) fn confidence_key(chord: Chord, asked: &Asked<'_>, slot: Slot) -> Option<Change> {
    let before = said(asked, slot);
    let track = track(&before);
    track.after(chord.key).map(|value| with_confidence_of(before, value))
}

/// The answer without how sure the annotator is.
pub fn without_confidence(asked: &Asked<'_>, slot: Slot) -> Change {
    match answer(asked, slot) {
        Some(answer) if answer.text != original(asked, slot) => {
            Change::Set(AnswerValue::Text(TextAnswer { confidence: None, ..answer }))
        }
        _ => Change::Clear,
    }
}

fn track(answer: &TextAnswer) -> Track {
    Track { from: 0, to: 100, value: answer.confidence.map(i32::from) }
}

fn with_confidence_of(before: TextAnswer, value: i32) -> Change {
    let confidence = u8::try_from(value).ok();
    Change::Set(AnswerValue::Text(TextAnswer { confidence, ..before }))
}

pub(super) fn ui(ui: &mut Ui, row: &Row<'_>, purpose: TextPurpose, with_confidence: bool) -> Option<Change> {
    let palette = theme::palette(ui);
    let original = original(&row.asked, row.slot);
    let said = said(&row.asked, row.slot);
    let is_untouched = said.text == original;
    let mut words = said.text.clone();
    let is_line = purpose == TextPurpose::Line;
    let hint = match purpose {
        TextPurpose::Rationale => "Why? Begin to type",
        TextPurpose::Critique => "What is wrong, what could be better",
        TextPurpose::Rewrite => "A better response",
        TextPurpose::Line => "Begin to type",
    };
    let hint = egui::RichText::new(if row.is_open { hint } else { "" }).color(palette.ink_third);
    let rows = match purpose {
        TextPurpose::Line => 1,
        TextPurpose::Rationale if !row.is_stacked => 1,
        TextPurpose::Rationale | TextPurpose::Critique => 3,
        TextPurpose::Rewrite => 10,
    };
    let shown_ink = if is_untouched || !row.is_open { palette.ink_third } else { palette.ink };
    let edit = if is_line { TextEdit::singleline(&mut words) } else { TextEdit::multiline(&mut words) };
    let edit = edit
        .id(field_id(row.asked.queued.item.id, row.slot))
        .font(Face::Regular.at(text::BODY))
        .text_color(shown_ink)
        .hint_text(hint)
        .desired_rows(rows)
        .desired_width(f32::INFINITY)
        .margin(Margin::symmetric(space::MEDIUM as i8 - 2, 6))
        .interactive(row.is_open)
        .min_size(egui::vec2(0.0, control::SMALL_HEIGHT));
    let field = egui::ScrollArea::vertical()
        .id_salt(("text scroll", row.slot))
        .max_height(if row.is_stacked { 320.0 } else { control::HEIGHT + space::LARGE })
        .show(ui, |ui| ui.add(edit))
        .inner;
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, row.is_open, &row.name));
    as_read_ui(ui, &field, &words);
    if row.is_active && row.part == StopPart::Answer {
        let stroke = egui::Stroke::new(theme::HAIRLINE, palette.accent);
        ui.painter().rect_stroke(field.rect, theme::radius::MEDIUM, stroke, egui::StrokeKind::Inside);
    }
    let mut change = None;
    if field.changed() {
        change = Some(if words == original && said.confidence.is_none() {
            Change::Clear
        } else {
            Change::Set(AnswerValue::Text(TextAnswer { text: words.clone(), ..said.clone() }))
        });
    }
    let is_entered = is_line && field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if is_entered && !words.trim().is_empty() {
        change = Some(Change::Done(AnswerValue::Text(TextAnswer { text: words, ..said.clone() })));
    }
    if with_confidence {
        let row_of_it = Row {
            name: format!("{}, how sure", row.name),
            is_active: row.is_active && row.part == StopPart::Confidence,
            ..row.clone()
        };
        let ends = ["Unsure".to_owned(), "Sure".to_owned()];
        if let Some(value) = slider::track_ui(ui, &row_of_it, track(&said), &ends, false) {
            change = Some(with_confidence_of(said, value));
        }
    }
    change
}
