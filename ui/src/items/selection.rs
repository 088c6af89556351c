//! Which rows are chosen: a cursor, the stretch from an anchor to it, and stretches chosen before.
//!
//! Rows are places in what was found, not items: choosing all of a million rows is one stretch.

/// Rows from the first to the last, both included.
pub type Stretch = (u64, u64);

/// The chosen rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    cursor: Option<u64>,
    anchor: u64,
    /// Whether the stretch between anchor and cursor is chosen.
    is_live: bool,
    /// Chosen besides it; sorted, apart from each other.
    kept: Vec<Stretch>,
}

impl Selection {
    /// The row that the keys move.
    pub fn cursor(&self) -> Option<u64> {
        self.cursor
    }

    /// Chooses one row only.
    pub fn go_to(&mut self, row: u64) {
        *self = Self { cursor: Some(row), anchor: row, is_live: true, kept: Vec::new() };
    }

    /// Moves the cursor and chooses everything between it and the anchor.
    pub fn extend_to(&mut self, row: u64) {
        if self.cursor.is_none() {
            self.anchor = row;
        }
        self.cursor = Some(row);
        self.is_live = true;
    }

    /// Adds one row to the chosen ones, or takes it from them.
    pub fn toggle(&mut self, row: u64) {
        let was_chosen = self.contains(row);
        self.kept = self.stretches();
        if was_chosen {
            self.kept = self.kept.iter().flat_map(|&stretch| without(stretch, row)).flatten().collect();
        }
        self.cursor = Some(row);
        self.anchor = row;
        self.is_live = !was_chosen;
    }

    /// Chooses all of `count` rows; the cursor stays.
    pub fn choose_all(&mut self, count: u64) {
        if let Some(last) = count.checked_sub(1) {
            let cursor = self.cursor.unwrap_or(0).min(last);
            *self = Self { cursor: Some(cursor), anchor: cursor, is_live: true, kept: vec![(0, last)] };
        }
    }

    /// Chooses nothing.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Lets go of rows that are no longer there; the cursor goes to the last one that is.
    pub fn clamp(&mut self, count: u64) {
        let Some(last) = count.checked_sub(1) else {
            self.clear();
            return;
        };
        self.cursor = self.cursor.map(|cursor| cursor.min(last));
        self.anchor = self.anchor.min(last);
        self.kept.retain(|stretch| stretch.0 <= last);
        for stretch in &mut self.kept {
            stretch.1 = stretch.1.min(last);
        }
    }

    /// Whether this row is chosen.
    pub fn contains(&self, row: u64) -> bool {
        let is_within = |&(first, last): &Stretch| (first..=last).contains(&row);
        self.live().as_ref().is_some_and(is_within) || self.kept.iter().any(is_within)
    }

    /// The chosen rows, sorted, no row twice.
    pub fn stretches(&self) -> Vec<Stretch> {
        let mut all = self.kept.clone();
        all.extend(self.live());
        all.sort_unstable();
        let mut merged: Vec<Stretch> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match merged.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        merged
    }

    /// How many rows are chosen.
    pub fn count(&self) -> u64 {
        self.stretches().iter().map(|(first, last)| last - first + 1).sum()
    }

    fn live(&self) -> Option<Stretch> {
        let cursor = self.cursor.filter(|_| self.is_live)?;
        Some((self.anchor.min(cursor), self.anchor.max(cursor)))
    }
}

fn without((first, last): Stretch, row: u64) -> [Option<Stretch>; 2] {
    if !(first..=last).contains(&row) {
        return [Some((first, last)), None];
    }
    [(row > first).then(|| (first, row - 1)), (row < last).then(|| (row + 1, last))]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shift_moves_one_end_and_a_plain_step_lets_go() {
        let mut selection = Selection::default();
        selection.go_to(10);
        selection.extend_to(13);
        assert_eq!(selection.stretches(), [(10, 13)]);
        selection.extend_to(8);
        assert_eq!(selection.stretches(), [(8, 10)], "the anchor stayed at 10");
        selection.go_to(9);
        assert_eq!((selection.stretches(), selection.cursor()), (vec![(9, 9)], Some(9)));
    }

    #[test]
    fn extending_from_nothing_chooses_one_row() {
        let mut selection = Selection::default();
        selection.extend_to(7);
        assert_eq!(selection.stretches(), [(7, 7)]);
    }

    #[test]
    fn all_of_a_million_rows_is_one_stretch() {
        let mut selection = Selection::default();
        selection.choose_all(1_000_000);
        assert_eq!((selection.count(), selection.stretches().len()), (1_000_000, 1));
        selection.toggle(500);
        assert_eq!(selection.stretches(), [(0, 499), (501, 999_999)]);
    }

    #[test]
    fn rows_that_went_away_are_not_chosen() {
        let mut selection = Selection::default();
        selection.go_to(4);
        selection.extend_to(9);
        selection.clamp(6);
        assert_eq!((selection.stretches(), selection.cursor()), (vec![(4, 5)], Some(5)));
        selection.clamp(0);
        assert_eq!((selection.count(), selection.cursor()), (0, None));
    }

    proptest! {
        #[test]
        fn toggling_is_what_a_set_does(rows in proptest::collection::vec(0_u64..12, 0..40)) {
            let mut selection = Selection::default();
            let mut set = BTreeSet::new();
            for row in rows {
                selection.toggle(row);
                if !set.remove(&row) {
                    set.insert(row);
                }
                let chosen: BTreeSet<u64> = (0..12).filter(|&row| selection.contains(row)).collect();
                prop_assert_eq!(&chosen, &set);
                prop_assert_eq!(selection.count(), set.len() as u64);
            }
        }
    }
}
