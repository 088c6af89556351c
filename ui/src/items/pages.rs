//! The rows at hand: pages of what was found, asked for once, kept while they are near, let go when they are
//! far.
//!
//! When the same search is run again, because something changed, the pages of the run before stay on the
//! screen until the new ones arrive, so that nothing flickers.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use tiebreak_domain::Request;
use tiebreak_domain::door::ViewId;
use tiebreak_domain::filter::ItemRow;

/// Rows in a page.
pub const PAGE_ROWS: u64 = 64;
/// Pages kept.
const KEPT: usize = 40;
/// Requests remembered as unanswered. One that failed is forgotten once others have pushed it out.
const ASKED: usize = 24;

/// The pages of one search.
#[derive(Debug, Default)]
pub struct Pages {
    view: Option<ViewId>,
    count: u64,
    kept: HashMap<u64, Page>,
    asked: VecDeque<Asked>,
    clock: u64,
}

#[derive(Debug)]
struct Page {
    view: ViewId,
    rows: Vec<ItemRow>,
    /// How many rows the search had found when this page was asked for.
    count: u64,
    used_at: u64,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    page: u64,
    count: u64,
}

impl Pages {
    /// What was found now; `is_other` where another search was run, whose rows have nothing to do with those
    /// at hand.
    pub fn show(&mut self, view: ViewId, count: u64, is_other: bool) {
        self.view = Some(view);
        self.count = count;
        self.asked.clear();
        if is_other {
            self.kept.clear();
        }
    }

    /// More was found.
    pub fn grow(&mut self, count: u64) {
        self.count = count;
    }

    /// Where the rows come from.
    pub fn view(&self) -> Option<ViewId> {
        self.view
    }

    /// How many rows there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// A row, if it is at hand.
    pub fn row(&self, row: u64) -> Option<&ItemRow> {
        let page = self.kept.get(&(row / PAGE_ROWS)).filter(|_| row < self.count)?;
        page.rows.get((row % PAGE_ROWS) as usize)
    }

    /// What has to be asked so that these rows and a page to either side are at hand.
    pub fn ask(&mut self, visible: Range<u64>) -> Vec<Request> {
        let (Some(view), true) = (self.view, visible.start < visible.end) else { return Vec::new() };
        self.clock += 1;
        let in_view = visible.start / PAGE_ROWS..=(visible.end - 1) / PAGE_ROWS;
        let last = self.count.saturating_sub(1) / PAGE_ROWS;
        let near = [in_view.start().checked_sub(1), Some(in_view.end() + 1).filter(|page| *page <= last)];
        let mut requests = Vec::new();
        // What is in view first.
        for page in in_view.chain(near.into_iter().flatten()) {
            if let Some(kept) = self.kept.get_mut(&page) {
                kept.used_at = self.clock;
            }
            if self.is_missing(view, page) {
                self.asked.push_back(Asked { page, count: self.count });
                if self.asked.len() > ASKED {
                    self.asked.pop_front();
                }
                requests.push(Request::Rows { view, from: page * PAGE_ROWS, count: PAGE_ROWS as u32 });
            }
        }
        requests
    }

    /// Whether any of these rows has to be asked for.
    pub fn lacks(&self, visible: Range<u64>) -> bool {
        self.view.is_some_and(|view| {
            visible.start < visible.end
                && (visible.start / PAGE_ROWS..=(visible.end - 1) / PAGE_ROWS)
                    .any(|page| self.is_missing(view, page))
        })
    }

    /// Rows arrived, perhaps for somebody else.
    pub fn arrived(&mut self, view: ViewId, from: u64, mut rows: Vec<ItemRow>) {
        let page = from / PAGE_ROWS;
        let asked = self.asked.iter().position(|asked| asked.page == page);
        let (true, true, Some(asked)) = (self.view == Some(view), from.is_multiple_of(PAGE_ROWS), asked)
        else {
            return;
        };
        let count = self.asked.remove(asked).map_or(self.count, |asked| asked.count);
        rows.truncate(PAGE_ROWS as usize);
        self.kept.insert(page, Page { view, rows, count, used_at: self.clock });
        while self.kept.len() > KEPT {
            let oldest = self.kept.iter().min_by_key(|(_, page)| page.used_at).map(|(number, _)| *number);
            self.kept.remove(&oldest.expect("more than none are kept"));
        }
    }

    fn is_missing(&self, view: ViewId, page: u64) -> bool {
        if self.asked.iter().any(|asked| asked.page == page) {
            return false;
        }
        self.kept.get(&page).is_none_or(|kept| {
            let expected = self.count.saturating_sub(page * PAGE_ROWS).min(PAGE_ROWS);
            // A short page is asked for again only when more was found since, or one that stays short would
            // be asked for in every frame.
            kept.view != view || ((kept.rows.len() as u64) < expected && kept.count != self.count)
        })
    }
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::{ItemId, ItemStatus, SourceId};

    use super::*;

    const VIEW: ViewId = ViewId(1);

    fn rows(from: u64, count: u64) -> Vec<ItemRow> {
        (from..from + count)
            .map(|row| ItemRow {
                id: ItemId(row as i64 + 1),
                external_id: None,
                prompt: format!("prompt {row}"),
                candidates: vec!["one".to_owned(), "two".to_owned()],
                source: SourceId(1),
                status: ItemStatus::Active,
                verdicts: Vec::new(),
                rewrites: Vec::new(),
            })
            .collect()
    }

    fn answer(pages: &mut Pages, requests: &[Request], total: u64) {
        for request in requests {
            if let Request::Rows { view, from, count } = *request {
                pages.arrived(view, from, rows(from, u64::from(count).min(total.saturating_sub(from))));
            }
        }
    }

    #[test]
    fn each_page_is_asked_for_once() {
        let mut pages = Pages::default();
        pages.show(VIEW, 1_000, true);
        let requests = pages.ask(100..125);
        let pages_asked: Vec<u64> = requests
            .iter()
            .map(|request| match request {
                Request::Rows { from, count: 64, .. } => from / PAGE_ROWS,
                other => panic!("not a page: {other:?}"),
            })
            .collect();
        assert_eq!(pages_asked, [1, 0, 2], "what is in view first, then a page to either side");
        assert_eq!(pages.ask(100..125), [], "they are on their way");
        answer(&mut pages, &requests, 1_000);
        assert_eq!(pages.ask(100..125), [], "they are here");
        assert_eq!(pages.row(124).map(|row| row.id), Some(ItemId(125)));
    }

    #[test]
    fn going_through_a_million_rows_keeps_few_pages() {
        let mut pages = Pages::default();
        pages.show(VIEW, 1_000_000, true);
        let mut asked = 0;
        for start in (0..1_000_000).step_by(2_500) {
            let requests = pages.ask(start..start + 25);
            asked += requests.len();
            answer(&mut pages, &requests, 1_000_000);
            assert!(pages.kept.len() <= KEPT, "{} pages are kept", pages.kept.len());
            assert!(pages.row(start).is_some() && pages.row(start + 24).is_some(), "what is in view is kept");
        }
        assert!(asked <= 400 * 4, "{asked} requests for 400 places");
    }

    #[test]
    fn a_page_that_was_short_is_asked_for_again_when_more_was_found() {
        let mut pages = Pages::default();
        pages.show(VIEW, 10, true);
        let requests = pages.ask(0..10);
        answer(&mut pages, &requests, 10);
        assert_eq!(pages.ask(0..10), []);
        pages.grow(30);
        assert_eq!(pages.ask(0..25).len(), 1);
        pages.arrived(VIEW, 0, rows(0, 12));
        assert_eq!(pages.ask(0..25), [], "an engine that gives less than it counted is not asked for ever");
    }

    #[test]
    fn rows_of_the_same_search_stay_until_new_ones_arrive_and_rows_of_another_go() {
        let mut pages = Pages::default();
        pages.show(VIEW, 100, true);
        let requests = pages.ask(0..25);
        answer(&mut pages, &requests, 100);
        pages.show(ViewId(2), 99, false);
        assert!(pages.row(3).is_some(), "nothing flickers");
        assert_eq!(pages.ask(0..25).len(), 2, "and all is asked for anew");
        pages.arrived(VIEW, 0, rows(50, 10));
        assert_eq!(
            pages.row(0).map(|row| row.id),
            Some(ItemId(1)),
            "a late answer of the run before is passed over"
        );
        pages.show(ViewId(3), 5, true);
        assert!(pages.row(3).is_none(), "another search's rows must not be taken for this one's");
    }
}
