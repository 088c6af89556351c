//! Leaving a window whose page has something to put away first, and may be dead.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What comes after the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Then {
    /// Nothing: the program ends.
    #[default]
    Quit,
    /// The native window, with the same project.
    Native,
    /// The program once more, in its new version.
    Restart,
}

/// Whether the window is to be left, and what for.
#[derive(Debug, Default)]
pub struct Leaving {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    then: Then,
    /// How often it was asked for, done, or called off.
    turn: u64,
}

impl Leaving {
    /// What is to come once it is left.
    pub fn wish(&self, then: Then) {
        self.state().then = then;
    }

    /// The page is asked; gives the turn that it has.
    pub fn ask(&self) -> u64 {
        let mut state = self.state();
        state.turn += 1;
        state.turn
    }

    /// Whether the page has said nothing since.
    pub fn is_unanswered(&self, turn: u64) -> bool {
        self.state().turn == turn
    }

    /// It is left now: what comes then.
    pub fn take(&self) -> Then {
        let mut state = self.state();
        state.turn += 1;
        std::mem::take(&mut state.then)
    }

    /// The page stays, because it has something to ask.
    pub fn call_off(&self) {
        self.take();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_answers_is_not_left_twice() {
        let leaving = Leaving::default();
        leaving.wish(Then::Native);
        let turn = leaving.ask();
        assert!(leaving.is_unanswered(turn), "a page that is dead says nothing");
        assert_eq!(leaving.take(), Then::Native);
        assert!(!leaving.is_unanswered(turn));
    }

    #[test]
    fn what_was_called_off_is_forgotten() {
        let leaving = Leaving::default();
        leaving.wish(Then::Restart);
        let turn = leaving.ask();
        leaving.call_off();
        assert!(!leaving.is_unanswered(turn));
        leaving.ask();
        assert_eq!(leaving.take(), Then::Quit, "whoever closes the window later wants to leave");
    }
}
