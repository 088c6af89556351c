//! Seats: who sits here, and the PINs that keep a seat.

use tiebreak_domain::person::pin_wait_ms;
use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, Pin, ProjectInfo, Reply};

use super::{needs_pin, pin};
use crate::seat::Seat;
use crate::session::Session;

impl Session {
    /// Sits an annotator down, adding the name where it is new.
    pub fn switch_annotator(
        &self,
        seat: &Seat,
        name: &str,
        given: Option<&Pin>,
    ) -> Result<ProjectInfo, ApiError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(ApiError::new(ErrorCode::BadRequest, "an annotator needs a name"));
        }
        let known = self.readers.lend()?.annotator_named(name)?;
        if let Some(known) = known {
            let sits_here = known == seat.annotator && !seat.is_locked();
            if !sits_here {
                self.check_pin(known, given)?;
            }
        }
        let info = self.sit_down(name)?;
        self.draw_arm(&self.seat(), info.annotator)?;
        Ok(info)
    }

    /// Keeps a seat by a PIN, changes it, or lets it go.
    pub fn set_pin(
        &self,
        seat: &Seat,
        annotator: AnnotatorId,
        current: Option<&Pin>,
        new: Option<&Pin>,
    ) -> Result<Reply, ApiError> {
        if let Some(refusal) = new.and_then(Pin::refusal) {
            return Err(ApiError::new(ErrorCode::BadInput, refusal));
        }
        let seated = seat.annotator;
        let is_lead = self.is_lead(seat)?;
        if annotator == seated || !is_lead {
            let has_pin = self.readers.lend()?.pin_state(annotator)?.record.is_some();
            if !has_pin && annotator != seated {
                return Err(ApiError::new(ErrorCode::Denied, "a seat is kept by whoever sits in it")
                    .hint("switch to that annotator first"));
            }
            self.check_pin(annotator, current)?;
        }
        let salt = self.shared.host.new_salt();
        let record = new.map(|new| pin::record(new, salt)).transpose()?;
        self.writer.ask(move |store| Ok(store.set_pin(annotator, record.as_ref())?))?;
        if annotator == seated {
            self.unlock();
        }
        Ok(Reply::Done)
    }

    /// Refuses a PIN that is not the annotator's, and any while too many wrong ones are too short ago.
    fn check_pin(&self, annotator: AnnotatorId, given: Option<&Pin>) -> Result<(), ApiError> {
        let _one_at_a_time = self.people.pins.lock().expect("trying a PIN does not panic");
        let state = self.readers.lend()?.pin_state(annotator)?;
        let Some(record) = state.record else { return Ok(()) };
        let given = given.ok_or_else(needs_pin)?;
        let now = self.shared.host.now();
        // A clock that was set back must not lock a seat for longer than it was meant to be.
        let since_ms = now.0.abs_diff(state.wrong_at.0);
        let wait_ms = pin_wait_ms(state.wrong);
        if state.wrong > 0 && since_ms < wait_ms {
            let seconds = (wait_ms - since_ms).div_ceil(1000);
            return Err(ApiError::new(ErrorCode::Denied, "too many wrong PINs were given")
                .hint(format!("try again in {seconds} s")));
        }
        let is_right = pin::is_right(given, &record)?;
        if !is_right || state.wrong > 0 {
            let wrong_at = (!is_right).then_some(now);
            self.writer.ask(move |store| Ok(store.note_pin_attempt(annotator, wrong_at)?))?;
        }
        if is_right {
            return Ok(());
        }
        let wait_ms = pin_wait_ms(state.wrong + 1);
        let error = ApiError::new(ErrorCode::Denied, "the PIN is wrong");
        Err(match wait_ms {
            0 => error.hint("try again; the lead can let a forgotten PIN go"),
            _ => error.hint(format!("try again in {} s", wait_ms / 1000)),
        })
    }
}
