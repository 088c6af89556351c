//! How the interface reaches the engine.
//!
//! One trait, so that the same interface runs with the engine in its own process, behind a window's IPC, or
//! across a network. [`Scripted`] answers from a test's hand.

use tiebreak_domain::{ApiError, Event, Reply, Request};

pub use self::scripted::{Remote, Scripted};

mod scripted;

/// Tells replies apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What comes from the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// The answer to a request.
    Reply(Ticket, Result<Reply, ApiError>),
    /// Something that happened on its own.
    Event(Event),
}

/// A way to the engine.
///
/// Requests of one kind are carried out in the order they were sent; replies of different kinds may overtake
/// one another. Whoever implements this wakes the interface (`egui::Context::request_repaint`) when
/// something arrives.
pub trait Backend {
    /// Sends a request; returns at once.
    fn send(&mut self, ticket: Ticket, request: Request);

    /// The next thing that arrived, if anything did; returns at once.
    fn receive(&mut self) -> Option<Incoming>;
}
