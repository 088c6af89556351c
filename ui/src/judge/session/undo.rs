//! Undo and redo across items, also of skips. Both are revisions of their own: nothing is overwritten.

use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::{ItemId, Judgment, JudgmentId, NewJudgment, Origin, QueuedItem, Verdict};

use super::{Moment, Session, revised};
use crate::judge::Outbox;
use crate::judge::history::Done;

impl Session {
    /// Takes the last judgment or skip back and returns to its item, with what was chosen still chosen.
    pub fn undo(&mut self, moment: &Moment, outbox: &mut Outbox) -> bool {
        let Some(done) = self.history.undo() else { return false };
        let before = done.queued.previous.clone();
        let restored = self.judgment_as_before(&done, before.as_ref(), moment);
        self.send(restored.clone(), outbox);
        if matches!(done.judgment.verdict, Verdict::Judged { .. }) {
            self.pace.took_back();
        }
        let mut queued = done.queued.clone();
        queued.previous = Some(revised(&restored, before.as_ref()));
        queued.acquisition = Acquisition::CHOSEN;
        self.ahead.retain(|ahead| ahead.item.id != queued.item.id);
        self.behind.retain(|behind| behind.item.id != queued.item.id);
        if let Some(left) = self.leave()
            && left.item.id != queued.item.id
        {
            self.ahead.push_front(left);
        }
        self.drafts.insert(queued.item.id, done.draft.clone());
        self.show(queued, moment);
        self.keep_draft_anew();
        self.history.undid(done);
        true
    }

    /// Gives again what was taken back.
    pub fn redo(&mut self, moment: &Moment, outbox: &mut Outbox) -> bool {
        let Some(mut done) = self.history.redo() else { return false };
        done.judgment.id = JudgmentId::new(moment.now.unix, moment.random);
        done.judgment.recorded_at = moment.now.unix;
        self.send(done.judgment.clone(), outbox);
        if let (Verdict::Judged { .. }, Some(showing)) = (&done.judgment.verdict, &done.judgment.showing) {
            self.pace.judged(showing.active_ms);
        }
        let item = done.judgment.item;
        self.drafts.remove(&item);
        if let Some(shown) = self.current.as_mut().filter(|shown| shown.queued.item.id == item) {
            let previous = revised(&done.judgment, shown.queued.previous.as_ref());
            shown.queued.previous = Some(previous);
            self.put_behind();
            self.advance(moment);
        } else {
            self.judged_elsewhere(item, &done);
        }
        self.history.redid(done);
        self.fill(outbox);
        true
    }

    /// An item was judged while another one is on the screen: it is behind now, as what was said of it has it.
    fn judged_elsewhere(&mut self, item: ItemId, done: &Done) {
        let is_it = |queued: &QueuedItem| queued.item.id == item;
        let ahead = self.ahead.iter().find(|queued| is_it(queued));
        let copy = ahead.or_else(|| self.behind.iter().find(|queued| is_it(queued)));
        let mut queued = copy.unwrap_or(&done.queued).clone();
        queued.previous = Some(revised(&done.judgment, queued.previous.as_ref()));
        queued.draft = None;
        self.ahead.retain(|queued| !is_it(queued));
        self.behind.retain(|queued| !is_it(queued));
        self.push_behind(queued);
    }

    fn judgment_as_before(&self, done: &Done, before: Option<&Judgment>, moment: &Moment) -> NewJudgment {
        NewJudgment {
            id: JudgmentId::new(moment.now.unix, moment.random),
            item: done.judgment.item,
            annotator: done.judgment.annotator,
            verdict: before.map_or(Verdict::Withdrawn, |judgment| judgment.given.verdict.clone()),
            flagged: before.is_some_and(|judgment| judgment.given.flagged),
            comment: before.map(|judgment| judgment.given.comment.clone()).unwrap_or_default(),
            notes: before.map(|judgment| judgment.given.notes.clone()).unwrap_or_default(),
            rubric_version: before
                .map_or(self.setup.rubric.version, |judgment| judgment.given.rubric_version),
            showing: before.and_then(|judgment| judgment.given.showing.clone()),
            origin: before
                .map(|judgment| judgment.given.origin)
                .filter(|origin| *origin == Origin::Review)
                .unwrap_or_default(),
            recorded_at: moment.now.unix,
        }
    }
}
