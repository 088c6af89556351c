//! Spans: stretches of text, or single words switched on and off, with a label. They are marked where the text
//! is read, on the candidate or the prompt, and count the characters of its source.

use std::ops::Range;

use egui::{Key, Role, Ui, WidgetInfo};
use tiebreak_domain::answer::Span;
use tiebreak_domain::rubric::{Entry, QuestionKind, Slot, SpanUnit};
use tiebreak_domain::{AnswerValue, Part, TextFormat};

use super::row::Row;
use super::{Asked, Change, digit, marks};
use crate::command::Chord;
use crate::document::{Document, Marked, Marking, Taken, hidden_in};
use crate::judge::sheet::Cursor;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Ink, text_ui};

/// A word: its part, and its first character and the one past its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
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

/// The words of which anything is seen: signs of Markdown alone are none.
fn words(parts: &[Part]) -> Vec<Word> {
    let mut all = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let (text, format) = match part {
            Part::Text { text, format } => (text, *format),
            Part::Message { text, .. } => (text, TextFormat::Markdown),
            _ => continue,
        };
        let seen = Document::seen(text, format);
        let is_seen = |word: &Word| is_touched(&seen, &(word.start..word.end));
        all.extend(words_of(index as u16, text).into_iter().filter(is_seen));
    }
    all
}

/// The words of the answer that the keys are at.
fn words_at<'a>(asked: &Asked<'_>, slot: Slot, cursor: &'a Cursor) -> &'a [Word] {
    cursor.words.get_or_init(|| words(parts(asked, slot)))
}

/// Whether any of the stretches, which are in order, has a character of this one.
fn is_touched(stretches: &[Range<u32>], range: &Range<u32>) -> bool {
    let first = stretches.partition_point(|stretch| stretch.end <= range.start);
    stretches.get(first).is_some_and(|stretch| stretch.start < range.end)
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
    let words = cursor.words.get_or_init(|| words(parts(asked, slot)));
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
            let span = between(words, first, cursor.at, cursor.label.clone())?;
            Some(toggled(spans(asked, slot), span))
        }
        Key::Num0 if spans(asked, slot).is_empty() => Some(Change::Done(AnswerValue::Spans(Vec::new()))),
        key => {
            let number = usize::from(digit(key)?).checked_sub(1)?;
            let QuestionKind::Spans { labels, .. } = &asked.question(slot).kind else { return None };
            cursor.label = Some(labels.get(number)?.key.clone());
            Some(Change::Move)
        }
    }
}

/// What is marked on the layout of one text of a candidate (none: of the prompt), and whether the answer
/// `active` takes more there.
pub fn marking(
    asked: &Asked<'_>,
    active: Option<Slot>,
    cursor: &Cursor,
    candidate: Option<u8>,
    part: u16,
) -> Marking {
    let mut marking = Marking::default();
    for (index, question) in asked.rubric.questions.iter().enumerate() {
        let QuestionKind::Spans { unit, labels } = &question.kind else { continue };
        let slot = Slot { question: index, candidate };
        for span in spans(asked, slot).iter().filter(|span| span.part == part) {
            let says = marks::title_of(labels, span.label.as_deref()).to_owned();
            marking.marked.push(Marked { range: span.start..span.end, says });
        }
        let is_here =
            |active: Slot| active.question == index && active.candidate.is_some() == candidate.is_some();
        marking.takes |= active.is_some_and(is_here);
        if active == Some(slot) {
            let all = words_at(asked, slot, cursor);
            let here = |word: &&Word| word.part == part;
            marking.at = all.get(cursor.at).filter(here).map(|word| word.start..word.end);
            let chosen = cursor.anchor.and_then(|anchor| between(all, anchor, cursor.at, None));
            marking.chosen =
                chosen.filter(|chosen| chosen.part == part).map(|chosen| chosen.start..chosen.end);
            marking.is_moved = cursor.is_moved;
            if *unit == SpanUnit::Words {
                marking.words = all.iter().filter(here).map(|word| word.start..word.end).collect();
            }
        }
    }
    marking
}

/// What the pointer took of a text, as changes of the answer in a slot: a click takes a word, or takes back the
/// span it is on.
pub fn changes(
    asked: &Asked<'_>,
    slot: Slot,
    part: u16,
    taken: Option<&Taken>,
    label: Option<String>,
) -> Vec<Change> {
    let (Some(Taken { range, is_click }), QuestionKind::Spans { unit, .. }) =
        (taken, &asked.question(slot).kind)
    else {
        return Vec::new();
    };
    let spans = spans(asked, slot);
    let holds = |span: &&Span| span.part == part && span.start <= range.start && range.end <= span.end;
    if let Some(span) = spans.iter().find(holds).filter(|_| *is_click) {
        return vec![toggled(spans, Span { label: None, ..span.clone() })];
    }
    let all = words(parts(asked, slot));
    let touched = |word: &Word| word.part == part && word.start < range.end && range.start < word.end;
    let (first, last) = (all.iter().position(touched), all.iter().rposition(touched));
    let span = if *unit == SpanUnit::Characters && !is_click {
        Some(Span { part, start: range.start, end: range.end, label })
    } else {
        first.zip(last).and_then(|(first, last)| between(&all, first, last, label))
    };
    let change = span.map(|span| toggled(spans, span));
    change.into_iter().chain(last.map(Change::At)).collect()
}

/// The labels for the next span, what the keys do, and the list of what was marked.
pub(super) fn ui(ui: &mut Ui, row: &Row<'_>, labels: &[Entry], cursor: &mut Cursor) -> Option<Change> {
    let (asked, slot) = (&row.asked, row.slot);
    let spans = spans(asked, slot);
    let mut change = None;
    if !labels.is_empty() && row.is_active {
        marks::label_ui(ui, row, labels, cursor);
    }
    let says = match (row.is_active, spans.is_empty()) {
        (true, _) => {
            "Click or drag on the text · ← → go from word to word, with Shift over several · Space marks"
        }
        (false, true) => "Nothing marked",
        (false, false) => "",
    };
    if !says.is_empty() {
        ui.add_space(space::TINY);
        text_ui(ui, says, Ink::Third, Face::Regular, text::SMALL);
        ui.add_space(space::TINY);
    }
    for span in spans {
        ui.horizontal(|ui| {
            let says = excerpt(parts(asked, slot), span);
            let says = hidden_in(ui.ctx(), &says, slot.candidate.is_none());
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
        let says_none = spans.is_empty() && asked.value(slot).is_some();
        let none = ActionButton::new("Nothing to mark").small().key("0").enabled(row.is_open);
        let button = ui.add(none.choice(says_none));
        let name = format!("{}: nothing to mark", row.name);
        button.widget_info(|| WidgetInfo::selected(Role::Button, row.is_open, says_none, &name));
        if button.clicked() {
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
    fn signs_of_markdown_are_no_words() {
        let parts = [Part::markdown("# One **two**\n\n| a |\n|---|\n| b |"), Part::image("x.png")];
        let places: Vec<_> = words(&parts).iter().map(|word| (word.start, word.end)).collect();
        assert_eq!(places, [(2, 5), (6, 13), (17, 18), (29, 30)], "One, **two**, a and b");
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
