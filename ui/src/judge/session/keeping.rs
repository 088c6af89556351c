//! Keeping drafts: what was begun and not submitted is sent to the disk a moment after it changed, and at
//! once when its item is left, so that a crash loses next to nothing and coming back finds it again.

use tiebreak_domain::{Draft, ItemId, QueuedItem, Request};

use super::{Moment, Session, Setup, Shown};
use crate::judge::draft::draft_from_previous;
use crate::judge::{Outbox, Purpose};

/// How long a draft stays as it is before it is sent, in milliseconds: a word typed is one draft, not five.
const QUIET_MS: u64 = 300;

/// How the draft on the screen stands to the one on the disk.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// What was sent last.
    sent: Option<Draft>,
    /// What the draft was when it was looked at last.
    seen: Draft,
    /// When it is to be sent, on the monotonic clock.
    due_ms: Option<u64>,
}

impl Kept {
    pub(super) fn new(draft: &Draft, on_disk: Option<Draft>) -> Self {
        Self { sent: on_disk, seen: draft.clone(), due_ms: None }
    }
}

impl Shown {
    /// The draft as it belongs on the disk: none where it says only what was submitted before.
    fn draft_to_keep(&self, setup: &Setup) -> Option<Draft> {
        let said_before = setup.said_before(self.queued.previous.as_ref());
        (self.draft != draft_from_previous(said_before)).then(|| self.draft.clone())
    }
}

impl Session {
    /// When the draft on the screen is to be sent, on the monotonic clock.
    pub fn keeps_draft_at_ms(&self) -> Option<u64> {
        self.current.as_ref().and_then(|shown| shown.kept.due_ms)
    }

    /// Looks whether the draft on the screen changed, and sends what is due.
    pub(super) fn tick_drafts(&mut self, moment: &Moment, outbox: &mut Outbox) {
        let now_ms = moment.now.monotonic_ms;
        if let Some(shown) = &mut self.current {
            if shown.kept.seen != shown.draft {
                shown.kept.seen = shown.draft.clone();
                shown.kept.due_ms = Some(now_ms + QUIET_MS);
            }
            if shown.kept.due_ms.is_some_and(|due_ms| due_ms <= now_ms) {
                self.send_draft();
            }
        }
        self.flush_drafts(outbox);
    }

    /// Sends the draft on the screen now, as when the window closes.
    pub fn keep_draft_now(&mut self, outbox: &mut Outbox) {
        self.send_draft();
        self.flush_drafts(outbox);
    }

    /// The item on the screen is left without being judged: its draft is kept here and on the disk.
    pub(super) fn keep_draft(&mut self) {
        self.send_draft();
        if let Some(shown) = &self.current
            && let Some(draft) = shown.draft_to_keep(&self.setup)
        {
            self.drafts.insert(shown.queued.item.id, draft);
        }
    }

    /// The draft on the screen is sent at the next occasion, whatever was sent before: what was submitted after that
    /// took it off the disk.
    pub(super) fn keep_draft_anew(&mut self) {
        if let Some(shown) = &mut self.current {
            shown.kept.sent = None;
            shown.kept.due_ms = Some(0);
        }
    }

    /// The draft to show with an item: what was begun here, else what is on the disk, else what was said before.
    pub(super) fn draft_of(&mut self, queued: &mut QueuedItem) -> (Draft, Kept) {
        let on_disk = queued.draft.take();
        let here = self.drafts.remove(&queued.item.id);
        let is_here = here.is_some();
        let said_before = self.setup.said_before(queued.previous.as_ref());
        let draft = here.or_else(|| on_disk.clone()).unwrap_or_else(|| draft_from_previous(said_before));
        if on_disk.is_some() {
            self.drafts_on_disk.insert(queued.item.id);
        }
        let is_on_disk = self.drafts_on_disk.contains(&queued.item.id);
        let kept = Kept::new(&draft, (is_here && is_on_disk).then(|| draft.clone()).or(on_disk));
        (draft, kept)
    }

    /// An item was submitted and that is on the disk: what was begun before is forgotten there too, should a
    /// draft on its way have overtaken the judgment.
    pub(super) fn forget_draft_on_disk(&mut self, item: ItemId) {
        let is_open = self.drafts.contains_key(&item)
            || self.current.as_ref().is_some_and(|shown| shown.queued.item.id == item);
        if !is_open && self.drafts_on_disk.remove(&item) {
            self.unsent_drafts.push((item, None));
        }
    }

    fn send_draft(&mut self) {
        let Some(shown) = &mut self.current else { return };
        shown.kept.due_ms = None;
        let wanted = shown.draft_to_keep(&self.setup);
        if shown.kept.sent == wanted {
            return;
        }
        let item = shown.queued.item.id;
        shown.kept.sent.clone_from(&wanted);
        if wanted.is_some() {
            self.drafts_on_disk.insert(item);
        }
        self.unsent_drafts.push((item, wanted));
    }

    fn flush_drafts(&mut self, outbox: &mut Outbox) {
        let annotator = self.setup.annotator;
        outbox.extend(
            self.unsent_drafts
                .drain(..)
                .map(|(item, draft)| (Purpose::Draft, Request::SaveDraft { annotator, item, draft })),
        );
    }
}
