//! Two judging sessions of one project: the annotator's, and the reviewer's. One is in front and has the keys and
//! the screen; the other waits, and still hears what became of its judgments.

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};

use tiebreak_domain::project::Progress;
use tiebreak_domain::second_look::{LookReasonKind, SecondLook};
use tiebreak_domain::{ApiError, Origin, Request};

use crate::app::tickets::Purpose;
use crate::desk::{Desk, View};
use crate::judge::saving::SavedState;
use crate::judge::screen::JudgeScreen;
use crate::judge::session::{Moment, Round, Setup};
use crate::judge::{Outbox, Session};

/// A session with what belongs to it.
#[derive(Debug)]
pub struct Seat {
    /// Which session this is.
    pub number: u64,
    /// The session.
    pub session: Session,
    /// What its screen remembers.
    pub screen: JudgeScreen,
    /// What it wants sent.
    pub outbox: Outbox,
}

/// The session that waits.
#[derive(Debug, Default)]
pub struct Seats {
    /// The session that is not in front: the reviewer's, or during a second look the annotator's.
    pub waiting: Option<Box<Seat>>,
}

/// A number that no session had before, of this project or of another.
pub fn session_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

impl Desk {
    /// Puts a view in front, and with it the session that it works in.
    pub fn show(&mut self, view: View, moment: &Moment) {
        if (self.view == View::SecondLook) != (view == View::SecondLook) {
            self.session.keep_draft_now(&mut self.outbox);
            self.session.focus(moment.now, false);
            self.session.submits_at_ms = None;
            let mut seat = self.seats.waiting.take().unwrap_or_else(|| self.reviewers_seat());
            self.exchange(&mut seat);
            self.seats.waiting = Some(seat);
        }
        self.view = view;
    }

    /// Puts the annotator's session in front and lets the reviewer's go, as when somebody else sits down.
    pub fn end_review(&mut self) {
        let waiting = self.seats.waiting.take();
        if let (View::SecondLook, Some(mut seat)) = (self.view, waiting) {
            self.exchange(&mut seat);
            self.view = View::Judge;
        }
        self.second_look = super::SecondLookDesk::default();
    }

    /// Whether a session of this number is in front, or waits.
    pub fn has_session(&self, number: u64) -> bool {
        let waiting = self.seats.waiting.as_ref().map(|seat| seat.number);
        self.session_number == number || waiting == Some(number)
    }

    /// The session with this number, and where its requests go.
    pub fn session_of(&mut self, number: u64) -> Option<(&mut Session, &mut Outbox)> {
        if self.session_number == number {
            return Some((&mut self.session, &mut self.outbox));
        }
        let seat = self.seats.waiting.as_mut().filter(|seat| seat.number == number)?;
        Some((&mut seat.session, &mut seat.outbox))
    }

    /// The session that waits.
    pub fn waiting_session(&self) -> Option<&Session> {
        self.seats.waiting.as_ref().map(|seat| &seat.session)
    }

    /// Keeps what was begun in either session, as when the project is left.
    pub fn keep_drafts_now(&mut self) {
        self.session.keep_draft_now(&mut self.outbox);
        if let Some(seat) = &mut self.seats.waiting {
            seat.session.keep_draft_now(&mut seat.outbox);
        }
    }

    /// Sends again what could not be stored, of either session.
    pub fn retry_saving(&mut self) {
        self.session.retry(&mut self.outbox);
        if let Some(seat) = &mut self.seats.waiting {
            seat.session.retry(&mut seat.outbox);
        }
    }

    /// Whether judgments of either session could not be stored.
    pub fn has_refused_judgments(&self) -> bool {
        matches!(self.saved_state(), SavedState::Failed(_))
    }

    /// What the screen may say of the judgments of both sessions.
    pub fn saved_state(&self) -> SavedState {
        let front = self.session.saving.state();
        self.waiting_session().map_or(front, |waiting| front.with(waiting.saving.state()))
    }

    /// Why a judgment of either session could not be stored.
    pub fn saving_error(&self) -> Option<&ApiError> {
        let waiting = self.waiting_session().and_then(|session| session.saving.error());
        self.session.saving.error().or(waiting)
    }

    /// The annotator's progress is the same in both sessions.
    pub fn progress_of_both(&mut self, progress: Progress) {
        self.session.progress = progress;
        if let Some(seat) = &mut self.seats.waiting {
            seat.session.progress = progress;
        }
    }

    /// Puts the second look in front and asks for its list.
    pub fn look_again(&mut self, reason: Option<LookReasonKind>, moment: &Moment) {
        self.show(View::SecondLook, moment);
        self.second_look.set_filter(reason);
    }

    /// The list of the second look arrived; the first item is shown unless one of the list is.
    pub fn look_arrived(&mut self, number: u64, look: Result<SecondLook, ApiError>) {
        if !self.second_look.arrived(number, look) || self.view != View::SecondLook {
            return;
        }
        let shown = self.session.current.as_ref().map(|shown| shown.queued.item.id);
        let start = shown.filter(|item| self.second_look.look(*item).is_some());
        let items = match start.or_else(|| self.second_look.listed.first().map(|look| look.item)) {
            Some(item) => self.second_look.from(item),
            None => Vec::new(),
        };
        self.session.go_through(items, &mut self.outbox);
    }

    /// Takes what the sessions want sent.
    pub fn take_session_requests(&mut self) -> Vec<(Purpose, Request)> {
        let front = (&self.session, &self.outbox);
        let behind = self.seats.waiting.as_ref().map(|seat| (&seat.session, &seat.outbox));
        for (session, outbox) in std::iter::once(front).chain(behind) {
            for (_, request) in outbox {
                if let (Origin::Review, Request::Submit(judgment)) = (session.setup.origin, request) {
                    self.second_look.sent(judgment);
                }
            }
        }
        let waiting =
            self.seats.waiting.as_mut().map(|seat| (seat.number, mem::take(&mut seat.outbox))).into_iter();
        std::iter::once((self.session_number, mem::take(&mut self.outbox)))
            .chain(waiting)
            .flat_map(|(number, outbox)| {
                outbox.into_iter().map(move |(purpose, request)| (Purpose::Judge(number, purpose), request))
            })
            .collect()
    }

    fn exchange(&mut self, seat: &mut Seat) {
        mem::swap(&mut self.session, &mut seat.session);
        mem::swap(&mut self.judge_screen, &mut seat.screen);
        mem::swap(&mut self.outbox, &mut seat.outbox);
        mem::swap(&mut self.session_number, &mut seat.number);
    }

    fn reviewers_seat(&mut self) -> Box<Seat> {
        let setup = Setup { origin: Origin::Review, ..self.session.setup.clone() };
        let mut session = Session::new(Setup { progress: self.session.progress, ..setup });
        session.round = Round::Listed;
        session.revealed.clone_from(&self.session.revealed);
        Box::new(Seat {
            number: session_number(),
            session,
            screen: JudgeScreen::default(),
            outbox: Outbox::new(),
        })
    }
}
