//! What can be undone and done again.

use tiebreak_domain::{Draft, NewJudgment, QueuedItem};

/// One submitted judgment or skip.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The item as it was before.
    pub queued: QueuedItem,
    /// What was submitted.
    pub judgment: NewJudgment,
    /// What had been answered by then, which a skip holds nothing of.
    pub draft: Draft,
}

/// Done and undone, latest last.
#[derive(Clone, Debug, Default)]
pub struct History {
    done: Vec<Done>,
    undone: Vec<Done>,
}

/// How many steps are kept; each holds an item's texts.
const STEPS: usize = 200;

impl History {
    /// Something new was done: what was undone before cannot be done again.
    pub fn did(&mut self, done: Done) {
        self.undone.clear();
        self.push_done(done);
    }

    /// Takes the latest step, to be undone.
    pub fn undo(&mut self) -> Option<Done> {
        self.done.pop()
    }

    /// The step was undone.
    pub fn undid(&mut self, done: Done) {
        self.undone.push(done);
    }

    /// Takes the latest undone step, to be done again.
    pub fn redo(&mut self) -> Option<Done> {
        self.undone.pop()
    }

    /// The step was done again.
    pub fn redid(&mut self, done: Done) {
        self.push_done(done);
    }

    /// Whether anything can be undone.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether anything can be done again.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    fn push_done(&mut self, done: Done) {
        if self.done.len() == STEPS {
            self.done.remove(0);
        }
        self.done.push(done);
    }
}
