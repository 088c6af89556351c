//! What was found: bitmaps of item ids that rows are read from, filled by a search that may still run.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;
use tiebreak_domain::door::ViewId;
use tiebreak_domain::filter::ItemRow;
use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, Event, ItemFilter, ItemId, Reply};
use tiebreak_store::Reader;

use crate::failure;
use crate::jobs::{CancelFlag, Jobs};
use crate::numbers::Numbers;
use crate::seat::Seat;
use crate::session::Session;

/// How many results are kept for each who asks; asking for more lets the oldest go.
const KEPT: usize = 4;
/// How many are kept for all.
const KEPT_FOR_ALL: usize = 64;
/// How long a search may take before its first answer.
const FIRST_ANSWER: Duration = Duration::from_millis(50);
/// How often a running search tells how far it is.
const NEXT_ANSWERS: Duration = Duration::from_millis(100);

/// The results of one project.
#[derive(Default)]
pub struct Views {
    numbers: Numbers,
    kept: Mutex<VecDeque<Arc<View>>>,
    searches: Arc<Jobs>,
}

struct View {
    id: ViewId,
    /// Who asked; nobody else reads it.
    owner: AnnotatorId,
    filter: ItemFilter,
    /// Among which items, where models have a word in it.
    within: Option<RoaringBitmap>,
    ids: Mutex<RoaringBitmap>,
    let_go: CancelFlag,
}

impl View {
    fn ids(&self) -> MutexGuard<'_, RoaringBitmap> {
        self.ids.lock().expect("bitmaps do not panic")
    }
}

impl Views {
    /// Starts a search: answers with what the first moment finds, and goes on in the background.
    pub fn find(&self, session: &Arc<Session>, seat: &Seat, filter: ItemFilter) -> Result<Reply, ApiError> {
        let begun = Instant::now();
        let within = session.believed(seat, &filter)?;
        let found = session
            .readers
            .lend()?
            .find_within(&filter, within.as_ref(), None, || begun.elapsed() < FIRST_ANSWER)?;
        let view = Arc::new(View {
            id: ViewId(self.numbers.next()),
            owner: seat.annotator,
            filter,
            within,
            ids: Mutex::new(found.ids),
            let_go: CancelFlag::default(),
        });
        {
            let mut kept = self.kept();
            kept.push_back(Arc::clone(&view));
            let of_owner = kept.iter().filter(|other| other.owner == view.owner).count();
            let oldest = if of_owner > KEPT {
                kept.iter().position(|other| other.owner == view.owner)
            } else {
                (kept.len() > KEPT_FOR_ALL).then_some(0)
            };
            if let Some(oldest) = oldest.and_then(|oldest| kept.remove(oldest)) {
                oldest.let_go.set();
            }
        }
        let count = view.ids().len();
        let id = view.id;
        if let Some(next) = found.next {
            let session = Arc::clone(session);
            self.searches.start(
                "tiebreak-search",
                move |_, cancel| go_on(&session, &view, next, cancel),
                move |_| tracing::error!("a search panicked"),
            )?;
        }
        Ok(Reply::Found { view: id, count, is_complete: found.next.is_none() })
    }

    /// Rows by their place in the result.
    pub fn rows(
        &self,
        reader: &Reader,
        seat: &Seat,
        id: ViewId,
        from: u64,
        count: u32,
    ) -> Result<Vec<ItemRow>, ApiError> {
        let is_meant = |view: &&Arc<View>| view.id == id && view.owner == seat.annotator;
        let view = self.kept().iter().find(is_meant).map(Arc::clone).ok_or_else(|| {
            if !self.numbers.gave(id.0) {
                return failure::of_another_process("this list of items was not made");
            }
            ApiError::new(ErrorCode::NotFound, "this list of items is no longer kept").hint("search again")
        })?;
        let ids: Vec<ItemId> = {
            let ids = view.ids();
            let first = u32::try_from(from).ok().and_then(|place| ids.select(place));
            first
                .map(|first| {
                    ids.range(first..).take(count as usize).map(|id| ItemId(i64::from(id))).collect()
                })
                .unwrap_or_default()
        };
        Ok(reader.rows(&ids)?)
    }

    /// Whether somebody asked for that result and it is still kept.
    pub fn is_of(&self, id: ViewId, owner: AnnotatorId) -> bool {
        self.kept().iter().any(|view| view.id == id && view.owner == owner)
    }

    /// Stops every search and waits until all have stopped.
    pub fn close(&self) {
        self.searches.stop_all();
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Arc<View>>> {
        self.kept.lock().expect("the list of results is never left half-changed")
    }
}

fn go_on(session: &Session, view: &View, first: ItemId, cancel: &CancelFlag) {
    let stops = || cancel.is_set() || view.let_go.is_set();
    let mut next = Some(first);
    while let Some(after) = next {
        let begun = Instant::now();
        let found = session.readers.lend().and_then(|reader| {
            Ok(reader.find_within(&view.filter, view.within.as_ref(), Some(after), || {
                begun.elapsed() < NEXT_ANSWERS && !stops()
            })?)
        });
        if stops() {
            return;
        }
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "a search broke off");
                return;
            }
        };
        next = found.next;
        let count = {
            let mut ids = view.ids();
            *ids |= found.ids;
            ids.len()
        };
        session.emit(Event::FoundMore { view: view.id, count, is_complete: next.is_none() });
    }
}
