//! Segments: the turns of a conversation, cut where its goal changes. Space opens a segment at the turn the
//! keys are at, and closes it at a later one; then its goal is typed.

use egui::{Key, Margin, Role, Sense, TextEdit, Ui, WidgetInfo};
use tiebreak_domain::answer::Segment;
use tiebreak_domain::rubric::Slot;
use tiebreak_domain::{AnswerValue, Part};

use super::row::Row;
use super::{Asked, Change};
use crate::command::Chord;
use crate::judge::sheet::Cursor;
use crate::theme::font::Face;
use crate::theme::{self, space, text};
use crate::widget::{ActionButton, Ink, as_read_ui, text_ui};

fn segments<'a>(asked: &Asked<'a>, slot: Slot) -> &'a [Segment] {
    match asked.value(slot) {
        Some(AnswerValue::Segments(segments)) => segments,
        _ => &[],
    }
}

/// The segments with one more, in the place of those it overlaps.
fn with(segments: &[Segment], first: u16, last: u16) -> Vec<Segment> {
    let is_apart = |segment: &&Segment| segment.last < first || last < segment.first;
    let mut after: Vec<Segment> = segments.iter().filter(is_apart).cloned().collect();
    after.push(Segment { first, last, goal: String::new() });
    after.sort_by_key(|segment| segment.first);
    after
}

fn change(segments: Vec<Segment>) -> Change {
    if segments.is_empty() { Change::Clear } else { Change::Set(AnswerValue::Segments(segments)) }
}

pub(super) fn key(chord: Chord, asked: &Asked<'_>, slot: Slot, cursor: &mut Cursor) -> Option<Change> {
    let last = asked.item().prompt.len().checked_sub(1)?;
    match chord.key {
        Key::ArrowDown if cursor.at < last => {
            cursor.at += 1;
            Some(Change::Move)
        }
        Key::ArrowUp if cursor.at > 0 => {
            cursor.at -= 1;
            Some(Change::Move)
        }
        Key::Space => Some(toggle_end(asked, slot, cursor)),
        Key::Backspace => {
            let mut segments = segments(asked, slot).to_vec();
            segments.pop()?;
            Some(change(segments))
        }
        _ => None,
    }
}

/// Opens a segment at the turn of the keys, or closes the open one there.
fn toggle_end(asked: &Asked<'_>, slot: Slot, cursor: &mut Cursor) -> Change {
    let at = cursor.at as u16;
    let Some(anchor) = cursor.anchor.take() else {
        cursor.anchor = Some(cursor.at);
        return Change::Move;
    };
    let (first, last) = ((anchor as u16).min(at), (anchor as u16).max(at));
    let segments = with(segments(asked, slot), first, last);
    cursor.typing = segments.iter().position(|segment| segment.first == first);
    change(segments)
}

pub(super) fn ui(ui: &mut Ui, row: &Row<'_>, cursor: &mut Cursor) -> Option<Change> {
    let (asked, slot) = (&row.asked, row.slot);
    let segments = segments(asked, slot);
    let mut result = None;
    if row.is_unfolded() {
        for (index, part) in asked.item().prompt.iter().enumerate() {
            if turn_ui(ui, row, index, part, segments, cursor) {
                if !row.is_active {
                    result = Some(Change::Move);
                    continue;
                }
                cursor.at = index;
                result = Some(toggle_end(asked, slot, cursor));
            }
        }
        let says = if cursor.anchor.is_some() {
            "Space ends the segment here"
        } else {
            "Space begins a segment here"
        };
        text_ui(ui, says, Ink::Third, Face::Regular, text::SMALL);
    }
    for (index, segment) in segments.iter().enumerate() {
        let mut goal = segment.goal.clone();
        let name = format!("{}: goal of turns {} to {}", row.name, segment.first + 1, segment.last + 1);
        ui.horizontal(|ui| {
            text_ui(
                ui,
                format!("{}–{}", segment.first + 1, segment.last + 1),
                Ink::Second,
                Face::Figures,
                text::SMALL,
            );
            let hint = egui::RichText::new("The goal").color(theme::palette(ui).ink_third);
            let edit = TextEdit::singleline(&mut goal)
                .id_salt(("goal", asked.queued.item.id, slot.question, segment.first))
                .hint_text(hint)
                .font(Face::Regular.at(text::SMALL))
                .margin(Margin::symmetric(space::SMALL as i8, 4))
                .desired_width(ui.available_width() - 128.0)
                .interactive(row.is_open);
            let field = ui.add(edit);
            field.widget_info(|| WidgetInfo::labeled(Role::TextInput, row.is_open, &name));
            as_read_ui(ui, &field, &goal);
            if cursor.typing == Some(index) {
                field.request_focus();
                cursor.typing = None;
            }
            if field.changed() {
                let mut after = segments.to_vec();
                after[index].goal.clone_from(&goal);
                result = Some(change(after));
            }
            let is_last = index + 1 == segments.len();
            let key = if is_last && row.is_active { "Backspace" } else { "" };
            let remove = ActionButton::new("Remove").quiet().small().key(key).enabled(row.is_open);
            let button = ui.add(remove);
            let name = format!("{}: remove turns {} to {}", row.name, segment.first + 1, segment.last + 1);
            button.widget_info(|| WidgetInfo::labeled(Role::Button, row.is_open, &name));
            if button.clicked() {
                let mut after = segments.to_vec();
                after.remove(index);
                result = Some(change(after));
            }
        });
    }
    result
}

/// One turn in a line; says whether it was clicked.
fn turn_ui(
    ui: &mut Ui,
    row: &Row<'_>,
    index: usize,
    part: &Part,
    segments: &[Segment],
    cursor: &mut Cursor,
) -> bool {
    let palette = theme::palette(ui);
    let holds = |segment: &Segment| (segment.first..=segment.last).contains(&(index as u16));
    let number = segments.iter().position(holds);
    let is_here = row.is_active && index == cursor.at;
    let is_between =
        cursor.anchor.is_some_and(|anchor| (anchor.min(cursor.at)..=anchor.max(cursor.at)).contains(&index));
    let role = if let Part::Message { role, .. } = part { role.as_str() } else { "" };
    let words = part.text().unwrap_or("media").split_whitespace().take(30).collect::<Vec<_>>().join(" ");
    let ink = if is_here { palette.accent } else { palette.ink_second };
    let mut job = egui::text::LayoutJob::simple_singleline(
        format!("{} {role} {words}", index + 1),
        Face::Regular.at(text::SMALL),
        ink,
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width(ui.available_width() - space::LARGE);
    let galley = ui.painter().layout_job(job);
    let (rect, response) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 24.0), Sense::click());
    let name = format!("{}: turn {}, {role}", row.name, index + 1);
    response.widget_info(|| WidgetInfo::selected(Role::Button, row.is_open, number.is_some(), &name));
    if number.is_some() || is_between {
        let fill = if is_between { palette.accent_wash } else { palette.hover };
        ui.painter().rect_filled(rect, theme::radius::SMALL, fill);
        let bar = egui::Rect::from_min_size(rect.min, egui::vec2(3.0, rect.height()));
        ui.painter().rect_filled(bar, 1, palette.accent);
    }
    let at = egui::pos2(rect.left() + space::SMALL, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ink);
    if is_here && cursor.is_moved {
        response.scroll_to_me(None);
        cursor.is_moved = false;
    }
    response.clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_takes_the_place_of_those_it_overlaps() {
        let first = with(&with(&[], 0, 1), 4, 6);
        let after = with(&first, 1, 3);
        let places: Vec<_> = after.iter().map(|segment| (segment.first, segment.last)).collect();
        assert_eq!(places, [(1, 3), (4, 6)]);
    }
}
