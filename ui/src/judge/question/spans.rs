//! Spans: stretches of text, or single words switched on and off, with a label. The text stands here as its
//! author wrote it, since a span counts the characters of the source and not of its layout.

use egui::text::{LayoutJob, TextFormat};
use egui::{Key, Role, Sense, Ui, WidgetInfo};
use tiebreak_domain::answer::Span;
use tiebreak_domain::rubric::{Entry, QuestionKind, Slot, SpanUnit};
use tiebreak_domain::{AnswerValue, Part};

use super::row::Row;
use super::{Asked, Change, digit, marks};
use crate::command::Chord;
use crate::judge::sheet::Cursor;
use crate::theme::font::Face;
use crate::theme::{self, space, text};
use crate::widget::{ActionButton, Ink, text_ui};

/// A word: its part, and its first character and the one past its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word {
    part: u16,
    start: u32,
    end: u32,
}

fn spans<'a>(asked: &Asked<'a>, slot: Slot) -> &'a [Span] {
    match asked.value(slot) {
        Some(AnswerValue::Spans(spans)) => spans,
        _ => &[],
    }
}

fn parts<'a>(asked: &Asked<'a>, slot: Slot) -> &'a [Part] {
    match slot.candidate {
        Some(candidate) => &asked.item().candidates[usize::from(candidate)].parts,
        None => &asked.item().prompt,
    }
}

fn words_of(part: u16, text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut is_inside = false;
    for (index, character) in text.chars().enumerate() {
        let index = index as u32;
        if character.is_whitespace() {
            is_inside = false;
        } else if is_inside {
            if let Some(word) = words.last_mut() {
                word.end = index + 1;
            }
        } else {
            words.push(Word { part, start: index, end: index + 1 });
            is_inside = true;
        }
    }
    words
}

fn words(parts: &[Part]) -> Vec<Word> {
    let texts = parts.iter().enumerate().filter_map(|(index, part)| Some((index as u16, part.text()?)));
    texts.flat_map(|(index, text)| words_of(index, text)).collect()
}

/// The spans with one more, in the place of those it touches; or without the one that is exactly that.
fn toggled(spans: &[Span], wanted: Span) -> Change {
    let is_same = |span: &Span| (span.part, span.start, span.end) == (wanted.part, wanted.start, wanted.end);
    let touches =
        |span: &Span| span.part == wanted.part && span.start < wanted.end && wanted.start < span.end;
    let is_there =
        spans.iter().any(|span| is_same(span) && (span.label == wanted.label || wanted.label.is_none()));
    let mut after: Vec<Span> = spans.iter().filter(|span| !touches(span)).cloned().collect();
    if !is_there {
        after.push(wanted);
    }
    after.sort_by_key(|span| (span.part, span.start));
    if after.is_empty() { Change::Clear } else { Change::Set(AnswerValue::Spans(after)) }
}

/// The span from one word to another, in whichever order; within the part of the first.
fn between(words: &[Word], first: usize, last: usize, label: Option<String>) -> Option<Span> {
    let (from, to) = (words.get(first.min(last))?, words.get(first.max(last))?);
    (from.part == to.part).then_some(Span { part: from.part, start: from.start, end: to.end, label })
}

/// The arrows go from word to word, with Shift over several; Space switches, digits choose the label.
pub(super) fn key(chord: Chord, asked: &Asked<'_>, slot: Slot, cursor: &mut Cursor) -> Option<Change> {
    let words = words(parts(asked, slot));
    let last = words.len().checked_sub(1)?;
    let here = cursor.at;
    let mut go = |at: usize| {
        cursor.anchor = chord.shift.then_some(cursor.anchor.unwrap_or(here));
        cursor.at = at.min(last);
        Some(Change::Move)
    };
    match chord.key {
        Key::ArrowRight => go(here + 1),
        Key::ArrowLeft => go(here.saturating_sub(1)),
        _ if chord.shift => None,
        Key::Space => {
            let first = cursor.anchor.take().unwrap_or(cursor.at);
            let span = between(&words, first, cursor.at, cursor.label.clone())?;
            Some(toggled(spans(asked, slot), span))
        }
        key => {
            let number = usize::from(digit(key)?).checked_sub(1)?;
            let QuestionKind::Spans { labels, .. } = &asked.question(slot).kind else { return None };
            cursor.label = Some(labels.get(number)?.key.clone());
            Some(Change::Move)
        }
    }
}

pub(super) fn ui(
    ui: &mut Ui,
    row: &Row<'_>,
    unit: SpanUnit,
    labels: &[Entry],
    cursor: &mut Cursor,
) -> Option<Change> {
    let (asked, slot) = (&row.asked, row.slot);
    let spans = spans(asked, slot);
    let mut change = None;
    if !labels.is_empty() && row.is_active {
        marks::label_ui(ui, row, labels, cursor);
    }
    if !row.is_unfolded() && spans.is_empty() {
        text_ui(ui, "Nothing marked", Ink::Third, Face::Regular, text::SMALL);
        return None;
    }
    let all = words(parts(asked, slot));
    let texts =
        parts(asked, slot).iter().enumerate().filter_map(|(index, part)| Some((index as u16, part.text()?)));
    for (part, text) in texts.filter(|_| row.is_unfolded()) {
        change = text_part_ui(ui, row, part, text, unit, &all, cursor).or(change.take());
    }
    for span in spans {
        ui.horizontal(|ui| {
            let says = excerpt(parts(asked, slot), span);
            let label = marks::title_of(labels, span.label.as_deref());
            text_ui(ui, format!("“{says}” {label}"), Ink::Second, Face::Regular, text::SMALL);
            let button = ui.add(ActionButton::new("Remove").quiet().small().enabled(row.is_open));
            let name = format!("{}: remove {says}", row.name);
            button.widget_info(|| WidgetInfo::labeled(Role::Button, row.is_open, &name));
            if button.clicked() {
                change = Some(toggled(spans, Span { label: None, ..span.clone() }));
            }
        });
    }
    if row.is_active {
        let none = ActionButton::new("Nothing to mark").small().enabled(row.is_open);
        let says_none = spans.is_empty() && asked.value(slot).is_some();
        if ui.add(none.choice(says_none)).clicked() {
            change = Some(Change::Done(AnswerValue::Spans(Vec::new())));
        }
    }
    change
}

fn excerpt(parts: &[Part], span: &Span) -> String {
    let text = parts.get(usize::from(span.part)).and_then(Part::text).unwrap_or_default();
    let words: String =
        text.chars().skip(span.start as usize).take((span.end - span.start) as usize).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() > 40 { words.chars().take(39).chain(['…']).collect() } else { words }
}

/// One text: what is marked has the accent behind it, the word of the keys a line under it.
fn text_part_ui(
    ui: &mut Ui,
    row: &Row<'_>,
    part: u16,
    words: &str,
    unit: SpanUnit,
    all: &[Word],
    cursor: &mut Cursor,
) -> Option<Change> {
    let palette = theme::palette(ui);
    let spans = spans(&row.asked, row.slot);
    let characters: Vec<char> = words.chars().collect();
    let at = all.get(cursor.at).filter(|word| row.is_active && word.part == part);
    let chosen =
        cursor.anchor.filter(|_| row.is_active).and_then(|anchor| between(all, anchor, cursor.at, None));
    let look = |index: u32| {
        let holds = |span: &Span| span.part == part && (span.start..span.end).contains(&index);
        let is_marked = spans.iter().any(holds);
        let is_chosen = chosen.as_ref().is_some_and(holds);
        let is_at = at.is_some_and(|word| (word.start..word.end).contains(&index));
        (is_marked, is_chosen, is_at)
    };
    let mut job = LayoutJob::default();
    job.wrap.max_width = ui.available_width();
    let mut index = 0;
    while index < characters.len() {
        let this = look(index as u32);
        let length =
            characters[index..].iter().enumerate().position(|(by, _)| look((index + by) as u32) != this);
        let end = length.map_or(characters.len(), |length| index + length);
        let stretch: String = characters[index..end].iter().collect();
        let (is_marked, is_chosen, is_at) = this;
        let background = if is_marked {
            palette.text_selection
        } else if is_chosen {
            palette.accent_wash
        } else {
            egui::Color32::TRANSPARENT
        };
        let underline = if is_at { egui::Stroke::new(2.0, palette.accent) } else { egui::Stroke::NONE };
        let font_id = Face::Regular.at(text::BODY);
        let line_height = Some((text::BODY * 1.6).round());
        let color = palette.ink;
        job.append(
            &stretch,
            0.0,
            TextFormat { font_id, color, background, underline, line_height, ..TextFormat::default() },
        );
        index = end;
    }
    let galley = ui.painter().layout_job(job);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, row.is_open, format!("{}: {words}", row.name)));
    ui.painter().galley(rect.min, std::sync::Arc::clone(&galley), palette.ink);
    ui.add_space(space::SMALL);
    marks::remember_origin(ui, &response);
    let pointer =
        response.interact_pointer_pos().filter(|_| response.clicked() || response.drag_stopped())?;
    let origin = ui.ctx().data(|data| data.get_temp(response.id)).unwrap_or(pointer);
    let index_at = |at: egui::Pos2| u32::try_from(galley.cursor_from_pos(at - rect.min).index.0).unwrap_or(0);
    let (first, last) = (index_at(origin).min(index_at(pointer)), index_at(origin).max(index_at(pointer)));
    // The label belongs to whichever question has the keys.
    let label = cursor.label.clone().filter(|_| row.is_active);
    let holds = |span: &&Span| span.part == part && span.start <= first && last <= span.end;
    if first == last
        && let Some(span) = spans.iter().find(holds)
    {
        return Some(toggled(spans, Span { label: None, ..span.clone() }));
    }
    if unit == SpanUnit::Characters && first < last {
        return Some(toggled(spans, Span { part, start: first, end: last, label }));
    }
    let word_at = |index: u32| {
        all.iter().position(|word| word.part == part && word.start <= index && index <= word.end)
    };
    let (from, to) = (word_at(first)?, word_at(last)?);
    if row.is_active {
        cursor.at = to;
    }
    Some(toggled(spans, between(all, from, to, label)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_in_characters() {
        let words = words_of(0, "né  über\nab");
        let places: Vec<_> = words.iter().map(|word| (word.start, word.end)).collect();
        assert_eq!(places, [(0, 2), (4, 8), (9, 11)]);
    }

    #[test]
    fn a_span_is_switched_on_and_off_and_takes_the_place_of_what_it_touches() {
        let span = |start, end| Span { part: 0, start, end, label: None };
        assert_eq!(toggled(&[], span(0, 2)), Change::Set(AnswerValue::Spans(vec![span(0, 2)])));
        assert_eq!(toggled(&[span(0, 2)], span(0, 2)), Change::Clear);
        let wider = toggled(&[span(0, 2), span(8, 9)], span(1, 5));
        assert_eq!(wider, Change::Set(AnswerValue::Spans(vec![span(1, 5), span(8, 9)])));
    }
}
