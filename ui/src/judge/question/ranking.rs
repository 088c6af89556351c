//! Ranking: the candidates in order, typed one key each or dragged; or only the best, or the best and the worst.
//!
//! A candidate's number or letter puts it next; pressed again it takes it back. `=` ties the one placed last
//! with the one before it, and once more unties it.

mod dropping;

use egui::{
    Align2, CornerRadius, CursorIcon, Key, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};
use tiebreak_domain::AnswerValue;
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::rubric::{QuestionKind, RankingForm, Slot};

use self::dropping::{Chip, Drop, drop_at, drop_ui, moved, taken_out, tied};
use super::row::Row;
use super::{Asked, Change, digit, letter};
use crate::command::Chord;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, Palette, control, radius, space, text};
use crate::widget::{Ink, focus_ring_ui, text_ui};

fn ranking(asked: &Asked<'_>, slot: Slot) -> Ranking {
    match asked.value(slot) {
        Some(AnswerValue::Ranking(ranking)) => ranking.clone(),
        _ => Ranking::default(),
    }
}

/// Puts a candidate next, or takes it back where it stands already.
fn place(mut ranking: Ranking, candidate: u8, form: RankingForm) -> Ranking {
    let is_placed = ranking.groups.iter().flatten().any(|&other| other == candidate);
    for group in &mut ranking.groups {
        group.retain(|&other| other != candidate);
    }
    ranking.groups.retain(|group| !group.is_empty());
    let was_worst = ranking.worst == Some(candidate);
    if was_worst {
        ranking.worst = None;
    }
    if is_placed || was_worst {
        return ranking;
    }
    match form {
        RankingForm::WithTies | RankingForm::Strict => ranking.groups.push(vec![candidate]),
        RankingForm::Best => ranking.groups = vec![vec![candidate]],
        RankingForm::BestWorst if ranking.groups.is_empty() => ranking.groups.push(vec![candidate]),
        RankingForm::BestWorst => ranking.worst = Some(candidate),
    }
    ranking
}

/// Ties the group placed last with the one before it, or takes its last candidate out again.
fn tie(mut ranking: Ranking) -> Ranking {
    match ranking.groups.pop() {
        Some(mut last) if last.len() > 1 => {
            let alone = last.pop();
            ranking.groups.push(last);
            ranking.groups.extend(alone.map(|candidate| vec![candidate]));
        }
        Some(last) => match ranking.groups.last_mut() {
            Some(before) => before.extend(last),
            None => ranking.groups.push(last),
        },
        None => {}
    }
    ranking
}

fn change(ranking: Ranking, asked: &Asked<'_>, slot: Slot) -> Change {
    if ranking.groups.is_empty() && ranking.worst.is_none() {
        return Change::Clear;
    }
    let value = AnswerValue::Ranking(ranking);
    let is_complete = value.is_complete(&asked.question(slot).kind, asked.item(), slot.candidate);
    if is_complete { Change::Done(value) } else { Change::Set(value) }
}

/// The candidate that a key names: 1 to 9 and 0 for the tenth, or the letter on the screen.
fn named(key: Key, asked: &Asked<'_>) -> Option<u8> {
    let position = match (digit(key), letter(key)) {
        (Some(0), _) => 9,
        (Some(number), _) => usize::from(number) - 1,
        (_, Some(letter)) => (letter as usize).checked_sub('a' as usize)?,
        _ => return None,
    };
    (position < asked.order().len()).then(|| asked.order().candidate_at(position) as u8)
}

pub(super) fn key(chord: Chord, asked: &Asked<'_>, slot: Slot, form: RankingForm) -> Option<Change> {
    match chord.key {
        Key::Equals | Key::Minus => return tie_key(asked, slot),
        Key::Backspace => {
            let mut ranking = ranking(asked, slot);
            if ranking.worst.take().is_none() {
                let last = ranking.groups.last_mut()?;
                last.pop();
                ranking.groups.retain(|group| !group.is_empty());
            }
            return Some(change_without_going_on(ranking));
        }
        _ => {}
    }
    let candidate = named(chord.key, asked)?;
    Some(change(place(ranking(asked, slot), candidate, form), asked, slot))
}

fn change_without_going_on(ranking: Ranking) -> Change {
    if ranking.groups.is_empty() && ranking.worst.is_none() {
        Change::Clear
    } else {
        Change::Set(AnswerValue::Ranking(ranking))
    }
}

/// What the key for a tie makes of an order; none where there are none.
pub fn tie_key(asked: &Asked<'_>, slot: Slot) -> Option<Change> {
    let takes = matches!(asked.question(slot).kind, QuestionKind::Ranking { form: RankingForm::WithTies });
    takes.then(|| change_without_going_on(tie(ranking(asked, slot))))
}

/// The order as a row of chips, best first; those not placed stand behind a gap.
pub(super) fn ui(ui: &mut Ui, row: &Row<'_>, form: RankingForm) -> Option<Change> {
    let (asked, slot) = (&row.asked, row.slot);
    let ranking = ranking(asked, slot);
    let palette = theme::palette(ui);
    let mut result = None;
    let placed: Vec<(Option<usize>, u8)> = ranking
        .groups
        .iter()
        .enumerate()
        .flat_map(|(group, members)| members.iter().map(move |&member| (Some(group), member)))
        .collect();
    let is_left = |candidate: &u8| {
        ranking.worst != Some(*candidate) && !placed.iter().any(|(_, other)| other == candidate)
    };
    let left: Vec<u8> = asked.order().indices().iter().copied().filter(is_left).collect();
    let mut chips: Vec<Chip> = Vec::new();
    let mut dragged: Option<Dragged> = None;
    let mut take = |response: &egui::Response, candidate: u8| {
        if let Some(at) =
            response.interact_pointer_pos().filter(|_| response.dragged() || response.drag_stopped())
        {
            dragged = Some(Dragged { candidate, at, is_over: response.drag_stopped() });
        }
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::TINY, space::TINY);
        ui.set_min_height(control::SMALL_HEIGHT);
        let mut before = None;
        for (index, (group, candidate)) in placed.iter().enumerate() {
            if index > 0 {
                let sign = if *group == before { "=" } else { "›" };
                text_ui(ui, sign, Ink::Second, Face::Medium, text::BODY);
            }
            before = *group;
            let (chip, response) = chip_ui(ui, row, *candidate, *group, palette);
            chips.push(chip);
            if response.clicked() {
                result = Some(change_without_going_on(place(ranking.clone(), *candidate, form)));
            }
            take(&response, *candidate);
        }
        if let Some(worst) = ranking.worst {
            text_ui(ui, "… worst", Ink::Second, Face::Regular, text::SMALL);
            let (_, response) = chip_ui(ui, row, worst, Some(usize::MAX), palette);
            if response.clicked() {
                result = Some(change_without_going_on(place(ranking.clone(), worst, form)));
            }
        }
        if !placed.is_empty() && !left.is_empty() {
            ui.add_space(space::MEDIUM);
            text_ui(ui, "left", Ink::Third, Face::Regular, text::SMALL);
        }
        for candidate in &left {
            let (chip, response) = chip_ui(ui, row, *candidate, None, palette);
            chips.push(chip);
            if response.clicked() {
                result = Some(change(place(ranking.clone(), *candidate, form), asked, slot));
            }
            take(&response, *candidate);
        }
        if placed.is_empty() {
            let says = match form {
                RankingForm::WithTies => "best first, by key, click or drag; = ties",
                RankingForm::Strict => "best first, by key, click or drag",
                RankingForm::Best => "the best",
                RankingForm::BestWorst => "the best, then the worst",
            };
            text_ui(ui, says, Ink::Third, Face::Regular, text::SMALL);
        }
    });
    let orders = matches!(form, RankingForm::WithTies | RankingForm::Strict);
    let Some(Dragged { candidate, at, is_over }) = dragged.filter(|_| orders && row.is_open) else {
        return result;
    };
    // With nobody placed yet, anywhere is the first place.
    let to = if placed.is_empty() { Drop::Behind(0) } else { drop_at(at, candidate, &chips, form) };
    if !is_over {
        drop_ui(ui, to, candidate, &chips, palette);
        return result;
    }
    Some(match to {
        Drop::Behind(groups) => change(moved(ranking, candidate, groups), asked, slot),
        Drop::Onto(group) => change(tied(ranking, candidate, group), asked, slot),
        Drop::Out => change_without_going_on(taken_out(ranking, candidate)),
    })
}

/// A candidate under the pointer.
struct Dragged {
    candidate: u8,
    at: Pos2,
    is_over: bool,
}

fn chip_ui(
    ui: &mut Ui,
    row: &Row<'_>,
    candidate: u8,
    group: Option<usize>,
    palette: &Palette,
) -> (Chip, egui::Response) {
    let letter = row.asked.letter(candidate).to_string();
    let sense = if row.is_open { Sense::click_and_drag() } else { Sense::hover() };
    let (rect, response) =
        ui.allocate_exact_size(vec2(control::SMALL_HEIGHT + 6.0, control::SMALL_HEIGHT), sense);
    let place = match group {
        Some(usize::MAX) => "the worst".to_owned(),
        Some(group) => format!("place {}", group + 1),
        None => "not placed".to_owned(),
    };
    let name = format!("{}: {letter}, {place}", row.name);
    response.widget_info(|| WidgetInfo::selected(Role::Button, row.is_open, group.is_some(), &name));
    let (fill, edge, ink) = match (row.is_open, group.is_some()) {
        (false, _) => (palette.panel, palette.line, palette.ink_disabled),
        (true, true) => (palette.accent, palette.accent, palette.on_accent),
        (true, false) if response.hovered() => (palette.hover, palette.line_strong, palette.ink),
        (true, false) => (palette.panel, palette.line_strong, palette.ink),
    };
    let shown = if response.dragged() {
        let pointer = response.interact_pointer_pos().unwrap_or(rect.center());
        Rect::from_center_size(pointer, rect.size())
    } else {
        rect
    };
    let round = CornerRadius::same(radius::MEDIUM);
    ui.painter().rect(shown, round, fill, Stroke::new(HAIRLINE, edge), StrokeKind::Inside);
    ui.painter().text(shown.center(), Align2::CENTER_CENTER, &letter, Face::SemiBold.at(text::BODY), ink);
    if row.is_active && group.is_none() {
        let number = (row.asked.position(candidate) + 1) % 10;
        let at = shown.right_top() + vec2(-3.0, 1.0);
        ui.painter().text(at, Align2::RIGHT_TOP, number, Face::Mono.at(9.0), palette.ink_third);
    }
    if response.has_focus() {
        focus_ring_ui(ui.painter(), rect, radius::MEDIUM, palette);
    }
    let response = if row.is_open { response.on_hover_cursor(CursorIcon::PointingHand) } else { response };
    (Chip { candidate, rect, group }, response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(groups: &[&[u8]]) -> Ranking {
        Ranking { groups: groups.iter().map(|group| group.to_vec()).collect(), worst: None }
    }

    #[test]
    fn a_key_places_and_the_same_key_takes_back() {
        let placed = place(order(&[&[2]]), 0, RankingForm::Strict);
        assert_eq!(placed, order(&[&[2], &[0]]));
        assert_eq!(place(placed, 2, RankingForm::Strict), order(&[&[0]]), "those behind move up");
    }

    #[test]
    fn a_tie_is_made_and_undone_by_one_key() {
        let tied = tie(order(&[&[1], &[0], &[2]]));
        assert_eq!(tied, order(&[&[1], &[0, 2]]));
        assert_eq!(tie(tied), order(&[&[1], &[0], &[2]]));
        assert_eq!(tie(order(&[&[1]])), order(&[&[1]]), "nothing to tie with");
    }

    #[test]
    fn the_best_is_one_key_and_the_worst_another() {
        let best = place(place(Ranking::default(), 1, RankingForm::Best), 0, RankingForm::Best);
        assert_eq!(best, order(&[&[0]]), "another best takes its place");
        let both = place(place(Ranking::default(), 1, RankingForm::BestWorst), 0, RankingForm::BestWorst);
        assert_eq!((both.groups, both.worst), (vec![vec![1]], Some(0)));
    }
}
