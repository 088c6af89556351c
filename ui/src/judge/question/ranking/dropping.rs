//! Dragging a candidate to its place in an order: what letting it go means, and what becomes of the order.

use egui::{Pos2, Rect, Stroke, Ui, vec2};
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::rubric::RankingForm;

use crate::theme::{Palette, radius, space};
use crate::widget::focus_ring_ui;

/// A candidate as it stands in the row: in a group of the order, or among those left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chip {
    pub candidate: u8,
    pub rect: Rect,
    pub group: Option<usize>,
}

/// Where a dragged candidate is let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drop {
    /// On a place of its own, behind so many groups.
    Behind(usize),
    /// Onto a group: tied with it.
    Onto(usize),
    /// Among those that are not placed.
    Out,
}

/// What a pointer at `at` means, among the placed `chips` and those `left`.
pub(super) fn drop_at(at: Pos2, dragged: u8, chips: &[Chip], form: RankingForm) -> Drop {
    let others = || chips.iter().filter(|chip| chip.candidate != dragged);
    let is_over = |chip: &&Chip| chip.rect.expand2(vec2(0.0, space::TINY)).contains(at);
    if let Some(chip) = others().find(is_over) {
        let Some(group) = chip.group else { return Drop::Out };
        let from_middle = (at.x - chip.rect.center().x) / chip.rect.width();
        if form == RankingForm::WithTies && from_middle.abs() <= ONTO {
            return Drop::Onto(group);
        }
        return Drop::Behind(if from_middle > 0.0 { group + 1 } else { group });
    }
    // Rows go on below one another: what is above, or on the same row at the left, stands before.
    let is_before = |chip: &&Chip| {
        let rows = chip.rect.y_range().expand(space::TINY);
        rows.max < at.y || (rows.contains(at.y) && chip.rect.center().x < at.x)
    };
    match others().rfind(is_before) {
        Some(Chip { group: None, .. }) => Drop::Out,
        Some(Chip { group: Some(group), .. }) => Drop::Behind(group + 1),
        None => Drop::Behind(0),
    }
}

/// The share of a chip's width, to either side of its middle, that ties.
const ONTO: f32 = 0.3;

/// Where letting go would put it: a line between two, or a ring around the one it is tied with.
pub(super) fn drop_ui(ui: &Ui, to: Drop, candidate: u8, chips: &[Chip], palette: &Palette) {
    let of = |group: usize| chips.iter().filter(move |chip| chip.group == Some(group));
    let line = |x: f32, rect: Rect| {
        ui.painter().vline(x, rect.y_range(), Stroke::new(3.0, palette.accent));
    };
    match to {
        Drop::Onto(group) => {
            for chip in of(group).filter(|chip| chip.candidate != candidate) {
                focus_ring_ui(ui.painter(), chip.rect.expand(2.0), radius::MEDIUM, palette);
            }
        }
        Drop::Behind(groups) => {
            match (groups.checked_sub(1).and_then(|group| of(group).next_back()), of(groups).next()) {
                (Some(before), _) => line(before.rect.right() + space::SMALL, before.rect),
                (None, Some(after)) => line(after.rect.left() - space::TINY, after.rect),
                (None, None) => {}
            }
        }
        Drop::Out => {}
    }
}

/// The order without a candidate.
pub(super) fn taken_out(mut ranking: Ranking, candidate: u8) -> Ranking {
    for group in &mut ranking.groups {
        group.retain(|&other| other != candidate);
    }
    ranking.groups.retain(|group| !group.is_empty());
    ranking
}

/// The order with a candidate tied with a group.
pub(super) fn tied(mut ranking: Ranking, candidate: u8, group: usize) -> Ranking {
    for (index, members) in ranking.groups.iter_mut().enumerate() {
        members.retain(|&other| other != candidate);
        if index == group {
            members.push(candidate);
        }
    }
    ranking.groups.retain(|members| !members.is_empty());
    ranking
}

/// The order with a candidate behind so many groups, on a place of its own.
pub(super) fn moved(mut ranking: Ranking, candidate: u8, groups: usize) -> Ranking {
    ranking.groups.insert(groups.min(ranking.groups.len()), vec![u8::MAX]);
    for group in &mut ranking.groups {
        group.retain(|&other| other != candidate);
        if *group == [u8::MAX] {
            *group = vec![candidate];
        }
    }
    ranking.groups.retain(|group| !group.is_empty());
    ranking
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    fn order(groups: &[&[u8]]) -> Ranking {
        Ranking { groups: groups.iter().map(|group| group.to_vec()).collect(), worst: None }
    }

    #[test]
    fn a_dropped_candidate_gets_a_place_of_its_own() {
        assert_eq!(moved(order(&[&[0], &[1], &[2]]), 2, 0), order(&[&[2], &[0], &[1]]));
        assert_eq!(moved(order(&[&[0, 1], &[2]]), 1, 2), order(&[&[0], &[2], &[1]]), "out of a tie");
        assert_eq!(moved(order(&[&[0]]), 3, 1), order(&[&[0], &[3]]), "from those left");
    }

    #[test]
    fn a_candidate_is_dropped_between_onto_or_out() {
        let chip = |candidate: u8, group: Option<usize>, left: f32, top: f32| Chip {
            candidate,
            group,
            rect: Rect::from_min_size(pos2(left, top), vec2(40.0, 32.0)),
        };
        // Two on the first row, one on the second, and one that is left.
        let chips = [
            chip(0, Some(0), 0.0, 0.0),
            chip(1, Some(1), 60.0, 0.0),
            chip(2, Some(2), 0.0, 40.0),
            chip(3, None, 120.0, 40.0),
        ];
        let with_ties = |x, y| drop_at(pos2(x, y), 3, &chips, RankingForm::WithTies);
        assert_eq!(with_ties(50.0, 16.0), Drop::Behind(1), "between the first two");
        assert_eq!(with_ties(20.0, 16.0), Drop::Onto(0));
        assert_eq!(with_ties(115.0, 16.0), Drop::Behind(2), "the end of the first row");
        assert_eq!(with_ties(50.0, 56.0), Drop::Behind(3), "the end of the second");
        assert_eq!(with_ties(-5.0, 16.0), Drop::Behind(0));
        assert_eq!(with_ties(-5.0, 56.0), Drop::Behind(2), "the first row stands before the second");
        let strict = |x, y| drop_at(pos2(x, y), 0, &chips, RankingForm::Strict);
        assert_eq!(strict(75.0, 16.0), Drop::Behind(1), "no ties: the nearer side");
        assert_eq!(strict(140.0, 56.0), Drop::Out, "back to those left");
        assert_eq!(tied(order(&[&[0], &[1]]), 0, 1), order(&[&[1, 0]]));
        assert_eq!(taken_out(order(&[&[0], &[1]]), 0), order(&[&[1]]));
    }
}
