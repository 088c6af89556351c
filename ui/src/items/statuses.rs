//! Excluding, deleting and bringing back: what was chosen becomes one request, and what was before is kept
//! so that it can be undone.
//!
//! The rows at hand are few and the chosen ones may be a million, so that the identities of those not at
//! hand are read first, a stretch at a time ([`Gathering`]).

use std::collections::VecDeque;

use tiebreak_domain::door::ViewId;
use tiebreak_domain::filter::ItemRow;
use tiebreak_domain::{ItemId, ItemStatus, Request};

use super::pages::Pages;
use super::selection::Stretch;
use crate::app::tickets::Purpose;

/// Items and a status of each.
pub type StatusList = Vec<(ItemId, ItemStatus)>;

/// How many changes can be undone.
const UNDOS: usize = 100;
/// How many rows are read at once to learn their identities.
const GATHERED_AT_ONCE: u64 = 1024;

/// What is asked of the chosen items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Leave them out; or take them in again where all are out.
    Exclude,
    /// Delete them; or bring them back where all are deleted.
    Delete,
}

impl Change {
    /// The status it gives to items that have these.
    pub fn target(self, mut statuses: impl Iterator<Item = ItemStatus>) -> ItemStatus {
        let changed = match self {
            Self::Exclude => ItemStatus::Excluded,
            Self::Delete => ItemStatus::Deleted,
        };
        if statuses.all(|status| status == changed) { ItemStatus::Active } else { changed }
    }
}

/// Changes on their way, and those that can be undone.
#[derive(Debug, Default)]
pub struct Statuses {
    undo: Vec<StatusList>,
    being_undone: VecDeque<StatusList>,
    outgoing: VecDeque<(Purpose, Request)>,
    in_flight: usize,
    undos_waiting: usize,
    gathering: Option<Gathering>,
}

/// The identities of chosen rows being read.
#[derive(Debug)]
struct Gathering {
    change: Change,
    view: ViewId,
    left: VecDeque<Stretch>,
    asked_from: Option<u64>,
    found: StatusList,
}

impl Statuses {
    /// Asks for a change of the rows in `chosen`.
    pub fn change(&mut self, change: Change, chosen: Vec<Stretch>, pages: &Pages) {
        let Some(view) = pages.view().filter(|_| !chosen.is_empty()) else { return };
        self.undos_waiting = 0;
        self.gathering =
            Some(Gathering { change, view, left: chosen.into(), asked_from: None, found: Vec::new() });
        self.go_on(Some(pages));
    }

    /// Takes the last change back.
    pub fn undo(&mut self) {
        if self.in_flight > 0 || self.gathering.is_some() {
            // The change it is about is not answered yet.
            self.undos_waiting += 1;
        } else if let Some(before) = self.undo.pop() {
            self.being_undone.push_back(before.clone());
            self.outgoing.push_back((Purpose::UndoStatus, Request::SetStatus(before)));
        }
    }

    /// A change was made.
    pub fn changed(&mut self, before: StatusList, was_undo: bool) {
        if was_undo {
            self.being_undone.pop_front();
            return;
        }
        self.in_flight = self.in_flight.saturating_sub(1);
        if !before.is_empty() {
            if self.undo.len() == UNDOS {
                self.undo.remove(0);
            }
            self.undo.push(before);
        }
        while self.in_flight == 0 && self.gathering.is_none() && self.undos_waiting > 0 {
            self.undos_waiting -= 1;
            self.undo();
        }
    }

    /// A change could not be made; taking one back can be tried again.
    pub fn failed(&mut self, was_undo: bool) {
        if was_undo {
            self.undo.extend(self.being_undone.pop_front());
        } else {
            self.undos_waiting = 0;
            self.changed(StatusList::new(), false);
        }
    }

    /// Whether there is anything to take back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty() || self.in_flight > 0 || self.gathering.is_some()
    }

    /// How many of the chosen items are known, while that is being found out.
    pub fn gathered(&self) -> Option<u64> {
        self.gathering.as_ref().map(|gathering| gathering.found.len() as u64)
    }

    /// Gives up on a change whose items are still being read.
    pub fn give_up_gathering(&mut self) {
        self.gathering = None;
    }

    /// What has to be sent.
    pub fn requests(&mut self, requests: &mut Vec<(Purpose, Request)>) {
        requests.extend(self.outgoing.drain(..));
    }

    /// Whether something has to be sent.
    pub fn has_requests(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Rows arrived, perhaps for somebody else.
    pub fn rows_arrived(&mut self, view: ViewId, from: u64, rows: &[ItemRow]) {
        let Some(gathering) = self.gathering.as_mut() else { return };
        if gathering.view == view && gathering.asked_from == Some(from) {
            gathering.asked_from = None;
            gathering.take(rows.iter());
            if rows.is_empty() {
                // What was chosen is no longer there.
                gathering.left.pop_front();
            }
            self.go_on(None);
        }
    }

    fn go_on(&mut self, pages: Option<&Pages>) {
        let Some(gathering) = self.gathering.as_mut() else { return };
        while let Some(&(first, last)) = gathering.left.front() {
            if let Some(row) = pages.and_then(|pages| pages.row(first)) {
                gathering.take(std::iter::once(row));
                continue;
            }
            let count = (last - first + 1).min(GATHERED_AT_ONCE) as u32;
            gathering.asked_from = Some(first);
            self.outgoing
                .push_back((Purpose::Rows, Request::Rows { view: gathering.view, from: first, count }));
            return;
        }
        let Some(Gathering { change, found, .. }) = self.gathering.take() else { return };
        let target = change.target(found.iter().map(|(_, status)| *status));
        let changes: StatusList = found
            .into_iter()
            .filter(|(_, status)| *status != target)
            .map(|(item, _)| (item, target))
            .collect();
        if !changes.is_empty() {
            self.in_flight += 1;
            self.outgoing.push_back((Purpose::SetStatus, Request::SetStatus(changes)));
        }
    }
}

impl Gathering {
    /// Takes rows from the start of what is left.
    fn take<'a>(&mut self, rows: impl Iterator<Item = &'a ItemRow>) {
        for row in rows {
            let Some(stretch) = self.left.front_mut() else { return };
            self.found.push((row.id, row.status));
            stretch.0 += 1;
            if stretch.0 > stretch.1 {
                self.left.pop_front();
                // Rows behind the end of a stretch were not chosen.
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::SourceId;

    use super::*;

    const VIEW: ViewId = ViewId(9);

    fn row(id: i64, status: ItemStatus) -> ItemRow {
        ItemRow {
            id: ItemId(id),
            external_id: None,
            prompt: String::new(),
            candidates: Vec::new(),
            source: SourceId(1),
            status,
            verdicts: Vec::new(),
            rewrites: Vec::new(),
        }
    }

    /// Pages that hold rows 0 to 9, of which 2 and 3 are excluded, and know of a hundred thousand.
    fn pages() -> Pages {
        let mut pages = Pages::default();
        pages.show(VIEW, 100_000, true);
        pages.ask(0..10);
        let status = |id| if (2..=3).contains(&id) { ItemStatus::Excluded } else { ItemStatus::Active };
        pages.arrived(VIEW, 0, (0..10).map(|id| row(id, status(id))).collect());
        pages
    }

    fn sent(statuses: &mut Statuses) -> Vec<(Purpose, Request)> {
        let mut requests = Vec::new();
        statuses.requests(&mut requests);
        requests
    }

    fn set(purpose: Purpose, items: impl IntoIterator<Item = i64>, status: ItemStatus) -> (Purpose, Request) {
        (purpose, Request::SetStatus(items.into_iter().map(|id| (ItemId(id), status)).collect()))
    }

    #[test]
    fn excluding_changes_what_is_not_excluded_and_once_more_takes_all_in_again() {
        let mut statuses = Statuses::default();
        statuses.change(Change::Exclude, vec![(1, 3)], &pages());
        assert_eq!(sent(&mut statuses), [set(Purpose::SetStatus, [1], ItemStatus::Excluded)]);
        statuses.change(Change::Exclude, vec![(2, 3)], &pages());
        assert_eq!(sent(&mut statuses), [set(Purpose::SetStatus, [2, 3], ItemStatus::Active)]);
    }

    #[test]
    fn changes_are_taken_back_in_reverse_order_and_an_undo_is_not_undone() {
        let mut statuses = Statuses::default();
        let before = |id| vec![(ItemId(id), ItemStatus::Active)];
        for id in [1, 2] {
            statuses.change(Change::Delete, vec![(id as u64, id as u64)], &pages());
            sent(&mut statuses);
            statuses.changed(before(id), false);
        }
        for id in [2, 1] {
            assert!(statuses.can_undo());
            statuses.undo();
            assert_eq!(sent(&mut statuses), [(Purpose::UndoStatus, Request::SetStatus(before(id)))]);
            statuses.changed(vec![(ItemId(id), ItemStatus::Deleted)], true);
        }
        statuses.undo();
        assert_eq!(sent(&mut statuses), [], "nothing is left to take back");
        assert!(!statuses.can_undo());
    }

    #[test]
    fn an_undo_that_comes_before_the_answer_waits_for_it() {
        let mut statuses = Statuses::default();
        statuses.change(Change::Delete, vec![(5, 5)], &pages());
        statuses.undo();
        assert_eq!(sent(&mut statuses), [set(Purpose::SetStatus, [5], ItemStatus::Deleted)]);
        statuses.changed(vec![(ItemId(5), ItemStatus::Active)], false);
        assert_eq!(sent(&mut statuses), [set(Purpose::UndoStatus, [5], ItemStatus::Active)]);
    }

    #[test]
    fn items_that_are_not_at_hand_are_read_a_stretch_at_a_time() {
        let mut statuses = Statuses::default();
        statuses.change(Change::Delete, vec![(8, 2_999), (5_000, 5_001)], &pages());
        let mut reads = 0;
        let changes = loop {
            let requests = sent(&mut statuses);
            let [(_, request)] = requests.as_slice() else { panic!("one at a time: {requests:?}") };
            match request {
                Request::Rows { view, from, count } => {
                    reads += 1;
                    // Fewer than asked, as an engine may give.
                    let end = from + u64::from(*count).min(700);
                    let rows: Vec<ItemRow> =
                        (*from..end).map(|id| row(id as i64, ItemStatus::Active)).collect();
                    statuses.rows_arrived(*view, *from, &rows);
                }
                Request::SetStatus(changes) => break changes.clone(),
                other => panic!("not asked for: {other:?}"),
            }
        };
        assert!(reads >= 4, "{reads} reads");
        let expected: Vec<i64> = (8..3_000).chain(5_000..5_002).collect();
        assert_eq!(changes.iter().map(|(item, _)| item.0).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn rows_that_went_away_end_the_reading() {
        let mut statuses = Statuses::default();
        statuses.change(Change::Delete, vec![(9, 30)], &pages());
        assert!(matches!(
            sent(&mut statuses)[..],
            [(Purpose::Rows, Request::Rows { from: 10, count: 21, .. })]
        ));
        statuses.rows_arrived(VIEW, 10, &[]);
        assert_eq!(sent(&mut statuses), [set(Purpose::SetStatus, [9], ItemStatus::Deleted)]);
    }

    #[test]
    fn what_could_not_be_taken_back_can_be_tried_again() {
        let mut statuses = Statuses::default();
        let before = vec![(ItemId(1), ItemStatus::Active)];
        statuses.changed(before.clone(), false);
        statuses.undo();
        assert!(!statuses.can_undo(), "it is on its way");
        statuses.failed(true);
        assert!(statuses.can_undo());
        statuses.undo();
        let mut requests = Vec::new();
        statuses.requests(&mut requests);
        assert_eq!(requests.last(), Some(&(Purpose::UndoStatus, Request::SetStatus(before))));
    }
}
