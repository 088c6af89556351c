//! A question that is asked anew whenever a control changes it: only the answer to the latest counts.

use tiebreak_domain::ApiError;

/// The latest answer, and how the latest question stands.
#[derive(Debug)]
pub(crate) struct Asking<T> {
    number: u64,
    /// Whether an answer is under way.
    pub is_waiting: bool,
    /// The latest answer; it stays while the next is under way.
    pub answer: Option<T>,
    /// Why the latest question has none.
    pub error: Option<ApiError>,
}

impl<T> Default for Asking<T> {
    fn default() -> Self {
        Self { number: 0, is_waiting: false, answer: None, error: None }
    }
}

impl<T> Asking<T> {
    /// The number of a question that is asked now. Never one that an earlier dialog used, whose answers may still
    /// be under way: `now_ms` is on the monotonic clock.
    pub(crate) fn ask(&mut self, now_ms: u64) -> u64 {
        self.number = (self.number + 1).max(now_ms);
        self.is_waiting = true;
        self.number
    }

    /// The question with this number was answered.
    pub(crate) fn arrived(&mut self, number: u64, answer: Result<T, ApiError>) {
        if number != self.number {
            return;
        }
        self.is_waiting = false;
        match answer {
            Ok(answer) => {
                self.answer = Some(answer);
                self.error = None;
            }
            Err(error) => self.error = Some(error),
        }
    }

    /// There is nothing to ask at present: what was asked before is answered too late.
    pub(crate) fn pass_over(&mut self) {
        self.number += 1;
        self.is_waiting = false;
        self.error = None;
    }

    /// Forgets every answer.
    pub(crate) fn forget(&mut self) {
        self.answer = None;
        self.error = None;
    }

    /// The answer, where the latest question has one.
    pub(crate) fn sound(&self) -> Option<&T> {
        self.answer.as_ref().filter(|_| self.error.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiebreak_domain::ErrorCode;

    #[test]
    fn only_the_answer_to_the_latest_question_counts() {
        let mut asking = Asking::default();
        let first = asking.ask(50);
        let second = asking.ask(50);
        asking.arrived(first, Ok("old"));
        assert!(asking.is_waiting && asking.answer.is_none(), "it was asked otherwise since");
        asking.arrived(second, Ok("new"));
        assert_eq!(asking.sound(), Some(&"new"));
        let third = asking.ask(40);
        assert!(third > second, "a number is never used twice, whatever the clock says");
        asking.arrived(third, Err(ApiError::new(ErrorCode::BadInput, "no")));
        assert_eq!((asking.sound(), asking.answer), (None, Some("new")), "what was there stays to be seen");
    }
}
