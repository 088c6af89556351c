//! Rounds: through the open items, and through those that were skipped, after which the open ones follow again.

use tiebreak_domain::ApiError;

use super::{Round, Session};
use crate::judge::Outbox;

impl Session {
    /// More items may be open than before: an import ended, a status changed.
    pub fn items_changed(&mut self, outbox: &mut Outbox) {
        self.is_exhausted = false;
        self.fill(outbox);
    }

    /// Begins a round through open or skipped items.
    pub fn begin_round(&mut self, round: Round, outbox: &mut Outbox) {
        self.ahead.clear();
        self.is_asking = false;
        self.start(round);
        self.fill(outbox);
    }

    /// Items asked for could not be had: they are asked for again on the next occasion.
    pub fn ahead_failed(&mut self, error: ApiError) {
        self.is_asking = false;
        if let Some(item) = self.awaited.take() {
            self.listed.push_front(item);
        }
        self.unread = Some(error);
    }

    /// Items asked for are not for the annotator yet; the reason is a sentence.
    pub fn ahead_denied(&mut self, reason: String) {
        self.is_asking = false;
        self.denied = Some(reason);
    }

    /// Goes back to open items once no skipped one is left but that on the screen: an import, or a judgment that
    /// opens others, would else bring nothing any more.
    pub(super) fn go_on_with_open(&mut self) {
        if self.round == Round::Skipped && self.is_exhausted && self.ahead.is_empty() {
            self.start(Round::Open);
        }
    }

    fn start(&mut self, round: Round) {
        self.round = round;
        self.seen_this_round.clear();
        self.last_asked_after = None;
        self.is_exhausted = false;
    }
}
