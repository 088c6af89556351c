//! Choice and checklist: entries of a list, one key each. Groups stand under their heading, and a long list
//! can be searched.

use egui::{
    Align2, CornerRadius, CursorIcon, Id, Key, Margin, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};
use tiebreak_domain::rubric::{Entry, Slot};
use tiebreak_domain::{AnswerValue, ItemId};

use super::row::Row;
use super::{Asked, Change, digit, letter};
use crate::command::{Chord, Command, Keymap, Scope};
use crate::judge::sheet::Cursor;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, control, radius, space, text};
use crate::widget::{ActionButton, Ink, as_read_ui, caption_ui, focus_ring_ui, text_ui};

/// From so many entries on there is a field to search them.
pub const SEARCH_FROM: usize = 20;
/// Up to so many entries stand side by side.
const IN_A_ROW: usize = 9;

/// The key of each entry: 1 to 9, then the letters that no command of the screen has. Those that only say how
/// pictures are looked at come last, so that a list takes them only where it is very long.
pub fn keys(count: usize, keymap: &Keymap) -> Vec<Option<char>> {
    let is_free = |letter: &char, scopes: &[Scope]| {
        let Some(key) = Key::from_name(&letter.to_ascii_uppercase().to_string()) else { return false };
        let chord = Chord { control: false, alt: false, shift: false, key };
        keymap.command(chord, scopes).is_none_or(Command::is_of_plain_comparison)
    };
    let letters =
        ('a'..='z').filter(|letter| is_free(letter, &[Scope::Judge, Scope::Project, Scope::Anywhere]));
    let (free, of_looking): (Vec<char>, Vec<char>) =
        letters.partition(|letter| is_free(letter, &[Scope::Looking]));
    let keys = ('1'..='9').chain(free).chain(of_looking).map(Some);
    keys.chain(std::iter::repeat(None)).take(count).collect()
}

fn pressed<'a>(chord: Chord, entries: &'a [Entry], keymap: &Keymap) -> Option<&'a Entry> {
    let pressed = match digit(chord.key) {
        Some(number) => char::from(b'0' + number),
        None => letter(chord.key)?,
    };
    let place = keys(entries.len(), keymap).iter().position(|key| *key == Some(pressed))?;
    entries.get(place)
}

pub(super) fn choice_key(chord: Chord, entries: &[Entry], keymap: &Keymap) -> Option<Change> {
    pressed(chord, entries, keymap).map(|entry| Change::Done(AnswerValue::Choice(entry.key.clone())))
}

/// An entry's key checks it or takes the check away; 0 says that none applies.
pub(super) fn checklist_key(
    chord: Chord,
    asked: &Asked<'_>,
    slot: Slot,
    entries: &[Entry],
    keymap: &Keymap,
) -> Option<Change> {
    if chord.key == Key::Num0 {
        return Some(Change::Done(AnswerValue::Checklist(Vec::new())));
    }
    pressed(chord, entries, keymap).map(|entry| toggled(checked(asked, slot), entry, entries))
}

fn checked<'a>(asked: &Asked<'a>, slot: Slot) -> &'a [String] {
    match asked.value(slot) {
        Some(AnswerValue::Checklist(keys)) => keys,
        _ => &[],
    }
}

fn toggled(checked: &[String], entry: &Entry, entries: &[Entry]) -> Change {
    let is_checked = |other: &Entry| checked.contains(&other.key) != (other.key == entry.key);
    let keys = entries.iter().filter(|other| is_checked(other)).map(|other| other.key.clone()).collect();
    Change::Set(AnswerValue::Checklist(keys))
}

/// The field that searches a list.
pub fn search_id(item: ItemId, slot: Slot) -> Id {
    Id::unique(("search entries", item, slot.question, slot.candidate))
}

pub(super) fn ui(
    ui: &mut Ui,
    row: &Row<'_>,
    entries: &[Entry],
    is_checklist: bool,
    cursor: &mut Cursor,
) -> Option<Change> {
    let chosen: Vec<&str> = match row.asked.value(row.slot) {
        Some(AnswerValue::Choice(key)) => vec![key],
        Some(AnswerValue::Checklist(keys)) => keys.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let mut change = None;
    let wanted = if has_search(entries) && row.is_active {
        search_ui(ui, row, cursor, entries, is_checklist, &mut change)
    } else {
        String::new()
    };
    let keys = keys(entries.len(), row.keymap);
    let is_long = entries.len() >= SEARCH_FROM;
    let is_shown = |entry: &Entry| {
        let is_folded = is_long && !row.is_unfolded();
        if is_folded { chosen.contains(&entry.key.as_str()) } else { is_hit(entry, &wanted) }
    };
    let at = cursor.at.min(hits(entries, &wanted).count().saturating_sub(1));
    let aimed = hits(entries, &wanted).nth(at).filter(|_| !wanted.is_empty()).map(|entry| &entry.key);
    let mut take = |entry: &Entry| {
        change = Some(if is_checklist {
            toggled(checked(&row.asked, row.slot), entry, entries)
        } else if chosen.contains(&entry.key.as_str()) {
            Change::Clear
        } else {
            Change::Done(AnswerValue::Choice(entry.key.clone()))
        });
    };
    let is_short = entries.len() <= IN_A_ROW && entries.iter().all(|entry| entry.title.chars().count() <= 28);
    let mut group = "";
    ui.spacing_mut().item_spacing = vec2(space::TINY, space::TINY);
    if is_short && entries.iter().all(|entry| entry.group.is_empty()) {
        ui.horizontal_wrapped(|ui| {
            for (entry, key) in entries.iter().zip(&keys) {
                let cap = key.map(|key| key.to_ascii_uppercase().to_string());
                let button = ActionButton::new(&entry.title).small().key_maybe(cap.as_deref());
                let is_chosen = chosen.contains(&entry.key.as_str());
                let response = ui.add(button.choice(is_chosen).enabled(row.is_open));
                let name = format!("{}: {}", row.name, entry.title);
                response.widget_info(|| WidgetInfo::selected(Role::Button, row.is_open, is_chosen, &name));
                if response.clicked() {
                    take(entry);
                }
            }
        });
    } else {
        if entries.iter().all(|entry| !is_shown(entry)) {
            let says = if wanted.is_empty() { "Nothing chosen" } else { "No entry has this in its name" };
            text_ui(ui, says, Ink::Third, Face::Regular, text::SMALL);
        }
        for (entry, key) in entries.iter().zip(&keys).filter(|(entry, _)| is_shown(entry)) {
            if entry.group != group {
                group = &entry.group;
                ui.add_space(space::TINY);
                caption_ui(ui, group);
            }
            let is_chosen = chosen.contains(&entry.key.as_str());
            let is_aimed = aimed == Some(&entry.key);
            let state = State { is_chosen, is_checklist, is_aimed };
            let response = entry_ui(ui, row, entry, *key, state);
            if is_aimed && cursor.is_moved {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                take(entry);
            }
        }
    }
    if is_checklist {
        let says_none =
            matches!(row.asked.value(row.slot), Some(AnswerValue::Checklist(keys)) if keys.is_empty());
        let button = ActionButton::new("None of these").small().choice(says_none).enabled(row.is_open);
        let response = ui.add(button.key("0"));
        let name = format!("{}: none of these", row.name);
        response.widget_info(|| WidgetInfo::selected(Role::Button, row.is_open, says_none, &name));
        if response.clicked() {
            let none = AnswerValue::Checklist(Vec::new());
            change = Some(if says_none { Change::Clear } else { Change::Done(none) });
        }
    }
    change
}

/// Whether a list is long enough for a search field, which its key opens.
pub fn has_search(entries: &[Entry]) -> bool {
    entries.len() >= SEARCH_FROM
}

/// Whether an entry, or the group it stands in, has every word that is searched for in its name.
fn is_hit(entry: &Entry, wanted: &str) -> bool {
    let name = format!("{} {}", entry.title, entry.group).to_lowercase();
    wanted.split_whitespace().all(|word| name.contains(word))
}

fn hits<'a>(entries: &'a [Entry], wanted: &'a str) -> impl Iterator<Item = &'a Entry> {
    entries.iter().filter(move |entry| is_hit(entry, wanted))
}

/// The search field; the arrows go through what was found, Enter takes it. Gives what is searched for.
fn search_ui(
    ui: &mut Ui,
    row: &Row<'_>,
    cursor: &mut Cursor,
    entries: &[Entry],
    is_checklist: bool,
    change: &mut Option<Change>,
) -> String {
    let palette = theme::palette(ui);
    let hint = egui::RichText::new("/ to search, ↑ ↓ Enter to choose").color(palette.ink_third);
    let edit = egui::TextEdit::singleline(&mut cursor.search)
        .id(search_id(row.asked.queued.item.id, row.slot))
        .font(Face::Regular.at(text::SMALL))
        .hint_text(hint)
        .margin(Margin::symmetric(space::SMALL as i8, 5))
        .desired_width(f32::INFINITY);
    let field = ui.add(edit);
    let name = format!("{}: search", row.name);
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, row.is_open, &name));
    as_read_ui(ui, &field, &cursor.search);
    let wanted = cursor.search.trim().to_lowercase();
    if field.changed() {
        cursor.at = 0;
    }
    let count = hits(entries, &wanted).count();
    if field.has_focus() && count > 0 {
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        let before = cursor.at.min(count - 1);
        let by_down = usize::from(pressed(Key::ArrowDown));
        cursor.at = (before + by_down).min(count - 1).saturating_sub(usize::from(pressed(Key::ArrowUp)));
        cursor.is_moved |= cursor.at != before;
    }
    if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) && !wanted.is_empty() {
        let at = cursor.at.min(count.saturating_sub(1));
        if let Some(entry) = hits(entries, &wanted).nth(at) {
            *change = Some(if is_checklist {
                toggled(checked(&row.asked, row.slot), entry, entries)
            } else {
                Change::Done(AnswerValue::Choice(entry.key.clone()))
            });
        }
        cursor.search.clear();
        cursor.at = 0;
    }
    wanted
}

/// How an entry of a long list stands.
#[derive(Clone, Copy)]
struct State {
    is_chosen: bool,
    is_checklist: bool,
    /// Whether Enter in the search field takes it.
    is_aimed: bool,
}

/// One entry of a long list: key, mark, words.
fn entry_ui(ui: &mut Ui, row: &Row<'_>, entry: &Entry, key: Option<char>, state: State) -> Response {
    let State { is_chosen, is_checklist, is_aimed } = state;
    let palette = theme::palette(ui);
    let sense = if row.is_open { Sense::click() } else { Sense::hover() };
    let ink = if row.is_open { palette.ink } else { palette.ink_disabled };
    let left = control::KEY_CAP + control::BADGE + space::TINY;
    let galley = ui.painter().layout(
        entry.title.clone(),
        Face::Regular.at(text::SMALL),
        ink,
        (ui.available_width() - left - space::SMALL).max(60.0),
    );
    let height = (galley.size().y + space::SMALL).max(26.0);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), sense);
    let role = if is_checklist { Role::CheckBox } else { Role::RadioButton };
    let name = format!("{}: {}", row.name, entry.title);
    response.widget_info(|| WidgetInfo::selected(role, row.is_open, is_chosen, &name));
    let round = CornerRadius::same(radius::SMALL);
    if is_aimed {
        let edge = Stroke::new(HAIRLINE, palette.accent);
        ui.painter().rect(rect, round, palette.accent_wash, edge, StrokeKind::Inside);
    }
    if response.hovered() && row.is_open {
        ui.painter().rect_filled(rect, round, palette.hover);
        ui.set_cursor_icon(CursorIcon::PointingHand);
    }
    if let Some(key) = key.filter(|_| row.is_active) {
        let at = pos2(rect.left() + control::KEY_CAP / 2.0, rect.center().y);
        let key = key.to_ascii_uppercase();
        ui.painter().text(at, Align2::CENTER_CENTER, key, Face::Mono.at(text::CAPTION), palette.ink_third);
    }
    let side = 14.0;
    let mark = Rect::from_center_size(
        pos2(rect.left() + control::KEY_CAP + space::TINY + side / 2.0, rect.center().y),
        vec2(side, side),
    );
    let edge = Stroke::new(HAIRLINE, if is_chosen { palette.accent } else { palette.line_strong });
    let fill = if is_chosen { palette.accent } else { palette.panel };
    let mark_round = CornerRadius::same(if is_checklist { 3 } else { 7 });
    ui.painter().rect(mark, mark_round, fill, edge, StrokeKind::Inside);
    if is_chosen {
        ui.painter().text(
            mark.center(),
            Align2::CENTER_CENTER,
            "✓",
            Face::Bold.at(text::CAPTION),
            palette.on_accent,
        );
    }
    let at = pos2(rect.left() + left + space::TINY, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ink);
    if response.has_focus() {
        focus_ring_ui(ui.painter(), rect, radius::SMALL, palette);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_digits_and_then_the_letters_that_nothing_else_has() {
        let keymap = Keymap::new(&std::collections::BTreeMap::new());
        let keys = keys(30, &keymap);
        assert_eq!(keys[..9], ('1'..='9').map(Some).collect::<Vec<_>>());
        assert!(!keys.contains(&Some('s')), "S passes the item by");
        assert!(keys.contains(&Some('q')), "Q says how much of a plain comparison only");
        let unique: std::collections::HashSet<_> = keys.iter().flatten().collect();
        assert_eq!(unique.len(), keys.iter().flatten().count());
        assert!(unique.len() >= 20, "{unique:?}");
        let place = |letter| keys.iter().position(|key| *key == Some(letter));
        assert!(place('x') > place('w'), "X flickers as long as there are others");
    }

    #[test]
    fn checks_keep_the_order_of_the_list() {
        let entries =
            ["a", "b", "c"].map(|key| Entry { key: key.into(), title: key.into(), group: String::new() });
        let change = toggled(&["c".to_owned()], &entries[0], &entries);
        assert_eq!(change, Change::Set(AnswerValue::Checklist(vec!["a".into(), "c".into()])));
        let change = toggled(&["c".to_owned()], &entries[2], &entries);
        assert_eq!(change, Change::Set(AnswerValue::Checklist(vec![])), "none is an answer too");
    }
}
