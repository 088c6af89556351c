//! A judging session: the item on the screen, those ahead and behind, and what happens on each command.
//!
//! The next items are fetched ahead, so that the one after a submitted item is there in the same frame.
//! Nothing here waits: a submitted judgment is on its way ([`Saving`]) while the next item is read.

use std::collections::{HashMap, HashSet, VecDeque};

use tiebreak_domain::activity::Activity;
use tiebreak_domain::project::Progress;
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::{
    AnnotatorId, ApiError, Draft, ItemId, Judgment, JudgmentId, NewJudgment, Order, Origin, QueuedItem,
    Request, Rubric, Showing, UnixMillis, Verdict, Watched,
};

use super::history::{Done, History};
use super::pace::Pace;
use super::saving::Saving;
use super::sheet::Sheet;
use super::{Outbox, Purpose};
use crate::host::Now;

/// How many items are kept ready.
pub const AHEAD: usize = 4;
/// How many items can be gone back to without asking the engine.
const BEHIND: usize = 30;

/// The item on the screen.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The item and its order.
    pub queued: QueuedItem,
    /// What has been answered so far.
    pub draft: Draft,
    /// Where the keys go among the questions.
    pub sheet: Sheet,
    /// How much of each candidate was seen, in the data's order, where something plays.
    pub watched: Vec<Watched>,
    kept: keeping::Kept,
    shown_at: UnixMillis,
    first_input_at: Option<UnixMillis>,
    activity: Activity,
}

/// What a session needs to know of the moment.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The time.
    pub now: Now,
    /// 128 random bits, for at most one judgment.
    pub random: u128,
    /// Width and height of the window in points, and pixels per point.
    pub window: [f32; 3],
}

/// What a session is told once.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Who judges.
    pub annotator: AnnotatorId,
    /// What is asked.
    pub rubric: Rubric,
    /// How far the annotator is.
    pub progress: Progress,
    /// The run of the program.
    pub session: u64,
    /// The program's version.
    pub app_version: String,
    /// After how many milliseconds without input time counts as idle.
    pub idle_after_ms: u64,
    /// What its judgments are: an annotator's, or a reviewer's.
    pub origin: Origin,
}

impl Setup {
    /// What an item begins with: what the annotator said before. A review begins with nothing, unless it changes
    /// a review.
    pub(super) fn said_before<'a>(&self, previous: Option<&'a Judgment>) -> Option<&'a Judgment> {
        previous.filter(|judgment| self.origin != Origin::Review || judgment.given.origin == Origin::Review)
    }
}

/// Which items are gone through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Round {
    /// Those that are open.
    #[default]
    Open,
    /// Those that were skipped; once they are gone through, those that are open.
    Skipped,
    /// Those that a list names ([`Session::go_through`]), judged or not.
    Listed,
}

/// A judging session.
#[derive(Debug)]
pub struct Session {
    /// What it was told.
    pub setup: Setup,
    /// The item on the screen.
    pub current: Option<Shown>,
    /// What is on the disk.
    pub saving: Saving,
    /// How fast it goes.
    pub pace: Pace,
    /// How far the annotator is, as far as it is on the disk.
    pub progress: Progress,
    /// What can be undone.
    pub history: History,
    /// Which items are gone through.
    pub round: Round,
    /// Items of which the annotator was told what models say.
    pub revealed: HashSet<ItemId>,
    /// Why nothing is offered to the annotator yet, if so.
    pub denied: Option<String>,
    /// Why the next items could not be had, until they are asked for again.
    pub unread: Option<ApiError>,
    /// When a chosen outcome submits itself, on the monotonic clock.
    pub submits_at_ms: Option<u64>,
    ahead: VecDeque<QueuedItem>,
    listed: VecDeque<ItemId>,
    /// The orders in which the votes in question about listed items were given.
    questioned: HashMap<ItemId, Order>,
    awaited: Option<ItemId>,
    behind: Vec<QueuedItem>,
    drafts: HashMap<ItemId, Draft>,
    drafts_on_disk: HashSet<ItemId>,
    unsent_drafts: Vec<(ItemId, Option<Draft>)>,
    seen_this_round: HashSet<ItemId>,
    last_asked_after: Option<ItemId>,
    is_asking: bool,
    is_exhausted: bool,
    is_focused: bool,
}

impl Session {
    /// A session at its start; [`Self::fill`] asks for the first items.
    pub fn new(setup: Setup) -> Self {
        Self {
            progress: setup.progress,
            setup,
            current: None,
            saving: Saving::default(),
            pace: Pace::default(),
            history: History::default(),
            round: Round::Open,
            revealed: HashSet::new(),
            denied: None,
            unread: None,
            submits_at_ms: None,
            ahead: VecDeque::new(),
            listed: VecDeque::new(),
            questioned: HashMap::new(),
            awaited: None,
            behind: Vec::new(),
            drafts: HashMap::new(),
            drafts_on_disk: HashSet::new(),
            unsent_drafts: Vec::new(),
            seen_this_round: HashSet::new(),
            last_asked_after: None,
            is_asking: false,
            is_exhausted: false,
            is_focused: true,
        }
    }

    /// The items that come next, nearest first, so that their media and layout can be made ready.
    pub fn ahead(&self) -> impl Iterator<Item = &QueuedItem> {
        self.ahead.iter()
    }

    /// Whether nothing is open and nothing is on its way.
    pub fn is_done(&self) -> bool {
        self.current.is_none() && self.is_exhausted && self.ahead.is_empty()
    }

    /// Whether an item can be gone back to at once, or may be found.
    pub fn can_go_back(&self) -> bool {
        !self.behind.is_empty() || self.current.is_some()
    }

    /// Asks for more items where fewer than [`AHEAD`] are ready.
    pub fn fill(&mut self, outbox: &mut Outbox) {
        self.go_on_with_open();
        if self.is_asking || self.is_exhausted || self.ahead.len() >= AHEAD {
            return;
        }
        self.is_asking = true;
        self.unread = None;
        if self.round == Round::Listed {
            self.ask_listed(outbox);
            return;
        }
        let last = self.ahead.back().map(|queued| queued.item.id).or(self.last_asked_after);
        let place = match (self.round, last) {
            (Round::Open, None) => Place::Start,
            (Round::Open, Some(last)) => Place::After(last),
            (Round::Skipped | Round::Listed, last) => Place::Skipped(last),
        };
        let count = (AHEAD + 1 - self.ahead.len()) as u32;
        outbox.push((Purpose::Ahead, self.queue_request(place, count)));
    }

    /// Items asked for by [`Self::fill`] arrived.
    pub fn ahead_arrived(&mut self, items: Vec<QueuedItem>, moment: &Moment, outbox: &mut Outbox) {
        if self.round == Round::Listed && !self.is_awaited(&items) {
            return;
        }
        self.is_asking = false;
        self.denied = None;
        let known: Vec<ItemId> = self.taken();
        let mut is_any_new = false;
        for queued in items {
            // A round through what was skipped ends where it began, however often an item is skipped again.
            let is_again = self.round == Round::Skipped && self.seen_this_round.contains(&queued.item.id);
            if !is_again && !known.contains(&queued.item.id) {
                is_any_new = true;
                self.last_asked_after = Some(queued.item.id);
                self.ahead.push_back(queued);
            }
        }
        self.is_exhausted = !is_any_new && self.listed.is_empty();
        if self.current.is_none() {
            self.advance(moment);
        }
        self.fill(outbox);
    }

    /// An item asked for by [`Self::back`], [`Self::forth`] or [`Self::go_to`] arrived; none if there is none.
    pub fn go_arrived(&mut self, items: Vec<QueuedItem>, moment: &Moment) {
        if let Some(queued) = items.into_iter().next() {
            self.ahead.retain(|ahead| ahead.item.id != queued.item.id);
            self.behind.retain(|behind| behind.item.id != queued.item.id);
            if let Some(left) = self.leave() {
                self.ahead.push_front(left);
            }
            self.show(queued, moment);
        }
    }

    /// Goes to one item, whatever its state.
    pub fn go_to(&mut self, item: ItemId, outbox: &mut Outbox) {
        if self.current.as_ref().is_none_or(|shown| shown.queued.item.id != item) {
            outbox.push((Purpose::Go, self.queue_request(Place::At(item), 1)));
        }
    }

    /// The annotator did something.
    pub fn input(&mut self, now: Now) {
        if let Some(shown) = &mut self.current {
            shown.first_input_at.get_or_insert(now.unix);
            shown.activity.input(now.monotonic_ms);
        }
    }

    /// The window came to the front or left it.
    pub fn focus(&mut self, now: Now, is_focused: bool) {
        if self.is_focused != is_focused {
            self.is_focused = is_focused;
            if let Some(shown) = &mut self.current {
                shown.activity.focus(now.monotonic_ms, is_focused);
            }
        }
    }

    /// The annotator was told what models say of an item: what they say of it from now on is not said blindly.
    pub fn reveal(&mut self, item: ItemId) {
        self.revealed.insert(item);
    }

    /// Passes the item by and goes on.
    pub fn skip(&mut self, moment: &Moment, outbox: &mut Outbox) {
        if self.current.is_some() {
            self.finish(Verdict::Skipped, moment, outbox);
        }
    }

    /// Goes to the item before, without judging this one; what was chosen is kept as a draft.
    pub fn back(&mut self, moment: &Moment, outbox: &mut Outbox) {
        if let Some(mut queued) = self.behind.pop() {
            if let Some(left) = self.leave() {
                self.ahead.push_front(left);
            }
            queued.acquisition = Acquisition::CHOSEN;
            self.show(queued, moment);
        } else if let Some(shown) = self.current.as_ref().filter(|_| self.round != Round::Listed) {
            let place = Place::Before(shown.queued.item.id);
            outbox.push((Purpose::Go, self.queue_request(place, 1)));
        }
    }

    /// Goes to the item after, without judging this one; what was chosen is kept as a draft.
    pub fn forth(&mut self, moment: &Moment, outbox: &mut Outbox) {
        if self.ahead.is_empty() && !self.is_exhausted {
            return;
        }
        self.keep_draft();
        self.put_behind();
        self.advance(moment);
        self.fill(outbox);
    }

    /// Submits when the moment of grace is over; says whether it did.
    pub fn tick(&mut self, moment: &Moment, outbox: &mut Outbox) -> bool {
        self.tick_drafts(moment, outbox);
        let is_due = self.submits_at_ms.is_some_and(|due_ms| due_ms <= moment.now.monotonic_ms);
        is_due && self.submit(moment, outbox)
    }

    /// A judgment is on the disk.
    pub fn saved(&mut self, judgment: JudgmentId, progress: Progress) {
        if let Some(item) = self.saving.acknowledged(judgment) {
            self.forget_draft_on_disk(item);
        }
        self.progress = progress;
    }

    /// A judgment could not be stored.
    pub fn not_saved(&mut self, judgment: JudgmentId, error: ApiError) {
        self.saving.failed(judgment, error);
    }

    /// Sends again what could not be stored.
    pub fn retry(&mut self, outbox: &mut Outbox) {
        outbox.extend(self.saving.again(None).into_iter().map(submission));
    }

    fn finish(&mut self, verdict: Verdict, moment: &Moment, outbox: &mut Outbox) {
        let Some(shown) = &mut self.current else { return };
        shown.activity.input(moment.now.monotonic_ms);
        let (active_ms, idle_ms) = shown.activity.totals(moment.now.monotonic_ms);
        let judgment = NewJudgment {
            id: JudgmentId::new(moment.now.unix, moment.random),
            item: shown.queued.item.id,
            annotator: self.setup.annotator,
            flagged: shown.draft.flagged,
            comment: shown.draft.comment.trim().to_owned(),
            notes: shown.draft.notes.clone(),
            rubric_version: self.setup.rubric.version,
            showing: Some(Showing {
                order: shown.queued.order.clone(),
                models_visible: self.setup.rubric.models_visible,
                scores_visible: self.revealed.contains(&shown.queued.item.id),
                shown_at: shown.shown_at,
                first_input_at: shown.first_input_at,
                submitted_at: moment.now.unix,
                active_ms,
                idle_ms,
                utc_offset_minutes: moment.now.utc_offset_minutes,
                app_version: self.setup.app_version.clone(),
                session: self.setup.session,
                acquisition: shown.queued.acquisition.clone(),
                window: moment.window,
                watched: watched_to_keep(&shown.watched),
            }),
            origin: self.setup.origin,
            recorded_at: moment.now.unix,
            verdict,
        };
        if matches!(judgment.verdict, Verdict::Judged { .. }) {
            self.pace.judged(active_ms);
        }
        let draft = shown.draft.clone();
        self.history.did(Done { queued: shown.queued.clone(), judgment: judgment.clone(), draft });
        shown.queued.previous = Some(revised(&judgment, shown.queued.previous.as_ref()));
        self.drafts.remove(&judgment.item);
        self.send(judgment, outbox);
        self.put_behind();
        self.advance(moment);
        self.fill(outbox);
    }

    /// Sends a judgment, and before it what was refused of the same item: the latest stays the last word.
    fn send(&mut self, judgment: NewJudgment, outbox: &mut Outbox) {
        let older = self.saving.again(Some(judgment.item));
        self.saving.sent(judgment.clone());
        outbox.extend(older.into_iter().chain([judgment]).map(submission));
    }

    fn queue_request(&self, place: Place, count: u32) -> Request {
        Request::Queue(QueueRequest { annotator: self.setup.annotator, place, count, except: self.taken() })
    }

    /// Items that must not be offered: on the screen, ahead, or on their way to the disk.
    fn taken(&self) -> Vec<ItemId> {
        let current = self.current.iter().map(|shown| shown.queued.item.id);
        current.chain(self.ahead.iter().map(|queued| queued.item.id)).chain(self.saving.items()).collect()
    }

    fn restart_grace(&mut self, now: Now, grace_ms: Option<u32>) {
        self.submits_at_ms =
            grace_ms.filter(|_| self.can_submit()).map(|grace_ms| now.monotonic_ms + u64::from(grace_ms));
    }

    fn advance(&mut self, moment: &Moment) {
        if let Some(queued) = self.ahead.pop_front() {
            self.show(queued, moment);
        }
    }

    fn show(&mut self, mut queued: QueuedItem, moment: &Moment) {
        self.exchange_sides(&mut queued);
        let (draft, kept) = self.draft_of(&mut queued);
        let mut activity = Activity::start(moment.now.monotonic_ms, self.setup.idle_after_ms);
        if !self.is_focused {
            activity.focus(moment.now.monotonic_ms, false);
        }
        self.submits_at_ms = None;
        self.seen_this_round.insert(queued.item.id);
        // Whatever is shown when they come back to it, they have seen it.
        if !queued.scores.is_empty() {
            self.revealed.insert(queued.item.id);
        }
        let sheet = Sheet::new(&self.setup.rubric, &queued, &draft);
        let shown_at = moment.now.unix;
        let watched = Vec::new();
        self.current =
            Some(Shown { queued, draft, sheet, watched, kept, shown_at, first_input_at: None, activity });
    }

    fn leave(&mut self) -> Option<QueuedItem> {
        self.keep_draft();
        self.submits_at_ms = None;
        self.current.take().map(|shown| shown.queued)
    }

    fn put_behind(&mut self) {
        self.submits_at_ms = None;
        if let Some(shown) = self.current.take() {
            self.push_behind(shown.queued);
        }
    }

    fn push_behind(&mut self, queued: QueuedItem) {
        if self.behind.len() == BEHIND {
            self.behind.remove(0);
        }
        self.behind.push(queued);
    }
}

fn submission(judgment: NewJudgment) -> (Purpose, Request) {
    (Purpose::Save(judgment.id), Request::Submit(Box::new(judgment)))
}

/// Where nothing plays there is nothing to say of it.
fn watched_to_keep(watched: &[Watched]) -> Vec<Watched> {
    let is_any = watched.iter().any(|watched| *watched != Watched::Still);
    if is_any { watched.to_vec() } else { Vec::new() }
}

fn revised(given: &NewJudgment, before: Option<&Judgment>) -> Judgment {
    Judgment {
        given: given.clone(),
        revision: before.map_or(1, |judgment| judgment.revision + 1),
        supersedes: before.map(|judgment| judgment.given.id),
    }
}

pub use keys::Keyed;
pub use listed::Listed;

mod answering;
mod keeping;
mod keys;
mod listed;
mod rounds;
mod undo;

#[cfg(test)]
mod tests;
