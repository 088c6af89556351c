//! Answering: what a choice, a key or a widget makes of the draft, and when the draft is a judgment.

use tiebreak_domain::rubric::Slot;
use tiebreak_domain::{Answer, AnswerValue, Order, Outcome, Preference, Question, Strength, Verdict};

use super::{Moment, Session, Shown};
use crate::host::Now;
use crate::judge::Outbox;
use crate::judge::draft::{draft_from_previous, preference, with_outcome, with_strength_toggled};
use crate::judge::question::{Asked, Change};

impl Shown {
    /// The item with its answers, as the questions look at it.
    pub fn asked<'a>(&'a self, rubric: &'a tiebreak_domain::Rubric) -> Asked<'a> {
        Asked { rubric, queued: &self.queued, draft: &self.draft }
    }

    /// Which candidate stands where.
    pub fn order(&self) -> &Order {
        &self.queued.order
    }
}

impl Session {
    /// Whether the item on the screen is a pair of which one overall preference is asked: it has a bar of its
    /// own instead of the panel of questions.
    pub fn is_plain(&self) -> bool {
        let is_pair = self.current.as_ref().is_none_or(|shown| shown.queued.item.item.candidates.len() == 2);
        is_pair && self.setup.rubric.is_plain_comparison()
    }

    /// The one question of a plain comparison.
    pub fn plain_question(&self) -> Option<&Question> {
        if self.is_plain() { self.setup.rubric.questions.first() } else { None }
    }

    /// The preference of a plain comparison, as far as it was given.
    pub fn plain_preference(&self) -> Option<&Preference> {
        preference(&self.current.as_ref()?.draft, &self.plain_question()?.key)
    }

    /// Its outcome, by the sides of the screen.
    pub fn outcome_on_screen(&self) -> Option<Outcome> {
        let order = self.current.as_ref()?.order();
        self.plain_preference().map(|preference| order.screen_from_outcome(preference.outcome))
    }

    /// Chooses an outcome by the sides of the screen. With a grace, it submits itself after so many
    /// milliseconds unless something else is chosen.
    pub fn choose(&mut self, on_screen: Outcome, now: Now, grace_ms: Option<u32>) {
        let Some(shown) = &self.current else { return };
        let outcome = shown.order().outcome_from_screen(on_screen);
        let chosen = with_outcome(self.plain_preference(), outcome);
        self.set_plain(chosen, now, grace_ms);
    }

    /// Chooses a strength, or takes it back.
    pub fn toggle_strength(&mut self, strength: Strength, now: Now, grace_ms: Option<u32>) {
        if let Some(before) = self.plain_preference() {
            let chosen = with_strength_toggled(before, strength);
            self.set_plain(chosen, now, grace_ms);
        }
    }

    fn set_plain(&mut self, chosen: Preference, now: Now, grace_ms: Option<u32>) {
        let Some(key) = self.plain_question().map(|question| question.key.clone()) else { return };
        if let Some(shown) = &mut self.current {
            shown.draft.set(&key, None, Some(AnswerValue::Preference(chosen)));
            self.restart_grace(now, grace_ms);
        }
    }

    /// Says why the item, or the pair of the active question, cannot be judged.
    pub fn choose_unratable(&mut self, reason: String, now: Now, grace_ms: Option<u32>) {
        let chosen = Preference { reason: Some(reason), ..Preference::new(Outcome::Unratable) };
        if self.is_plain() {
            self.set_plain(chosen, now, grace_ms);
        } else if let Some(slot) = self.current.as_ref().and_then(|shown| shown.sheet.active_slot()) {
            self.change(slot, Change::Done(AnswerValue::Preference(chosen)));
        }
    }

    /// Changes the answer in a slot; an answer that is done moves the keys to the next slot.
    pub fn change(&mut self, slot: Slot, change: Change) {
        let rubric = &self.setup.rubric;
        let Some(shown) = &mut self.current else { return };
        let Some(question) = rubric.questions.get(slot.question) else { return };
        let (value, is_done) = match change {
            Change::Set(value) => (Some(value), false),
            Change::Done(value) => (Some(value), true),
            Change::Clear => (None, false),
            Change::At(index) => {
                shown.sheet.go_to(slot);
                shown.sheet.cursor.go_to(index, &question.kind);
                return;
            }
            Change::Move | Change::AskWhy => return,
        };
        if value.is_none() && shown.sheet.active_slot() == Some(slot) {
            // What was chosen of the answer is gone with it.
            shown.sheet.cursor.forget_chosen();
        }
        shown.draft.set(&question.key, slot.candidate, value);
        let Shown { queued, draft, sheet, .. } = shown;
        let asked = Asked { rubric, queued, draft };
        sheet.answered(slot, is_done, &asked);
        self.submits_at_ms = None;
    }

    /// Marks the item for a second look, or unmarks it.
    pub fn toggle_flag(&mut self) {
        if let Some(shown) = &mut self.current {
            shown.draft.flagged = !shown.draft.flagged;
        }
        self.submits_at_ms = None;
    }

    /// The first slot that keeps the item from being submitted: its answer is demanded and missing, or begun
    /// and not complete.
    pub fn missing(&self) -> Option<Slot> {
        let shown = self.current.as_ref()?;
        let rubric = &self.setup.rubric;
        let (item, answers) = (&shown.queued.item.item, &shown.draft.answers);
        rubric.missing(item, answers).or_else(|| {
            rubric.slots(item, answers).into_iter().find(|slot| {
                let question = &rubric.questions[slot.question];
                slot.answer(rubric, answers).is_some_and(|answer| {
                    !answer.value.is_complete(&question.kind, item, slot.candidate)
                        || answer.refusal(question).is_some()
                })
            })
        })
    }

    /// The answers on the screen as they would be submitted; none while something is missing, or has to be seen
    /// first.
    pub fn answers_to_submit(&self) -> Option<Vec<Answer>> {
        let kept = self.complete_answers()?;
        self.unseen_of(&kept).is_none().then_some(kept)
    }

    /// Where the candidate stands that has to be seen to its end before what was answered can be submitted;
    /// none where nothing else than that is to be done, or nothing at all.
    pub fn unseen(&self) -> Option<usize> {
        let candidate = self.unseen_of(&self.complete_answers()?)?;
        let order = self.current.as_ref()?.order();
        order.indices().iter().position(|index| usize::from(*index) == candidate)
    }

    fn unseen_of(&self, answers: &[Answer]) -> Option<usize> {
        let shown = self.current.as_ref()?;
        self.setup.rubric.unseen(&shown.queued.item.item, answers, &shown.watched)
    }

    fn complete_answers(&self) -> Option<Vec<Answer>> {
        let shown = self.current.as_ref()?;
        let kept = self.setup.rubric.kept(&shown.queued.item.item, &shown.draft.answers);
        (!kept.is_empty() && self.missing().is_none()).then_some(kept)
    }

    /// Whether [`Self::submit`] would do something.
    pub fn can_submit(&self) -> bool {
        self.answers_to_submit().is_some()
    }

    /// Submits what was answered and goes on; says whether it did. An item left just as it was before is not
    /// stored again; where something is missing, the keys go there.
    pub fn submit(&mut self, moment: &Moment, outbox: &mut Outbox) -> bool {
        let Some(answers) = self.answers_to_submit() else {
            let missing = self.missing();
            if let (Some(shown), Some(slot)) = (&mut self.current, missing) {
                shown.sheet.go_to(slot);
            }
            return false;
        };
        let Some(shown) = &self.current else { return false };
        let previous = self.setup.said_before(shown.queued.previous.as_ref());
        let is_in_force =
            previous.is_some_and(|judgment| matches!(judgment.given.verdict, Verdict::Judged { .. }));
        let before = draft_from_previous(previous);
        if is_in_force
            && before.answers == answers
            && before.comment == shown.draft.comment
            && before.notes == shown.draft.notes
            && before.flagged == shown.draft.flagged
        {
            self.forth(moment, outbox);
            return true;
        }
        self.finish(Verdict::Judged { answers }, moment, outbox);
        true
    }
}
