//! Requests on their way out, each with what its reply is for.

use tiebreak_domain::{JudgmentId, Request};

/// What a judging session wanted a reply for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Items to come.
    Ahead,
    /// An item to go to now.
    Go,
    /// A judgment to be stored.
    Save(JudgmentId),
    /// A draft to be kept.
    Draft,
}

/// Requests, oldest first.
pub type Outbox = Vec<(Purpose, Request)>;
